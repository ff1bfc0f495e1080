package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidatingAdmissionPolicyBinding puts a policy in force, with parameters
// and for a part of the cluster if need be.
type ValidatingAdmissionPolicyBinding struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec ValidatingAdmissionPolicyBindingSpec `json:"spec,omitempty" protobuf:"2" required:"true"`
}

// ValidatingAdmissionPolicyBindingSpec says which policy is in force, for
// what, with which parameters, and what a violation leads to.
type ValidatingAdmissionPolicyBindingSpec struct {
	// The ValidatingAdmissionPolicy. A binding of one that is not there does
	// nothing. Required.
	PolicyName string `json:"policyName,omitempty" protobuf:"1" required:"true"`
	// The objects that give the policy its parameters. Nothing means none.
	ParamRef *ParamRef `json:"paramRef,omitempty" protobuf:"2"`
	// Which of the requests of the policy's matchConstraints this binding is
	// about. Nothing means all of them.
	MatchResources *MatchResources `json:"matchResources,omitempty" protobuf:"3"`
	// What is done when a validation is false or, with failurePolicy Fail,
	// could not be computed: Deny refuses the request, Warn tells the
	// client, Audit writes it into the audit log. At least one; Deny and
	// Warn exclude each other.
	ValidationActions []ValidationAction `json:"validationActions,omitempty" protobuf:"4" listType:"set" required:"true"`
}

// ParamRef names the objects that give a policy its parameters. The policy is
// run once for each of them.
//
// +mapType=atomic
type ParamRef struct {
	// The object's name. This or selector is required, not both.
	Name string `json:"name,omitempty" protobuf:"1"`
	// Where the object is, if its kind lives in namespaces. Empty means the
	// namespace of the request.
	Namespace string `json:"namespace,omitempty" protobuf:"2"`
	// The objects by their labels. An empty selector selects all.
	Selector *meta.LabelSelector `json:"selector,omitempty" protobuf:"3"`
	// What happens when there is no such object: Allow leaves the binding
	// out, Deny follows the policy's failurePolicy. Required.
	ParameterNotFoundAction *ParameterNotFoundActionType `json:"parameterNotFoundAction,omitempty" protobuf:"4"`
}

// ParameterNotFoundActionType says what missing parameters do to requests.
type ParameterNotFoundActionType string

// The values of ParameterNotFoundActionType.
const (
	// AllowAction lets requests through.
	AllowAction ParameterNotFoundActionType = "Allow"
	// DenyAction follows the failure policy.
	DenyAction ParameterNotFoundActionType = "Deny"
)

// ValidationAction is what is done about a violation.
//
// +enum
type ValidationAction string

// The values of ValidationAction.
const (
	// Deny refuses the request.
	Deny ValidationAction = "Deny"
	// Warn tells the client in a Warning header.
	Warn ValidationAction = "Warn"
	// Audit writes it into the audit log.
	Audit ValidationAction = "Audit"
)

// ValidatingAdmissionPolicyBindingList is what a list of ValidatingAdmissionPolicyBinding objects is answered with.
type ValidatingAdmissionPolicyBindingList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []ValidatingAdmissionPolicyBinding `json:"items" protobuf:"2" required:"true"`
}
