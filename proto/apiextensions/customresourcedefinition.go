package apiextensions

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// CustomResourceDefinition is TODO.
type CustomResourceDefinition struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            CustomResourceDefinitionSpec   `json:"spec" protobuf:"2" required:"true"`
	Status          CustomResourceDefinitionStatus `json:"status,omitempty" protobuf:"3"`
}

// CustomResourceDefinitionSpec is TODO.
type CustomResourceDefinitionSpec struct {
	Group                 string                            `json:"group" protobuf:"1" required:"true"`
	Names                 CustomResourceDefinitionNames     `json:"names" protobuf:"3" required:"true"`
	Scope                 ResourceScope                     `json:"scope" protobuf:"4" required:"true"`
	Versions              []CustomResourceDefinitionVersion `json:"versions" protobuf:"7" listType:"atomic" required:"true"`
	Conversion            *CustomResourceConversion         `json:"conversion,omitempty" protobuf:"9"`
	PreserveUnknownFields bool                              `json:"preserveUnknownFields,omitempty" protobuf:"10"`
}

// CustomResourceDefinitionNames is TODO.
type CustomResourceDefinitionNames struct {
	Plural     string   `json:"plural" protobuf:"1" required:"true"`
	Singular   string   `json:"singular,omitempty" protobuf:"2"`
	ShortNames []string `json:"shortNames,omitempty" protobuf:"3" listType:"atomic"`
	Kind       string   `json:"kind" protobuf:"4" required:"true"`
	ListKind   string   `json:"listKind,omitempty" protobuf:"5"`
	Categories []string `json:"categories,omitempty" protobuf:"6" listType:"atomic"`
}

// ResourceScope is TODO.
type ResourceScope string

const (
	ClusterScoped   ResourceScope = "Cluster"
	NamespaceScoped ResourceScope = "Namespaced"
)

// CustomResourceDefinitionVersion is TODO.
type CustomResourceDefinitionVersion struct {
	Name                     string                           `json:"name" protobuf:"1" required:"true"`
	Served                   bool                             `json:"served" protobuf:"2" required:"true"`
	Storage                  bool                             `json:"storage" protobuf:"3" required:"true"`
	Deprecated               bool                             `json:"deprecated,omitempty" protobuf:"7"`
	DeprecationWarning       *string                          `json:"deprecationWarning,omitempty" protobuf:"8"`
	Schema                   *CustomResourceValidation        `json:"schema,omitempty" protobuf:"4"`
	Subresources             *CustomResourceSubresources      `json:"subresources,omitempty" protobuf:"5"`
	AdditionalPrinterColumns []CustomResourceColumnDefinition `json:"additionalPrinterColumns,omitempty" protobuf:"6" listType:"atomic"`
	SelectableFields         []SelectableField                `json:"selectableFields,omitempty" protobuf:"9" listType:"atomic"`
}

// CustomResourceValidation is TODO.
type CustomResourceValidation struct {
	OpenAPIV3Schema *JSONSchemaProps `json:"openAPIV3Schema,omitempty" protobuf:"1"`
}

// JSONSchemaProps is TODO.
type JSONSchemaProps struct {
	ID                     string                                  `json:"id,omitempty" protobuf:"1"`
	Schema                 JSONSchemaURL                           `json:"$schema,omitempty" protobuf:"2"`
	Ref                    *string                                 `json:"$ref,omitempty" protobuf:"3"`
	Description            string                                  `json:"description,omitempty" protobuf:"4"`
	Type                   string                                  `json:"type,omitempty" protobuf:"5"`
	Format                 string                                  `json:"format,omitempty" protobuf:"6"`
	Title                  string                                  `json:"title,omitempty" protobuf:"7"`
	Default                *JSON                                   `json:"default,omitempty" protobuf:"8"`
	Maximum                *float64                                `json:"maximum,omitempty" protobuf:"9"`
	ExclusiveMaximum       bool                                    `json:"exclusiveMaximum,omitempty" protobuf:"10"`
	Minimum                *float64                                `json:"minimum,omitempty" protobuf:"11"`
	ExclusiveMinimum       bool                                    `json:"exclusiveMinimum,omitempty" protobuf:"12"`
	MaxLength              *int64                                  `json:"maxLength,omitempty" protobuf:"13"`
	MinLength              *int64                                  `json:"minLength,omitempty" protobuf:"14"`
	Pattern                string                                  `json:"pattern,omitempty" protobuf:"15"`
	MaxItems               *int64                                  `json:"maxItems,omitempty" protobuf:"16"`
	MinItems               *int64                                  `json:"minItems,omitempty" protobuf:"17"`
	UniqueItems            bool                                    `json:"uniqueItems,omitempty" protobuf:"18"`
	MultipleOf             *float64                                `json:"multipleOf,omitempty" protobuf:"19"`
	Enum                   []JSON                                  `json:"enum,omitempty" protobuf:"20" listType:"atomic"`
	MaxProperties          *int64                                  `json:"maxProperties,omitempty" protobuf:"21"`
	MinProperties          *int64                                  `json:"minProperties,omitempty" protobuf:"22"`
	Required               []string                                `json:"required,omitempty" protobuf:"23" listType:"atomic"`
	Items                  *JSONSchemaPropsOrArray                 `json:"items,omitempty" protobuf:"24"`
	AllOf                  []JSONSchemaProps                       `json:"allOf,omitempty" protobuf:"25" listType:"atomic"`
	OneOf                  []JSONSchemaProps                       `json:"oneOf,omitempty" protobuf:"26" listType:"atomic"`
	AnyOf                  []JSONSchemaProps                       `json:"anyOf,omitempty" protobuf:"27" listType:"atomic"`
	Not                    *JSONSchemaProps                        `json:"not,omitempty" protobuf:"28"`
	Properties             map[string]JSONSchemaProps              `json:"properties,omitempty" protobuf:"29"`
	AdditionalProperties   *JSONSchemaPropsOrBool                  `json:"additionalProperties,omitempty" protobuf:"30"`
	PatternProperties      map[string]JSONSchemaProps              `json:"patternProperties,omitempty" protobuf:"31"`
	Dependencies           map[string]JSONSchemaPropsOrStringArray `json:"dependencies,omitempty" protobuf:"32"`
	AdditionalItems        *JSONSchemaPropsOrBool                  `json:"additionalItems,omitempty" protobuf:"33"`
	Definitions            map[string]JSONSchemaProps              `json:"definitions,omitempty" protobuf:"34"`
	ExternalDocs           *ExternalDocumentation                  `json:"externalDocs,omitempty" protobuf:"35"`
	Example                *JSON                                   `json:"example,omitempty" protobuf:"36"`
	Nullable               bool                                    `json:"nullable,omitempty" protobuf:"37"`
	XPreserveUnknownFields *bool                                   `json:"x-kubernetes-preserve-unknown-fields,omitempty" protobuf:"38"`
	XEmbeddedResource      bool                                    `json:"x-kubernetes-embedded-resource,omitempty" protobuf:"39"`
	XIntOrString           bool                                    `json:"x-kubernetes-int-or-string,omitempty" protobuf:"40"`
	XListMapKeys           []string                                `json:"x-kubernetes-list-map-keys,omitempty" protobuf:"41" listType:"atomic"`
	XListType              *string                                 `json:"x-kubernetes-list-type,omitempty" protobuf:"42"`
	XMapType               *string                                 `json:"x-kubernetes-map-type,omitempty" protobuf:"43"`
	XValidations           []ValidationRule                        `json:"x-kubernetes-validations,omitempty" protobuf:"44" patchStrategy:"merge" patchMergeKey:"rule" listType:"map" listMapKey:"rule"`
}

// JSONSchemaURL is TODO.
type JSONSchemaURL string

// ExternalDocumentation is TODO.
type ExternalDocumentation struct {
	Description string `json:"description,omitempty" protobuf:"1"`
	URL         string `json:"url,omitempty" protobuf:"2"`
}

// ValidationRule is TODO.
type ValidationRule struct {
	Rule              string                 `json:"rule" protobuf:"1" required:"true"`
	Message           string                 `json:"message,omitempty" protobuf:"2"`
	MessageExpression string                 `json:"messageExpression,omitempty" protobuf:"3"`
	Reason            *FieldValueErrorReason `json:"reason,omitempty" protobuf:"4"`
	FieldPath         string                 `json:"fieldPath,omitempty" protobuf:"5"`
	OptionalOldSelf   *bool                  `json:"optionalOldSelf,omitempty" protobuf:"6"`
}

// FieldValueErrorReason is TODO.
type FieldValueErrorReason string

const (
	FieldValueRequired  FieldValueErrorReason = "FieldValueRequired"
	FieldValueDuplicate FieldValueErrorReason = "FieldValueDuplicate"
	FieldValueInvalid   FieldValueErrorReason = "FieldValueInvalid"
	FieldValueForbidden FieldValueErrorReason = "FieldValueForbidden"
)

// CustomResourceSubresources is TODO.
type CustomResourceSubresources struct {
	Status *CustomResourceSubresourceStatus `json:"status,omitempty" protobuf:"1"`
	Scale  *CustomResourceSubresourceScale  `json:"scale,omitempty" protobuf:"2"`
}

// CustomResourceSubresourceStatus is TODO.
type CustomResourceSubresourceStatus struct {
}

// CustomResourceSubresourceScale is TODO.
type CustomResourceSubresourceScale struct {
	SpecReplicasPath   string  `json:"specReplicasPath" protobuf:"1" required:"true"`
	StatusReplicasPath string  `json:"statusReplicasPath" protobuf:"2" required:"true"`
	LabelSelectorPath  *string `json:"labelSelectorPath,omitempty" protobuf:"3"`
}

// CustomResourceColumnDefinition is TODO.
type CustomResourceColumnDefinition struct {
	Name        string `json:"name" protobuf:"1" required:"true"`
	Type        string `json:"type" protobuf:"2" required:"true"`
	Format      string `json:"format,omitempty" protobuf:"3"`
	Description string `json:"description,omitempty" protobuf:"4"`
	Priority    int32  `json:"priority,omitempty" protobuf:"5"`
	JSONPath    string `json:"jsonPath" protobuf:"6" required:"true"`
}

// SelectableField is TODO.
type SelectableField struct {
	JSONPath string `json:"jsonPath" protobuf:"1" required:"true"`
}

// CustomResourceConversion is TODO.
type CustomResourceConversion struct {
	Strategy ConversionStrategyType `json:"strategy" protobuf:"1" required:"true"`
	Webhook  *WebhookConversion     `json:"webhook,omitempty" protobuf:"2"`
}

// ConversionStrategyType is TODO.
type ConversionStrategyType string

const (
	NoneConverter    ConversionStrategyType = "None"
	WebhookConverter ConversionStrategyType = "Webhook"
)

// WebhookConversion is TODO.
type WebhookConversion struct {
	ClientConfig             *WebhookClientConfig `json:"clientConfig,omitempty" protobuf:"2"`
	ConversionReviewVersions []string             `json:"conversionReviewVersions" protobuf:"3" listType:"atomic" required:"true"`
}

// WebhookClientConfig is TODO.
type WebhookClientConfig struct {
	URL      *string           `json:"url,omitempty" protobuf:"3"`
	Service  *ServiceReference `json:"service,omitempty" protobuf:"1"`
	CABundle []byte            `json:"caBundle,omitempty" protobuf:"2"`
}

// ServiceReference is TODO.
type ServiceReference struct {
	Namespace string  `json:"namespace" protobuf:"1" required:"true"`
	Name      string  `json:"name" protobuf:"2" required:"true"`
	Path      *string `json:"path,omitempty" protobuf:"3"`
	Port      *int32  `json:"port,omitempty" protobuf:"4"`
}

// CustomResourceDefinitionStatus is TODO.
type CustomResourceDefinitionStatus struct {
	Conditions         []CustomResourceDefinitionCondition `json:"conditions" protobuf:"1" listType:"map" listMapKey:"type"`
	AcceptedNames      CustomResourceDefinitionNames       `json:"acceptedNames" protobuf:"2"`
	StoredVersions     []string                            `json:"storedVersions" protobuf:"3" listType:"atomic"`
	ObservedGeneration int64                               `json:"observedGeneration,omitempty" protobuf:"4"`
}

// CustomResourceDefinitionCondition is TODO.
type CustomResourceDefinitionCondition struct {
	Type               CustomResourceDefinitionConditionType `json:"type" protobuf:"1" required:"true"`
	Status             ConditionStatus                       `json:"status" protobuf:"2" required:"true"`
	LastTransitionTime meta.Time                             `json:"lastTransitionTime,omitempty" protobuf:"3"`
	Reason             string                                `json:"reason,omitempty" protobuf:"4"`
	Message            string                                `json:"message,omitempty" protobuf:"5"`
	ObservedGeneration int64                                 `json:"observedGeneration,omitempty" protobuf:"6"`
}

// CustomResourceDefinitionConditionType is TODO.
type CustomResourceDefinitionConditionType string

const (
	Established                           CustomResourceDefinitionConditionType = "Established"
	NamesAccepted                         CustomResourceDefinitionConditionType = "NamesAccepted"
	NonStructuralSchema                   CustomResourceDefinitionConditionType = "NonStructuralSchema"
	Terminating                           CustomResourceDefinitionConditionType = "Terminating"
	KubernetesAPIApprovalPolicyConformant CustomResourceDefinitionConditionType = "KubernetesAPIApprovalPolicyConformant"
	StorageMigrating                      CustomResourceDefinitionConditionType = "StorageMigrating"
)

// ConditionStatus is TODO.
type ConditionStatus string

const (
	ConditionTrue    ConditionStatus = "True"
	ConditionFalse   ConditionStatus = "False"
	ConditionUnknown ConditionStatus = "Unknown"
)

// CustomResourceDefinitionList is what a list of CustomResourceDefinition objects is answered with.
type CustomResourceDefinitionList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []CustomResourceDefinition `json:"items" protobuf:"2" required:"true"`
}
