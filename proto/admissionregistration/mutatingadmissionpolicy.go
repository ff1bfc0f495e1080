package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// MutatingAdmissionPolicy says in CEL expressions how objects are changed on
// their way in, without a webhook.
type MutatingAdmissionPolicy struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec MutatingAdmissionPolicySpec `json:"spec,omitempty" protobuf:"2"`
}

// MutatingAdmissionPolicySpec says which requests a policy is about and what
// it changes.
type MutatingAdmissionPolicySpec struct {
	// The kind of the objects that give the policy its parameters. Nothing
	// means that the policy takes none and params is null in its
	// expressions; an unknown kind makes the policy fail.
	ParamKind *ParamKind `json:"paramKind,omitempty" protobuf:"1"`
	// Which requests the policy is about; all parts of it must hold.
	// Required. The policy never sees requests about admission policies and
	// their bindings, lest nobody could mend a bad one, and CONNECT and
	// DELETE are not mutated.
	MatchConstraints *MatchResources `json:"matchConstraints,omitempty" protobuf:"2"`
	// Named expressions that the ones after them, match conditions aside,
	// use as variables.<name>. Each may use those before it. They are
	// computed when first used.
	Variables []Variable `json:"variables,omitempty" protobuf:"3" listType:"atomic"`
	// The changes, made in this order. At least one.
	Mutations []Mutation `json:"mutations,omitempty" protobuf:"4" listType:"atomic"`
	// What happens to a request when the policy itself is faulty: an
	// expression that fails, parameters of a wrong kind. Fail refuses the
	// request and is the default, Ignore lets it through unchanged.
	FailurePolicy *FailurePolicyType `json:"failurePolicy,omitempty" protobuf:"5"`
	// Further conditions, in CEL, for a request to be looked at; all must be
	// true. At most 64. When one of them is false the policy is left out;
	// when one fails and none is false, failurePolicy decides.
	MatchConditions []MatchCondition `json:"matchConditions,omitempty" protobuf:"6" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	// Whether the policy may be run again when later steps of admission
	// changed the object: Never, or IfNeeded. A policy that may run twice
	// has to bear with what it did the first time.
	ReinvocationPolicy ReinvocationPolicyType `json:"reinvocationPolicy,omitempty" protobuf:"7"`
}

// Mutation is one change that a policy makes.
type Mutation struct {
	// How the change is written down: ApplyConfiguration or JSONPatch; the
	// field of that name is then required and the other one not allowed.
	PatchType PatchType `json:"patchType" protobuf:"2" required:"true"`
	// The change as an object with the fields that it sets, merged as
	// server-side apply merges.
	ApplyConfiguration *ApplyConfiguration `json:"applyConfiguration,omitempty" protobuf:"3"`
	// The change as a list of operations of JSON patch.
	JSONPatch *JSONPatch `json:"jsonPatch,omitempty" protobuf:"4"`
}

// PatchType is a way to write a change down.
//
// +enum
type PatchType string

// The values of PatchType.
const (
	// PatchTypeApplyConfiguration merges an object into the one that is
	// written.
	PatchTypeApplyConfiguration PatchType = "ApplyConfiguration"
	// PatchTypeJSONPatch runs the operations of a JSON patch.
	PatchTypeJSONPatch PatchType = "JSONPatch"
)

// ApplyConfiguration makes the fields that a mutation sets.
type ApplyConfiguration struct {
	// A CEL expression that gives an object, such as Object{spec:
	// Object.spec{replicas: 3}}. It sees object, oldObject, request, params,
	// namespaceObject, variables and authorizer. Lists that are replaced as
	// a whole, maps and structs that are atomic, and what would unset fields
	// are not allowed. Required.
	Expression string `json:"expression,omitempty" protobuf:"1"`
}

// JSONPatch makes the operations of a JSON patch.
type JSONPatch struct {
	// A CEL expression that gives a list of JSONPatch values, such as
	// [JSONPatch{op: "add", path: "/metadata/labels/a", value: "b"}]. It
	// sees object, oldObject, request, params, namespaceObject, variables
	// and authorizer; jsonpatch.escapeKey escapes / and ~ in keys. Required.
	Expression string `json:"expression,omitempty" protobuf:"1"`
}

// MutatingAdmissionPolicyList is what a list of MutatingAdmissionPolicy objects is answered with.
type MutatingAdmissionPolicyList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []MutatingAdmissionPolicy `json:"items" protobuf:"2" required:"true"`
}
