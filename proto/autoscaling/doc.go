// Package autoscaling holds the kinds of autoscaling/v1: the Scale, through
// which the number of replicas of any object is read and set, and the first
// form of the autoscaler, whose later form is in package autoscalingv2.
package autoscaling
