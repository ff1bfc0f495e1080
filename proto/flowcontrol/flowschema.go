package flowcontrol

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// FlowSchema sorts requests into flows and gives them a priority level when
// the API server is busy.
type FlowSchema struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec FlowSchemaSpec `json:"spec,omitempty" protobuf:"2"`
	// Whether the schema can be used.
	Status FlowSchemaStatus `json:"status,omitempty" protobuf:"3"`
}

// FlowSchemaSpec says which requests a schema is about and what becomes of
// them.
type FlowSchemaSpec struct {
	// The priority level of the requests. A schema whose level does not
	// exist is ignored. Required.
	PriorityLevelConfiguration PriorityLevelConfigurationReference `json:"priorityLevelConfiguration" protobuf:"1" required:"true"`
	// Which schema is taken when several match: the one with the lowest
	// number, then the one with the first name. 1 to 10000; 1000 by default.
	MatchingPrecedence int32 `json:"matchingPrecedence" protobuf:"2"`
	// How the requests of the schema are told apart into flows, which get
	// the same share each. Nothing makes all of them one flow.
	DistinguisherMethod *FlowDistinguisherMethod `json:"distinguisherMethod,omitempty" protobuf:"3"`
	// Which requests match; one rule is enough. Without rules none do.
	Rules []PolicyRulesWithSubjects `json:"rules,omitempty" protobuf:"4" listType:"atomic"`
}

// PriorityLevelConfigurationReference names a priority level.
type PriorityLevelConfigurationReference struct {
	// The level's name. Required.
	Name string `json:"name" protobuf:"1" required:"true"`
}

// FlowDistinguisherMethod says how requests are told apart.
type FlowDistinguisherMethod struct {
	// ByUser or ByNamespace. Required.
	Type FlowDistinguisherMethodType `json:"type" protobuf:"1" required:"true"`
}

// FlowDistinguisherMethodType is what tells requests apart.
type FlowDistinguisherMethodType string

// The values of FlowDistinguisherMethodType.
const (
	// FlowDistinguisherMethodByUserType makes a flow for each user.
	FlowDistinguisherMethodByUserType FlowDistinguisherMethodType = "ByUser"
	// FlowDistinguisherMethodByNamespaceType makes a flow for each
	// namespace, and one for what is in none.
	FlowDistinguisherMethodByNamespaceType FlowDistinguisherMethodType = "ByNamespace"
)

// PolicyRulesWithSubjects matches a request when one of the subjects makes it
// and one of the rules matches.
type PolicyRulesWithSubjects struct {
	// Who makes the request. At least one.
	Subjects []Subject `json:"subjects" protobuf:"1" listType:"atomic" required:"true"`
	// Requests about resources. This or nonResourceRules must have a rule.
	ResourceRules []ResourcePolicyRule `json:"resourceRules,omitempty" protobuf:"2" listType:"atomic"`
	// Requests about other paths.
	NonResourceRules []NonResourcePolicyRule `json:"nonResourceRules,omitempty" protobuf:"3" listType:"atomic"`
}

// Subject is a user, a group or a service account.
type Subject struct {
	// User, Group or ServiceAccount; the field of that name is then required
	// and the others not allowed.
	Kind SubjectKind `json:"kind" protobuf:"1" required:"true"`
	// The user.
	User *UserSubject `json:"user,omitempty" protobuf:"2"`
	// The group.
	Group *GroupSubject `json:"group,omitempty" protobuf:"3"`
	// The service account.
	ServiceAccount *ServiceAccountSubject `json:"serviceAccount,omitempty" protobuf:"4"`
}

// SubjectKind is a kind of subject.
type SubjectKind string

// The values of SubjectKind.
const (
	// SubjectKindUser is a user.
	SubjectKindUser SubjectKind = "User"
	// SubjectKindGroup is a group of users.
	SubjectKindGroup SubjectKind = "Group"
	// SubjectKindServiceAccount is a service account.
	SubjectKindServiceAccount SubjectKind = "ServiceAccount"
)

// UserSubject names a user.
type UserSubject struct {
	// The user's name, or * for all. Required.
	Name string `json:"name" protobuf:"1" required:"true"`
}

// GroupSubject names a group.
type GroupSubject struct {
	// The group's name, or * for all users. Required.
	Name string `json:"name" protobuf:"1" required:"true"`
}

// ServiceAccountSubject names a service account.
type ServiceAccountSubject struct {
	// The account's namespace. Required.
	Namespace string `json:"namespace" protobuf:"1" required:"true"`
	// The account's name, or * for all of the namespace. Required.
	Name string `json:"name" protobuf:"2" required:"true"`
}

// ResourcePolicyRule matches requests about resources; all parts must match.
type ResourcePolicyRule struct {
	// What is done; * is everything and must stand alone. Required.
	Verbs []string `json:"verbs" protobuf:"1" listType:"set" required:"true"`
	// The groups; * is every group and must stand alone. Required.
	APIGroups []string `json:"apiGroups" protobuf:"2" listType:"set" required:"true"`
	// The resources, in the plural, such as services or nodes/status; * is
	// everything and must stand alone. Required.
	Resources []string `json:"resources" protobuf:"3" listType:"set" required:"true"`
	// Whether requests match that are about no namespace.
	ClusterScope bool `json:"clusterScope,omitempty" protobuf:"4"`
	// The namespaces that requests are about; * is every namespace and must
	// stand alone. Required unless clusterScope is set.
	Namespaces []string `json:"namespaces" protobuf:"5" listType:"set"`
}

// NonResourcePolicyRule matches requests about paths that are no resources;
// all parts must match.
type NonResourcePolicyRule struct {
	// What is done; * is everything and must stand alone. Required.
	Verbs []string `json:"verbs" protobuf:"1" listType:"set" required:"true"`
	// The paths: /healthz is that path alone, /healthz/* what lies below it,
	// * every path; it must stand alone. Required.
	NonResourceURLs []string `json:"nonResourceURLs" protobuf:"6" listType:"set" required:"true"`
}

// FlowSchemaStatus says whether a schema can be used.
type FlowSchemaStatus struct {
	// Where the schema stands.
	Conditions []FlowSchemaCondition `json:"conditions,omitempty" protobuf:"1" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// FlowSchemaCondition is one aspect of the state of a schema.
type FlowSchemaCondition struct {
	// What the condition is about: Dangling. Required.
	Type FlowSchemaConditionType `json:"type,omitempty" protobuf:"1"`
	// Whether it holds: True, False or Unknown. Required.
	Status ConditionStatus `json:"status,omitempty" protobuf:"2"`
	// When the status last changed from one value to another.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"3"`
	// Why, one word in CamelCase for programs.
	Reason string `json:"reason,omitempty" protobuf:"4"`
	// Why, in words for people.
	Message string `json:"message,omitempty" protobuf:"5"`
}

// FlowSchemaConditionType is what a condition is about.
type FlowSchemaConditionType string

// The values of FlowSchemaConditionType.
const (
	// FlowSchemaConditionDangling says that the priority level does not exist.
	FlowSchemaConditionDangling FlowSchemaConditionType = "Dangling"
)

// ConditionStatus says whether a condition holds.
type ConditionStatus string

// The values of ConditionStatus.
const (
	// ConditionTrue says that the condition holds.
	ConditionTrue ConditionStatus = "True"
	// ConditionFalse says that it does not.
	ConditionFalse ConditionStatus = "False"
	// ConditionUnknown says that it cannot be told.
	ConditionUnknown ConditionStatus = "Unknown"
)

// FlowSchemaList is what a list of FlowSchema objects is answered with.
type FlowSchemaList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []FlowSchema `json:"items" protobuf:"2" required:"true"`
}
