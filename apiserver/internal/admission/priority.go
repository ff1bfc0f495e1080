package admission

import (
	"bytes"
	"context"
	"fmt"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/scheduling"
)

// priority gives each new pod the number that its class stands for, and keeps
// the classes in order.
func (v *view) priority(ctx context.Context, r *Request) error {
	if r.Subresource != "" {
		return nil
	}
	switch o := r.Object.(type) {
	case *core.Pod:
		if r.Operation == Create {
			return v.setPriority(ctx, r, o)
		}
		if old, ok := r.Old.(*core.Pod); ok && r.Operation == Update {
			keepPriority(o, old)
		}
	case *scheduling.PriorityClass:
		if o.GlobalDefault {
			return v.onlyDefault(ctx, r, o)
		}
	case nil:
		if r.Operation == Delete && r.Resource.Name == "priorityclasses" && isSystem(r.Name) {
			return status.Forbidden(r.Resource, r.Name, "this is a system priority class and cannot be deleted")
		}
	}
	return nil
}

// isSystem reports whether every cluster has a class of that name.
func isSystem(name string) bool {
	return name == scheduling.SystemClusterCritical || name == scheduling.SystemNodeCritical
}

func (v *view) setPriority(ctx context.Context, r *Request, p *core.Pod) error {
	class, err := v.classOf(ctx, r, p)
	if err != nil {
		return err
	}
	if p.Spec.Priority != nil && *p.Spec.Priority != class.Value {
		return Forbidden(r, fmt.Sprintf(
			"the integer value of priority (%d) must not be provided in pod spec; priority admission controller computed %d from the given PriorityClass name",
			*p.Spec.Priority, class.Value))
	}
	p.Spec.PriorityClassName = class.Name
	p.Spec.Priority = &class.Value
	if class.PreemptionPolicy == nil {
		return nil
	}
	if p.Spec.PreemptionPolicy != nil && *p.Spec.PreemptionPolicy != *class.PreemptionPolicy {
		return Forbidden(r, fmt.Sprintf(
			"the string value of PreemptionPolicy (%s) must not be provided in pod spec; priority admission controller computed %s from the given PriorityClass name",
			*p.Spec.PreemptionPolicy, *class.PreemptionPolicy))
	}
	p.Spec.PreemptionPolicy = class.PreemptionPolicy
	return nil
}

// keepPriority carries over what a writer may leave out and may not change.
func keepPriority(p, old *core.Pod) {
	if p.Spec.Priority == nil {
		p.Spec.Priority = old.Spec.Priority
	}
	if p.Spec.PreemptionPolicy == nil {
		p.Spec.PreemptionPolicy = old.Spec.PreemptionPolicy
	}
}

// classOf is the pod's class: the one that it names, or the cluster's default,
// or none.
func (v *view) classOf(ctx context.Context, r *Request, p *core.Pod) (*scheduling.PriorityClass, error) {
	name := p.Spec.PriorityClassName
	if name == "" {
		class, err := v.defaultClass(ctx)
		if class == nil {
			class = &scheduling.PriorityClass{PreemptionPolicy: new(core.PreemptLowerPriority)}
		}
		return class, err
	}
	o, err := v.get(ctx, "priorityclasses.scheduling.k8s.io", "", name)
	if err != nil {
		return nil, err
	}
	if o == nil {
		return nil, Forbidden(r, fmt.Sprintf("no PriorityClass with name %s was found", name))
	}
	class := &scheduling.PriorityClass{}
	return class, codec.DecodeJSON(o.JSON(), class)
}

// defaultClass is the class of pods that name none, or nil. Should there be
// several, the least one counts.
func (v *view) defaultClass(ctx context.Context) (*scheduling.PriorityClass, error) {
	l, err := v.cache.Table("priorityclasses.scheduling.k8s.io").List(ctx, cache.ListOptions{ResourceVersion: "0"})
	if err != nil {
		return nil, err
	}
	var found *scheduling.PriorityClass
	for o := range l.All() {
		if !bytes.Contains(o.JSON(), []byte(`"globalDefault":true`)) {
			continue
		}
		class := &scheduling.PriorityClass{}
		if err := codec.DecodeJSON(o.JSON(), class); err != nil {
			return nil, err
		}
		if class.GlobalDefault && (found == nil || class.Value < found.Value) {
			found = class
		}
	}
	return found, nil
}

// onlyDefault refuses a second default.
func (v *view) onlyDefault(ctx context.Context, r *Request, c *scheduling.PriorityClass) error {
	is, err := v.defaultClass(ctx)
	if err != nil || is == nil || r.Operation == Update && is.Name == c.Name {
		return err
	}
	return Forbidden(r, fmt.Sprintf("PriorityClass %s is already marked as default. Only one default can exist", is.Name))
}
