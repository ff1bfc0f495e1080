// Package csrcleaner removes requests for certificates that have served: an
// hour after they were answered, or a day after they were made when nobody
// answers.
//
// When one should go is decided in plan.go; this file watches and acts.
package csrcleaner

import (
	"context"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/proto/certificates"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Controller removes requests.
type Controller struct {
	view     *cluster.View
	queue    *queue.Queue[meta.Key]
	requests *informer.Informer[*certificates.CertificateSigningRequest]
}

// New makes the controller. It watches requests for certificates.
func New(view *cluster.View) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), requests: view.CertificateRequests()}
	c.requests.OnChange(func(_, new *certificates.CertificateSigningRequest) {
		if new != nil {
			c.queue.Add(meta.KeyOf(new))
		}
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "certificatesigningrequest-cleaner-controller" }

// Queue holds the keys of the requests to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync removes one request, or says when to come again.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	r, ok := c.requests.GetKey(key)
	if !ok || r.DeletionTimestamp != nil {
		return 0, nil
	}
	if left := time.Until(end(r)); left > 0 {
		return left, nil
	}
	err := client.Of[*certificates.CertificateSigningRequest](c.view.Client).Delete(ctx, "", r.Name)
	if client.IsNotFound(err) {
		return 0, nil
	}
	return 0, err
}
