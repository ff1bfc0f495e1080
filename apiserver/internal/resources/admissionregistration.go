package resources

import "github.com/pilothouse/pilothouse/proto/admissionregistration"

func admissionregistrationResources() []*Resource {
	v1 := func(name, prefix string) Resource {
		return Resource{Kind: named("admissionregistration.k8s.io/v1", name), Prefix: "/registry/" + prefix + "/", Conditional: true}
	}
	policy := v1("ValidatingAdmissionPolicy", "validatingadmissionpolicies")
	policy.Subresources = []Subresource{part("status", keepPolicySpec, admissionregistration.ValidateValidatingAdmissionPolicyStatusUpdate)}
	return []*Resource{
		kind[*admissionregistration.MutatingAdmissionPolicy]{admissionregistration.SetMutatingAdmissionPolicyDefaults, newMutatingPolicy, countMutatingPolicy,
			admissionregistration.ValidateMutatingAdmissionPolicy, admissionregistration.ValidateMutatingAdmissionPolicyUpdate,
		}.on(v1("MutatingAdmissionPolicy", "mutatingadmissionpolicies")),
		kind[*admissionregistration.MutatingAdmissionPolicyBinding]{admissionregistration.SetMutatingAdmissionPolicyBindingDefaults, newMutatingPolicyBinding, countMutatingPolicyBinding,
			admissionregistration.ValidateMutatingAdmissionPolicyBinding, admissionregistration.ValidateMutatingAdmissionPolicyBindingUpdate,
		}.on(v1("MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings")),
		kind[*admissionregistration.MutatingWebhookConfiguration]{admissionregistration.SetMutatingWebhookConfigurationDefaults, newMutatingWebhooks, countMutatingWebhooks,
			admissionregistration.ValidateMutatingWebhookConfiguration, admissionregistration.ValidateMutatingWebhookConfigurationUpdate,
		}.on(v1("MutatingWebhookConfiguration", "mutatingwebhookconfigurations")),
		kind[*admissionregistration.ValidatingAdmissionPolicy]{admissionregistration.SetValidatingAdmissionPolicyDefaults, newPolicy, keepPolicyStatus,
			admissionregistration.ValidateValidatingAdmissionPolicy, admissionregistration.ValidateValidatingAdmissionPolicyUpdate,
		}.on(policy),
		kind[*admissionregistration.ValidatingAdmissionPolicyBinding]{admissionregistration.SetValidatingAdmissionPolicyBindingDefaults, newPolicyBinding, countPolicyBinding,
			admissionregistration.ValidateValidatingAdmissionPolicyBinding, admissionregistration.ValidateValidatingAdmissionPolicyBindingUpdate,
		}.on(v1("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings")),
		kind[*admissionregistration.ValidatingWebhookConfiguration]{admissionregistration.SetValidatingWebhookConfigurationDefaults, newValidatingWebhooks, countValidatingWebhooks,
			admissionregistration.ValidateValidatingWebhookConfiguration, admissionregistration.ValidateValidatingWebhookConfigurationUpdate,
		}.on(v1("ValidatingWebhookConfiguration", "validatingwebhookconfigurations")),
	}
}

func newMutatingPolicy(p *admissionregistration.MutatingAdmissionPolicy) { p.Generation = 1 }

func countMutatingPolicy(p, old *admissionregistration.MutatingAdmissionPolicy) {
	countChanges(p, old, p.Spec, old.Spec)
}

func newMutatingPolicyBinding(b *admissionregistration.MutatingAdmissionPolicyBinding) {
	b.Generation = 1
}

func countMutatingPolicyBinding(b, old *admissionregistration.MutatingAdmissionPolicyBinding) {
	countChanges(b, old, b.Spec, old.Spec)
}

func newMutatingWebhooks(c *admissionregistration.MutatingWebhookConfiguration) { c.Generation = 1 }

func countMutatingWebhooks(c, old *admissionregistration.MutatingWebhookConfiguration) {
	countChanges(c, old, c.Webhooks, old.Webhooks)
}

func newValidatingWebhooks(c *admissionregistration.ValidatingWebhookConfiguration) { c.Generation = 1 }

func countValidatingWebhooks(c, old *admissionregistration.ValidatingWebhookConfiguration) {
	countChanges(c, old, c.Webhooks, old.Webhooks)
}

func newPolicy(p *admissionregistration.ValidatingAdmissionPolicy) {
	p.Status = admissionregistration.ValidatingAdmissionPolicyStatus{}
	p.Generation = 1
}

func keepPolicyStatus(p, old *admissionregistration.ValidatingAdmissionPolicy) {
	p.Status = old.Status
	countChanges(p, old, p.Spec, old.Spec)
}

func keepPolicySpec(p, old *admissionregistration.ValidatingAdmissionPolicy) {
	keepMeta(p, old)
	p.Spec = old.Spec
}

func newPolicyBinding(b *admissionregistration.ValidatingAdmissionPolicyBinding) { b.Generation = 1 }

func countPolicyBinding(b, old *admissionregistration.ValidatingAdmissionPolicyBinding) {
	countChanges(b, old, b.Spec, old.Spec)
}
