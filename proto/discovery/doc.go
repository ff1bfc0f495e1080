// Package discovery holds the kinds of discovery.k8s.io/v1: the EndpointSlice,
// which says where the traffic of a Service goes.
package discovery
