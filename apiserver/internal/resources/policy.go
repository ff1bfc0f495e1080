package resources

import "github.com/pilothouse/pilothouse/proto/policy"

// policyResources are the disruption budgets.
func policyResources() []*Resource {
	r := Resource{Kind: named("policy/v1", "PodDisruptionBudget"), Prefix: "/registry/poddisruptionbudgets/", Conditional: true}
	r.Subresources = []Subresource{part("status", keepBudgetSpec, policy.ValidatePodDisruptionBudgetStatusUpdate)}
	return []*Resource{
		kind[*policy.PodDisruptionBudget]{nil, newBudget, keepBudgetStatus, policy.ValidatePodDisruptionBudget, policy.ValidatePodDisruptionBudgetUpdate}.on(r),
	}
}

func newBudget(b *policy.PodDisruptionBudget) {
	b.Status, b.Generation = policy.PodDisruptionBudgetStatus{}, 1
}

func keepBudgetStatus(b, old *policy.PodDisruptionBudget) {
	b.Status = old.Status
	bump(&b.ObjectMeta, &old.ObjectMeta, b.Spec, old.Spec)
}

func keepBudgetSpec(b, old *policy.PodDisruptionBudget) { keepMetaButOwn(b, old); b.Spec = old.Spec }
