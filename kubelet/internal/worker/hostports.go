package worker

import (
	"cmp"

	"github.com/pilothouse/pilothouse/proto/core"
)

// hostPort is a port of the node's own that a container takes.
type hostPort struct {
	protocol core.Protocol
	port     int32
}

// everyAddress is what a port without an address of its own takes.
const everyAddress = "0.0.0.0"

// hostPortsFree refuses a pod that wants a port of the node that another pod has.
func hostPortsFree(pod *core.Pod, n *Node) (reason, message string) {
	wanted := hostPorts(pod)
	if len(wanted) == 0 {
		return "", ""
	}
	for _, o := range n.Others {
		if !holdsPorts(o) {
			continue
		}
		for p, theirs := range hostPorts(o) {
			if overlap(wanted[p], theirs) {
				return "NodePorts", "Predicate NodePorts failed"
			}
		}
	}
	return "", ""
}

// holdsPorts says whether something of the pod may still run.
func holdsPorts(p *core.Pod) bool {
	if terminal(p.Status.Phase) {
		return false
	}
	if p.DeletionTimestamp == nil {
		return true
	}
	for i := range p.Status.ContainerStatuses {
		if p.Status.ContainerStatuses[i].State.Terminated == nil {
			return true
		}
	}
	return false
}

// hostPorts lists the addresses at which the pod takes each port of the node.
func hostPorts(pod *core.Pod) map[hostPort][]string {
	out := map[hostPort][]string{}
	add := func(c *core.Container) {
		for i := range c.Ports {
			if p := &c.Ports[i]; p.HostPort > 0 {
				k := hostPort{cmp.Or(p.Protocol, core.ProtocolTCP), p.HostPort}
				out[k] = append(out[k], cmp.Or(p.HostIP, everyAddress))
			}
		}
	}
	for i := range pod.Spec.InitContainers {
		if c := &pod.Spec.InitContainers[i]; c.RestartPolicy != nil { // a sidecar
			add(c)
		}
	}
	for i := range pod.Spec.Containers {
		add(&pod.Spec.Containers[i])
	}
	return out
}

// overlap says whether two lists have an address in common.
func overlap(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y || x == everyAddress || y == everyAddress {
				return true
			}
		}
	}
	return false
}
