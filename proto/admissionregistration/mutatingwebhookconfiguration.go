package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// MutatingWebhookConfiguration is TODO.
type MutatingWebhookConfiguration struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Webhooks        []MutatingWebhook `json:"webhooks,omitempty" protobuf:"2" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
}

// MutatingWebhook is TODO.
type MutatingWebhook struct {
	Name                    string                  `json:"name" protobuf:"1" required:"true"`
	ClientConfig            WebhookClientConfig     `json:"clientConfig" protobuf:"2" required:"true"`
	Rules                   []RuleWithOperations    `json:"rules,omitempty" protobuf:"3" listType:"atomic"`
	FailurePolicy           *FailurePolicyType      `json:"failurePolicy,omitempty" protobuf:"4"`
	MatchPolicy             *MatchPolicyType        `json:"matchPolicy,omitempty" protobuf:"9"`
	NamespaceSelector       *meta.LabelSelector     `json:"namespaceSelector,omitempty" protobuf:"5"`
	ObjectSelector          *meta.LabelSelector     `json:"objectSelector,omitempty" protobuf:"11"`
	SideEffects             *SideEffectClass        `json:"sideEffects" protobuf:"6" required:"true"`
	TimeoutSeconds          *int32                  `json:"timeoutSeconds,omitempty" protobuf:"7"`
	AdmissionReviewVersions []string                `json:"admissionReviewVersions" protobuf:"8" listType:"atomic" required:"true"`
	ReinvocationPolicy      *ReinvocationPolicyType `json:"reinvocationPolicy,omitempty" protobuf:"10"`
	MatchConditions         []MatchCondition        `json:"matchConditions,omitempty" protobuf:"12" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
}

// WebhookClientConfig is TODO.
type WebhookClientConfig struct {
	URL      *string           `json:"url,omitempty" protobuf:"3"`
	Service  *ServiceReference `json:"service,omitempty" protobuf:"1"`
	CABundle []byte            `json:"caBundle,omitempty" protobuf:"2"`
}

// ServiceReference is TODO.
type ServiceReference struct {
	Namespace string  `json:"namespace" protobuf:"1" required:"true"`
	Name      string  `json:"name" protobuf:"2" required:"true"`
	Path      *string `json:"path,omitempty" protobuf:"3"`
	Port      *int32  `json:"port,omitempty" protobuf:"4"`
}

// RuleWithOperations is TODO.
type RuleWithOperations struct {
	Operations []OperationType `json:"operations,omitempty" protobuf:"1" listType:"atomic"`
	Rule       `json:",inline" protobuf:"2"`
}

// OperationType is TODO.
type OperationType string

const (
	OperationAll OperationType = "*"
	Create       OperationType = "CREATE"
	Update       OperationType = "UPDATE"
	Delete       OperationType = "DELETE"
	Connect      OperationType = "CONNECT"
)

// Rule is TODO.
type Rule struct {
	APIGroups   []string   `json:"apiGroups,omitempty" protobuf:"1"`
	APIVersions []string   `json:"apiVersions,omitempty" protobuf:"2"`
	Resources   []string   `json:"resources,omitempty" protobuf:"3"`
	Scope       *ScopeType `json:"scope,omitempty" protobuf:"4"`
}

// ScopeType is TODO.
type ScopeType string

const (
	ClusterScope    ScopeType = "Cluster"
	NamespacedScope ScopeType = "Namespaced"
	AllScopes       ScopeType = "*"
)

// FailurePolicyType is TODO.
type FailurePolicyType string

const (
	Ignore FailurePolicyType = "Ignore"
	Fail   FailurePolicyType = "Fail"
)

// MatchPolicyType is TODO.
type MatchPolicyType string

const (
	Exact      MatchPolicyType = "Exact"
	Equivalent MatchPolicyType = "Equivalent"
)

// SideEffectClass is TODO.
type SideEffectClass string

const (
	SideEffectClassUnknown      SideEffectClass = "Unknown"
	SideEffectClassNone         SideEffectClass = "None"
	SideEffectClassSome         SideEffectClass = "Some"
	SideEffectClassNoneOnDryRun SideEffectClass = "NoneOnDryRun"
)

// ReinvocationPolicyType is TODO.
type ReinvocationPolicyType string

const (
	NeverReinvocationPolicy    ReinvocationPolicyType = "Never"
	IfNeededReinvocationPolicy ReinvocationPolicyType = "IfNeeded"
)

// MatchCondition is TODO.
type MatchCondition struct {
	Name       string `json:"name" protobuf:"1" required:"true"`
	Expression string `json:"expression" protobuf:"2" required:"true"`
}

// MutatingWebhookConfigurationList is what a list of MutatingWebhookConfiguration objects is answered with.
type MutatingWebhookConfigurationList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []MutatingWebhookConfiguration `json:"items" protobuf:"2" required:"true"`
}
