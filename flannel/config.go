package flannel

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pilothouse/pilothouse/client/daemon"
)

// Config is everything flanneld can be told. Flags bind straight into it.
type Config struct {
	// Kubeconfig is the file that says how to reach the API server; empty means the
	// service account of the pod that flanneld runs in.
	Kubeconfig string
	// NodeName is this node's name. Empty means $NODE_NAME, then the host's name.
	NodeName string
	// Network is the network of all pods, of which each node has a part.
	Network string
	// Backend says how packets get to other nodes; host-gw is the only one so far.
	Backend string
	// Iface is the name or an address of the interface to the other nodes; empty means the
	// one of the default route.
	Iface string
	// PublicIP is the address that the other nodes send this node's packets to; empty means
	// the interface's.
	PublicIP string
	// IPMasq gives what leaves the pods' network the node's address.
	IPMasq bool
	// CNIConfDir is where the container runtime reads its network configuration; empty
	// writes none. CNIDataDir is where the plugins record addresses; empty is their default.
	CNIConfDir, CNIDataDir string
	// SubnetFile tells scripts about this node's subnet; empty writes none.
	SubnetFile string
	// MTU is that of the pods' interfaces; 0 means the interface's.
	MTU int
	// HealthzAddress is HOST:PORT for /healthz and /metrics; empty switches them off.
	HealthzAddress string
	// RoutesOnly says that this host is no node: it keeps the ways to the nodes' pods and
	// does nothing else. The API server reaches webhooks and other servers in pods by them.
	RoutesOnly bool
	// Cleanup removes the routes and rules instead of making any.
	Cleanup bool

	environment error // what was wrong with a FLANNELD_ variable
}

// Default returns the configuration that the flags start from.
func Default() Config {
	return Config{
		Network:    "10.244.0.0/16",
		Backend:    "host-gw",
		CNIConfDir: "/etc/cni/net.d",
		SubnetFile: "/run/flannel/subnet.env",
	}
}

// AddFlags binds the configuration to its flags, grouped for --help.
func (c *Config) AddFlags(g *daemon.FlagGroups) {
	api := g.Group("API server")
	api.StringVar(&c.Kubeconfig, "kubeconfig", c.Kubeconfig, "file that says how to reach the API server; empty: the pod's service account")
	node := g.Group("Node")
	node.StringVar(&c.NodeName, "node-name", c.NodeName, "name of this node; empty: $NODE_NAME, then the host's name")
	node.StringVar(&c.Iface, "iface", c.Iface, "interface to the other nodes, by name or address; empty: the one of the default route")
	node.StringVar(&c.PublicIP, "public-ip", c.PublicIP, "address that other nodes send to; empty: the interface's")
	network := g.Group("Network")
	network.StringVar(&c.Network, "network", c.Network, "network of all pods")
	network.StringVar(&c.Backend, "backend", c.Backend, "how packets reach other nodes: host-gw")
	network.BoolVar(&c.IPMasq, "ip-masq", c.IPMasq, "masquerade what leaves the pods' network")
	network.IntVar(&c.MTU, "mtu", c.MTU, "MTU of the pods' interfaces; 0: the interface's")
	network.BoolVar(&c.RoutesOnly, "routes-only", c.RoutesOnly, "this host is no node: only keep the routes to the nodes' pods, as a master needs them")
	network.BoolVar(&c.Cleanup, "cleanup", c.Cleanup, "remove routes and rules and exit")
	files := g.Group("Files")
	files.StringVar(&c.CNIConfDir, "cni-conf-dir", c.CNIConfDir, "where to write the CNI configuration; empty: nowhere")
	files.StringVar(&c.CNIDataDir, "cni-data-dir", c.CNIDataDir, "where the CNI plugin records addresses in use; empty: its default")
	files.StringVar(&c.SubnetFile, "subnet-file", c.SubnetFile, "file that tells scripts of the node's subnet; empty: none")
	health := g.Group("Health and metrics")
	health.StringVar(&c.HealthzAddress, "healthz-bind-address", c.HealthzAddress, "HOST:PORT of /healthz and /metrics; empty: none")
	for _, fs := range []*pflag.FlagSet{api, node, network, files, health} {
		fs.VisitAll(c.fromEnvironment)
	}
}

// fromEnvironment lets a variable like FLANNELD_PUBLIC_IP be the flag's default.
func (c *Config) fromEnvironment(f *pflag.Flag) {
	name := "FLANNELD_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
	value, ok := os.LookupEnv(name)
	if !ok {
		return
	}
	if err := f.Value.Set(value); err != nil {
		c.environment = fmt.Errorf("%s=%q: %w", name, value, err)
		return
	}
	f.DefValue = value
}

// settings is a Config whose texts have been understood.
type settings struct {
	Config
	node     string
	network  netip.Prefix
	publicIP netip.Addr
}

// parse says in one line what is wrong, naming the flag.
func (c Config) parse() (settings, error) {
	s := settings{Config: c}
	if c.environment != nil {
		return s, c.environment
	}
	var err error
	if s.network, err = netip.ParsePrefix(c.Network); err != nil || !s.network.Addr().Is4() {
		return s, fmt.Errorf("--network %q: must be an IPv4 prefix like 10.244.0.0/16", c.Network)
	}
	s.network = s.network.Masked()
	if c.PublicIP != "" {
		if s.publicIP, err = netip.ParseAddr(c.PublicIP); err != nil || !s.publicIP.Is4() {
			return s, fmt.Errorf("--public-ip %q: must be an IPv4 address", c.PublicIP)
		}
	}
	if c.Backend != "host-gw" {
		return s, fmt.Errorf("--backend %q: must be host-gw", c.Backend)
	}
	if c.MTU != 0 && (c.MTU < 576 || c.MTU > 65535) {
		return s, fmt.Errorf("--mtu %d: must be 576 to 65535, or 0 for the interface's", c.MTU)
	}
	if c.RoutesOnly {
		if c.NodeName != "" || c.IPMasq {
			return s, errors.New("--routes-only: goes neither with --node-name nor with --ip-masq, which are a node's")
		}
		return s, nil
	}
	s.node, err = c.nodeName()
	return s, err
}

func (c Config) nodeName() (string, error) {
	for _, name := range []string{c.NodeName, os.Getenv("NODE_NAME")} {
		if name != "" {
			return strings.ToLower(strings.TrimSpace(name)), nil
		}
	}
	name, err := os.Hostname()
	if err != nil {
		return "", fmt.Errorf("--node-name is not given and the host's name cannot be read: %w", err)
	}
	return strings.ToLower(name), nil
}
