package autoscalingv2

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// HorizontalPodAutoscaler sets the number of pods of an object by what is
// measured on them.
type HorizontalPodAutoscaler struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec HorizontalPodAutoscalerSpec `json:"spec,omitempty" protobuf:"2" required:"true"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status HorizontalPodAutoscalerStatus `json:"status,omitempty" protobuf:"3"`
}

// HorizontalPodAutoscalerSpec says what is scaled, by what, and between which
// bounds.
type HorizontalPodAutoscalerSpec struct {
	// What is scaled: any object that has a scale subresource.
	ScaleTargetRef CrossVersionObjectReference `json:"scaleTargetRef" protobuf:"1" required:"true"`
	// The least number of pods. Default: 1.
	MinReplicas *int32 `json:"minReplicas,omitempty" protobuf:"2"`
	// The greatest number of pods. Not less than minReplicas.
	MaxReplicas int32 `json:"maxReplicas" protobuf:"3" required:"true"`
	// What is measured, and what it should be. The metric that wants the most
	// pods decides. Default: 80 percent of the CPU that pods ask for.
	Metrics []MetricSpec `json:"metrics,omitempty" protobuf:"4" listType:"atomic"`
	// How fast the number may grow and shrink.
	Behavior *HorizontalPodAutoscalerBehavior `json:"behavior,omitempty" protobuf:"5"`
}

// CrossVersionObjectReference names an object of the same namespace by kind
// and name.
type CrossVersionObjectReference struct {
	// The kind of the object.
	Kind string `json:"kind" protobuf:"1" required:"true"`
	// The name of the object.
	Name string `json:"name" protobuf:"2" required:"true"`
	// The API version of the object.
	APIVersion string `json:"apiVersion,omitempty" protobuf:"3"`
}

// MetricSpec is one thing that is measured, with what it should be. The field
// that type names is set, and no other.
type MetricSpec struct {
	// Which field is set: Object, Pods, Resource, ContainerResource or
	// External.
	Type MetricSourceType `json:"type" protobuf:"1" required:"true"`
	// A measure of one object of the cluster, such as the hits of an Ingress.
	Object *ObjectMetricSource `json:"object,omitempty" protobuf:"2"`
	// A measure of each pod, such as its requests in a second. The average
	// over the pods counts.
	Pods *PodsMetricSource `json:"pods,omitempty" protobuf:"3"`
	// The use of CPU or memory by the pods.
	Resource *ResourceMetricSource `json:"resource,omitempty" protobuf:"4"`
	// The use of CPU or memory by one container of each pod.
	ContainerResource *ContainerResourceMetricSource `json:"containerResource,omitempty" protobuf:"7"`
	// A measure from outside the cluster, such as the length of a queue.
	External *ExternalMetricSource `json:"external,omitempty" protobuf:"5"`
}

// MetricSourceType is a kind of metric.
type MetricSourceType string

// The values of MetricSourceType.
const (
	// ObjectMetricSourceType is a measure of one object.
	ObjectMetricSourceType MetricSourceType = "Object"
	// PodsMetricSourceType is a measure of each pod.
	PodsMetricSourceType MetricSourceType = "Pods"
	// ResourceMetricSourceType is the use of a resource by pods.
	ResourceMetricSourceType MetricSourceType = "Resource"
	// ContainerResourceMetricSourceType is the use of a resource by one
	// container of each pod.
	ContainerResourceMetricSourceType MetricSourceType = "ContainerResource"
	// ExternalMetricSourceType is a measure from outside the cluster.
	ExternalMetricSourceType MetricSourceType = "External"
)

// ObjectMetricSource is a measure of one object of the cluster.
type ObjectMetricSource struct {
	// The object.
	DescribedObject CrossVersionObjectReference `json:"describedObject" protobuf:"1" required:"true"`
	// What it should be.
	Target MetricTarget `json:"target" protobuf:"2" required:"true"`
	// What is measured.
	Metric MetricIdentifier `json:"metric" protobuf:"3" required:"true"`
}

// MetricTarget says what a measure should be.
type MetricTarget struct {
	// Which field counts: Utilization, Value or AverageValue.
	Type MetricTargetType `json:"type" protobuf:"1" required:"true"`
	// The amount for all pods together.
	Value *quantity.Quantity `json:"value,omitempty" protobuf:"2"`
	// The amount for each pod on average.
	AverageValue *quantity.Quantity `json:"averageValue,omitempty" protobuf:"3"`
	// The use on average, in percent of what pods ask for. Only for Resource
	// and ContainerResource.
	AverageUtilization *int32 `json:"averageUtilization,omitempty" protobuf:"4"`
}

// MetricTargetType is the form of a target.
type MetricTargetType string

// The values of MetricTargetType.
const (
	// UtilizationMetricType is a share of what pods ask for.
	UtilizationMetricType MetricTargetType = "Utilization"
	// ValueMetricType is an amount for all pods together.
	ValueMetricType MetricTargetType = "Value"
	// AverageValueMetricType is an amount for each pod.
	AverageValueMetricType MetricTargetType = "AverageValue"
)

// MetricIdentifier names a metric.
type MetricIdentifier struct {
	// The name of the metric.
	Name string `json:"name" protobuf:"1" required:"true"`
	// Which of the series of that name count, by their labels. Default: all.
	Selector *meta.LabelSelector `json:"selector,omitempty" protobuf:"2"`
}

// PodsMetricSource is a measure of each pod.
type PodsMetricSource struct {
	// What is measured.
	Metric MetricIdentifier `json:"metric" protobuf:"1" required:"true"`
	// What it should be; averageValue counts.
	Target MetricTarget `json:"target" protobuf:"2" required:"true"`
}

// ResourceMetricSource is the use of a resource by pods.
type ResourceMetricSource struct {
	// The resource: cpu or memory.
	Name core.ResourceName `json:"name" protobuf:"1" required:"true"`
	// What it should be.
	Target MetricTarget `json:"target" protobuf:"2" required:"true"`
}

// ContainerResourceMetricSource is the use of a resource by one container of
// each pod.
type ContainerResourceMetricSource struct {
	// The resource: cpu or memory.
	Name core.ResourceName `json:"name" protobuf:"1" required:"true"`
	// What it should be.
	Target MetricTarget `json:"target" protobuf:"2" required:"true"`
	// The name of the container.
	Container string `json:"container" protobuf:"3" required:"true"`
}

// ExternalMetricSource is a measure from outside the cluster.
type ExternalMetricSource struct {
	// What is measured.
	Metric MetricIdentifier `json:"metric" protobuf:"1" required:"true"`
	// What it should be.
	Target MetricTarget `json:"target" protobuf:"2" required:"true"`
}

// HorizontalPodAutoscalerBehavior says how fast the number of pods may
// change.
type HorizontalPodAutoscalerBehavior struct {
	// How it may grow. Default: by four pods or by all there are, whichever
	// is more, every 15 seconds.
	ScaleUp *HPAScalingRules `json:"scaleUp,omitempty" protobuf:"1"`
	// How it may shrink. Default: as far as wanted, once that has been so for
	// 300 seconds.
	ScaleDown *HPAScalingRules `json:"scaleDown,omitempty" protobuf:"2"`
}

// HPAScalingRules say how fast the number of pods may change in one
// direction.
type HPAScalingRules struct {
	// For how many seconds past wishes are looked at, so that the number does
	// not go up and down: the least change of that time counts. 0 to 3600.
	// Default: 0 to grow, 300 to shrink.
	StabilizationWindowSeconds *int32 `json:"stabilizationWindowSeconds,omitempty" protobuf:"3"`
	// Which policy counts: Max, the one that allows the most, Min, the one
	// that allows the least, or Disabled, none: no change in this direction.
	// Default: Max.
	SelectPolicy *ScalingPolicySelect `json:"selectPolicy,omitempty" protobuf:"1"`
	// How much the number may change in what time. At least one.
	Policies []HPAScalingPolicy `json:"policies,omitempty" protobuf:"2" listType:"atomic"`
	// How far a measure may be off its target, as a part of it such as 0.05,
	// without any change. Default: that of the controller manager, 0.1.
	Tolerance *quantity.Quantity `json:"tolerance,omitempty" protobuf:"4"`
}

// ScalingPolicySelect says which of several policies counts.
type ScalingPolicySelect string

// The values of ScalingPolicySelect.
const (
	// MaxChangePolicySelect takes the policy that allows the most.
	MaxChangePolicySelect ScalingPolicySelect = "Max"
	// MinChangePolicySelect takes the policy that allows the least.
	MinChangePolicySelect ScalingPolicySelect = "Min"
	// DisabledPolicySelect allows no change.
	DisabledPolicySelect ScalingPolicySelect = "Disabled"
)

// HPAScalingPolicy says how much the number of pods may change in a time.
type HPAScalingPolicy struct {
	// Pods or Percent: what value counts.
	Type HPAScalingPolicyType `json:"type" protobuf:"1" required:"true"`
	// How many pods, or how many percent of them. More than 0.
	Value int32 `json:"value" protobuf:"2" required:"true"`
	// In how many seconds, 1 to 1800.
	PeriodSeconds int32 `json:"periodSeconds" protobuf:"3" required:"true"`
}

// HPAScalingPolicyType is what a policy counts.
type HPAScalingPolicyType string

// The values of HPAScalingPolicyType.
const (
	// PodsScalingPolicy counts pods.
	PodsScalingPolicy HPAScalingPolicyType = "Pods"
	// PercentScalingPolicy counts percent of the pods there are.
	PercentScalingPolicy HPAScalingPolicyType = "Percent"
)

// HorizontalPodAutoscalerStatus says how many pods there are and should be.
type HorizontalPodAutoscalerStatus struct {
	// The metadata.generation that the status was made for.
	ObservedGeneration *int64 `json:"observedGeneration,omitempty" protobuf:"1"`
	// When the number of pods was last changed.
	LastScaleTime *meta.Time `json:"lastScaleTime,omitempty" protobuf:"2"`
	// How many pods there were last.
	CurrentReplicas int32 `json:"currentReplicas,omitempty" protobuf:"3"`
	// How many pods there should be.
	DesiredReplicas int32 `json:"desiredReplicas" protobuf:"4" required:"true"`
	// What was measured last, in the order of spec.metrics.
	CurrentMetrics []MetricStatus `json:"currentMetrics" protobuf:"5" listType:"atomic"`
	// What is known of the autoscaler.
	Conditions []HorizontalPodAutoscalerCondition `json:"conditions,omitempty" protobuf:"6" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// MetricStatus is one thing that was measured. The field that type names is
// set, and no other.
type MetricStatus struct {
	// Which field is set: Object, Pods, Resource, ContainerResource or
	// External.
	Type MetricSourceType `json:"type" protobuf:"1" required:"true"`
	// The measure of one object.
	Object *ObjectMetricStatus `json:"object,omitempty" protobuf:"2"`
	// The measure of the pods.
	Pods *PodsMetricStatus `json:"pods,omitempty" protobuf:"3"`
	// The use of a resource by the pods.
	Resource *ResourceMetricStatus `json:"resource,omitempty" protobuf:"4"`
	// The use of a resource by one container of each pod.
	ContainerResource *ContainerResourceMetricStatus `json:"containerResource,omitempty" protobuf:"7"`
	// The measure from outside the cluster.
	External *ExternalMetricStatus `json:"external,omitempty" protobuf:"5"`
}

// ObjectMetricStatus is what was measured of an object.
type ObjectMetricStatus struct {
	// What was measured.
	Metric MetricIdentifier `json:"metric" protobuf:"1" required:"true"`
	// What it is.
	Current MetricValueStatus `json:"current" protobuf:"2" required:"true"`
	// The object.
	DescribedObject CrossVersionObjectReference `json:"describedObject" protobuf:"3" required:"true"`
}

// MetricValueStatus is what a measure is.
type MetricValueStatus struct {
	// The amount for all pods together.
	Value *quantity.Quantity `json:"value,omitempty" protobuf:"1"`
	// The amount for each pod on average.
	AverageValue *quantity.Quantity `json:"averageValue,omitempty" protobuf:"2"`
	// The use on average, in percent of what pods ask for.
	AverageUtilization *int32 `json:"averageUtilization,omitempty" protobuf:"3"`
}

// PodsMetricStatus is what was measured of the pods.
type PodsMetricStatus struct {
	// What was measured.
	Metric MetricIdentifier `json:"metric" protobuf:"1" required:"true"`
	// What it is.
	Current MetricValueStatus `json:"current" protobuf:"2" required:"true"`
}

// ResourceMetricStatus is the use of a resource by the pods.
type ResourceMetricStatus struct {
	// The resource.
	Name core.ResourceName `json:"name" protobuf:"1" required:"true"`
	// How much of it is used.
	Current MetricValueStatus `json:"current" protobuf:"2" required:"true"`
}

// ContainerResourceMetricStatus is the use of a resource by one container of
// each pod.
type ContainerResourceMetricStatus struct {
	// The resource.
	Name core.ResourceName `json:"name" protobuf:"1" required:"true"`
	// How much of it is used.
	Current MetricValueStatus `json:"current" protobuf:"2" required:"true"`
	// The name of the container.
	Container string `json:"container" protobuf:"3" required:"true"`
}

// ExternalMetricStatus is what was measured outside the cluster.
type ExternalMetricStatus struct {
	// What was measured.
	Metric MetricIdentifier `json:"metric" protobuf:"1" required:"true"`
	// What it is.
	Current MetricValueStatus `json:"current" protobuf:"2" required:"true"`
}

// HorizontalPodAutoscalerCondition is one thing that is known of an
// autoscaler.
type HorizontalPodAutoscalerCondition struct {
	// What the condition is about, one word in CamelCase.
	Type HorizontalPodAutoscalerConditionType `json:"type" protobuf:"1" required:"true"`
	// Whether it holds: True, False or Unknown.
	Status core.ConditionStatus `json:"status" protobuf:"2" required:"true"`
	// When the status last changed from one value to another.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"3"`
	// Why it holds or not, one word in CamelCase for programs.
	Reason string `json:"reason,omitempty" protobuf:"4"`
	// Why it holds or not, in words for people.
	Message string `json:"message,omitempty" protobuf:"5"`
	// The metadata.generation that the condition was made for.
	ObservedGeneration *int64 `json:"observedGeneration,omitempty" protobuf:"6"`
}

// HorizontalPodAutoscalerConditionType is what an autoscaler's condition is
// about.
type HorizontalPodAutoscalerConditionType string

// The values of HorizontalPodAutoscalerConditionType.
const (
	// ScalingActive says that it can tell how many pods there should be.
	ScalingActive HorizontalPodAutoscalerConditionType = "ScalingActive"
	// AbleToScale says that it can read and set the number of pods.
	AbleToScale HorizontalPodAutoscalerConditionType = "AbleToScale"
	// ScalingLimited says that its bounds keep it from the number that it
	// would set.
	ScalingLimited HorizontalPodAutoscalerConditionType = "ScalingLimited"
	// ScaledToZero says that it has taken all pods away and waits for work.
	ScaledToZero HorizontalPodAutoscalerConditionType = "ScaledToZero"
)

// HorizontalPodAutoscalerList is what a list of HorizontalPodAutoscaler objects is answered with.
type HorizontalPodAutoscalerList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []HorizontalPodAutoscaler `json:"items" protobuf:"2" required:"true"`
}
