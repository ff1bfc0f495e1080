package cluster

import (
	"maps"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Node is a node and what its pods take of it. Object is nil for a node that
// is not known, but that pods are said to run on.
type Node struct {
	Name        string
	Object      *core.Node
	Allocatable Resources
	Requested   Resources
	Scored      Resources
	Pods        map[meta.UID]*Pod
	Ports       map[Port]int
	// Images are the sizes of the container images present, by name.
	Images map[string]int64
	// Slot is the node's index in Cluster.Nodes, -1 while it does not exist.
	Slot int
	// Generation changes whenever something about the node does that filters
	// and scores look at. No two states of any nodes share one.
	Generation uint64
}

// count adds what p takes, or with a sign of -1 gives it back.
func (n *Node) count(p *Pod, sign int) {
	n.Requested.add(&p.Requests, int64(sign))
	n.Scored.add(&p.Scored, int64(sign))
	for _, port := range p.Ports {
		if n.Ports[port] += sign; n.Ports[port] == 0 {
			delete(n.Ports, port)
		}
	}
}

// Copy is the node as the filters of single nodes see it, to try out what would
// be with other pods on it.
func (n *Node) Copy() *Node {
	out := *n
	out.Pods, out.Ports = nil, maps.Clone(n.Ports)
	out.Requested.Extended, out.Scored.Extended = maps.Clone(n.Requested.Extended), maps.Clone(n.Scored.Extended)
	return &out
}

// Take and Give have a copy count a pod, or not.
func (n *Node) Take(p *Pod) { n.count(p, 1) }

// Give undoes Take.
func (n *Node) Give(p *Pod) { n.count(p, -1) }

// ImageSize is the size of a container image on the node, 0 when it is not
// there. Images without a tag are meant with :latest.
func (n *Node) ImageSize(image string) int64 { return find(n.Images, image) }

// find looks an image up under the names that runtimes give it.
func find(images map[string]int64, image string) int64 {
	if len(images) == 0 {
		return 0
	}
	if size, ok := images[image]; ok {
		return size
	}
	if !strings.Contains(image[strings.LastIndex(image, "/")+1:], ":") {
		image += ":latest"
	}
	for _, prefix := range []string{"", "docker.io/", "docker.io/library/"} {
		if size, ok := images[prefix+image]; ok {
			return size
		}
	}
	return 0
}
