// Package autoscalingv2 holds the kinds of autoscaling/v2:
// HorizontalPodAutoscaler, as it is stored.
package autoscalingv2
