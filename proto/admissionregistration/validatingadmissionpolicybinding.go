package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidatingAdmissionPolicyBinding is TODO.
type ValidatingAdmissionPolicyBinding struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            ValidatingAdmissionPolicyBindingSpec `json:"spec,omitempty" protobuf:"2" required:"true"`
}

// ValidatingAdmissionPolicyBindingSpec is TODO.
type ValidatingAdmissionPolicyBindingSpec struct {
	PolicyName        string             `json:"policyName,omitempty" protobuf:"1" required:"true"`
	ParamRef          *ParamRef          `json:"paramRef,omitempty" protobuf:"2"`
	MatchResources    *MatchResources    `json:"matchResources,omitempty" protobuf:"3"`
	ValidationActions []ValidationAction `json:"validationActions,omitempty" protobuf:"4" listType:"set" required:"true"`
}

// ParamRef is TODO.
//
// +mapType=atomic
type ParamRef struct {
	Name                    string                       `json:"name,omitempty" protobuf:"1"`
	Namespace               string                       `json:"namespace,omitempty" protobuf:"2"`
	Selector                *meta.LabelSelector          `json:"selector,omitempty" protobuf:"3"`
	ParameterNotFoundAction *ParameterNotFoundActionType `json:"parameterNotFoundAction,omitempty" protobuf:"4"`
}

// ParameterNotFoundActionType is TODO.
type ParameterNotFoundActionType string

const (
	AllowAction ParameterNotFoundActionType = "Allow"
	DenyAction  ParameterNotFoundActionType = "Deny"
)

// ValidationAction is TODO.
type ValidationAction string

const (
	Deny  ValidationAction = "Deny"
	Warn  ValidationAction = "Warn"
	Audit ValidationAction = "Audit"
)

// ValidatingAdmissionPolicyBindingList is what a list of ValidatingAdmissionPolicyBinding objects is answered with.
type ValidatingAdmissionPolicyBindingList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []ValidatingAdmissionPolicyBinding `json:"items" protobuf:"2" required:"true"`
}
