// Package policy holds the kinds of policy/v1: the budget that says how many
// pods may be missing, and the Eviction that asks for a pod to go.
package policy
