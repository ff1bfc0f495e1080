// Package servicecidr says of each ServiceCIDR that services may have its
// addresses, and keeps one that is deleted until none of them is in use any
// more. The API server hands the addresses out.
//
// What is to be done is decided in plan.go.
package servicecidr

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/networking"
)

// Controller looks after the ServiceCIDRs.
type Controller struct {
	view  *cluster.View
	queue *queue.Queue[meta.Key]
	cidrs *informer.Informer[*networking.ServiceCIDR]
}

// New makes the controller. It watches the ServiceCIDRs; the addresses in use,
// which may be many, it asks for when one of them is going.
func New(view *cluster.View) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), cidrs: view.ServiceCIDRs()}
	c.cidrs.OnChange(func(_, new *networking.ServiceCIDR) {
		if new != nil {
			c.queue.Add(meta.KeyOf(new))
		}
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "service-cidr-controller" }

// Queue holds the keys of the ServiceCIDRs to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync takes the next step for one ServiceCIDR.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	cidr, ok := c.cidrs.GetKey(key)
	if !ok {
		return 0, nil
	}
	p, err := plan(cidr, c.cidrs.List(), time.Now(), func() ([]netip.Addr, error) { return c.used(ctx) })
	if err != nil {
		return 0, err
	}
	api := client.Of[*networking.ServiceCIDR](c.view.Client)
	next := cidr.DeepCopy()
	if p.finalizers != nil || p.release {
		next.Finalizers = p.finalizers
		written, err := api.Update(ctx, next)
		if err != nil || p.release {
			return 0, unlessOvertaken(err)
		}
		next = written.DeepCopy()
	}
	if p.condition != nil {
		p.condition.LastTransitionTime = meta.NewTime(time.Now().UTC().Truncate(time.Second))
		next.Status.Conditions = append(slices.DeleteFunc(next.Status.Conditions, func(x meta.Condition) bool { return x.Type == p.condition.Type }), *p.condition)
		if _, err := api.UpdateStatus(ctx, next); err != nil {
			return 0, unlessOvertaken(err)
		}
	}
	return p.wait, nil
}

// unlessOvertaken is err, unless somebody else was faster: the watch tells what
// is true then.
func unlessOvertaken(err error) error {
	if client.IsNotFound(err) || client.IsConflict(err) {
		return nil
	}
	return err
}

// used are the addresses that are in use now.
func (c *Controller) used(ctx context.Context) ([]netip.Addr, error) {
	l, err := client.Of[*networking.IPAddress](c.view.Client).List(ctx, "", client.ListOptions{})
	if err != nil {
		return nil, err
	}
	var out []netip.Addr
	for _, o := range l.Items {
		if ip, err := netip.ParseAddr(o.Name); err == nil {
			out = append(out, ip)
		}
	}
	return out, nil
}
