// Package cluster is the scheduler's picture of the nodes and of what runs on
// them, kept up to date by differences: whoever decides looks at it as it is,
// no copy is made for a decision and nothing is counted anew for one.
//
// What a pod says about other pods is asked of counts: a Tally is how many
// pods of some kind are in each place that a label of nodes makes, and a
// Carried is in which places there are pods with a certain term of affinity.
// Tallies are made when first asked for and then follow every change.
//
// It is not safe for concurrent use; the scheduler holds one lock around it
// and its backlog, so that no change can fall between a decision and what
// becomes of it.
//
// pod.go and node.go hold the two; near.go, spread.go and match.go are what
// pods say about each other, group.go who means whom, topology.go the places,
// kin.go which pods belong together that do not say so, tally.go and carried.go
// the counts, event.go what can happen.
package cluster

import (
	"maps"
	"slices"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// Cluster is all nodes.
type Cluster struct {
	// Nodes are those that exist, in an order that does not mean anything.
	Nodes  []*Node
	byName map[string]*Node
	// pods says on which node a pod is.
	pods map[meta.UID]*Node
	// Version counts changes: while it stays nothing else can be decided
	// about a pod than before.
	Version uint64
	// images is on how many nodes an image is.
	images map[string]int64

	// Volumes is the storage that pods use.
	Volumes *Volumes
	// priorities counts the pods on nodes of each priority.
	priorities map[int32]int

	namespaces map[string]map[string]string // labels, by name
	kin        kin
	groups     groups
	matchers   matchers
	topologies map[string]*topology
	tallies    map[tallyID]*Tally
	tallyCells int // the size of all tallies
	carried    map[carriedID]*Carried
	scopes     map[string]*scope
	clock      uint64 // counts uses, for the least recently used tally
}

// New is a cluster without nodes.
func New() *Cluster {
	return &Cluster{
		byName: map[string]*Node{}, pods: map[meta.UID]*Node{}, images: map[string]int64{},
		Volumes: newVolumes(), priorities: map[int32]int{},
		namespaces: map[string]map[string]string{}, kin: newKin(),
		groups:     groups{byKey: map[string]*group{}, byNamespace: map[string]map[*group]bool{}},
		matchers:   matchers{byKey: map[string]*matcher{}, byNamespace: map[string]map[*matcher]bool{}, everywhere: map[*matcher]bool{}},
		topologies: map[string]*topology{}, tallies: map[tallyID]*Tally{}, carried: map[carriedID]*Carried{}, scopes: map[string]*scope{},
	}
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
		n = &Node{Name: name, Pods: map[meta.UID]*Pod{}, Ports: map[Port]int{}, Slot: -1}
		c.byName[name] = n
	}
	return n
}

// touch notes that n has changed.
func (c *Cluster) touch(n *Node) {
	c.Version++
	n.Generation = c.Version
}

// SetNode adds or replaces a node, and says whether anything is different that
// decisions depend on.
func (c *Cluster) SetNode(o *core.Node) bool {
	n := c.node(o.Name)
	old := n.Object
	if old != nil && sameNode(old, o) {
		n.Object = o
		return false
	}
	switch {
	case old == nil:
		n.Slot = len(c.Nodes)
		c.Nodes = append(c.Nodes, n)
		n.Object = o
		c.enter(n)
	case !samePlace(old, o):
		c.leave(n)
		n.Object = o
		c.enter(n)
	}
	n.Object = o
	n.Allocatable = resourcesOf(o.Status.Allocatable)
	if old == nil || !slices.EqualFunc(old.Status.Images, o.Status.Images, sameImage) {
		c.setImages(n, o.Status.Images)
	}
	c.touch(n)
	return true
}

// sameNode says whether all that decisions depend on is the same.
func sameNode(a, b *core.Node) bool {
	return samePlace(a, b) && a.Spec.Unschedulable == b.Spec.Unschedulable &&
		sameAmounts(a.Status.Allocatable, b.Status.Allocatable) &&
		slices.EqualFunc(a.Status.Images, b.Status.Images, sameImage)
}

// samePlace says whether the node stays in the places that it is in.
func samePlace(a, b *core.Node) bool { return sameLabels(a, b) && sameTaints(a, b) }

func sameLabels(a, b *core.Node) bool { return maps.Equal(a.Labels, b.Labels) }

func sameTaints(a, b *core.Node) bool {
	return slices.EqualFunc(a.Spec.Taints, b.Spec.Taints, func(x, y core.Taint) bool {
		return x.Key == y.Key && x.Value == y.Value && x.Effect == y.Effect
	})
}

func sameAmounts(a, b core.ResourceList) bool {
	return maps.EqualFunc(a, b, func(x, y quantity.Quantity) bool { return x.Cmp(y) == 0 })
}

func sameImage(a, b core.ContainerImage) bool {
	return a.SizeBytes == b.SizeBytes && slices.Equal(a.Names, b.Names)
}

// setImages notes which images a node has.
func (c *Cluster) setImages(n *Node, images []core.ContainerImage) {
	for name := range n.Images {
		if c.images[name]--; c.images[name] == 0 {
			delete(c.images, name)
		}
	}
	n.Images = map[string]int64{}
	for _, image := range images {
		for _, name := range image.Names {
			n.Images[name] = image.SizeBytes
		}
	}
	for name := range n.Images {
		c.images[name]++
	}
}

// NodesWithImage is how many nodes have a container image.
func (c *Cluster) NodesWithImage(image string) int64 { return find(c.images, image) }

// RemoveNode takes a node out; pods on it are remembered until they go.
func (c *Cluster) RemoveNode(name string) {
	n := c.Node(name)
	if n == nil {
		return
	}
	c.leave(n)
	c.setImages(n, nil)
	n.Object = nil
	// The last one takes its slot.
	last := c.Nodes[len(c.Nodes)-1]
	if last != n {
		c.moveSlot(last.Slot, n.Slot)
		last.Slot = n.Slot
		c.Nodes[n.Slot] = last
		c.touch(last)
	}
	c.Nodes[len(c.Nodes)-1] = nil
	c.Nodes = c.Nodes[:len(c.Nodes)-1]
	n.Slot = -1
	c.Version++
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
	p.group = c.join(p, n)
	p.kind = p.group.key // one copy for all of them
	p.carried = c.carry(p)
	if n.Object != nil {
		c.tell(p, n, 1)
	}
	c.pods[p.UID] = n
	c.Volumes.use(p, 1)
	c.priorities[p.Priority]++
	c.touch(n)
}

// RemovePod takes a pod off its node and says which that was.
func (c *Cluster) RemovePod(uid meta.UID) (node string, ok bool) {
	n := c.pods[uid]
	if n == nil {
		return "", false
	}
	p := n.Pods[uid]
	if n.Object != nil {
		c.tell(p, n, -1)
	}
	c.drop(p.carried)
	p.carried = nil
	c.quit(p.group, n)
	p.group = nil
	n.count(p, -1)
	c.Volumes.use(p, -1)
	if c.priorities[p.Priority]--; c.priorities[p.Priority] == 0 {
		delete(c.priorities, p.Priority)
	}
	delete(n.Pods, uid)
	delete(c.pods, uid)
	c.touch(n)
	c.forgetEmpty(n)
	return n.Name, true
}

// tell has all counts follow a pod that comes to a node or goes.
func (c *Cluster) tell(p *Pod, n *Node, sign int32) {
	for _, m := range p.group.matchers {
		for _, t := range m.tallies {
			t.add(n, sign)
		}
	}
	for _, t := range p.carried {
		t.add(n, sign)
	}
}

// NodeOf is the node that a pod is on, or is assumed to be on.
func (c *Cluster) NodeOf(uid meta.UID) (string, bool) {
	n := c.pods[uid]
	if n == nil {
		return "", false
	}
	return n.Name, true
}

// Below says whether a pod of a priority less than that is on any node.
func (c *Cluster) Below(priority int32) bool {
	for p := range c.priorities {
		if p < priority {
			return true
		}
	}
	return false
}

// Placed is a pod that is on a node, or nil.
func (c *Cluster) Placed(uid meta.UID) *Pod {
	if n := c.pods[uid]; n != nil {
		return n.Pods[uid]
	}
	return nil
}
