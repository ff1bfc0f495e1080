package admission

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/node"
)

// runtimeClass puts into a new pod what its class costs and where it runs.
func (v *view) runtimeClass(ctx context.Context, r *Request) error {
	p, ok := r.Object.(*core.Pod)
	if !ok || r.Operation != Create || r.Subresource != "" {
		return nil
	}
	class, err := v.runtimeClassOf(ctx, r, p)
	if class == nil {
		return err
	}
	if class.Overhead != nil {
		if p.Spec.Overhead != nil && !meta.Equal(p.Spec.Overhead, class.Overhead.PodFixed) {
			return Forbidden(r, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
		}
		p.Spec.Overhead = class.Overhead.PodFixed
	}
	if class.Scheduling == nil {
		return nil
	}
	return place(r, p, class.Scheduling)
}

// runtimeClassOf is the class that a pod names; nil for none.
func (v *view) runtimeClassOf(ctx context.Context, r *Request, p *core.Pod) (*node.RuntimeClass, error) {
	if p.Spec.RuntimeClassName == nil {
		return nil, nil
	}
	name := *p.Spec.RuntimeClassName
	if name == "" {
		return nil, status.Unknown(errors.New("resource name may not be empty"))
	}
	if bad := badName(name); bad != nil {
		return nil, status.Unknown(bad)
	}
	o, err := v.get(ctx, "runtimeclasses.node.k8s.io", "", name)
	if err != nil {
		return nil, err
	}
	if o == nil {
		return nil, Forbidden(r, fmt.Sprintf("pod rejected: RuntimeClass %q not found", name))
	}
	class := &node.RuntimeClass{}
	if err := codec.DecodeJSON(o.JSON(), class); err != nil {
		return nil, err
	}
	return class, nil
}

// badName says why nothing can be looked up by a name.
func badName(name string) error {
	if bad := meta.IsPathSegment(name); len(bad) > 0 {
		return fmt.Errorf("invalid resource name %q: %v", name, bad)
	}
	return nil
}

// overheadHolds refuses a cost that no class has set.
func (v *view) overheadHolds(ctx context.Context, r *Request) error {
	p, ok := r.Object.(*core.Pod)
	if !ok || r.Operation != Create || r.Subresource != "" || p.Spec.Overhead == nil {
		return nil
	}
	class, err := v.runtimeClassOf(ctx, r, p)
	if err != nil || class != nil && class.Overhead != nil {
		return err
	}
	return Forbidden(r, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")
}

// place sends the pod to the nodes that know its class.
func place(r *Request, p *core.Pod, s *node.Scheduling) error {
	for _, k := range slices.Sorted(maps.Keys(s.NodeSelector)) {
		if has, ok := p.Spec.NodeSelector[k]; ok && has != s.NodeSelector[k] {
			return Forbidden(r, fmt.Sprintf("conflict: runtimeClass.scheduling.nodeSelector[%s] = %s; pod.spec.nodeSelector[%s] = %s",
				k, s.NodeSelector[k], k, has))
		}
	}
	if len(s.NodeSelector) > 0 {
		all := maps.Clone(s.NodeSelector)
		maps.Copy(all, p.Spec.NodeSelector)
		p.Spec.NodeSelector = all
	}
	for _, t := range s.Tolerations {
		if !slices.ContainsFunc(p.Spec.Tolerations, func(o core.Toleration) bool { return meta.Equal(o, t) }) {
			p.Spec.Tolerations = append(p.Spec.Tolerations, t)
		}
	}
	return nil
}
