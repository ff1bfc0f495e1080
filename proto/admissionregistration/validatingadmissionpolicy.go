package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidatingAdmissionPolicy says in CEL expressions which objects are refused
// on their way in, without a webhook.
type ValidatingAdmissionPolicy struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec ValidatingAdmissionPolicySpec `json:"spec,omitempty" protobuf:"2"`
	// What the cluster found out about the expressions.
	Status ValidatingAdmissionPolicyStatus `json:"status,omitempty" protobuf:"3"`
}

// ValidatingAdmissionPolicySpec says which requests a policy is about and
// what it wants of them.
type ValidatingAdmissionPolicySpec struct {
	// The kind of the objects that give the policy its parameters. Nothing
	// means that the policy takes none and params is null in its
	// expressions; an unknown kind makes the policy fail.
	ParamKind *ParamKind `json:"paramKind,omitempty" protobuf:"1"`
	// Which requests the policy is about; all parts of it must hold.
	// Required. The policy never sees requests about admission policies and
	// their bindings, lest nobody could mend a bad one.
	MatchConstraints *MatchResources `json:"matchConstraints,omitempty" protobuf:"2"`
	// What must be true of a request. This or auditAnnotations must have at
	// least one item.
	Validations []Validation `json:"validations,omitempty" protobuf:"3" listType:"atomic"`
	// What happens to a request when the policy itself is faulty: an
	// expression that fails, parameters of a wrong kind. Fail refuses the
	// request and is the default, Ignore lets it through. What a validation
	// that is false does is said by the binding.
	FailurePolicy *FailurePolicyType `json:"failurePolicy,omitempty" protobuf:"4"`
	// What is written beside the request into the audit log. At most 20.
	// This or validations must have at least one item.
	AuditAnnotations []AuditAnnotation `json:"auditAnnotations,omitempty" protobuf:"5" listType:"atomic"`
	// Further conditions, in CEL, for a request to be looked at; all must be
	// true. At most 64. When one of them is false the policy is left out;
	// when one fails and none is false, failurePolicy decides.
	MatchConditions []MatchCondition `json:"matchConditions,omitempty" protobuf:"6" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	// Named expressions that the ones after them, match conditions aside,
	// use as variables.<name>. Each may use those before it. They are
	// computed when first used.
	Variables []Variable `json:"variables,omitempty" protobuf:"7" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
}

// ParamKind is the kind of a policy's parameters.
//
// +mapType=atomic
type ParamKind struct {
	// The kind's group and version. Required.
	APIVersion string `json:"apiVersion,omitempty" protobuf:"1"`
	// The kind's name. Required.
	Kind string `json:"kind,omitempty" protobuf:"2"`
}

// MatchResources says which requests a policy or a binding is about.
//
// +mapType=atomic
type MatchResources struct {
	// Only objects in namespaces with such labels, and namespaces with such
	// labels themselves. Other objects without a namespace always match.
	// Everything matches by default.
	NamespaceSelector *meta.LabelSelector `json:"namespaceSelector,omitempty" protobuf:"1"`
	// Only objects with such labels; the old or the new object must match.
	// Everything matches by default.
	ObjectSelector *meta.LabelSelector `json:"objectSelector,omitempty" protobuf:"2"`
	// The operations on resources; any rule that matches is enough. None
	// matches nothing in a policy and everything in a binding.
	ResourceRules []NamedRuleWithOperations `json:"resourceRules,omitempty" protobuf:"3" listType:"atomic"`
	// Operations on resources that are left out, whatever resourceRules say.
	ExcludeResourceRules []NamedRuleWithOperations `json:"excludeResourceRules,omitempty" protobuf:"4" listType:"atomic"`
	// Whether rules match a resource by the name in the request only
	// (Exact), or also by its other groups and versions (Equivalent).
	// Equivalent by default.
	MatchPolicy *MatchPolicyType `json:"matchPolicy,omitempty" protobuf:"7"`
}

// NamedRuleWithOperations names operations on resources, or on some objects
// of them.
//
// +mapType=atomic
type NamedRuleWithOperations struct {
	// The only objects that the rule is about. Empty means all.
	ResourceNames []string `json:"resourceNames,omitempty" protobuf:"1" listType:"atomic"`
	// The operations and the resources.
	RuleWithOperations `json:",inline" protobuf:"2"`
}

// Validation is one thing that must be true of a request.
type Validation struct {
	// A CEL expression that gives a bool; false refuses the request. It sees
	// object, oldObject, request, params, namespaceObject, variables and
	// authorizer. Required.
	Expression string `json:"expression" protobuf:"1" required:"true"`
	// What who is refused is told; one line. Without it, and without
	// messageExpression, the expression itself is shown.
	Message string `json:"message,omitempty" protobuf:"2"`
	// The reason of the Status that a refused request is answered with:
	// Forbidden, Invalid or RequestEntityTooLarge. Invalid by
	// default. The first validation that is false decides.
	Reason *meta.StatusReason `json:"reason,omitempty" protobuf:"3"`
	// A CEL expression that gives the message; message is used when it fails
	// or gives nothing or several lines. It sees what expression sees, but
	// for authorizer.
	MessageExpression string `json:"messageExpression,omitempty" protobuf:"4"`
}

// AuditAnnotation is a note in the audit log.
type AuditAnnotation struct {
	// The note's name; it is written as <name of the policy>/<key>. Unique
	// in the policy, at most 63 bytes. Required.
	Key string `json:"key" protobuf:"1" required:"true"`
	// A CEL expression that gives a string, which is cut at 10 KiB, or null
	// for no note. At most 5 KiB long. It sees what the expression of a
	// validation sees. Required.
	ValueExpression string `json:"valueExpression" protobuf:"2" required:"true"`
}

// Variable is a named expression.
//
// +mapType=atomic
type Variable struct {
	// The name under variables; a CEL identifier, unique in the policy.
	// Required.
	Name string `json:"name" protobuf:"1" required:"true"`
	// A CEL expression; its type is that of the variable. Required.
	Expression string `json:"expression" protobuf:"2" required:"true"`
}

// ValidatingAdmissionPolicyStatus is what the cluster found out about a
// policy.
type ValidatingAdmissionPolicyStatus struct {
	// The metadata.generation that was looked at last.
	ObservedGeneration int64 `json:"observedGeneration,omitempty" protobuf:"1"`
	// What checking the types of the expressions has found. Absent until it
	// was done.
	TypeChecking *TypeChecking `json:"typeChecking,omitempty" protobuf:"2"`
	// Where the policy stands.
	Conditions []meta.Condition `json:"conditions,omitempty" protobuf:"3" listType:"map" listMapKey:"type"`
}

// TypeChecking is what checking the types of a policy's expressions has
// found.
type TypeChecking struct {
	// One entry for each expression with mistakes.
	ExpressionWarnings []ExpressionWarning `json:"expressionWarnings,omitempty" protobuf:"1" listType:"atomic"`
}

// ExpressionWarning says what may be wrong with an expression.
type ExpressionWarning struct {
	// The path of the expression, such as spec.validations[0].expression.
	FieldRef string `json:"fieldRef" protobuf:"2" required:"true"`
	// What may be wrong, for each kind that was tried.
	Warning string `json:"warning" protobuf:"3" required:"true"`
}

// ValidatingAdmissionPolicyList is what a list of ValidatingAdmissionPolicy objects is answered with.
type ValidatingAdmissionPolicyList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []ValidatingAdmissionPolicy `json:"items" protobuf:"2" required:"true"`
}
