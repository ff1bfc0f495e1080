package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// MutatingAdmissionPolicyBinding is TODO.
type MutatingAdmissionPolicyBinding struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            MutatingAdmissionPolicyBindingSpec `json:"spec,omitempty" protobuf:"2"`
}

// MutatingAdmissionPolicyBindingSpec is TODO.
type MutatingAdmissionPolicyBindingSpec struct {
	PolicyName     string          `json:"policyName,omitempty" protobuf:"1"`
	ParamRef       *ParamRef       `json:"paramRef,omitempty" protobuf:"2"`
	MatchResources *MatchResources `json:"matchResources,omitempty" protobuf:"3"`
}

// MutatingAdmissionPolicyBindingList is what a list of MutatingAdmissionPolicyBinding objects is answered with.
type MutatingAdmissionPolicyBindingList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []MutatingAdmissionPolicyBinding `json:"items" protobuf:"2" required:"true"`
}
