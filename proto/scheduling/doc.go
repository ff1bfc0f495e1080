// Package scheduling holds the kinds of scheduling.k8s.io/v1:
// PriorityClass.
package scheduling
