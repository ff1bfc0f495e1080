// Package metrics holds the kinds of metrics.k8s.io/v1beta1: how much CPU and
// memory nodes and pods use now. Nobody writes them; they are measured.
package metrics
