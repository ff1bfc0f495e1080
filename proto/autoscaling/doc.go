// Package autoscaling holds the kinds of autoscaling/v1: the
// Scale, through which the number of replicas of any object is read and set.
package autoscaling
