package filter

import (
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

var portsTaken = &Refusal{Ports, []string{"node(s) didn't have free ports for the requested pod ports"}, false}

// checkPorts keeps two pods from the same port of one host; the same number
// on another address or by another protocol is another port.
func checkPorts(p *cluster.Pod, n *cluster.Node) *Refusal {
	for _, want := range p.Ports {
		for taken := range n.Ports {
			if want.Clashes(taken) {
				return portsTaken
			}
		}
	}
	return nil
}
