package authorization

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// SelfSubjectRulesReview is TODO.
type SelfSubjectRulesReview struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            SelfSubjectRulesReviewSpec `json:"spec" protobuf:"2" required:"true"`
	Status          SubjectRulesReviewStatus   `json:"status,omitempty" protobuf:"3"`
}

// SelfSubjectRulesReviewSpec is TODO.
type SelfSubjectRulesReviewSpec struct {
	Namespace string `json:"namespace,omitempty" protobuf:"1"`
}

// SubjectRulesReviewStatus is TODO.
type SubjectRulesReviewStatus struct {
	ResourceRules    []ResourceRule    `json:"resourceRules" protobuf:"1" listType:"atomic" required:"true"`
	NonResourceRules []NonResourceRule `json:"nonResourceRules" protobuf:"2" listType:"atomic" required:"true"`
	Incomplete       bool              `json:"incomplete" protobuf:"3" required:"true"`
	EvaluationError  string            `json:"evaluationError,omitempty" protobuf:"4"`
}

// ResourceRule is TODO.
type ResourceRule struct {
	Verbs         []string `json:"verbs" protobuf:"1" listType:"atomic" required:"true"`
	APIGroups     []string `json:"apiGroups,omitempty" protobuf:"2" listType:"atomic"`
	Resources     []string `json:"resources,omitempty" protobuf:"3" listType:"atomic"`
	ResourceNames []string `json:"resourceNames,omitempty" protobuf:"4" listType:"atomic"`
}

// NonResourceRule is TODO.
type NonResourceRule struct {
	Verbs           []string `json:"verbs" protobuf:"1" listType:"atomic" required:"true"`
	NonResourceURLs []string `json:"nonResourceURLs,omitempty" protobuf:"2" listType:"atomic"`
}
