package node

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/coordination"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// leaseNamespace holds one Lease per node.
const leaseNamespace = "kube-node-lease"

// Heartbeat renews the node's Lease.
type Heartbeat struct {
	Client   *client.Client
	Node     string
	Duration time.Duration // how long a renewal is good
	Every    time.Duration
	Log      *slog.Logger
	// Renewed is called after each renewal with the time at which the request
	// was sent: the control plane cannot count from later than that.
	Renewed func(sent time.Time)

	failing atomic.Bool
}

// Run renews until ctx ends.
func (h *Heartbeat) Run(ctx context.Context) {
	leases := client.Of[*coordination.Lease](h.Client)
	var known *coordination.Lease
	t := time.NewTicker(h.Every)
	defer t.Stop()
	for ctx.Err() == nil {
		sent := time.Now()
		next, err := h.renew(ctx, leases, known, sent)
		switch {
		case err == nil:
			known = next
			if h.failing.Swap(false) {
				h.Log.Info("the node's lease is renewed again")
			}
			h.Renewed(sent)
		case ctx.Err() == nil:
			known = nil
			if !h.failing.Swap(true) {
				h.Log.Warn("cannot renew the node's lease", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

func (h *Heartbeat) renew(ctx context.Context, leases client.Resource[*coordination.Lease], known *coordination.Lease, now time.Time) (*coordination.Lease, error) {
	ctx, cancel := context.WithTimeout(ctx, max(h.Duration/2, time.Second))
	defer cancel()
	if known == nil {
		got, err := leases.Get(ctx, leaseNamespace, h.Node)
		switch {
		case client.IsNotFound(err):
			fresh := &coordination.Lease{}
			fresh.Name, fresh.Namespace = h.Node, leaseNamespace
			h.fill(fresh, now)
			return leases.Create(ctx, fresh)
		case err != nil:
			return nil, err
		}
		known = got
	}
	next := known.DeepCopy()
	h.fill(next, now)
	return leases.Update(ctx, next)
}

func (h *Heartbeat) fill(l *coordination.Lease, now time.Time) {
	seconds := int32(h.Duration / time.Second)
	at := meta.NewMicroTime(now.UTC().Truncate(time.Microsecond))
	l.Spec.HolderIdentity, l.Spec.LeaseDurationSeconds, l.Spec.RenewTime = &h.Node, &seconds, &at
}
