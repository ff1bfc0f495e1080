package backend

import (
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Watch calls add with the key of a service whenever its backends may have
// changed: the service itself, a pod that it selects or selected, or the
// voice of a node that one of its pods is on. Call it before the view runs.
func Watch(view *cluster.View, add func(meta.Key)) {
	services, pods, nodes := view.Services(), view.Pods(), view.Nodes()
	services.OnChange(func(old, new *core.Service) {
		if new != nil {
			add(meta.KeyOf(new))
		} else {
			add(meta.KeyOf(old))
		}
	})
	pods.OnChange(func(old, new *core.Pod) {
		if old != nil && new != nil && sameBackend(old, new) {
			return
		}
		for _, p := range []*core.Pod{old, new} {
			addServicesOf(p, services, add)
		}
	})
	nodes.OnChange(func(old, new *core.Node) {
		if old != nil && new != nil && (Silent(old) != Silent(new) || old.Labels[core.LabelTopologyZone] != new.Labels[core.LabelTopologyZone]) {
			for _, p := range pods.ByIndex(cluster.ByNode, new.Name) {
				addServicesOf(p, services, add)
			}
		}
	})
}

func addServicesOf(p *core.Pod, services *informer.Informer[*core.Service], add func(meta.Key)) {
	if p == nil {
		return
	}
	for _, svc := range services.ByNamespace(p.Namespace) {
		if Matches(svc.Spec.Selector, p.Labels) {
			add(meta.KeyOf(svc))
		}
	}
}

// PodsOf are the pods that svc selects.
func PodsOf(svc *core.Service, pods *informer.Informer[*core.Pod]) []*core.Pod {
	var out []*core.Pod
	for _, p := range pods.ByNamespace(svc.Namespace) {
		if Matches(svc.Spec.Selector, p.Labels) {
			out = append(out, p)
		}
	}
	return out
}
