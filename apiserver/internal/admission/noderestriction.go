package admission

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/authz"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/authentication"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// nodeRestriction lets a node write only what is its own: its Node, its lease,
// the pods bound to it. What the node authorizer lets pass by verb and name is
// held here against the object itself.
func (v *view) nodeRestriction(ctx context.Context, r *Request) error {
	if !strings.HasPrefix(r.User.Name, "system:node:") {
		return nil
	}
	node, ok := authz.NodeName(r.User)
	if !ok {
		return nil
	}
	if node == "" {
		return refuse(r, "could not determine node identity from user %q", r.User.Name)
	}
	switch r.Resource {
	case status.Resource{Name: "nodes"}:
		return admitNode(r, node)
	case status.Resource{Name: "pods"}:
		return v.admitNodePod(ctx, r, node)
	case status.Resource{Name: "serviceaccounts"}:
		if t, ok := r.Object.(*authentication.TokenRequest); ok {
			return v.admitNodeToken(ctx, r, t, node)
		}
	case status.Resource{Name: "persistentvolumeclaims"}:
		if r.Subresource == "status" {
			return nil // The strategy of the subresource lets nothing else change.
		}
		return refuse(r, "may only update PVC status")
	case status.Resource{Group: "coordination.k8s.io", Name: "leases"}:
		if r.Operation == Create && r.Object.GetObjectMeta().Name != node {
			return refuse(r, "can only access node lease with the same name as the requesting node")
		}
	case status.Resource{Group: "storage.k8s.io", Name: "csinodes"}:
		if r.Operation == Create && r.Object.GetObjectMeta().Name != node {
			return refuse(r, "can only access CSINode with the same name as the requesting node")
		}
	}
	return nil
}

func refuse(r *Request, format string, args ...any) error {
	return status.Forbidden(r.Resource, nameOf(r), fmt.Sprintf(format, args...))
}

// nameOf is the object's name, as given or as it will begin.
func nameOf(r *Request) string {
	if r.Name != "" || r.Object == nil {
		return r.Name
	}
	m := r.Object.GetObjectMeta()
	if m.Name != "" {
		return m.Name
	}
	return m.GenerateName
}

// admitNode lets a node change itself, and not what others rely on when they
// place pods: taints, and labels that it has not been given to say.
func admitNode(r *Request, node string) error {
	if nameOf(r) != node {
		return refuse(r, "node %q is not allowed to modify node %q", node, nameOf(r))
	}
	n, ok := r.Object.(*core.Node)
	if !ok {
		return nil
	}
	if r.Operation == Create {
		if bad := reserved(n.Labels, nil); len(bad) > 0 {
			return refuse(r, "node %q is not allowed to set the following labels: %s", node, strings.Join(bad, ", "))
		}
		return nil
	}
	old := r.Old.(*core.Node)
	if !meta.Equal(n.Spec.Taints, old.Spec.Taints) && len(n.Spec.Taints)+len(old.Spec.Taints) > 0 {
		return refuse(r, "node %q is not allowed to modify taints", node)
	}
	if len(n.OwnerReferences)+len(old.OwnerReferences) > 0 && !meta.Equal(n.OwnerReferences, old.OwnerReferences) {
		return refuse(r, "node %q is not allowed to modify ownerReferences", node)
	}
	if bad := reserved(n.Labels, old.Labels); len(bad) > 0 {
		return refuse(r, "is not allowed to modify labels: %s", strings.Join(bad, ", "))
	}
	return nil
}

// reserved lists the labels that differ from old's and that a node may not say
// about itself.
func reserved(labels, old map[string]string) []string {
	var bad []string
	for key, value := range labels {
		if was, ok := old[key]; (!ok || was != value) && reservedLabel(key) {
			bad = append(bad, key)
		}
	}
	for key := range old {
		if _, ok := labels[key]; !ok && reservedLabel(key) {
			bad = append(bad, key)
		}
	}
	slices.Sort(bad)
	return slices.Compact(bad)
}

// nodeLabels are those of the system's own that a node may say.
var nodeLabels = map[string]bool{
	"kubernetes.io/hostname": true, "kubernetes.io/os": true, "kubernetes.io/arch": true,
	"beta.kubernetes.io/os": true, "beta.kubernetes.io/arch": true,
	"topology.kubernetes.io/zone": true, "topology.kubernetes.io/region": true,
	"failure-domain.beta.kubernetes.io/zone": true, "failure-domain.beta.kubernetes.io/region": true,
	"node.kubernetes.io/instance-type": true, "beta.kubernetes.io/instance-type": true,
}

func reservedLabel(key string) bool {
	domain, _, _ := strings.Cut(key, "/")
	switch {
	case within(domain, "node-restriction.kubernetes.io"):
		return true
	case !within(domain, "kubernetes.io") && !within(domain, "k8s.io"), nodeLabels[key]:
		return false
	}
	return !within(domain, "kubelet.kubernetes.io") && !within(domain, "node.kubernetes.io")
}

func within(domain, parent string) bool {
	return domain == parent || strings.HasSuffix(domain, "."+parent)
}

// admitNodePod lets a node make copies of its static pods, report on its pods,
// and evict and delete them.
func (v *view) admitNodePod(ctx context.Context, r *Request, node string) error {
	switch {
	case r.Subresource == "" && r.Operation == Create:
		return v.admitMirror(ctx, r, node)
	case r.Subresource == "" && r.Operation == Delete:
		if p, ok := r.Old.(*core.Pod); ok && p.Spec.NodeName != node {
			return refuse(r, "node %q can only delete pods with spec.nodeName set to itself", node)
		}
	case r.Subresource == "status" && r.Operation == Update:
		p, old := r.Object.(*core.Pod), r.Old.(*core.Pod)
		if old.Spec.NodeName != node {
			return refuse(r, "node %q can only update pod status for pods with spec.nodeName set to itself", node)
		}
		if !maps.Equal(p.Labels, old.Labels) {
			return refuse(r, "node %q cannot update labels through pod status", node)
		}
	case r.Subresource == "eviction":
		p, err := v.get(ctx, "pods", r.Namespace, nameOf(r))
		if err != nil {
			return err
		}
		if p == nil {
			return status.NotFound(status.Resource{Name: "pod"}, nameOf(r))
		}
		if p.Field("spec.nodeName") != node {
			return refuse(r, "node %s can only evict pods with spec.nodeName set to itself", node)
		}
	}
	return nil
}

// admitMirror lets a node make the copy of a static pod. The copy must not name
// what would let the node read it.
func (v *view) admitMirror(ctx context.Context, r *Request, node string) error {
	p := r.Object.(*core.Pod)
	if p.Annotations[core.AnnotationMirrorPod] == "" {
		return refuse(r, "pod does not have %q annotation, node %q can only create mirror pods", core.AnnotationMirrorPod, node)
	}
	if p.Spec.NodeName != node {
		return refuse(r, "node %q can only create pods with spec.nodeName set to itself", node)
	}
	if err := v.admitOwner(ctx, r, p.OwnerReferences, node); err != nil {
		return err
	}
	bad := ""
	switch refs := authz.Names(p); {
	case p.Spec.ServiceAccountName != "":
		return refuse(r, "node %q can not create pods that reference a service account", node)
	case refs["secrets"]:
		bad = "secrets"
	case refs["configmaps"]:
		bad = "configmaps"
	case refs["persistentvolumeclaims"]:
		bad = "persistentvolumeclaims"
	}
	if bad != "" {
		return refuse(r, "node %q can not create pods that reference %s", node, bad)
	}
	return nil
}

// admitOwner lets the node's own Node alone own what it makes, so that the copy
// goes with it and nothing else does.
func (v *view) admitOwner(ctx context.Context, r *Request, owners []meta.OwnerReference, node string) error {
	if len(owners) > 1 {
		return refuse(r, "node %q can only create pods with a single owner reference set to itself", node)
	}
	if len(owners) == 0 || owners[0].APIVersion != "v1" || owners[0].Kind != "Node" || owners[0].Name != node {
		return refuse(r, "node %q can only create pods with an owner reference set to itself", node)
	}
	o := owners[0]
	if o.Controller == nil || !*o.Controller {
		return refuse(r, "node %q can only create pods with a controller owner reference set to itself", node)
	}
	if o.BlockOwnerDeletion != nil && *o.BlockOwnerDeletion {
		return refuse(r, "node %q must not set blockOwnerDeletion on an owner reference", node)
	}
	n, err := v.get(ctx, "nodes", "", node)
	if err != nil {
		return err
	}
	if n == nil {
		return status.NotFound(status.Resource{Name: "node"}, node)
	}
	if string(o.UID) != n.UID {
		return refuse(r, "node %s UID mismatch: expected %s got %s", node, o.UID, n.UID)
	}
	return nil
}

// admitNodeToken lets a node have tokens for the pods that are bound to it.
func (v *view) admitNodeToken(ctx context.Context, r *Request, t *authentication.TokenRequest, node string) error {
	b := t.Spec.BoundObjectRef
	switch {
	case b == nil || b.APIVersion != "v1" || b.Kind != "Pod" || b.Name == "":
		return refuse(r, "node requested token not bound to a pod")
	case b.UID == "":
		return refuse(r, "node requested token with a pod binding without a uid")
	}
	p, err := v.podNow(ctx, r.Namespace, b.Name)
	if err != nil {
		return err
	}
	switch {
	case p == nil:
		return status.NotFound(status.Resource{Name: "pod"}, b.Name)
	case p.UID != string(b.UID):
		return refuse(r, "the UID in the bound object reference (%s) does not match the UID in record. The object might have been deleted and then recreated", b.UID)
	case p.Field("spec.nodeName") != node:
		return refuse(r, "node requested token bound to a pod scheduled on a different node")
	}
	return nil
}

// podNow is a pod as it is now: its node may ask for its token the moment that
// it was bound.
func (v *view) podNow(ctx context.Context, namespace, name string) (*cache.Object, error) {
	return v.cache.Table("pods").Fetch(ctx, namespace, name, "")
}
