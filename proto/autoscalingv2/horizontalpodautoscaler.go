package autoscalingv2

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// HorizontalPodAutoscaler is TODO.
type HorizontalPodAutoscaler struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            HorizontalPodAutoscalerSpec   `json:"spec,omitempty" protobuf:"2" required:"true"`
	Status          HorizontalPodAutoscalerStatus `json:"status,omitempty" protobuf:"3"`
}

// HorizontalPodAutoscalerSpec is TODO.
type HorizontalPodAutoscalerSpec struct {
	ScaleTargetRef CrossVersionObjectReference      `json:"scaleTargetRef" protobuf:"1" required:"true"`
	MinReplicas    *int32                           `json:"minReplicas,omitempty" protobuf:"2"`
	MaxReplicas    int32                            `json:"maxReplicas" protobuf:"3" required:"true"`
	Metrics        []MetricSpec                     `json:"metrics,omitempty" protobuf:"4" listType:"atomic"`
	Behavior       *HorizontalPodAutoscalerBehavior `json:"behavior,omitempty" protobuf:"5"`
}

// CrossVersionObjectReference is TODO.
type CrossVersionObjectReference struct {
	Kind       string `json:"kind" protobuf:"1" required:"true"`
	Name       string `json:"name" protobuf:"2" required:"true"`
	APIVersion string `json:"apiVersion,omitempty" protobuf:"3"`
}

// MetricSpec is TODO.
type MetricSpec struct {
	Type              MetricSourceType               `json:"type" protobuf:"1" required:"true"`
	Object            *ObjectMetricSource            `json:"object,omitempty" protobuf:"2"`
	Pods              *PodsMetricSource              `json:"pods,omitempty" protobuf:"3"`
	Resource          *ResourceMetricSource          `json:"resource,omitempty" protobuf:"4"`
	ContainerResource *ContainerResourceMetricSource `json:"containerResource,omitempty" protobuf:"7"`
	External          *ExternalMetricSource          `json:"external,omitempty" protobuf:"5"`
}

// MetricSourceType is TODO.
type MetricSourceType string

const (
	ObjectMetricSourceType            MetricSourceType = "Object"
	PodsMetricSourceType              MetricSourceType = "Pods"
	ResourceMetricSourceType          MetricSourceType = "Resource"
	ContainerResourceMetricSourceType MetricSourceType = "ContainerResource"
	ExternalMetricSourceType          MetricSourceType = "External"
)

// ObjectMetricSource is TODO.
type ObjectMetricSource struct {
	DescribedObject CrossVersionObjectReference `json:"describedObject" protobuf:"1" required:"true"`
	Target          MetricTarget                `json:"target" protobuf:"2" required:"true"`
	Metric          MetricIdentifier            `json:"metric" protobuf:"3" required:"true"`
}

// MetricTarget is TODO.
type MetricTarget struct {
	Type               MetricTargetType   `json:"type" protobuf:"1" required:"true"`
	Value              *quantity.Quantity `json:"value,omitempty" protobuf:"2"`
	AverageValue       *quantity.Quantity `json:"averageValue,omitempty" protobuf:"3"`
	AverageUtilization *int32             `json:"averageUtilization,omitempty" protobuf:"4"`
}

// MetricTargetType is TODO.
type MetricTargetType string

const (
	UtilizationMetricType  MetricTargetType = "Utilization"
	ValueMetricType        MetricTargetType = "Value"
	AverageValueMetricType MetricTargetType = "AverageValue"
)

// MetricIdentifier is TODO.
type MetricIdentifier struct {
	Name     string              `json:"name" protobuf:"1" required:"true"`
	Selector *meta.LabelSelector `json:"selector,omitempty" protobuf:"2"`
}

// PodsMetricSource is TODO.
type PodsMetricSource struct {
	Metric MetricIdentifier `json:"metric" protobuf:"1" required:"true"`
	Target MetricTarget     `json:"target" protobuf:"2" required:"true"`
}

// ResourceMetricSource is TODO.
type ResourceMetricSource struct {
	Name   core.ResourceName `json:"name" protobuf:"1" required:"true"`
	Target MetricTarget      `json:"target" protobuf:"2" required:"true"`
}

// ContainerResourceMetricSource is TODO.
type ContainerResourceMetricSource struct {
	Name      core.ResourceName `json:"name" protobuf:"1" required:"true"`
	Target    MetricTarget      `json:"target" protobuf:"2" required:"true"`
	Container string            `json:"container" protobuf:"3" required:"true"`
}

// ExternalMetricSource is TODO.
type ExternalMetricSource struct {
	Metric MetricIdentifier `json:"metric" protobuf:"1" required:"true"`
	Target MetricTarget     `json:"target" protobuf:"2" required:"true"`
}

// HorizontalPodAutoscalerBehavior is TODO.
type HorizontalPodAutoscalerBehavior struct {
	ScaleUp   *HPAScalingRules `json:"scaleUp,omitempty" protobuf:"1"`
	ScaleDown *HPAScalingRules `json:"scaleDown,omitempty" protobuf:"2"`
}

// HPAScalingRules is TODO.
type HPAScalingRules struct {
	StabilizationWindowSeconds *int32               `json:"stabilizationWindowSeconds,omitempty" protobuf:"3"`
	SelectPolicy               *ScalingPolicySelect `json:"selectPolicy,omitempty" protobuf:"1"`
	Policies                   []HPAScalingPolicy   `json:"policies,omitempty" protobuf:"2" listType:"atomic"`
	Tolerance                  *quantity.Quantity   `json:"tolerance,omitempty" protobuf:"4"`
}

// ScalingPolicySelect is TODO.
type ScalingPolicySelect string

const (
	MaxChangePolicySelect ScalingPolicySelect = "Max"
	MinChangePolicySelect ScalingPolicySelect = "Min"
	DisabledPolicySelect  ScalingPolicySelect = "Disabled"
)

// HPAScalingPolicy is TODO.
type HPAScalingPolicy struct {
	Type          HPAScalingPolicyType `json:"type" protobuf:"1" required:"true"`
	Value         int32                `json:"value" protobuf:"2" required:"true"`
	PeriodSeconds int32                `json:"periodSeconds" protobuf:"3" required:"true"`
}

// HPAScalingPolicyType is TODO.
type HPAScalingPolicyType string

const (
	PodsScalingPolicy    HPAScalingPolicyType = "Pods"
	PercentScalingPolicy HPAScalingPolicyType = "Percent"
)

// HorizontalPodAutoscalerStatus is TODO.
type HorizontalPodAutoscalerStatus struct {
	ObservedGeneration *int64                             `json:"observedGeneration,omitempty" protobuf:"1"`
	LastScaleTime      *meta.Time                         `json:"lastScaleTime,omitempty" protobuf:"2"`
	CurrentReplicas    int32                              `json:"currentReplicas,omitempty" protobuf:"3"`
	DesiredReplicas    int32                              `json:"desiredReplicas" protobuf:"4" required:"true"`
	CurrentMetrics     []MetricStatus                     `json:"currentMetrics" protobuf:"5" listType:"atomic"`
	Conditions         []HorizontalPodAutoscalerCondition `json:"conditions,omitempty" protobuf:"6" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// MetricStatus is TODO.
type MetricStatus struct {
	Type              MetricSourceType               `json:"type" protobuf:"1" required:"true"`
	Object            *ObjectMetricStatus            `json:"object,omitempty" protobuf:"2"`
	Pods              *PodsMetricStatus              `json:"pods,omitempty" protobuf:"3"`
	Resource          *ResourceMetricStatus          `json:"resource,omitempty" protobuf:"4"`
	ContainerResource *ContainerResourceMetricStatus `json:"containerResource,omitempty" protobuf:"7"`
	External          *ExternalMetricStatus          `json:"external,omitempty" protobuf:"5"`
}

// ObjectMetricStatus is TODO.
type ObjectMetricStatus struct {
	Metric          MetricIdentifier            `json:"metric" protobuf:"1" required:"true"`
	Current         MetricValueStatus           `json:"current" protobuf:"2" required:"true"`
	DescribedObject CrossVersionObjectReference `json:"describedObject" protobuf:"3" required:"true"`
}

// MetricValueStatus is TODO.
type MetricValueStatus struct {
	Value              *quantity.Quantity `json:"value,omitempty" protobuf:"1"`
	AverageValue       *quantity.Quantity `json:"averageValue,omitempty" protobuf:"2"`
	AverageUtilization *int32             `json:"averageUtilization,omitempty" protobuf:"3"`
}

// PodsMetricStatus is TODO.
type PodsMetricStatus struct {
	Metric  MetricIdentifier  `json:"metric" protobuf:"1" required:"true"`
	Current MetricValueStatus `json:"current" protobuf:"2" required:"true"`
}

// ResourceMetricStatus is TODO.
type ResourceMetricStatus struct {
	Name    core.ResourceName `json:"name" protobuf:"1" required:"true"`
	Current MetricValueStatus `json:"current" protobuf:"2" required:"true"`
}

// ContainerResourceMetricStatus is TODO.
type ContainerResourceMetricStatus struct {
	Name      core.ResourceName `json:"name" protobuf:"1" required:"true"`
	Current   MetricValueStatus `json:"current" protobuf:"2" required:"true"`
	Container string            `json:"container" protobuf:"3" required:"true"`
}

// ExternalMetricStatus is TODO.
type ExternalMetricStatus struct {
	Metric  MetricIdentifier  `json:"metric" protobuf:"1" required:"true"`
	Current MetricValueStatus `json:"current" protobuf:"2" required:"true"`
}

// HorizontalPodAutoscalerCondition is TODO.
type HorizontalPodAutoscalerCondition struct {
	Type               HorizontalPodAutoscalerConditionType `json:"type" protobuf:"1" required:"true"`
	Status             core.ConditionStatus                 `json:"status" protobuf:"2" required:"true"`
	LastTransitionTime meta.Time                            `json:"lastTransitionTime,omitempty" protobuf:"3"`
	Reason             string                               `json:"reason,omitempty" protobuf:"4"`
	Message            string                               `json:"message,omitempty" protobuf:"5"`
	ObservedGeneration *int64                               `json:"observedGeneration,omitempty" protobuf:"6"`
}

// HorizontalPodAutoscalerConditionType is TODO.
type HorizontalPodAutoscalerConditionType string

const (
	ScalingActive  HorizontalPodAutoscalerConditionType = "ScalingActive"
	AbleToScale    HorizontalPodAutoscalerConditionType = "AbleToScale"
	ScalingLimited HorizontalPodAutoscalerConditionType = "ScalingLimited"
	ScaledToZero   HorizontalPodAutoscalerConditionType = "ScaledToZero"
)

// HorizontalPodAutoscalerList is what a list of HorizontalPodAutoscaler objects is answered with.
type HorizontalPodAutoscalerList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []HorizontalPodAutoscaler `json:"items" protobuf:"2" required:"true"`
}
