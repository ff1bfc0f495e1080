package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidatingWebhookConfiguration tells the API server which webhooks may
// refuse requests.
type ValidatingWebhookConfiguration struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// The webhooks and what they are called for. Names are unique.
	Webhooks []ValidatingWebhook `json:"webhooks,omitempty" protobuf:"2" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
}

// ValidatingWebhook is a service that the API server asks whether it may do
// what a request wants.
type ValidatingWebhook struct {
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
	ObjectSelector *meta.LabelSelector `json:"objectSelector,omitempty" protobuf:"10"`
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
	// Conditions, in CEL, for the webhook to be called; all must be true. At
	// most 64. When one of them is false the webhook is left out; when one
	// fails and none is false, failurePolicy decides. They see object,
	// oldObject, request and authorizer.
	MatchConditions []MatchCondition `json:"matchConditions,omitempty" protobuf:"11" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
}

// ValidatingWebhookConfigurationList is what a list of ValidatingWebhookConfiguration objects is answered with.
type ValidatingWebhookConfigurationList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []ValidatingWebhookConfiguration `json:"items" protobuf:"2" required:"true"`
}
