package admission

import (
	"context"
	"slices"

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
