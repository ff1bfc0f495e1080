package authorization

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// SubjectAccessReview asks whether a user may do something. It is answered
// and not kept.
type SubjectAccessReview struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// Who, and what.
	Spec SubjectAccessReviewSpec `json:"spec" protobuf:"2" required:"true"`
	// The answer; set by the server.
	Status SubjectAccessReviewStatus `json:"status,omitempty" protobuf:"3"`
}

// SubjectAccessReviewSpec says who wants to do what: a request about a
// resource or about another path, and a user or groups.
type SubjectAccessReviewSpec struct {
	// A request about a resource.
	ResourceAttributes *ResourceAttributes `json:"resourceAttributes,omitempty" protobuf:"1"`
	// A request about another path.
	NonResourceAttributes *NonResourceAttributes `json:"nonResourceAttributes,omitempty" protobuf:"2"`
	// The user. This or groups is required.
	User string `json:"user,omitempty" protobuf:"3"`
	// The groups of the user.
	Groups []string `json:"groups,omitempty" protobuf:"4" listType:"atomic"`
	// What else the user's credentials tell.
	Extra map[string]ExtraValue `json:"extra,omitempty" protobuf:"5"`
	// The user's UID.
	UID string `json:"uid,omitempty" protobuf:"6"`
}

// ResourceAttributes is a request about a resource.
type ResourceAttributes struct {
	// The namespace; empty means none for what lives in none, and all of
	// them otherwise.
	Namespace string `json:"namespace,omitempty" protobuf:"1"`
	// What is done: get, list, watch, create, update, delete and the like,
	// or * for everything.
	Verb string `json:"verb,omitempty" protobuf:"2"`
	// The group of the resource; * is every group.
	Group string `json:"group,omitempty" protobuf:"3"`
	// The version of the resource; * is every version.
	Version string `json:"version,omitempty" protobuf:"4"`
	// The resource, in the plural; * is everything.
	Resource string `json:"resource,omitempty" protobuf:"5"`
	// The subresource; empty means the object itself.
	Subresource string `json:"subresource,omitempty" protobuf:"6"`
	// The object; empty means all.
	Name string `json:"name,omitempty" protobuf:"7"`
	// Limits what is listed, watched or deleted by fields.
	FieldSelector *FieldSelectorAttributes `json:"fieldSelector,omitempty" protobuf:"8"`
	// Limits what is listed, watched or deleted by labels.
	LabelSelector *LabelSelectorAttributes `json:"labelSelector,omitempty" protobuf:"9"`
}

// FieldSelectorAttributes is a selector by fields: as text or as
// requirements, not both.
type FieldSelectorAttributes struct {
	// The selector as it stands in a URL. A server that cannot read it may
	// ask as if there were none.
	RawSelector string `json:"rawSelector,omitempty" protobuf:"1"`
	// The selector's requirements; all of them hold. Unknown operators are
	// left out, so that more is asked for.
	Requirements []meta.FieldSelectorRequirement `json:"requirements,omitempty" protobuf:"2" listType:"atomic"`
}

// LabelSelectorAttributes is a selector by labels: as text or as
// requirements, not both.
type LabelSelectorAttributes struct {
	// The selector as it stands in a URL. A server that cannot read it may
	// ask as if there were none.
	RawSelector string `json:"rawSelector,omitempty" protobuf:"1"`
	// The selector's requirements; all of them hold. Unknown operators are
	// left out, so that more is asked for.
	Requirements []meta.LabelSelectorRequirement `json:"requirements,omitempty" protobuf:"2" listType:"atomic"`
}

// NonResourceAttributes is a request about a path that is no resource.
type NonResourceAttributes struct {
	// The path.
	Path string `json:"path,omitempty" protobuf:"1"`
	// What is done: the method of the request in lower case.
	Verb string `json:"verb,omitempty" protobuf:"2"`
}

// ExtraValue is the values of one extra attribute of a user.
type ExtraValue []string

// SubjectAccessReviewStatus says whether something is allowed.
type SubjectAccessReviewStatus struct {
	// Whether it is allowed.
	Allowed bool `json:"allowed" protobuf:"1" required:"true"`
	// Whether it is forbidden, whoever else might allow it. When neither
	// this nor allowed is true nobody had an opinion, and it is not allowed
	// either.
	Denied bool `json:"denied,omitempty" protobuf:"4"`
	// Why.
	Reason string `json:"reason,omitempty" protobuf:"2"`
	// What went wrong; the answer may still be right, as one part of the
	// rules may allow what another could not tell.
	EvaluationError string `json:"evaluationError,omitempty" protobuf:"3"`
}
