package authorization

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// SubjectAccessReview is TODO.
type SubjectAccessReview struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            SubjectAccessReviewSpec   `json:"spec" protobuf:"2" required:"true"`
	Status          SubjectAccessReviewStatus `json:"status,omitempty" protobuf:"3"`
}

// SubjectAccessReviewSpec is TODO.
type SubjectAccessReviewSpec struct {
	ResourceAttributes    *ResourceAttributes    `json:"resourceAttributes,omitempty" protobuf:"1"`
	NonResourceAttributes *NonResourceAttributes `json:"nonResourceAttributes,omitempty" protobuf:"2"`
	User                  string                 `json:"user,omitempty" protobuf:"3"`
	Groups                []string               `json:"groups,omitempty" protobuf:"4" listType:"atomic"`
	Extra                 map[string]ExtraValue  `json:"extra,omitempty" protobuf:"5"`
	UID                   string                 `json:"uid,omitempty" protobuf:"6"`
}

// ResourceAttributes is TODO.
type ResourceAttributes struct {
	Namespace     string                   `json:"namespace,omitempty" protobuf:"1"`
	Verb          string                   `json:"verb,omitempty" protobuf:"2"`
	Group         string                   `json:"group,omitempty" protobuf:"3"`
	Version       string                   `json:"version,omitempty" protobuf:"4"`
	Resource      string                   `json:"resource,omitempty" protobuf:"5"`
	Subresource   string                   `json:"subresource,omitempty" protobuf:"6"`
	Name          string                   `json:"name,omitempty" protobuf:"7"`
	FieldSelector *FieldSelectorAttributes `json:"fieldSelector,omitempty" protobuf:"8"`
	LabelSelector *LabelSelectorAttributes `json:"labelSelector,omitempty" protobuf:"9"`
}

// FieldSelectorAttributes is TODO.
type FieldSelectorAttributes struct {
	RawSelector  string                          `json:"rawSelector,omitempty" protobuf:"1"`
	Requirements []meta.FieldSelectorRequirement `json:"requirements,omitempty" protobuf:"2" listType:"atomic"`
}

// LabelSelectorAttributes is TODO.
type LabelSelectorAttributes struct {
	RawSelector  string                          `json:"rawSelector,omitempty" protobuf:"1"`
	Requirements []meta.LabelSelectorRequirement `json:"requirements,omitempty" protobuf:"2" listType:"atomic"`
}

// NonResourceAttributes is TODO.
type NonResourceAttributes struct {
	Path string `json:"path,omitempty" protobuf:"1"`
	Verb string `json:"verb,omitempty" protobuf:"2"`
}

// ExtraValue is TODO.
type ExtraValue []string

// SubjectAccessReviewStatus is TODO.
type SubjectAccessReviewStatus struct {
	Allowed         bool   `json:"allowed" protobuf:"1" required:"true"`
	Denied          bool   `json:"denied,omitempty" protobuf:"4"`
	Reason          string `json:"reason,omitempty" protobuf:"2"`
	EvaluationError string `json:"evaluationError,omitempty" protobuf:"3"`
}
