package admission

import (
	"context"
	"fmt"
	"maps"
	"slices"

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
	class := &node.RuntimeClass{}
	if p.Spec.RuntimeClassName != nil {
		o, err := v.get(ctx, "runtimeclasses.node.k8s.io", "", *p.Spec.RuntimeClassName)
		if err != nil {
			return err
		}
		if o == nil {
			return Forbidden(r, fmt.Sprintf("pod rejected: RuntimeClass %q not found", *p.Spec.RuntimeClassName))
		}
		if err := codec.DecodeJSON(o.JSON(), class); err != nil {
			return err
		}
	}
	if class.Overhead == nil {
		if p.Spec.Overhead != nil {
			return Forbidden(r, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")
		}
	} else {
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
