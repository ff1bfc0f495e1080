package apiextensions

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// CustomResourceDefinition adds a kind of one's own to the API: the server serves
// it like the built-in ones as soon as its names are accepted.
type CustomResourceDefinition struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is to be served.
	Spec CustomResourceDefinitionSpec `json:"spec" protobuf:"2" required:"true"`
	// How far that is. Written by the server.
	Status CustomResourceDefinitionStatus `json:"status,omitempty" protobuf:"3"`
}

// CustomResourceDefinitionSpec says how a resource is called and what its
// objects look like.
type CustomResourceDefinitionSpec struct {
	// The API group of the resource; objects are served below /apis/GROUP. The
	// definition is called PLURAL.GROUP.
	Group string `json:"group" protobuf:"1" required:"true"`
	// How the resource and its kind are called.
	Names CustomResourceDefinitionNames `json:"names" protobuf:"3" required:"true"`
	// Whether objects live in namespaces: Cluster or Namespaced. It cannot be
	// changed.
	Scope ResourceScope `json:"scope" protobuf:"4" required:"true"`
	// The versions of the resource. Exactly one of them is the one that objects are
	// stored in.
	Versions []CustomResourceDefinitionVersion `json:"versions" protobuf:"7" listType:"atomic" required:"true"`
	// How objects are converted between the versions. By default only their
	// apiVersion changes.
	Conversion *CustomResourceConversion `json:"conversion,omitempty" protobuf:"9"`
	// Whether fields that the schema does not have are kept. It must be false; to
	// keep fields, say so in the schema.
	PreserveUnknownFields bool `json:"preserveUnknownFields,omitempty" protobuf:"10"`
}

// CustomResourceDefinitionNames are the names of a resource.
type CustomResourceDefinitionNames struct {
	// The name in paths, such as crontabs: lower-case letters.
	Plural string `json:"plural" protobuf:"1" required:"true"`
	// The name of one, for tools. By default the kind in lower case.
	Singular string `json:"singular,omitempty" protobuf:"2"`
	// Short names for tools, such as ct.
	ShortNames []string `json:"shortNames,omitempty" protobuf:"3" listType:"atomic"`
	// The kind that objects carry, such as CronTab.
	Kind string `json:"kind" protobuf:"4" required:"true"`
	// The kind of lists. By default the kind with List behind it.
	ListKind string `json:"listKind,omitempty" protobuf:"5"`
	// Names that stand for many resources, such as all.
	Categories []string `json:"categories,omitempty" protobuf:"6" listType:"atomic"`
}

// ResourceScope says whether objects live in namespaces.
type ResourceScope string

// The values of ResourceScope.
const (
	// ClusterScoped objects live in none.
	ClusterScoped ResourceScope = "Cluster"
	// NamespaceScoped objects each live in one.
	NamespaceScoped ResourceScope = "Namespaced"
)

// CustomResourceDefinitionVersion is one version of a resource.
type CustomResourceDefinitionVersion struct {
	// The version's name, such as v1 or v1beta1: objects are served below
	// /apis/GROUP/NAME.
	Name string `json:"name" protobuf:"1" required:"true"`
	// Whether the version is served.
	Served bool `json:"served" protobuf:"2" required:"true"`
	// Whether objects are stored in this version. It must be so for exactly one
	// version.
	Storage bool `json:"storage" protobuf:"3" required:"true"`
	// Whether requests for this version are answered with a warning.
	Deprecated bool `json:"deprecated,omitempty" protobuf:"7"`
	// The text of that warning, at most 256 bytes. The default names the version to
	// use instead, if there is one. Only for deprecated versions.
	DeprecationWarning *string `json:"deprecationWarning,omitempty" protobuf:"8"`
	// What objects of this version look like.
	Schema *CustomResourceValidation `json:"schema,omitempty" protobuf:"4"`
	// The parts of an object that have paths of their own.
	Subresources *CustomResourceSubresources `json:"subresources,omitempty" protobuf:"5"`
	// What tables show beside the name. The default is one column with the age.
	AdditionalPrinterColumns []CustomResourceColumnDefinition `json:"additionalPrinterColumns,omitempty" protobuf:"6" listType:"atomic"`
	// The fields that field selectors may name beside metadata.name and
	// metadata.namespace; at most 8.
	SelectableFields []SelectableField `json:"selectableFields,omitempty" protobuf:"9" listType:"atomic"`
}

// CustomResourceValidation holds the schema of a version's objects.
type CustomResourceValidation struct {
	// The schema, in the words of OpenAPI 3.0.
	OpenAPIV3Schema *JSONSchemaProps `json:"openAPIV3Schema,omitempty" protobuf:"1"`
}

// JSONSchemaProps is a schema: what JSON values may look like. A schema for
// custom resources must be structural: it tells the type of every field.
type JSONSchemaProps struct {
	// Not allowed in custom resources.
	ID string `json:"id,omitempty" protobuf:"1"`
	// The dialect. Not allowed in custom resources.
	Schema JSONSchemaURL `json:"$schema,omitempty" protobuf:"2"`
	// A reference to another schema. Not allowed in custom resources.
	Ref *string `json:"$ref,omitempty" protobuf:"3"`
	// What the value is, for people: kubectl explain shows it.
	Description string `json:"description,omitempty" protobuf:"4"`
	// The type of the value: object, array, string, integer, number or boolean.
	Type string `json:"type,omitempty" protobuf:"5"`
	// What a string or number looks like: date-time, duration, byte, int32, ipv4,
	// uri, uuid and others. Formats that the server does not know are ignored.
	Format string `json:"format,omitempty" protobuf:"6"`
	// A heading, for people.
	Title string `json:"title,omitempty" protobuf:"7"`
	// The value of a field that is left out. It is filled in on writing and on
	// reading.
	Default *JSON `json:"default,omitempty" protobuf:"8"`
	// The largest number that is allowed.
	Maximum *float64 `json:"maximum,omitempty" protobuf:"9"`
	// Whether the number must be less than maximum.
	ExclusiveMaximum bool `json:"exclusiveMaximum,omitempty" protobuf:"10"`
	// The smallest number that is allowed.
	Minimum *float64 `json:"minimum,omitempty" protobuf:"11"`
	// Whether the number must be greater than minimum.
	ExclusiveMinimum bool `json:"exclusiveMinimum,omitempty" protobuf:"12"`
	// The most characters of a string.
	MaxLength *int64 `json:"maxLength,omitempty" protobuf:"13"`
	// The fewest characters of a string.
	MinLength *int64 `json:"minLength,omitempty" protobuf:"14"`
	// A regular expression that must match somewhere in the string.
	Pattern string `json:"pattern,omitempty" protobuf:"15"`
	// The most items of an array.
	MaxItems *int64 `json:"maxItems,omitempty" protobuf:"16"`
	// The fewest items of an array.
	MinItems *int64 `json:"minItems,omitempty" protobuf:"17"`
	// Whether all items must differ. It must be false here: use
	// x-kubernetes-list-type set.
	UniqueItems bool `json:"uniqueItems,omitempty" protobuf:"18"`
	// A number that the value must be a multiple of.
	MultipleOf *float64 `json:"multipleOf,omitempty" protobuf:"19"`
	// The values that are allowed.
	Enum []JSON `json:"enum,omitempty" protobuf:"20" listType:"atomic"`
	// The most fields of an object.
	MaxProperties *int64 `json:"maxProperties,omitempty" protobuf:"21"`
	// The fewest fields of an object.
	MinProperties *int64 `json:"minProperties,omitempty" protobuf:"22"`
	// The fields that must be there.
	Required []string `json:"required,omitempty" protobuf:"23" listType:"atomic"`
	// The schema of an array's items.
	Items *JSONSchemaPropsOrArray `json:"items,omitempty" protobuf:"24"`
	// Schemas that must all hold. They may restrict values, not describe new fields.
	AllOf []JSONSchemaProps `json:"allOf,omitempty" protobuf:"25" listType:"atomic"`
	// Schemas of which exactly one must hold.
	OneOf []JSONSchemaProps `json:"oneOf,omitempty" protobuf:"26" listType:"atomic"`
	// Schemas of which one must hold.
	AnyOf []JSONSchemaProps `json:"anyOf,omitempty" protobuf:"27" listType:"atomic"`
	// A schema that must not hold.
	Not *JSONSchemaProps `json:"not,omitempty" protobuf:"28"`
	// The schemas of an object's fields.
	Properties map[string]JSONSchemaProps `json:"properties,omitempty" protobuf:"29"`
	// The schema of all fields of a map. It excludes properties.
	AdditionalProperties *JSONSchemaPropsOrBool `json:"additionalProperties,omitempty" protobuf:"30"`
	// Not allowed in custom resources.
	PatternProperties map[string]JSONSchemaProps `json:"patternProperties,omitempty" protobuf:"31"`
	// Not allowed in custom resources.
	Dependencies JSONSchemaDependencies `json:"dependencies,omitempty" protobuf:"32"`
	// Not allowed in custom resources.
	AdditionalItems *JSONSchemaPropsOrBool `json:"additionalItems,omitempty" protobuf:"33"`
	// Not allowed in custom resources.
	Definitions JSONSchemaDefinitions `json:"definitions,omitempty" protobuf:"34"`
	// Where more is written.
	ExternalDocs *ExternalDocumentation `json:"externalDocs,omitempty" protobuf:"35"`
	// An example of a value, for people.
	Example *JSON `json:"example,omitempty" protobuf:"36"`
	// Whether the value may be null.
	Nullable bool `json:"nullable,omitempty" protobuf:"37"`
	// Keeps fields that the schema does not have, here and below unless properties
	// say otherwise. It must be true if it is there.
	XPreserveUnknownFields *bool `json:"x-kubernetes-preserve-unknown-fields,omitempty" protobuf:"38"`
	// Says that the value is an object of the API with kind, apiVersion and
	// metadata, which are checked.
	XEmbeddedResource bool `json:"x-kubernetes-embedded-resource,omitempty" protobuf:"39"`
	// Says that the value is an integer or a string; type must be left out.
	XIntOrString bool `json:"x-kubernetes-int-or-string,omitempty" protobuf:"40"`
	// The fields that tell the items of a list of type map apart.
	XListMapKeys []string `json:"x-kubernetes-list-map-keys,omitempty" protobuf:"41" listType:"atomic"`
	// How lists are merged: atomic as a whole, set by values, map by the keys of the
	// items. The default is atomic.
	XListType *string `json:"x-kubernetes-list-type,omitempty" protobuf:"42"`
	// How objects are merged: granular by field, atomic as a whole. The default is
	// granular.
	XMapType *string `json:"x-kubernetes-map-type,omitempty" protobuf:"43"`
	// Expressions in CEL that must be true of the value.
	XValidations []ValidationRule `json:"x-kubernetes-validations,omitempty" protobuf:"44" patchStrategy:"merge" patchMergeKey:"rule" listType:"map" listMapKey:"rule"`
}

// JSONSchemaURL names the dialect that a schema is written in.
type JSONSchemaURL string

// ExternalDocumentation points to a text elsewhere.
type ExternalDocumentation struct {
	// What is found there.
	Description string `json:"description,omitempty" protobuf:"1"`
	// Where it is.
	URL string `json:"url,omitempty" protobuf:"2"`
}

// ValidationRule is an expression in CEL that must be true of a value.
type ValidationRule struct {
	// The expression. self is the value at this place of the schema; oldSelf, where
	// it is used, the value before an update, and the rule is then checked for
	// updates only.
	Rule string `json:"rule" protobuf:"1" required:"true"`
	// What is told when the rule is broken. Without it the rule itself is shown. It
	// is required when the rule has line breaks.
	Message string `json:"message,omitempty" protobuf:"2"`
	// An expression whose string is told instead of message; message is the
	// fallback.
	MessageExpression string `json:"messageExpression,omitempty" protobuf:"3"`
	// The kind of error to answer with: FieldValueInvalid (the default),
	// FieldValueForbidden, FieldValueRequired or FieldValueDuplicate.
	Reason *FieldValueErrorReason `json:"reason,omitempty" protobuf:"4"`
	// The field that the error is about, as a path below this value, such as
	// .spec.size.
	FieldPath string `json:"fieldPath,omitempty" protobuf:"5"`
	// Makes oldSelf an optional value, so that a rule that uses it is checked on
	// creation too.
	OptionalOldSelf *bool `json:"optionalOldSelf,omitempty" protobuf:"6"`
}

// FieldValueErrorReason is the machine-readable kind of an error.
//
// +enum
type FieldValueErrorReason string

// The values of FieldValueErrorReason.
const (
	// FieldValueRequired says that a value is missing.
	FieldValueRequired FieldValueErrorReason = "FieldValueRequired"
	// FieldValueDuplicate says that a value must be unique.
	FieldValueDuplicate FieldValueErrorReason = "FieldValueDuplicate"
	// FieldValueInvalid says that a value is malformed.
	FieldValueInvalid FieldValueErrorReason = "FieldValueInvalid"
	// FieldValueForbidden says that a value is not allowed.
	FieldValueForbidden FieldValueErrorReason = "FieldValueForbidden"
)

// CustomResourceSubresources says which parts of an object have paths of their
// own.
type CustomResourceSubresources struct {
	// Turns on the path /status.
	Status *CustomResourceSubresourceStatus `json:"status,omitempty" protobuf:"1"`
	// Turns on the path /scale.
	Scale *CustomResourceSubresourceScale `json:"scale,omitempty" protobuf:"2"`
}

// CustomResourceSubresourceStatus turns on the path /status: writes there change
// the status alone, writes to the object itself all but the status.
type CustomResourceSubresourceStatus struct {
}

// CustomResourceSubresourceScale turns on the path /scale, which tools use to
// read and set how many replicas there are.
type CustomResourceSubresourceScale struct {
	// The path of the wanted number of replicas, below .spec, such as
	// .spec.replicas.
	SpecReplicasPath string `json:"specReplicasPath" protobuf:"1" required:"true"`
	// The path of the number of replicas there are, below .status.
	StatusReplicasPath string `json:"statusReplicasPath" protobuf:"2" required:"true"`
	// The path of a string that selects the replicas, below .status or .spec.
	// Autoscalers need it.
	LabelSelectorPath *string `json:"labelSelectorPath,omitempty" protobuf:"3"`
}

// CustomResourceColumnDefinition is a column of the tables that kubectl get
// shows.
type CustomResourceColumnDefinition struct {
	// The heading.
	Name string `json:"name" protobuf:"1" required:"true"`
	// The type of the cells: string, integer, number, boolean or date. A date is
	// shown as the time since.
	Type string `json:"type" protobuf:"2" required:"true"`
	// What a string or number looks like; name marks the object's name.
	Format string `json:"format,omitempty" protobuf:"3"`
	// What the column shows, for people.
	Description string `json:"description,omitempty" protobuf:"4"`
	// 0 is always shown, more only in wide output.
	Priority int32 `json:"priority,omitempty" protobuf:"5"`
	// Where the value is found in the object, such as .spec.replicas.
	JSONPath string `json:"jsonPath" protobuf:"6" required:"true"`
}

// SelectableField is a field that field selectors may name.
type SelectableField struct {
	// The path of a string, boolean or integer, such as .spec.color. Arrays cannot
	// be on the way.
	JSONPath string `json:"jsonPath" protobuf:"1" required:"true"`
}

// CustomResourceConversion says how objects get from one version to another.
type CustomResourceConversion struct {
	// None changes the apiVersion alone, Webhook asks a webhook.
	Strategy ConversionStrategyType `json:"strategy" protobuf:"1" required:"true"`
	// How the webhook is called. Required for the strategy Webhook.
	Webhook *WebhookConversion `json:"webhook,omitempty" protobuf:"2"`
}

// ConversionStrategyType is a way to convert objects.
type ConversionStrategyType string

// The values of ConversionStrategyType.
const (
	// NoneConverter changes the apiVersion alone.
	NoneConverter ConversionStrategyType = "None"
	// WebhookConverter asks a webhook.
	WebhookConverter ConversionStrategyType = "Webhook"
)

// WebhookConversion says how a webhook that converts objects is called.
type WebhookConversion struct {
	// Where the webhook is.
	ClientConfig *WebhookClientConfig `json:"clientConfig,omitempty" protobuf:"2"`
	// The versions of ConversionReview that the webhook understands, the best first.
	// v1 is what is sent.
	ConversionReviewVersions []string `json:"conversionReviewVersions" protobuf:"3" listType:"atomic" required:"true"`
}

// WebhookClientConfig says where a webhook is: either url or service is set.
type WebhookClientConfig struct {
	// The webhook's address as an https URL, without user and query.
	URL *string `json:"url,omitempty" protobuf:"3"`
	// The service that the webhook runs behind.
	Service *ServiceReference `json:"service,omitempty" protobuf:"1"`
	// Certificates in PEM that the webhook's own is checked with. Without it the
	// server's usual ones are used.
	CABundle []byte `json:"caBundle,omitempty" protobuf:"2"`
}

// ServiceReference is a port of a service, and a path there.
type ServiceReference struct {
	// The service's namespace.
	Namespace string `json:"namespace" protobuf:"1" required:"true"`
	// The service's name.
	Name string `json:"name" protobuf:"2" required:"true"`
	// The path to send requests to.
	Path *string `json:"path,omitempty" protobuf:"3"`
	// The service's port. Defaults to 443.
	Port *int32 `json:"port,omitempty" protobuf:"4"`
}

// CustomResourceDefinitionStatus is how far the server is with a definition.
type CustomResourceDefinitionStatus struct {
	// The aspects of the state: whether the names are accepted, whether the resource
	// is served, whether it is being removed.
	Conditions []CustomResourceDefinitionCondition `json:"conditions" protobuf:"1" listType:"map" listMapKey:"type"`
	// The names that the resource is served under. They may differ from the wanted
	// ones while those belong to another.
	AcceptedNames CustomResourceDefinitionNames `json:"acceptedNames" protobuf:"2"`
	// The versions that objects may be stored in. One can be taken off when all of
	// its objects have been written anew.
	StoredVersions []string `json:"storedVersions" protobuf:"3" listType:"atomic"`
	// The generation of the definition that the state was found for.
	ObservedGeneration int64 `json:"observedGeneration,omitempty" protobuf:"4"`
}

// CustomResourceDefinitionCondition is one aspect of a definition's state.
type CustomResourceDefinitionCondition struct {
	// The aspect: Established, NamesAccepted, NonStructuralSchema, Terminating and
	// others.
	Type CustomResourceDefinitionConditionType `json:"type" protobuf:"1" required:"true"`
	// Whether it holds: True, False or Unknown.
	Status ConditionStatus `json:"status" protobuf:"2" required:"true"`
	// When status changed.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"3"`
	// Why, as one word.
	Reason string `json:"reason,omitempty" protobuf:"4"`
	// Why, for people.
	Message string `json:"message,omitempty" protobuf:"5"`
	// The generation of the definition that it was found for.
	ObservedGeneration int64 `json:"observedGeneration,omitempty" protobuf:"6"`
}

// CustomResourceDefinitionConditionType names an aspect.
type CustomResourceDefinitionConditionType string

// The values of CustomResourceDefinitionConditionType.
const (
	// Established says that the resource is served.
	Established CustomResourceDefinitionConditionType = "Established"
	// NamesAccepted says that no other resource has the names.
	NamesAccepted CustomResourceDefinitionConditionType = "NamesAccepted"
	// NonStructuralSchema says that a schema breaks the rules for schemas.
	NonStructuralSchema CustomResourceDefinitionConditionType = "NonStructuralSchema"
	// Terminating says that the definition is being deleted with all objects.
	Terminating CustomResourceDefinitionConditionType = "Terminating"
	// KubernetesAPIApprovalPolicyConformant says whether a resource in a *.k8s.io
	// group names its approval.
	KubernetesAPIApprovalPolicyConformant CustomResourceDefinitionConditionType = "KubernetesAPIApprovalPolicyConformant"
	// StorageMigrating says that objects are being written anew in the storage
	// version.
	StorageMigrating CustomResourceDefinitionConditionType = "StorageMigrating"
)

// ConditionStatus is True, False or Unknown.
type ConditionStatus string

// The values of ConditionStatus.
const (
	// ConditionTrue says that it holds.
	ConditionTrue ConditionStatus = "True"
	// ConditionFalse says that it does not.
	ConditionFalse ConditionStatus = "False"
	// ConditionUnknown says that nobody knows.
	ConditionUnknown ConditionStatus = "Unknown"
)

// CustomResourceDefinitionList is what a list of CustomResourceDefinition objects is answered with.
type CustomResourceDefinitionList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []CustomResourceDefinition `json:"items" protobuf:"2" required:"true"`
}
