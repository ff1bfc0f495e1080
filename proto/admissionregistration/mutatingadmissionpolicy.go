package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// MutatingAdmissionPolicy is TODO.
type MutatingAdmissionPolicy struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            MutatingAdmissionPolicySpec `json:"spec,omitempty" protobuf:"2"`
}

// MutatingAdmissionPolicySpec is TODO.
type MutatingAdmissionPolicySpec struct {
	ParamKind          *ParamKind             `json:"paramKind,omitempty" protobuf:"1"`
	MatchConstraints   *MatchResources        `json:"matchConstraints,omitempty" protobuf:"2"`
	Variables          []Variable             `json:"variables,omitempty" protobuf:"3" listType:"atomic"`
	Mutations          []Mutation             `json:"mutations,omitempty" protobuf:"4" listType:"atomic"`
	FailurePolicy      *FailurePolicyType     `json:"failurePolicy,omitempty" protobuf:"5"`
	MatchConditions    []MatchCondition       `json:"matchConditions,omitempty" protobuf:"6" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	ReinvocationPolicy ReinvocationPolicyType `json:"reinvocationPolicy,omitempty" protobuf:"7"`
}

// Mutation is TODO.
type Mutation struct {
	PatchType          PatchType           `json:"patchType" protobuf:"2" required:"true"`
	ApplyConfiguration *ApplyConfiguration `json:"applyConfiguration,omitempty" protobuf:"3"`
	JSONPatch          *JSONPatch          `json:"jsonPatch,omitempty" protobuf:"4"`
}

// PatchType is TODO.
type PatchType string

const (
	PatchTypeApplyConfiguration PatchType = "ApplyConfiguration"
	PatchTypeJSONPatch          PatchType = "JSONPatch"
)

// ApplyConfiguration is TODO.
type ApplyConfiguration struct {
	Expression string `json:"expression,omitempty" protobuf:"1"`
}

// JSONPatch is TODO.
type JSONPatch struct {
	Expression string `json:"expression,omitempty" protobuf:"1"`
}

// MutatingAdmissionPolicyList is what a list of MutatingAdmissionPolicy objects is answered with.
type MutatingAdmissionPolicyList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []MutatingAdmissionPolicy `json:"items" protobuf:"2" required:"true"`
}
