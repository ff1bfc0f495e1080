package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidatingWebhookConfiguration is TODO.
type ValidatingWebhookConfiguration struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Webhooks        []ValidatingWebhook `json:"webhooks,omitempty" protobuf:"2" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
}

// ValidatingWebhook is TODO.
type ValidatingWebhook struct {
	Name                    string               `json:"name" protobuf:"1" required:"true"`
	ClientConfig            WebhookClientConfig  `json:"clientConfig" protobuf:"2" required:"true"`
	Rules                   []RuleWithOperations `json:"rules,omitempty" protobuf:"3" listType:"atomic"`
	FailurePolicy           *FailurePolicyType   `json:"failurePolicy,omitempty" protobuf:"4"`
	MatchPolicy             *MatchPolicyType     `json:"matchPolicy,omitempty" protobuf:"9"`
	NamespaceSelector       *meta.LabelSelector  `json:"namespaceSelector,omitempty" protobuf:"5"`
	ObjectSelector          *meta.LabelSelector  `json:"objectSelector,omitempty" protobuf:"10"`
	SideEffects             *SideEffectClass     `json:"sideEffects" protobuf:"6" required:"true"`
	TimeoutSeconds          *int32               `json:"timeoutSeconds,omitempty" protobuf:"7"`
	AdmissionReviewVersions []string             `json:"admissionReviewVersions" protobuf:"8" listType:"atomic" required:"true"`
	MatchConditions         []MatchCondition     `json:"matchConditions,omitempty" protobuf:"11" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
}

// ValidatingWebhookConfigurationList is what a list of ValidatingWebhookConfiguration objects is answered with.
type ValidatingWebhookConfigurationList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []ValidatingWebhookConfiguration `json:"items" protobuf:"2" required:"true"`
}
