// Package admission looks at every write between decoding and validation: it
// refuses what the state of the cluster does not allow and fills in what only
// the cluster knows. The chain's order is the list in New; each step is one
// file and one function.
package admission

import (
	"context"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Operation is what a request does.
type Operation string

// The operations.
const (
	Create Operation = "CREATE"
	Update Operation = "UPDATE"
	Delete Operation = "DELETE"
)

// Request is a write on its way.
type Request struct {
	// User is who writes.
	User *authn.User
	// Operation is what is done.
	Operation Operation
	// Resource names what it is done to.
	Resource status.Resource
	// Subresource is empty for the object itself.
	Subresource string
	// Namespace is empty for cluster-wide kinds.
	Namespace string
	// Name is empty for an object whose name is yet to be generated.
	Name string
	// Object is what is written; steps may change it. Nil for Delete.
	Object meta.Object
	// Old is what is there. Nil for Create.
	Old meta.Object
}

// Chain is the steps in order.
type Chain struct{ steps []step }

type step func(ctx context.Context, r *Request) error

// New makes the chain. The steps read the cluster's state from c.
func New(c *cache.Cache) *Chain {
	v := &view{c}
	return &Chain{steps: []step{
		v.namespaceLifecycle,
		v.nodeRestriction,
		v.serviceAccount,
		priority,
		newNodeTaint,
	}}
}

// Admit runs r through the steps. The error, if any, is the Status to answer.
func (c *Chain) Admit(ctx context.Context, r *Request) error {
	for _, s := range c.steps {
		if err := s(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// view reads the cluster's state.
type view struct{ cache *cache.Cache }

// get is an object as the cache has it, or, when the cache has none, as it is
// now; nil when there is none.
func (v *view) get(ctx context.Context, resource, namespace, name string) (*cache.Object, error) {
	t := v.cache.Table(resource)
	if o := t.Get(namespace, name); o != nil {
		return o, nil
	}
	return t.Fetch(ctx, namespace, name, "")
}
