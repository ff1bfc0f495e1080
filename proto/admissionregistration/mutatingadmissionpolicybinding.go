package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// MutatingAdmissionPolicyBinding puts a policy in force, with parameters and
// for a part of the cluster if need be.
type MutatingAdmissionPolicyBinding struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec MutatingAdmissionPolicyBindingSpec `json:"spec,omitempty" protobuf:"2"`
}

// MutatingAdmissionPolicyBindingSpec says which policy is in force, for what,
// and with which parameters.
type MutatingAdmissionPolicyBindingSpec struct {
	// The MutatingAdmissionPolicy. A binding of one that is not there does
	// nothing. Required.
	PolicyName string `json:"policyName,omitempty" protobuf:"1"`
	// The objects that give the policy its parameters. Nothing means none.
	ParamRef *ParamRef `json:"paramRef,omitempty" protobuf:"2"`
	// Which of the requests of the policy's matchConstraints this binding is
	// about. Nothing means all of them.
	MatchResources *MatchResources `json:"matchResources,omitempty" protobuf:"3"`
}

// MutatingAdmissionPolicyBindingList is what a list of MutatingAdmissionPolicyBinding objects is answered with.
type MutatingAdmissionPolicyBindingList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []MutatingAdmissionPolicyBinding `json:"items" protobuf:"2" required:"true"`
}
