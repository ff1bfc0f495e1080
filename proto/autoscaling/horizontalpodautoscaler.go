package autoscaling

import (
	"github.com/pilothouse/pilothouse/proto/meta"
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
	ScaleTargetRef                 CrossVersionObjectReference `json:"scaleTargetRef" protobuf:"1" required:"true"`
	MinReplicas                    *int32                      `json:"minReplicas,omitempty" protobuf:"2"`
	MaxReplicas                    int32                       `json:"maxReplicas" protobuf:"3" required:"true"`
	TargetCPUUtilizationPercentage *int32                      `json:"targetCPUUtilizationPercentage,omitempty" protobuf:"4"`
}

// CrossVersionObjectReference is TODO.
//
// +mapType=atomic
type CrossVersionObjectReference struct {
	Kind       string `json:"kind" protobuf:"1" required:"true"`
	Name       string `json:"name" protobuf:"2" required:"true"`
	APIVersion string `json:"apiVersion,omitempty" protobuf:"3"`
}

// HorizontalPodAutoscalerStatus is TODO.
type HorizontalPodAutoscalerStatus struct {
	ObservedGeneration              *int64     `json:"observedGeneration,omitempty" protobuf:"1"`
	LastScaleTime                   *meta.Time `json:"lastScaleTime,omitempty" protobuf:"2"`
	CurrentReplicas                 int32      `json:"currentReplicas" protobuf:"3" required:"true"`
	DesiredReplicas                 int32      `json:"desiredReplicas" protobuf:"4" required:"true"`
	CurrentCPUUtilizationPercentage *int32     `json:"currentCPUUtilizationPercentage,omitempty" protobuf:"5"`
}

// HorizontalPodAutoscalerList is what a list of HorizontalPodAutoscaler objects is answered with.
type HorizontalPodAutoscalerList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []HorizontalPodAutoscaler `json:"items" protobuf:"2" required:"true"`
}
