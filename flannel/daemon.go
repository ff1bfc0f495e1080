package flannel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/event"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/flannel/internal/hostgw"
	"github.com/pilothouse/pilothouse/flannel/internal/lease"
	"github.com/pilothouse/pilothouse/flannel/internal/uplink"
	"github.com/pilothouse/pilothouse/proto/core"
)

// checkEvery is how often files and rules are looked at that nobody tells us of. (Routes
// have the kernel's notices, nodes the watch.)
const checkEvery = 10 * time.Second

// retryAfter is the pause after something failed.
const retryAfter = time.Second

// flanneld is the running daemon.
type flanneld struct {
	settings
	link     uplink.Uplink
	nodes    *informer.Informer[*core.Node]
	api      client.Resource[*core.Node]
	recorder *event.Recorder
	backend  backend
	wake     chan struct{}

	// waiting is the last reason for not being ready, so that it is said once.
	waiting string
	// masqueraded says that the rules of --ip-masq have been seen to since the start.
	masqueraded bool
	// ready says that this node's subnet has been served.
	ready atomic.Bool

	mu       sync.Mutex
	problems []hostgw.Problem
	told     []hostgw.Problem // the problems that were said last
}

func (d *flanneld) kick() {
	select {
	case d.wake <- struct{}{}:
	default: // a look is already due
	}
}

// report takes the peers that have no route from the back end.
func (d *flanneld) report(problems []hostgw.Problem) {
	d.mu.Lock()
	d.problems = problems
	d.mu.Unlock()
	d.kick()
}

// follow looks at the nodes whenever something changed, until ctx ends.
func (d *flanneld) follow(ctx context.Context) error {
	select {
	case <-d.nodes.Synced():
	case <-ctx.Done():
		return nil
	}
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	for {
		var again <-chan time.Time
		if err := d.look(ctx); err != nil && ctx.Err() == nil {
			slog.Error("not done; trying again", "error", err, "after", retryAfter)
			again = time.After(retryAfter)
		}
		select {
		case <-d.wake:
		case <-again:
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// look does whatever is still to do: peers' leases to the back end, then this node's own
// files, annotations and condition.
func (d *flanneld) look(ctx context.Context) error {
	d.backend.SetLeases(d.leases())
	if d.RoutesOnly {
		d.tellProblems()
		d.setReady("routes", "")
		return nil
	}
	node, ok := d.nodes.Get("", d.node)
	if !ok {
		d.wait("the node is not registered yet")
		return nil
	}
	own, err := lease.FromNode(node)
	if errors.Is(err, lease.ErrNoSubnet) {
		d.wait("the node has no spec.podCIDR yet; the controller manager assigns it when it runs with --allocate-node-cidrs and --cluster-cidr")
		return nil
	}
	if own.Subnet.IsValid() && !d.network.Overlaps(own.Subnet) {
		return fmt.Errorf("node %s: spec.podCIDR %s lies outside of --network %s", d.node, own.Subnet, d.network)
	}
	if !own.Subnet.IsValid() {
		return err
	}
	if err := d.announce(ctx, node); err != nil {
		return err
	}
	if err := d.writeFiles(ctx, own.Subnet); err != nil {
		return err
	}
	d.setReady("subnet", own.Subnet.String())
	return d.setCondition(ctx, node)
}

// setReady says once that everything is done.
func (d *flanneld) setReady(key, value string) {
	if d.ready.CompareAndSwap(false, true) {
		slog.Info("ready", key, value)
	}
}

// tellProblems says which nodes have no route here, whenever that changes. A host that is
// no node has no condition to say it in.
func (d *flanneld) tellProblems() {
	d.mu.Lock()
	problems := d.problems
	d.mu.Unlock()
	if slices.Equal(problems, d.told) {
		return
	}
	d.told = problems
	for _, p := range problems {
		slog.Warn("no route to a node's pods; they cannot be reached from here", "node", p.Node, "reason", p.Reason)
	}
}

// wait says once what is being waited for.
func (d *flanneld) wait(reason string) {
	if d.waiting != reason {
		d.waiting = reason
		slog.Info("waiting", "node", d.node, "reason", reason)
	}
}

// leases reads the leases of all nodes. A node that has none yet will come by again; one
// that is wrong is said once by its own flanneld.
func (d *flanneld) leases() []lease.Lease {
	var list []lease.Lease
	for _, n := range d.nodes.List() {
		l, err := lease.FromNode(n)
		if err == nil {
			list = append(list, l)
		} else if !errors.Is(err, lease.ErrNoSubnet) {
			slog.Debug("node has no lease", "error", err)
		}
	}
	return list
}

// checks are what /readyz asks.
func (d *flanneld) checks() map[string]func() error {
	return map[string]func() error{"subnet": func() error {
		if !d.ready.Load() {
			return errors.New("the node has no subnet yet")
		}
		return nil
	}}
}
