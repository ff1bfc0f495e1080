package authorization

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// SelfSubjectRulesReview asks what who sends it may do in a namespace. It is
// answered and not kept. The answer is for people and for menus; whether
// something is allowed is asked with a SelfSubjectAccessReview.
type SelfSubjectRulesReview struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// The namespace.
	Spec SelfSubjectRulesReviewSpec `json:"spec" protobuf:"2" required:"true"`
	// The answer; set by the server.
	Status SubjectRulesReviewStatus `json:"status,omitempty" protobuf:"3"`
}

// SelfSubjectRulesReviewSpec says about which namespace is asked.
type SelfSubjectRulesReviewSpec struct {
	// The namespace. Required.
	Namespace string `json:"namespace,omitempty" protobuf:"1"`
}

// SubjectRulesReviewStatus lists what is allowed.
type SubjectRulesReviewStatus struct {
	// What may be done with resources.
	ResourceRules []ResourceRule `json:"resourceRules" protobuf:"1" listType:"atomic" required:"true"`
	// What may be done with other paths.
	NonResourceRules []NonResourceRule `json:"nonResourceRules" protobuf:"2" listType:"atomic" required:"true"`
	// Whether there may be more that is not listed, since some authorizer
	// cannot tell.
	Incomplete bool `json:"incomplete" protobuf:"3" required:"true"`
	// What went wrong; the lists are incomplete then.
	EvaluationError string `json:"evaluationError,omitempty" protobuf:"4"`
}

// ResourceRule permits verbs on resources.
type ResourceRule struct {
	// What may be done; * is everything.
	Verbs []string `json:"verbs" protobuf:"1" listType:"atomic" required:"true"`
	// The groups; * is every group.
	APIGroups []string `json:"apiGroups,omitempty" protobuf:"2" listType:"atomic"`
	// What it may be done to; * is everything and */scale one subresource of
	// everything.
	Resources []string `json:"resources,omitempty" protobuf:"3" listType:"atomic"`
	// The only objects that the rule is about. Empty means all.
	ResourceNames []string `json:"resourceNames,omitempty" protobuf:"4" listType:"atomic"`
}

// NonResourceRule permits verbs on paths that are no resources.
type NonResourceRule struct {
	// What may be done; * is everything.
	Verbs []string `json:"verbs" protobuf:"1" listType:"atomic" required:"true"`
	// The paths; a * at the end stands for whatever follows.
	NonResourceURLs []string `json:"nonResourceURLs,omitempty" protobuf:"2" listType:"atomic"`
}
