package worker

import "github.com/pilothouse/pilothouse/proto/core"

// Node is what the admission of a pod depends on beside the pod.
type Node struct {
	Others      []*core.Pod // what holds some of the node
	Allocatable core.ResourceList
	Sysctls     []string // what may be set beyond what is safe, see ValidSysctl
}

// check says why a pod cannot run on the node, "" when it can: who names the node
// in the pod itself asks no scheduler. Reasons and words are upstream's.
type check func(pod *core.Pod, n *Node) (reason, message string)

// checks are asked in this order.
var checks = []check{runsHere, sysctlsAllowed, hostPortsFree, fits}

// Refused says why the node does not take a pod, "" when it does.
func (n *Node) Refused(pod *core.Pod) (reason, message string) {
	for _, c := range checks {
		if reason, message := c(pod, n); reason != "" {
			return reason, message
		}
	}
	return "", ""
}
