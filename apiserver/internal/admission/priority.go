package admission

import (
	"context"
	"fmt"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/core"
)

// systemPriorities are the classes that exist without having been made.
var systemPriorities = map[string]int32{
	"system-cluster-critical": 2000000000,
	"system-node-critical":    2000001000,
}

// priority gives each new pod the number that its class stands for.
func priority(_ context.Context, r *Request) error {
	p, ok := r.Object.(*core.Pod)
	if !ok || r.Operation != Create || r.Subresource != "" {
		return nil
	}
	value, known := systemPriorities[p.Spec.PriorityClassName]
	if p.Spec.PriorityClassName != "" && !known {
		return status.Forbidden(r.Resource, r.Name, fmt.Sprintf("no PriorityClass with name %s was found", p.Spec.PriorityClassName))
	}
	if p.Spec.Priority != nil && *p.Spec.Priority != value {
		return status.Forbidden(r.Resource, r.Name, fmt.Sprintf(
			"the integer value of priority (%d) must not be provided in pod spec; priority admission controller computed %d from the given PriorityClass name",
			*p.Spec.Priority, value))
	}
	p.Spec.Priority = &value
	if p.Spec.PreemptionPolicy == nil {
		policy := core.PreemptLowerPriority
		p.Spec.PreemptionPolicy = &policy
	}
	return nil
}
