package rest

import (
	"context"
	"iter"

	"github.com/pilothouse/pilothouse/apiserver/internal/allocator"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// Holdings reads what each stored service has, for the allocator's repair.
func Holdings(c *cache.Cache) func(context.Context) (iter.Seq[allocator.Holding], error) {
	return func(ctx context.Context) (iter.Seq[allocator.Holding], error) {
		l, err := c.Table("services").List(ctx, cache.ListOptions{})
		if err != nil {
			return nil, err
		}
		return func(yield func(allocator.Holding) bool) {
			for o := range l.All() {
				s := &core.Service{}
				if codec.DecodeJSON(o.JSON(), s) == nil && !yield(allocator.Holding{Owner: owner(s), IP: clusterIP(s), Ports: ports(s)}) {
					return
				}
			}
		}, nil
	}
}

// NodeView tells from the cache what runs on a node.
type NodeView struct{ Cache *cache.Cache }

// OnNode says whether the pod is bound to the node.
func (v NodeView) OnNode(ctx context.Context, node, namespace, pod string) bool {
	t := v.Cache.Table("pods")
	o := t.Get(namespace, pod)
	if o == nil || o.Field("spec.nodeName") != node {
		o, _ = t.Fetch(ctx, namespace, pod, "")
	}
	// A pod that is gone is nobody's: the node may hear that from the handler.
	return o == nil || o.Field("spec.nodeName") == node
}

// Uses says whether a pod on the node refers to the object.
func (v NodeView) Uses(ctx context.Context, node, resource, namespace, name string) bool {
	for p := range v.podsOn(ctx, node, namespace) {
		if refers(p, resource, name) {
			return true
		}
	}
	return false
}

func (v NodeView) podsOn(ctx context.Context, node, namespace string) iter.Seq[*core.Pod] {
	return func(yield func(*core.Pod) bool) {
		l, err := v.Cache.Table("pods").List(ctx, cache.ListOptions{Namespace: namespace, ResourceVersion: "0",
			Fields: selector.FieldEquals("spec.nodeName", node)})
		if err != nil {
			return
		}
		for o := range l.All() {
			p := &core.Pod{}
			if codec.DecodeJSON(o.JSON(), p) == nil && !yield(p) {
				return
			}
		}
	}
}

// refers says whether a pod names an object of its namespace.
func refers(p *core.Pod, resource, name string) bool {
	switch resource {
	case "serviceaccounts":
		return p.Spec.ServiceAccountName == name
	case "secrets":
		for _, s := range p.Spec.ImagePullSecrets {
			if s.Name == name {
				return true
			}
		}
		return volumesRefer(p, func(v *core.VolumeProjection) bool { return v.Secret != nil && v.Secret.Name == name },
			func(v *core.Volume) bool { return v.Secret != nil && v.Secret.SecretName == name }) ||
			envRefers(p, func(f *core.EnvFromSource) bool { return f.SecretRef != nil && f.SecretRef.Name == name },
				func(s *core.EnvVarSource) bool { return s.SecretKeyRef != nil && s.SecretKeyRef.Name == name })
	case "configmaps":
		return volumesRefer(p, func(v *core.VolumeProjection) bool { return v.ConfigMap != nil && v.ConfigMap.Name == name },
			func(v *core.Volume) bool { return v.ConfigMap != nil && v.ConfigMap.Name == name }) ||
			envRefers(p, func(f *core.EnvFromSource) bool { return f.ConfigMapRef != nil && f.ConfigMapRef.Name == name },
				func(s *core.EnvVarSource) bool { return s.ConfigMapKeyRef != nil && s.ConfigMapKeyRef.Name == name })
	}
	return false
}

func volumesRefer(p *core.Pod, projected func(*core.VolumeProjection) bool, direct func(*core.Volume) bool) bool {
	for i := range p.Spec.Volumes {
		v := &p.Spec.Volumes[i]
		if direct(v) {
			return true
		}
		if v.Projected == nil {
			continue
		}
		for j := range v.Projected.Sources {
			if projected(&v.Projected.Sources[j]) {
				return true
			}
		}
	}
	return false
}

func envRefers(p *core.Pod, all func(*core.EnvFromSource) bool, one func(*core.EnvVarSource) bool) bool {
	for _, list := range [][]core.Container{p.Spec.InitContainers, p.Spec.Containers} {
		for i := range list {
			for j := range list[i].EnvFrom {
				if all(&list[i].EnvFrom[j]) {
					return true
				}
			}
			for j := range list[i].Env {
				if s := list[i].Env[j].ValueFrom; s != nil && one(s) {
					return true
				}
			}
		}
	}
	return false
}
