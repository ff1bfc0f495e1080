// Package cluster is the scheduler's picture of the nodes and of what runs on
// them, kept up to date by differences: whoever decides looks at it as it is,
// no copy is made for a decision.
//
// It is not safe for concurrent use; the scheduler holds one lock around it
// and its backlog, so that no change can fall between a decision and what
// becomes of it.
package cluster

import (
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Pod is a pod with what decisions need of it worked out once.
type Pod struct {
	*core.Pod
	// Requests is what fits or not; Scored is the same with guesses for
	// containers that ask for nothing.
	Requests, Scored Resources
	// Ports are those it takes on its host.
	Ports []Port
	// Owner is the UID of the controller that made it, empty when nobody did.
	Owner meta.UID
	// Priority decides who goes first.
	Priority int32
}

// Port is a port of a host. IP is 0.0.0.0 for all addresses.
type Port struct {
	IP       string
	Protocol core.Protocol
	Port     int32
}

// NewPod works out a pod.
func NewPod(p *core.Pod) *Pod {
	pod := &Pod{Pod: p, Requests: podRequest(&p.Spec, false), Scored: podRequest(&p.Spec, true), Ports: hostPorts(&p.Spec)}
	if p.Spec.Priority != nil {
		pod.Priority = *p.Spec.Priority
	}
	for _, o := range p.OwnerReferences {
		if o.Controller != nil && *o.Controller {
			pod.Owner = o.UID
		}
	}
	return pod
}

// hostPorts are the ports that a pod takes on its host.
func hostPorts(spec *core.PodSpec) []Port {
	var ports []Port
	take := func(c *core.Container) {
		for _, p := range c.Ports {
			if p.HostPort <= 0 {
				continue
			}
			port := Port{IP: p.HostIP, Protocol: p.Protocol, Port: p.HostPort}
			if port.IP == "" {
				port.IP = "0.0.0.0"
			}
			if port.Protocol == "" {
				port.Protocol = core.ProtocolTCP
			}
			ports = append(ports, port)
		}
	}
	for i := range spec.Containers {
		take(&spec.Containers[i])
	}
	for i := range spec.InitContainers {
		if p := spec.InitContainers[i].RestartPolicy; p != nil && *p == core.ContainerRestartPolicyAlways {
			take(&spec.InitContainers[i])
		}
	}
	return ports
}

// Clashes says whether the two cannot be taken at once.
func (p Port) Clashes(o Port) bool {
	return p.Port == o.Port && p.Protocol == o.Protocol && (p.IP == o.IP || p.IP == "0.0.0.0" || o.IP == "0.0.0.0")
}

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
	// Owned counts the pods of each controller that are not on their way out.
	Owned map[meta.UID]int
	// Images are the sizes of the container images present, by name.
	Images map[string]int64
}

// Cluster is all nodes.
type Cluster struct {
	// Nodes are those that exist, in an order that does not mean anything.
	Nodes  []*Node
	byName map[string]*Node
	// pods says on which node a pod is.
	pods map[meta.UID]string
}

// New is a cluster without nodes.
func New() *Cluster {
	return &Cluster{byName: map[string]*Node{}, pods: map[meta.UID]string{}}
}

// Node is the node of that name, or nil when it does not exist.
func (c *Cluster) Node(name string) *Node {
	if n := c.byName[name]; n != nil && n.Object != nil {
		return n
	}
	return nil
}

// node is the node of that name, made when it is not known.
func (c *Cluster) node(name string) *Node {
	n := c.byName[name]
	if n == nil {
		n = &Node{Name: name, Pods: map[meta.UID]*Pod{}, Ports: map[Port]int{}, Owned: map[meta.UID]int{}}
		c.byName[name] = n
	}
	return n
}

// SetNode adds or replaces a node.
func (c *Cluster) SetNode(o *core.Node) {
	n := c.node(o.Name)
	if n.Object == nil {
		c.Nodes = append(c.Nodes, n)
	}
	n.Object = o
	n.Allocatable = resourcesOf(o.Status.Allocatable)
	n.Images = map[string]int64{}
	for _, image := range o.Status.Images {
		for _, name := range image.Names {
			n.Images[name] = image.SizeBytes
		}
	}
}

// RemoveNode takes a node out; pods on it are remembered until they go.
func (c *Cluster) RemoveNode(name string) {
	n := c.Node(name)
	if n == nil {
		return
	}
	n.Object = nil
	c.Nodes = slices.DeleteFunc(c.Nodes, func(x *Node) bool { return x == n })
	c.forgetEmpty(n)
}

func (c *Cluster) forgetEmpty(n *Node) {
	if n.Object == nil && len(n.Pods) == 0 {
		delete(c.byName, n.Name)
	}
}

// SetPod has a pod on a node, in place of what was known of it.
func (c *Cluster) SetPod(p *Pod, node string) {
	c.RemovePod(p.UID)
	n := c.node(node)
	n.Pods[p.UID] = p
	n.count(p, 1)
	c.pods[p.UID] = node
}

// RemovePod takes a pod off its node and says which that was.
func (c *Cluster) RemovePod(uid meta.UID) (node string, ok bool) {
	node, ok = c.pods[uid]
	if !ok {
		return "", false
	}
	n := c.byName[node]
	n.count(n.Pods[uid], -1)
	delete(n.Pods, uid)
	delete(c.pods, uid)
	c.forgetEmpty(n)
	return node, true
}

// NodeOf is the node that a pod is on, or is assumed to be on.
func (c *Cluster) NodeOf(uid meta.UID) (string, bool) {
	node, ok := c.pods[uid]
	return node, ok
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
	if p.Owner != "" && p.DeletionTimestamp == nil {
		if n.Owned[p.Owner] += sign; n.Owned[p.Owner] == 0 {
			delete(n.Owned, p.Owner)
		}
	}
}

// ImageSize is the size of a container image on the node, 0 when it is not
// there. Images without a tag are meant with :latest.
func (n *Node) ImageSize(image string) int64 {
	if size, ok := n.Images[image]; ok {
		return size
	}
	if !strings.Contains(image[strings.LastIndex(image, "/")+1:], ":") {
		image += ":latest"
	}
	for _, prefix := range []string{"", "docker.io/", "docker.io/library/"} {
		if size, ok := n.Images[prefix+image]; ok {
			return size
		}
	}
	return 0
}
