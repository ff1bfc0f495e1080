// Package coordination holds the kinds of coordination.k8s.io/v1: the Lease, by
// which nodes show that they live and daemons agree who leads.
package coordination
