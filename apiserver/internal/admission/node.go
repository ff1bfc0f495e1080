package admission

import (
	"context"
	"fmt"
	"slices"

	"github.com/pilothouse/pilothouse/apiserver/internal/authz"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/authentication"
	"github.com/pilothouse/pilothouse/proto/coordination"
	"github.com/pilothouse/pilothouse/proto/core"
)

// newNodeTaint keeps pods off a node that has not yet said that it is ready;
// the node lifecycle controller takes the taint away.
func newNodeTaint(_ context.Context, r *Request) error {
	n, ok := r.Object.(*core.Node)
	if !ok || r.Operation != Create {
		return nil
	}
	taint := core.Taint{Key: core.TaintNodeNotReady, Effect: core.TaintEffectNoSchedule}
	if !slices.ContainsFunc(n.Spec.Taints, func(t core.Taint) bool { return t.Key == taint.Key && t.Effect == taint.Effect }) {
		n.Spec.Taints = append(n.Spec.Taints, taint)
	}
	return nil
}

// nodeRestriction lets a node make only what is its own.
func (v *view) nodeRestriction(_ context.Context, r *Request) error {
	node, ok := authz.NodeName(r.User)
	if !ok || r.Operation == Delete {
		return nil
	}
	refuse := func(format string, args ...any) error {
		return status.Forbidden(r.Resource, r.Name, fmt.Sprintf(format, args...))
	}
	switch o := r.Object.(type) {
	case *core.Node:
		if o.Name != node {
			return refuse("node %q is not allowed to modify node %q", node, o.Name)
		}
		if old, ok := r.Old.(*core.Node); ok && r.Subresource == "" && !slices.Equal(taintKeys(o), taintKeys(old)) {
			return refuse("node %q is not allowed to modify taints", node)
		}
	case *coordination.Lease:
		if r.Operation == Create && o.Name != node {
			return refuse("node %q is not allowed to access lease %q", node, o.Name)
		}
	case *core.Pod:
		if r.Operation == Create && o.Annotations[core.AnnotationMirrorPod] == "" {
			return refuse("pod does not have %q annotation, node %q can only create mirror pods", core.AnnotationMirrorPod, node)
		}
		if o.Spec.NodeName != node {
			return refuse("node %q can only act on pods with spec.nodeName set to itself", node)
		}
	case *authentication.TokenRequest:
		if o.Spec.BoundObjectRef == nil || o.Spec.BoundObjectRef.Kind != "Pod" {
			return refuse("node requested token not bound to a pod")
		}
		p := v.cache.Table("pods").Get(r.Namespace, o.Spec.BoundObjectRef.Name)
		if p == nil || p.Field("spec.nodeName") != node {
			return refuse("node requested token bound to a pod scheduled on a different node")
		}
	}
	return nil
}

func taintKeys(n *core.Node) []string {
	var keys []string
	for _, t := range n.Spec.Taints {
		keys = append(keys, t.Key+"="+t.Value+":"+string(t.Effect))
	}
	slices.Sort(keys)
	return keys
}
