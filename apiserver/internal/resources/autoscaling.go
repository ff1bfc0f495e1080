package resources

import (
	"github.com/pilothouse/pilothouse/proto/autoscaling"
	"github.com/pilothouse/pilothouse/proto/autoscalingv2"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// autoscalingResources are the autoscalers: stored as version 2, with version 1
// as a view of them.
func autoscalingResources() []*Resource {
	v2 := Resource{Kind: named("autoscaling/v2", "HorizontalPodAutoscaler"), Prefix: "/registry/horizontalpodautoscalers/"}
	v2.Subresources = []Subresource{part("status", keepAutoscalerSpec, autoscalingv2.ValidateHorizontalPodAutoscalerStatusUpdate)}
	stored := kind[*autoscalingv2.HorizontalPodAutoscaler]{autoscalingv2.SetHorizontalPodAutoscalerDefaults, newAutoscaler, keepAutoscalerStatus,
		autoscalingv2.ValidateHorizontalPodAutoscaler, autoscalingv2.ValidateHorizontalPodAutoscalerUpdate}.on(v2)
	return []*Resource{stored, viewOf(stored, named("autoscaling/v1", "HorizontalPodAutoscaler"), &View{
		Stored: stored,
		In: func(o meta.Object) meta.Object {
			return autoscalingv2.FromV1(o.(*autoscaling.HorizontalPodAutoscaler))
		},
		Out: func(o meta.Object) meta.Object {
			return autoscalingv2.ToV1(o.(*autoscalingv2.HorizontalPodAutoscaler))
		},
		Set: func(o, from meta.Object) {
			*o.(*autoscaling.HorizontalPodAutoscaler) = *from.(*autoscaling.HorizontalPodAutoscaler)
		},
	})}
}

func newAutoscaler(h *autoscalingv2.HorizontalPodAutoscaler) {
	h.Status = autoscalingv2.HorizontalPodAutoscalerStatus{}
}

func keepAutoscalerStatus(h, old *autoscalingv2.HorizontalPodAutoscaler) { h.Status = old.Status }

func keepAutoscalerSpec(h, old *autoscalingv2.HorizontalPodAutoscaler) {
	keepMetaButOwn(h, old)
	h.Spec = old.Spec
}
