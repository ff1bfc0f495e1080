package kubeproxy

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/client/daemon"
)

// The values of --proxy-mode.
const (
	ModeNftables = "nftables"
	ModeIptables = "iptables"
)

// Config is everything kube-proxy can be told. Flags bind straight into it.
type Config struct {
	// Kubeconfig is the file that says how to reach the API server; empty means the
	// service account of the pod that kube-proxy runs in.
	Kubeconfig string
	// Master overrides the server of the kubeconfig.
	Master string
	// NodeName decides which endpoints are local. Empty means $NODE_NAME, then the host's name.
	NodeName string
	// Mode is the back end, ModeNftables or ModeIptables; empty picks the first that works here.
	Mode string
	// ClusterCIDR is the pods' network, one prefix or two (IPv4 and IPv6) with a comma.
	ClusterCIDR   string
	MasqueradeAll bool
	// LocalhostNodePorts serves node ports on 127.0.0.1 and sets route_localnet for it.
	LocalhostNodePorts bool
	// HealthzAddress and MetricsAddress are HOST:PORT; empty switches the server off.
	HealthzAddress, MetricsAddress string
	// Profiling shows /debug/pprof beside the metrics.
	Profiling bool
	// MinSync is the least time between two changes of rules; changes within it are one.
	MinSync time.Duration
	// SyncPeriod is how often the iptables rules are checked; nftables is told by the kernel.
	SyncPeriod time.Duration
	// Cleanup removes all rules instead of making any.
	Cleanup bool
}

// Default returns the configuration that the flags start from.
func Default() Config {
	return Config{
		HealthzAddress: "0.0.0.0:10256",
		MetricsAddress: "127.0.0.1:10249",
		SyncPeriod:     30 * time.Second,
	}
}

// AddFlags binds the configuration to its flags, grouped for --help.
func (c *Config) AddFlags(g *daemon.FlagGroups) {
	api := g.Group("API server")
	api.StringVar(&c.Kubeconfig, "kubeconfig", c.Kubeconfig, "file that says how to reach the API server; empty: the pod's service account")
	api.StringVar(&c.Master, "master", c.Master, "URL of the API server; overrides the kubeconfig's")
	node := g.Group("Node")
	node.StringVar(&c.NodeName, "hostname-override", c.NodeName, "name of this node; empty: $NODE_NAME, then the host's name")
	rules := g.Group("Rules")
	rules.StringVar(&c.Mode, "proxy-mode", c.Mode, "nftables or iptables; empty: nftables where it works")
	rules.StringVar(&c.ClusterCIDR, "cluster-cidr", c.ClusterCIDR, "network of all pods; traffic to cluster IPs from elsewhere is masqueraded")
	rules.BoolVar(&c.MasqueradeAll, "masquerade-all", c.MasqueradeAll, "masquerade all traffic to cluster IPs")
	rules.BoolVar(&c.LocalhostNodePorts, "iptables-localhost-nodeports", c.LocalhostNodePorts, "serve node ports on 127.0.0.1 too, in either mode; sets route_localnet")
	rules.DurationVar(&c.MinSync, "min-sync-period", c.MinSync, "least time between two changes of rules")
	rules.DurationVar(&c.SyncPeriod, "iptables-sync-period", c.SyncPeriod, "how often iptables rules are checked; nftables rules are watched")
	rules.BoolVar(&c.Cleanup, "cleanup", c.Cleanup, "remove all rules of either mode and exit")
	health := g.Group("Health and metrics")
	health.StringVar(&c.HealthzAddress, "healthz-bind-address", c.HealthzAddress, "HOST:PORT of /healthz; empty: none")
	health.StringVar(&c.MetricsAddress, "metrics-bind-address", c.MetricsAddress, "HOST:PORT of /metrics and /proxyMode; empty: none")
	health.BoolVar(&c.Profiling, "profiling", c.Profiling, "show /debug/pprof beside the metrics")
}

// Validate says in one line what is wrong, naming the flag.
func (c *Config) Validate() error {
	switch c.Mode {
	case "", ModeNftables, ModeIptables:
	default:
		return fmt.Errorf("--proxy-mode %q: must be %s or %s", c.Mode, ModeNftables, ModeIptables)
	}
	if _, err := c.clusterCIDRs(); err != nil {
		return err
	}
	for flag, addr := range map[string]string{"--healthz-bind-address": c.HealthzAddress, "--metrics-bind-address": c.MetricsAddress} {
		if addr == "" {
			continue
		}
		if _, _, err := net.SplitHostPort(addr); err != nil {
			return fmt.Errorf("%s %q: must be HOST:PORT, or empty for none", flag, addr)
		}
	}
	if c.SyncPeriod <= 0 {
		return fmt.Errorf("--iptables-sync-period %s: must be more than 0", c.SyncPeriod)
	}
	if c.MinSync < 0 {
		return fmt.Errorf("--min-sync-period %s: must not be negative", c.MinSync)
	}
	return nil
}

func (c *Config) clusterCIDRs() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, text := range strings.Split(c.ClusterCIDR, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("--cluster-cidr %q: must be a prefix like 10.244.0.0/16", text)
		}
		list = append(list, p)
	}
	return list, nil
}

func (c *Config) nodeName() (string, error) {
	for _, name := range []string{c.NodeName, os.Getenv("NODE_NAME")} {
		if name != "" {
			return strings.ToLower(strings.TrimSpace(name)), nil
		}
	}
	name, err := os.Hostname()
	if err != nil {
		return "", fmt.Errorf("--hostname-override is not given and the host's name cannot be read: %w", err)
	}
	return strings.ToLower(name), nil
}
