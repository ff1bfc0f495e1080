// Package policy holds the kinds of policy/v1 that are served: the Eviction that
// asks for a pod to go.
package policy
