// Package csrsigning signs the certificates that have been asked for and
// approved: client certificates of users and nodes, and serving certificates
// of kubelets.
//
// What each signer signs is decided in plan.go, how in sign.go; this file
// watches and acts.
package csrsigning

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

// Controller signs requests.
type Controller struct {
	view      *cluster.View
	queue     *queue.Queue[meta.Key]
	requests  *informer.Informer[*certificates.CertificateSigningRequest]
	authority *Authority
}

// New makes the controller. It watches requests for certificates.
func New(view *cluster.View, authority *Authority) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), requests: view.CertificateRequests(), authority: authority}
	c.requests.OnChange(func(_, new *certificates.CertificateSigningRequest) {
		if new != nil && ready(new) {
			c.queue.Add(meta.KeyOf(new))
		}
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "certificatesigningrequest-signing-controller" }

// Queue holds the keys of the requests to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync signs one request, or says in it why not.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	r, ok := c.requests.GetKey(key)
	if !ok || !ready(r) {
		return 0, nil
	}
	next, err := c.answer(r, time.Now())
	if err != nil {
		return 0, err
	}
	written, err := client.Of[*certificates.CertificateSigningRequest](c.view.Client).UpdateStatus(ctx, next)
	if client.IsNotFound(err) || client.IsConflict(err) {
		return 0, nil // The watch tells what is true, and comes back here.
	}
	if err != nil {
		return 0, err
	}
	return 0, c.requests.WaitFor(ctx, written.ResourceVersion)
}

// answer is the request with its certificate, or with the reason why it gets
// none.
func (c *Controller) answer(r *certificates.CertificateSigningRequest, now time.Time) (*certificates.CertificateSigningRequest, error) {
	req, err := parse(r)
	if err == nil {
		err = check(r.Spec.SignerName, req, r.Spec.Usages)
	}
	if err != nil {
		return refused(r, err, now), nil
	}
	next := r.DeepCopy()
	next.Status.Certificate, err = c.authority.sign(r, req, now)
	return next, err
}
