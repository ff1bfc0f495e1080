// Package csrapproving approves the requests of nodes for their own client
// certificates, when roles say that whoever asks may have one: then a machine
// joins the cluster, and renews its certificate, without anybody's hand.
//
// Which requests these are is decided in plan.go; this file watches and acts.
package csrapproving

import (
	"context"
	"fmt"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/proto/authorization"
	"github.com/pilothouse/pilothouse/proto/certificates"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Controller approves requests.
type Controller struct {
	view     *cluster.View
	queue    *queue.Queue[meta.Key]
	requests *informer.Informer[*certificates.CertificateSigningRequest]
}

// New makes the controller. It watches requests for certificates.
func New(view *cluster.View) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), requests: view.CertificateRequests()}
	c.requests.OnChange(func(_, new *certificates.CertificateSigningRequest) {
		if new != nil && new.Spec.SignerName == signer {
			c.queue.Add(meta.KeyOf(new))
		}
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "certificatesigningrequest-approving-controller" }

// Queue holds the keys of the requests to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync approves one request if the requester may have it so. One that may not
// waits for an administrator.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	r, ok := c.requests.GetKey(key)
	if !ok {
		return 0, nil
	}
	for _, w := range ways(r) {
		answer, err := client.Of[*authorization.SubjectAccessReview](c.view.Client).Create(ctx, question(r, w))
		if err != nil {
			return 0, err
		}
		if !answer.Status.Allowed {
			continue
		}
		next, written := approved(r, w, time.Now()), &certificates.CertificateSigningRequest{}
		err = client.Of[*certificates.CertificateSigningRequest](c.view.Client).UpdateSub(ctx, "", r.Name, "approval", next, written)
		if client.IsNotFound(err) || client.IsConflict(err) {
			return 0, nil // The watch tells what is true, and comes back here.
		}
		if err != nil {
			return 0, fmt.Errorf("approve %s: %w", r.Name, err)
		}
		return 0, c.requests.WaitFor(ctx, written.ResourceVersion)
	}
	return 0, nil
}
