package rootca

import (
	"maps"

	"github.com/pilothouse/pilothouse/proto/core"
)

const (
	// ConfigMap is the name of the config map in every namespace.
	ConfigMap = "kube-root-ca.crt"
	key       = "ca.crt"
	// description is the annotation that tells people what it is for.
	description = "kubernetes.io/description"
	words       = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."
)

// step is what to do next for one namespace.
type step struct {
	create *core.ConfigMap
	update *core.ConfigMap
}

// plan decides the next step for ns, where current is its config map, nil
// when there is none, and ca the bundle in PEM.
func plan(ns *core.Namespace, current *core.ConfigMap, ca string) step {
	if ns.DeletionTimestamp != nil || ns.Status.Phase == core.NamespaceTerminating {
		return step{}
	}
	data := map[string]string{key: ca}
	if current == nil {
		cm := &core.ConfigMap{Data: data}
		cm.Namespace, cm.Name = ns.Name, ConfigMap
		cm.Annotations = map[string]string{description: words}
		return step{create: cm}
	}
	if maps.Equal(current.Data, data) && len(current.BinaryData) == 0 && current.Annotations[description] != "" {
		return step{}
	}
	cm := current.DeepCopy()
	cm.Data, cm.BinaryData = data, nil
	if cm.Annotations == nil {
		cm.Annotations = map[string]string{}
	}
	cm.Annotations[description] = words
	return step{update: cm}
}
