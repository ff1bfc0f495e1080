package departure

import (
	"context"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/proto/core"
)

// Nodes finds the cluster's nodes. It follows them only while pods with
// services end on this node: most nodes of a large cluster need not know.
type Nodes struct {
	Client *client.Client
	// Context ends all of it.
	Context context.Context

	mu       sync.Mutex
	informer *informer.Informer[*core.Node]
	stop     func()
	idle     *time.Timer
}

// followFor is how long nodes are followed after they were last needed.
const followFor = 5 * time.Minute

// Peers are the nodes that may be asked: those that the control plane has heard
// from, with an address.
func (n *Nodes) Peers(ctx context.Context) ([]Peer, error) {
	nodes := n.follow()
	select {
	case <-nodes.Synced():
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return peersOf(nodes.List()), nil
}

func (n *Nodes) follow() *informer.Informer[*core.Node] {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.informer != nil {
		n.idle.Reset(followFor)
		return n.informer
	}
	ctx, stop := context.WithCancel(n.Context)
	n.informer, n.stop = informer.New(n.Client, informer.Options[*core.Node]{}), stop
	go func(i *informer.Informer[*core.Node]) { _ = i.Run(ctx) }(n.informer)
	n.idle = time.AfterFunc(followFor, n.forget)
	return n.informer
}

func (n *Nodes) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stop()
	n.informer = nil
}

func peersOf(nodes []*core.Node) []Peer {
	var out []Peer
	for _, n := range nodes {
		address := ""
		for _, a := range n.Status.Addresses {
			if a.Type == core.NodeInternalIP && address == "" {
				address = a.Address
			}
		}
		if address != "" && !lost(n) {
			out = append(out, Peer{Name: n.Name, Address: address})
		}
	}
	return out
}

// lost says that the control plane does not hear from the node: nobody can
// tell what its rules do, and waiting would not change them.
func lost(n *core.Node) bool {
	for i := range n.Status.Conditions {
		if c := &n.Status.Conditions[i]; c.Type == core.NodeReady {
			return c.Status == core.ConditionUnknown
		}
	}
	return false
}
