package admissionregistration

// SetMutatingWebhookConfigurationDefaults fills in what was left out.
func SetMutatingWebhookConfigurationDefaults(*MutatingWebhookConfiguration) {}

// SetValidatingWebhookConfigurationDefaults fills in what was left out.
func SetValidatingWebhookConfigurationDefaults(*ValidatingWebhookConfiguration) {}

// SetValidatingAdmissionPolicyDefaults fills in what was left out.
func SetValidatingAdmissionPolicyDefaults(*ValidatingAdmissionPolicy) {}

// SetValidatingAdmissionPolicyBindingDefaults fills in what was left out.
func SetValidatingAdmissionPolicyBindingDefaults(*ValidatingAdmissionPolicyBinding) {}

// SetMutatingAdmissionPolicyDefaults fills in what was left out.
func SetMutatingAdmissionPolicyDefaults(*MutatingAdmissionPolicy) {}

// SetMutatingAdmissionPolicyBindingDefaults fills in what was left out.
func SetMutatingAdmissionPolicyBindingDefaults(*MutatingAdmissionPolicyBinding) {}
