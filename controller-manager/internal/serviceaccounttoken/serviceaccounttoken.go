// Package serviceaccounttoken fills in the secrets of type
// kubernetes.io/service-account-token that people make for programs which
// cannot fetch a token by themselves, and removes those whose account is gone.
//
// What a secret lacks is decided in plan.go, tokens are made in sign.go; this
// file watches and acts.
package serviceaccounttoken

import (
	"context"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Controller reconciles secrets with tokens.
type Controller struct {
	view     *cluster.View
	queue    *queue.Queue[meta.Key]
	secrets  *informer.Informer[*core.Secret]
	accounts *informer.Informer[*core.ServiceAccount]
	key      *Key
	ca       []byte
}

// New makes the controller, which puts ca beside each token. It watches service
// accounts and the secrets of that type.
func New(view *cluster.View, key *Key, ca []byte) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), secrets: view.TokenSecrets(), accounts: view.ServiceAccounts(), key: key, ca: ca}
	c.secrets.OnChange(func(_, new *core.Secret) {
		if new != nil {
			c.queue.Add(meta.KeyOf(new))
		}
	})
	c.accounts.OnChange(func(old, new *core.ServiceAccount) {
		if old != nil && new != nil && old.UID == new.UID {
			return
		}
		if new == nil {
			new = old
		}
		for _, s := range c.secrets.ByNamespace(new.Namespace) {
			if s.Annotations[core.AnnotationServiceAccountName] == new.Name {
				c.queue.Add(meta.KeyOf(s))
			}
		}
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "serviceaccount-token-controller" }

// Queue holds the keys of the secrets to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync brings one secret up to date.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	s, ok := c.secrets.GetKey(key)
	if !ok {
		return 0, nil
	}
	account, err := c.account(ctx, s)
	if err != nil {
		return 0, err
	}
	next, err := plan(s, account, c.ca, c.key.sign)
	if err != nil {
		return 0, err
	}
	api := client.Of[*core.Secret](c.view.Client)
	switch {
	case next.remove:
		err = api.Delete(ctx, s.Namespace, s.Name, client.Preconditions(s.UID, s.ResourceVersion))
	case next.update != nil:
		var written *core.Secret
		if written, err = api.Update(ctx, next.update); err == nil {
			return 0, c.secrets.WaitFor(ctx, written.ResourceVersion)
		}
	}
	if client.IsNotFound(err) || client.IsConflict(err) {
		return 0, nil // The watch tells what is true, and comes back here.
	}
	return 0, err
}

// account is the one that the secret names. That there is none is asked of the
// server: an account and its secret are often made together, and the watch of
// the one may be behind that of the other.
func (c *Controller) account(ctx context.Context, s *core.Secret) (*core.ServiceAccount, error) {
	name := s.Annotations[core.AnnotationServiceAccountName]
	if a, ok := c.accounts.Get(s.Namespace, name); ok {
		return a, nil
	}
	a, err := client.Of[*core.ServiceAccount](c.view.Client).Get(ctx, s.Namespace, name)
	if client.IsNotFound(err) {
		return nil, nil
	}
	return a, err
}
