package flowcontrol

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// FlowSchema is TODO.
type FlowSchema struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            FlowSchemaSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          FlowSchemaStatus `json:"status,omitempty" protobuf:"3"`
}

// FlowSchemaSpec is TODO.
type FlowSchemaSpec struct {
	PriorityLevelConfiguration PriorityLevelConfigurationReference `json:"priorityLevelConfiguration" protobuf:"1" required:"true"`
	MatchingPrecedence         int32                               `json:"matchingPrecedence" protobuf:"2"`
	DistinguisherMethod        *FlowDistinguisherMethod            `json:"distinguisherMethod,omitempty" protobuf:"3"`
	Rules                      []PolicyRulesWithSubjects           `json:"rules,omitempty" protobuf:"4" listType:"atomic"`
}

// PriorityLevelConfigurationReference is TODO.
type PriorityLevelConfigurationReference struct {
	Name string `json:"name" protobuf:"1" required:"true"`
}

// FlowDistinguisherMethod is TODO.
type FlowDistinguisherMethod struct {
	Type FlowDistinguisherMethodType `json:"type" protobuf:"1" required:"true"`
}

// FlowDistinguisherMethodType is TODO.
type FlowDistinguisherMethodType string

const (
	FlowDistinguisherMethodByUserType      FlowDistinguisherMethodType = "ByUser"
	FlowDistinguisherMethodByNamespaceType FlowDistinguisherMethodType = "ByNamespace"
)

// PolicyRulesWithSubjects is TODO.
type PolicyRulesWithSubjects struct {
	Subjects         []Subject               `json:"subjects" protobuf:"1" listType:"atomic" required:"true"`
	ResourceRules    []ResourcePolicyRule    `json:"resourceRules,omitempty" protobuf:"2" listType:"atomic"`
	NonResourceRules []NonResourcePolicyRule `json:"nonResourceRules,omitempty" protobuf:"3" listType:"atomic"`
}

// Subject is TODO.
type Subject struct {
	Kind           SubjectKind            `json:"kind" protobuf:"1" required:"true"`
	User           *UserSubject           `json:"user,omitempty" protobuf:"2"`
	Group          *GroupSubject          `json:"group,omitempty" protobuf:"3"`
	ServiceAccount *ServiceAccountSubject `json:"serviceAccount,omitempty" protobuf:"4"`
}

// SubjectKind is TODO.
type SubjectKind string

const (
	SubjectKindUser           SubjectKind = "User"
	SubjectKindGroup          SubjectKind = "Group"
	SubjectKindServiceAccount SubjectKind = "ServiceAccount"
)

// UserSubject is TODO.
type UserSubject struct {
	Name string `json:"name" protobuf:"1" required:"true"`
}

// GroupSubject is TODO.
type GroupSubject struct {
	Name string `json:"name" protobuf:"1" required:"true"`
}

// ServiceAccountSubject is TODO.
type ServiceAccountSubject struct {
	Namespace string `json:"namespace" protobuf:"1" required:"true"`
	Name      string `json:"name" protobuf:"2" required:"true"`
}

// ResourcePolicyRule is TODO.
type ResourcePolicyRule struct {
	Verbs        []string `json:"verbs" protobuf:"1" listType:"set" required:"true"`
	APIGroups    []string `json:"apiGroups" protobuf:"2" listType:"set" required:"true"`
	Resources    []string `json:"resources" protobuf:"3" listType:"set" required:"true"`
	ClusterScope bool     `json:"clusterScope,omitempty" protobuf:"4"`
	Namespaces   []string `json:"namespaces" protobuf:"5" listType:"set"`
}

// NonResourcePolicyRule is TODO.
type NonResourcePolicyRule struct {
	Verbs           []string `json:"verbs" protobuf:"1" listType:"set" required:"true"`
	NonResourceURLs []string `json:"nonResourceURLs" protobuf:"6" listType:"set" required:"true"`
}

// FlowSchemaStatus is TODO.
type FlowSchemaStatus struct {
	Conditions []FlowSchemaCondition `json:"conditions,omitempty" protobuf:"1" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// FlowSchemaCondition is TODO.
type FlowSchemaCondition struct {
	Type               FlowSchemaConditionType `json:"type,omitempty" protobuf:"1"`
	Status             ConditionStatus         `json:"status,omitempty" protobuf:"2"`
	LastTransitionTime meta.Time               `json:"lastTransitionTime,omitempty" protobuf:"3"`
	Reason             string                  `json:"reason,omitempty" protobuf:"4"`
	Message            string                  `json:"message,omitempty" protobuf:"5"`
}

// FlowSchemaConditionType is TODO.
type FlowSchemaConditionType string

// ConditionStatus is TODO.
type ConditionStatus string

const (
	ConditionTrue    ConditionStatus = "True"
	ConditionFalse   ConditionStatus = "False"
	ConditionUnknown ConditionStatus = "Unknown"
)

// FlowSchemaList is what a list of FlowSchema objects is answered with.
type FlowSchemaList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []FlowSchema `json:"items" protobuf:"2" required:"true"`
}
