// Package flannel gives this node its part of the pods' network and keeps the ways to the
// other nodes' parts.
//
// It waits for the node's spec.podCIDR, announces the node's address as an annotation,
// writes the CNI configuration, and hands the leases of all nodes (internal/lease) to a
// back end (internal/hostgw) which keeps the kernel's routes. Routes and rules stay when it
// stops, so that traffic goes on while it is replaced; Config.Cleanup removes them.
//
// daemon.go runs it all, node.go writes what it finds to the Node object.
package flannel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"

	"golang.org/x/sync/errgroup"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/daemon"
	"github.com/pilothouse/pilothouse/client/event"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/flannel/internal/cniconf"
	"github.com/pilothouse/pilothouse/flannel/internal/hostgw"
	"github.com/pilothouse/pilothouse/flannel/internal/lease"
	"github.com/pilothouse/pilothouse/flannel/internal/masquerade"
	"github.com/pilothouse/pilothouse/flannel/internal/uplink"
	"github.com/pilothouse/pilothouse/proto/core"
)

// backend carries pods' packets to other nodes. host-gw is one; an encapsulating one must
// only say how much of the interface's MTU it leaves and what its peers must know of it.
type backend interface {
	// Name is what nodes announce in the annotation backend-type.
	Name() string
	// SetLeases replaces what is known of all nodes' subnets. It returns at once.
	SetLeases([]lease.Lease)
	// Run keeps the ways to the peers right until ctx ends, and leaves them then.
	Run(ctx context.Context) error
}

// Run serves this node until ctx ends. With c.Cleanup it removes routes and rules and returns.
func Run(ctx context.Context, c Config) error {
	s, err := c.parse()
	if err != nil {
		return err
	}
	if c.Cleanup {
		return errors.Join(hostgw.Cleanup(slog.Default()), masquerade.Cleanup(ctx))
	}
	if os.Geteuid() != 0 {
		return errors.New("must run as root: it changes routes and packet filters")
	}
	link, err := uplink.Find(c.Iface, s.publicIP)
	if err != nil {
		return err
	}
	api, err := connect(c)
	if err != nil {
		return err
	}
	d := &flanneld{
		settings: s, link: link, wake: make(chan struct{}, 1),
		nodes:    informer.New(api, informer.Options[*core.Node]{}),
		api:      client.Of[*core.Node](api),
		recorder: event.NewRecorder(api, "flanneld", s.node),
	}
	if d.backend, err = hostgw.New(s.node, link.Index, slog.Default(), d.report); err != nil {
		return err
	}
	slog.Info("starting", "node", s.node, "interface", link.Name, "publicIP", link.Addr, "backend", d.backend.Name())
	return d.run(ctx)
}

func connect(c Config) (*client.Client, error) {
	var cfg *client.Config
	var err error
	if c.Kubeconfig != "" {
		cfg, err = client.ConfigFromKubeconfig(c.Kubeconfig, "")
	} else {
		cfg, err = client.InCluster()
	}
	if err != nil {
		return nil, fmt.Errorf("--kubeconfig %q: %w", c.Kubeconfig, err)
	}
	cfg.UserAgent = "flanneld"
	return client.New(cfg)
}

// run starts all parts and returns when all have ended.
func (d *flanneld) run(ctx context.Context) error {
	d.nodes.OnChange(func(old, new *core.Node) {
		if old == nil || new == nil || matters(old, new) {
			d.kick()
		}
	})
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return d.nodes.Run(ctx) })
	g.Go(func() error { return d.backend.Run(ctx) })
	g.Go(func() error { return d.follow(ctx) })
	if d.HealthzAddress != "" {
		g.Go(func() error { return daemon.Serve(ctx, d.HealthzAddress, daemon.ServeOptions{Ready: d.checks()}) })
	}
	return g.Wait()
}

// matters says whether a change of a node changes its lease: most are heartbeats.
func matters(old, new *core.Node) bool {
	a, errA := lease.FromNode(old)
	b, errB := lease.FromNode(new)
	return a != b || (errA == nil) != (errB == nil) || unavailable(old) != unavailable(new)
}

// writeFiles tells the container runtime and scripts of the node's subnet.
func (d *flanneld) writeFiles(ctx context.Context, subnet netip.Prefix) error {
	n := cniconf.Network{Cluster: d.network, Subnet: subnet, MTU: d.MTU, IPMasq: d.IPMasq}
	if n.MTU == 0 {
		n.MTU = d.link.MTU
	}
	if d.SubnetFile != "" {
		if _, err := cniconf.WriteSubnetEnv(d.SubnetFile, n); err != nil {
			return fmt.Errorf("--subnet-file: %w", err)
		}
	}
	if err := d.masquerade(ctx, subnet); err != nil {
		return fmt.Errorf("--ip-masq: %w", err)
	}
	if d.CNIConfDir != "" {
		changed, err := cniconf.WriteConflist(d.CNIConfDir, d.CNIDataDir, n)
		if err != nil {
			return fmt.Errorf("--cni-conf-dir: %w", err)
		}
		if changed {
			slog.Info("CNI configuration written", "dir", d.CNIConfDir, "subnet", subnet, "mtu", n.MTU)
		}
	}
	return nil
}

// masquerade makes the rules, or removes those of an earlier run that had --ip-masq.
func (d *flanneld) masquerade(ctx context.Context, subnet netip.Prefix) error {
	if d.masqueraded && (!d.IPMasq || masquerade.Present(ctx)) {
		return nil
	}
	var err error
	if d.IPMasq {
		err = masquerade.Set(ctx, d.network, subnet)
	} else {
		err = masquerade.Cleanup(ctx)
	}
	d.masqueraded = err == nil
	return err
}
