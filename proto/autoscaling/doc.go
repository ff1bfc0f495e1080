// Package autoscaling holds the kinds of autoscaling/v1 that are served: the
// Scale, through which the number of replicas of any object is read and set.
package autoscaling
