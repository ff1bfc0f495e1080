package admissionregistration

import "github.com/pilothouse/pilothouse/proto/meta"

// What is meant when a configuration says nothing.
const (
	defaultTimeoutSeconds = 10
	defaultServicePort    = 443
)

// SetMutatingWebhookConfigurationDefaults fills in what each webhook leaves
// out.
func SetMutatingWebhookConfigurationDefaults(c *MutatingWebhookConfiguration) {
	for i := range c.Webhooks {
		h := &c.Webhooks[i]
		or(&h.FailurePolicy, Fail)
		or(&h.TimeoutSeconds, defaultTimeoutSeconds)
		or(&h.ReinvocationPolicy, NeverReinvocationPolicy)
		setMatch(&h.MatchPolicy, &h.NamespaceSelector, &h.ObjectSelector)
		setClient(&h.ClientConfig, h.Rules)
	}
}

// SetValidatingWebhookConfigurationDefaults fills in what each webhook leaves
// out.
func SetValidatingWebhookConfigurationDefaults(c *ValidatingWebhookConfiguration) {
	for i := range c.Webhooks {
		h := &c.Webhooks[i]
		or(&h.FailurePolicy, Fail)
		or(&h.TimeoutSeconds, defaultTimeoutSeconds)
		setMatch(&h.MatchPolicy, &h.NamespaceSelector, &h.ObjectSelector)
		setClient(&h.ClientConfig, h.Rules)
	}
}

// SetValidatingAdmissionPolicyDefaults fills in how failures are taken and what
// is matched.
func SetValidatingAdmissionPolicyDefaults(p *ValidatingAdmissionPolicy) {
	or(&p.Spec.FailurePolicy, Fail)
	setResources(p.Spec.MatchConstraints)
}

// SetValidatingAdmissionPolicyBindingDefaults fills in what is matched.
func SetValidatingAdmissionPolicyBindingDefaults(b *ValidatingAdmissionPolicyBinding) {
	setResources(b.Spec.MatchResources)
}

// SetMutatingAdmissionPolicyDefaults fills in how failures are taken and what
// is matched.
func SetMutatingAdmissionPolicyDefaults(p *MutatingAdmissionPolicy) {
	or(&p.Spec.FailurePolicy, Fail)
	setResources(p.Spec.MatchConstraints)
}

// SetMutatingAdmissionPolicyBindingDefaults fills in what is matched.
func SetMutatingAdmissionPolicyBindingDefaults(b *MutatingAdmissionPolicyBinding) {
	setResources(b.Spec.MatchResources)
}

// or sets what is not set.
func or[T any](field **T, value T) {
	if *field == nil {
		*field = &value
	}
}

func setMatch(policy **MatchPolicyType, namespaces, objects **meta.LabelSelector) {
	or(policy, Equivalent)
	or(namespaces, meta.LabelSelector{})
	or(objects, meta.LabelSelector{})
}

func setClient(c *WebhookClientConfig, rules []RuleWithOperations) {
	if c.Service != nil {
		or(&c.Service.Port, defaultServicePort)
	}
	for i := range rules {
		or(&rules[i].Scope, AllScopes)
	}
}

func setResources(m *MatchResources) {
	if m == nil {
		return
	}
	setMatch(&m.MatchPolicy, &m.NamespaceSelector, &m.ObjectSelector)
	for _, rules := range [][]NamedRuleWithOperations{m.ResourceRules, m.ExcludeResourceRules} {
		for i := range rules {
			or(&rules[i].Scope, AllScopes)
		}
	}
}
