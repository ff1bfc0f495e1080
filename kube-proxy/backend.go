package kubeproxy

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/iptables"
	"github.com/pilothouse/pilothouse/kube-proxy/internal/nftables"
	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
)

// ruleset is a back end: one address family's rules in the kernel.
type ruleset interface {
	// Rebuild makes the rules of exactly these ports, whatever was there.
	Rebuild(ctx context.Context, ports []*table.Port) error
	// Apply makes changes to what the last successful call left. After an error the next
	// call must be Rebuild.
	Apply(ctx context.Context, changes []table.Change) error
	// Watch calls tampered whenever somebody else may have changed the rules, until ctx
	// ends. It runs beside the other calls.
	Watch(ctx context.Context, tampered func()) error
}

type backend struct {
	ruleset
	ipv6 bool
}

// newBackends makes the back end of the mode for IPv4 and, where the kernel has it, IPv6.
func newBackends(ctx context.Context, c Config) (mode string, list []backend, err error) {
	cidrs, err := c.clusterCIDRs()
	if err != nil {
		return "", nil, err
	}
	mode = c.Mode
	if mode == "" {
		mode = ModeNftables
	}
	if mode == ModeNftables {
		cfg := nftables.Config{ClusterCIDR: cidrs, MasqueradeAll: c.MasqueradeAll, LocalhostNodePorts: c.LocalhostNodePorts}
		list, err = newNftables(ctx, cfg)
		if err == nil || c.Mode != "" {
			return mode, list, err
		}
		slog.Warn("nftables does not work here; using iptables", "error", err)
		mode = ModeIptables
	}
	list, err = newIptables(ctx, iptables.Config{ClusterCIDR: cidrs, MasqueradeAll: c.MasqueradeAll, LocalhostNodePorts: c.LocalhostNodePorts}, c.SyncPeriod)
	return mode, list, err
}

func newIptables(ctx context.Context, cfg iptables.Config, every time.Duration) ([]backend, error) {
	var list []backend
	for _, v6 := range []bool{false, true} {
		if v6 && !hasIPv6() {
			continue
		}
		cfg.IPv6 = v6
		p, err := iptables.New(ctx, cfg, every)
		if err != nil {
			return nil, err
		}
		list = append(list, backend{p, v6})
	}
	return list, nil
}

func newNftables(ctx context.Context, cfg nftables.Config) ([]backend, error) {
	var list []backend
	for _, v6 := range []bool{false, true} {
		if v6 && !hasIPv6() {
			continue
		}
		cfg.IPv6 = v6
		p, err := nftables.New(ctx, cfg)
		if err != nil {
			return nil, err
		}
		list = append(list, backend{p, v6})
	}
	return list, nil
}

func hasIPv6() bool {
	_, err := os.Stat("/proc/net/if_inet6")
	return err == nil
}

// cleanup removes the rules of every back end: who asks for it may have changed the mode.
func cleanup(ctx context.Context) error {
	return errors.Join(nftables.Cleanup(ctx), iptables.Cleanup(ctx))
}
