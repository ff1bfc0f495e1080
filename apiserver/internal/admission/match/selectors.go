package match

import (
	"context"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// Selectors are a compiled namespaceSelector and objectSelector.
type Selectors struct {
	Namespaces, Objects selector.Labels
	err                 error
}

// NewSelectors compiles; what is left out selects everything.
func NewSelectors(namespaces, objects *meta.LabelSelector) Selectors {
	var s Selectors
	var err error
	if s.Namespaces, err = compile(namespaces); err != nil {
		s.err = err
	}
	if s.Objects, err = compile(objects); err != nil {
		s.err = err
	}
	return s
}

func compile(s *meta.LabelSelector) (selector.Labels, error) {
	if s == nil {
		return selector.Everything(), nil
	}
	return selector.FromLabelSelector(s)
}

// Match holds the selectors against the request. A namespace that is not there
// is the request's mistake; the error says so.
func (s *Selectors) Match(ctx context.Context, r *admission.Request, view *View) (bool, error) {
	if s.err != nil {
		return false, status.Internal(s.err)
	}
	if !s.Objects.Empty() && !labelled(r.Object, s.Objects) && !labelled(r.Old, s.Objects) {
		return false, nil
	}
	if s.Namespaces.Empty() || r.Namespace == "" && r.Resource.Name != "namespaces" {
		return true, nil
	}
	labels, err := view.namespaceLabels(ctx, r)
	return err == nil && s.Namespaces.Matches(labels), err
}

func labelled(o meta.Object, s selector.Labels) bool {
	return o != nil && s.Matches(o.GetObjectMeta().Labels)
}

// View reads the cluster's state.
type View struct {
	Cache *cache.Cache
	// Authorizer answers expressions; nil leaves them without an answer.
	Authorizer Authorizer
	// Forms knows the other forms of resources; nil knows none.
	Forms Forms
	// Kinds finds where the objects of a kind are kept; nil knows none.
	Kinds func(apiVersion, kind string) *Stored
}

// Stored is where the objects of a kind are kept.
type Stored struct {
	Table *cache.Table
	// Namespaced says that they lie in namespaces.
	Namespaced bool
	// Convert makes the kind that was asked for of what is stored, if that differs.
	Convert func(b []byte) ([]byte, error)
}

// namespaceLabels are those of the request's namespace; of a namespace that is
// being written, those that are written.
func (v *View) namespaceLabels(ctx context.Context, r *admission.Request) (map[string]string, error) {
	if r.Resource.Name == "namespaces" && r.Subresource == "" && r.Object != nil {
		return r.Object.GetObjectMeta().Labels, nil
	}
	name := r.Namespace
	if name == "" {
		name = r.Name
	}
	ns, err := v.Namespace(ctx, name)
	if err != nil {
		return nil, err
	}
	return ns.Labels, nil
}

// Namespace is a namespace as the cache has it, or else as it is now.
func (v *View) Namespace(ctx context.Context, name string) (*core.Namespace, error) {
	t := v.Cache.Table("namespaces")
	o := t.Get("", name)
	if o == nil {
		var err error
		if o, err = t.Fetch(ctx, "", name, ""); err != nil {
			return nil, err
		}
	}
	if o == nil {
		return nil, status.NotFound(status.Resource{Name: "namespaces"}, name)
	}
	ns := &core.Namespace{}
	return ns, codec.DecodeJSON(o.JSON(), ns)
}
