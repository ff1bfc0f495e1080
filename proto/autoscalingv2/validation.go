package autoscalingv2

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateHorizontalPodAutoscaler checks one that is created.
func ValidateHorizontalPodAutoscaler(o *HorizontalPodAutoscaler) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.Namespaced, meta.IsDNS1123Subdomain, field.New("metadata"))
	return r.Errors
}

// ValidateHorizontalPodAutoscalerUpdate checks a change.
func ValidateHorizontalPodAutoscalerUpdate(o, old *HorizontalPodAutoscaler) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidateHorizontalPodAutoscalerStatusUpdate checks a change of status.
func ValidateHorizontalPodAutoscalerStatusUpdate(o, old *HorizontalPodAutoscaler) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
