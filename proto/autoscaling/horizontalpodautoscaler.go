package autoscaling

import (
	"github.com/pilothouse/pilothouse/proto/meta"
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
	// How much CPU the pods should use on average, in percent of what they
	// ask for. Default: 80.
	TargetCPUUtilizationPercentage *int32 `json:"targetCPUUtilizationPercentage,omitempty" protobuf:"4"`
}

// CrossVersionObjectReference names an object of the same namespace by kind
// and name.
//
// +mapType=atomic
type CrossVersionObjectReference struct {
	// The kind of the object.
	Kind string `json:"kind" protobuf:"1" required:"true"`
	// The name of the object.
	Name string `json:"name" protobuf:"2" required:"true"`
	// The API version of the object.
	APIVersion string `json:"apiVersion,omitempty" protobuf:"3"`
}

// HorizontalPodAutoscalerStatus says how many pods there are and should be.
type HorizontalPodAutoscalerStatus struct {
	// The metadata.generation that the status was made for.
	ObservedGeneration *int64 `json:"observedGeneration,omitempty" protobuf:"1"`
	// When the number of pods was last changed.
	LastScaleTime *meta.Time `json:"lastScaleTime,omitempty" protobuf:"2"`
	// How many pods there were last.
	CurrentReplicas int32 `json:"currentReplicas" protobuf:"3" required:"true"`
	// How many pods there should be.
	DesiredReplicas int32 `json:"desiredReplicas" protobuf:"4" required:"true"`
	// How much CPU the pods use on average, in percent of what they ask for.
	CurrentCPUUtilizationPercentage *int32 `json:"currentCPUUtilizationPercentage,omitempty" protobuf:"5"`
}

// HorizontalPodAutoscalerList is what a list of HorizontalPodAutoscaler objects is answered with.
type HorizontalPodAutoscalerList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []HorizontalPodAutoscaler `json:"items" protobuf:"2" required:"true"`
}
