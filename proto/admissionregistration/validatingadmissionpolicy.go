package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidatingAdmissionPolicy is TODO.
type ValidatingAdmissionPolicy struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            ValidatingAdmissionPolicySpec   `json:"spec,omitempty" protobuf:"2"`
	Status          ValidatingAdmissionPolicyStatus `json:"status,omitempty" protobuf:"3"`
}

// ValidatingAdmissionPolicySpec is TODO.
type ValidatingAdmissionPolicySpec struct {
	ParamKind        *ParamKind         `json:"paramKind,omitempty" protobuf:"1"`
	MatchConstraints *MatchResources    `json:"matchConstraints,omitempty" protobuf:"2"`
	Validations      []Validation       `json:"validations,omitempty" protobuf:"3" listType:"atomic"`
	FailurePolicy    *FailurePolicyType `json:"failurePolicy,omitempty" protobuf:"4"`
	AuditAnnotations []AuditAnnotation  `json:"auditAnnotations,omitempty" protobuf:"5" listType:"atomic"`
	MatchConditions  []MatchCondition   `json:"matchConditions,omitempty" protobuf:"6" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	Variables        []Variable         `json:"variables,omitempty" protobuf:"7" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
}

// ParamKind is TODO.
//
// +mapType=atomic
type ParamKind struct {
	APIVersion string `json:"apiVersion,omitempty" protobuf:"1"`
	Kind       string `json:"kind,omitempty" protobuf:"2"`
}

// MatchResources is TODO.
//
// +mapType=atomic
type MatchResources struct {
	NamespaceSelector    *meta.LabelSelector       `json:"namespaceSelector,omitempty" protobuf:"1"`
	ObjectSelector       *meta.LabelSelector       `json:"objectSelector,omitempty" protobuf:"2"`
	ResourceRules        []NamedRuleWithOperations `json:"resourceRules,omitempty" protobuf:"3" listType:"atomic"`
	ExcludeResourceRules []NamedRuleWithOperations `json:"excludeResourceRules,omitempty" protobuf:"4" listType:"atomic"`
	MatchPolicy          *MatchPolicyType          `json:"matchPolicy,omitempty" protobuf:"7"`
}

// NamedRuleWithOperations is TODO.
//
// +mapType=atomic
type NamedRuleWithOperations struct {
	ResourceNames      []string `json:"resourceNames,omitempty" protobuf:"1" listType:"atomic"`
	RuleWithOperations `json:",inline" protobuf:"2"`
}

// Validation is TODO.
type Validation struct {
	Expression        string             `json:"expression" protobuf:"1" required:"true"`
	Message           string             `json:"message,omitempty" protobuf:"2"`
	Reason            *meta.StatusReason `json:"reason,omitempty" protobuf:"3"`
	MessageExpression string             `json:"messageExpression,omitempty" protobuf:"4"`
}

// AuditAnnotation is TODO.
type AuditAnnotation struct {
	Key             string `json:"key" protobuf:"1" required:"true"`
	ValueExpression string `json:"valueExpression" protobuf:"2" required:"true"`
}

// Variable is TODO.
//
// +mapType=atomic
type Variable struct {
	Name       string `json:"name" protobuf:"1" required:"true"`
	Expression string `json:"expression" protobuf:"2" required:"true"`
}

// ValidatingAdmissionPolicyStatus is TODO.
type ValidatingAdmissionPolicyStatus struct {
	ObservedGeneration int64            `json:"observedGeneration,omitempty" protobuf:"1"`
	TypeChecking       *TypeChecking    `json:"typeChecking,omitempty" protobuf:"2"`
	Conditions         []meta.Condition `json:"conditions,omitempty" protobuf:"3" listType:"map" listMapKey:"type"`
}

// TypeChecking is TODO.
type TypeChecking struct {
	ExpressionWarnings []ExpressionWarning `json:"expressionWarnings,omitempty" protobuf:"1" listType:"atomic"`
}

// ExpressionWarning is TODO.
type ExpressionWarning struct {
	FieldRef string `json:"fieldRef" protobuf:"2" required:"true"`
	Warning  string `json:"warning" protobuf:"3" required:"true"`
}

// ValidatingAdmissionPolicyList is what a list of ValidatingAdmissionPolicy objects is answered with.
type ValidatingAdmissionPolicyList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []ValidatingAdmissionPolicy `json:"items" protobuf:"2" required:"true"`
}
