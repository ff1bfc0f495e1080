package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// MutatingWebhookConfiguration tells the API server which webhooks may change
// objects on their way in.
type MutatingWebhookConfiguration struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// The webhooks and what they are called for. Names are unique.
	Webhooks []MutatingWebhook `json:"webhooks,omitempty" protobuf:"2" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
}

// MutatingWebhook is a service that the API server asks about requests and
// whose answers change objects.
type MutatingWebhook struct {
	// The webhook's name, a DNS name of three or more labels such as
	// imagepolicy.example.com. Required.
	Name string `json:"name" protobuf:"1" required:"true"`
	// How the webhook is reached. Required.
	ClientConfig WebhookClientConfig `json:"clientConfig" protobuf:"2" required:"true"`
	// The operations on resources that the webhook is called for; any rule
	// that matches is enough. Requests about webhook configurations are
	// never sent to webhooks, lest nobody could mend a bad one.
	Rules []RuleWithOperations `json:"rules,omitempty" protobuf:"3" listType:"atomic"`
	// What happens when the webhook cannot be reached or answers nonsense:
	// Fail, the default, refuses the request, Ignore goes on without it.
	FailurePolicy *FailurePolicyType `json:"failurePolicy,omitempty" protobuf:"4"`
	// Whether rules match a resource by the name in the request only
	// (Exact), or also by its other groups and versions (Equivalent); the
	// object is then converted for the webhook. Equivalent by default.
	MatchPolicy *MatchPolicyType `json:"matchPolicy,omitempty" protobuf:"9"`
	// Calls the webhook only for objects in namespaces with such labels, and
	// for namespaces with such labels themselves. Other objects without a
	// namespace are always sent. Everything matches by default.
	NamespaceSelector *meta.LabelSelector `json:"namespaceSelector,omitempty" protobuf:"5"`
	// Calls the webhook only for objects with such labels; the old or the
	// new object must match. Users can leave labels away, so this is no
	// means to force a webhook on them. Everything matches by default.
	ObjectSelector *meta.LabelSelector `json:"objectSelector,omitempty" protobuf:"11"`
	// Whether calling the webhook changes anything else: None, or
	// NoneOnDryRun, when it does not for dry runs. Requests that are dry
	// runs are refused if it might. Required.
	SideEffects *SideEffectClass `json:"sideEffects" protobuf:"6" required:"true"`
	// How long the webhook may take, 1 to 30 seconds; afterwards
	// failurePolicy decides. 10 by default.
	TimeoutSeconds *int32 `json:"timeoutSeconds,omitempty" protobuf:"7"`
	// The versions of AdmissionReview that the webhook understands, the best
	// first; the server sends the first that it knows itself. It must know
	// one of them.
	AdmissionReviewVersions []string `json:"admissionReviewVersions" protobuf:"8" listType:"atomic" required:"true"`
	// Whether the webhook may be called again when later webhooks changed
	// the object: Never, the default, or IfNeeded. A webhook that may be
	// called twice has to bear with what it did the first time.
	ReinvocationPolicy *ReinvocationPolicyType `json:"reinvocationPolicy,omitempty" protobuf:"10"`
	// Conditions, in CEL, for the webhook to be called; all must be true. At
	// most 64. When one of them is false the webhook is left out; when one
	// fails and none is false, failurePolicy decides. They see object,
	// oldObject, request and authorizer.
	MatchConditions []MatchCondition `json:"matchConditions,omitempty" protobuf:"12" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
}

// WebhookClientConfig says how a webhook is reached: by a URL or by a
// service, exactly one of them.
type WebhookClientConfig struct {
	// Where the webhook is, as https://host:port/path. It cannot carry user
	// names, queries or fragments. For webhooks outside of the cluster;
	// localhost would be each API server's own machine.
	URL *string `json:"url,omitempty" protobuf:"3"`
	// The service of a webhook that runs in the cluster.
	Service *ServiceReference `json:"service,omitempty" protobuf:"1"`
	// Certificates, in PEM, one of which must have signed the webhook's.
	// Without it, the API server's machine decides whom to trust.
	CABundle []byte `json:"caBundle,omitempty" protobuf:"2"`
}

// ServiceReference names a service that the API server calls.
type ServiceReference struct {
	// The service's namespace. Required.
	Namespace string `json:"namespace" protobuf:"1" required:"true"`
	// The service's name. Required.
	Name string `json:"name" protobuf:"2" required:"true"`
	// The path of the URL that is called.
	Path *string `json:"path,omitempty" protobuf:"3"`
	// The port of the service, 1 to 65535. 443 by default.
	Port *int32 `json:"port,omitempty" protobuf:"4"`
}

// RuleWithOperations names operations on resources.
type RuleWithOperations struct {
	// What is done: CREATE, UPDATE, DELETE, CONNECT, or * for all of them.
	// Required.
	Operations []OperationType `json:"operations,omitempty" protobuf:"1" listType:"atomic"`
	// What it is done to; all parts of it must match.
	Rule `json:",inline" protobuf:"2"`
}

// OperationType is what a request does.
//
// +enum
type OperationType string

// The values of OperationType.
const (
	// OperationAll stands for every operation.
	OperationAll OperationType = "*"
	// Create makes an object.
	Create OperationType = "CREATE"
	// Update changes an object; patches do as well.
	Update OperationType = "UPDATE"
	// Delete removes an object.
	Delete OperationType = "DELETE"
	// Connect opens a connection to what an object stands for, such as exec.
	Connect OperationType = "CONNECT"
)

// Rule names resources.
type Rule struct {
	// The groups; * is every group and must stand alone. Required.
	APIGroups []string `json:"apiGroups,omitempty" protobuf:"1" listType:"atomic"`
	// The versions; * is every version and must stand alone. Required.
	APIVersions []string `json:"apiVersions,omitempty" protobuf:"2" listType:"atomic"`
	// The resources: pods, pods/log, pods/* for all subresources, */scale
	// for one subresource of everything, * for everything without and */*
	// with subresources. What is named must not overlap. Required.
	Resources []string `json:"resources,omitempty" protobuf:"3" listType:"atomic"`
	// Whether resources in namespaces are meant (Namespaced), those outside
	// of them (Cluster), or both (*, the default).
	Scope *ScopeType `json:"scope,omitempty" protobuf:"4"`
}

// ScopeType says where resources live.
type ScopeType string

// The values of ScopeType.
const (
	// ClusterScope means resources outside of namespaces.
	ClusterScope ScopeType = "Cluster"
	// NamespacedScope means resources in namespaces.
	NamespacedScope ScopeType = "Namespaced"
	// AllScopes means both.
	AllScopes ScopeType = "*"
)

// FailurePolicyType says what a faulty webhook or policy does to requests.
//
// +enum
type FailurePolicyType string

// The values of FailurePolicyType.
const (
	// Ignore goes on without it.
	Ignore FailurePolicyType = "Ignore"
	// Fail refuses the request.
	Fail FailurePolicyType = "Fail"
)

// MatchPolicyType says how rules compare resources.
//
// +enum
type MatchPolicyType string

// The values of MatchPolicyType.
const (
	// Exact wants the request to name the resource as the rule does.
	Exact MatchPolicyType = "Exact"
	// Equivalent also takes the resource's other groups and versions.
	Equivalent MatchPolicyType = "Equivalent"
)

// SideEffectClass says whether calling a webhook changes anything else.
//
// +enum
type SideEffectClass string

// The values of SideEffectClass.
const (
	// SideEffectClassUnknown says that nobody knows; it is no longer
	// allowed.
	SideEffectClassUnknown SideEffectClass = "Unknown"
	// SideEffectClassNone says that nothing else changes.
	SideEffectClassNone SideEffectClass = "None"
	// SideEffectClassSome says that something may change; it is no longer
	// allowed.
	SideEffectClassSome SideEffectClass = "Some"
	// SideEffectClassNoneOnDryRun says that nothing else changes in a dry
	// run.
	SideEffectClassNoneOnDryRun SideEffectClass = "NoneOnDryRun"
)

// ReinvocationPolicyType says whether a webhook or policy may be run again.
//
// +enum
type ReinvocationPolicyType string

// The values of ReinvocationPolicyType.
const (
	// NeverReinvocationPolicy runs it once.
	NeverReinvocationPolicy ReinvocationPolicyType = "Never"
	// IfNeededReinvocationPolicy runs it again when the object has changed
	// since.
	IfNeededReinvocationPolicy ReinvocationPolicyType = "IfNeeded"
)

// MatchCondition is a condition, in CEL, on requests.
type MatchCondition struct {
	// The condition's name, a qualified name such as example.com/only-mine;
	// unique in its list. Required.
	Name string `json:"name" protobuf:"1" required:"true"`
	// A CEL expression that gives a bool. It sees object, oldObject,
	// request, authorizer and, in policies with a paramKind, params.
	// Required.
	Expression string `json:"expression" protobuf:"2" required:"true"`
}

// MutatingWebhookConfigurationList is what a list of MutatingWebhookConfiguration objects is answered with.
type MutatingWebhookConfigurationList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []MutatingWebhookConfiguration `json:"items" protobuf:"2" required:"true"`
}
