// Package testbed makes several hosts out of one machine and runs a whole
// Pilothouse cluster on them.
//
// A host is a network namespace with a leg on one bridge, and a mount, UTS,
// IPC, PID and cgroup namespace of its own, so that each has its own /run, its
// own containerd, its own cgroup tree and its own process numbers: daemons use
// the paths and ports that they use on real machines. Killing a host's first
// process is pulling its plug; taking its leg off the bridge is pulling its
// cable.
//
// `make up` and the end-to-end tests both use it. Everything a bed makes
// carries its name as a prefix, and Sweep removes all of that whatever an
// earlier run left behind. Read cluster.go first, then host.go.
package testbed

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Config says what a bed looks like.
type Config struct {
	Name    string // prefix of every namespace, link and cgroup; at most 6 letters
	State   string // folder for disks, logs and keys; must not lie on an overlay
	Bin     string // folder with the binaries that `make build` made
	Subnet  string // first three numbers of the hosts' network, such as "10.99.0"
	Nodes   int    // how many minions
	Etcd    int    // 0: embedded in the API server; 3: a cluster of its own
	PodCIDR string // the pods' network, a /24 of which each node gets

	ProxyMode string            // kube-proxy's back end; empty for its default
	Extra     map[string]string // more flags by daemon name, separated by spaces
}

// Default is the bed of `make up`.
func Default() Config {
	return Config{Name: "ph", State: "/var/lib/pilothouse-testbed", Bin: "bin", Subnet: "10.99.0", Nodes: 2, PodCIDR: "10.244.0.0/16"}
}

// Validate reports the first setting that cannot work.
func (c *Config) Validate() error {
	switch {
	case c.Name == "" || len(c.Name) > 6 || strings.ContainsAny(c.Name, "-/ "):
		return fmt.Errorf("name %q: want 1 to 6 letters", c.Name)
	case c.Nodes < 1 || c.Nodes > 50:
		return fmt.Errorf("NODES=%d: want 1 to 50", c.Nodes)
	case c.Etcd != 0 && c.Etcd != 1 && c.Etcd != 3:
		return fmt.Errorf("ETCD=%d: want 0 (embedded), 1 or 3", c.Etcd)
	case !filepath.IsAbs(c.State):
		return fmt.Errorf("state folder %q: want an absolute path", c.State)
	case os.Geteuid() != 0:
		return fmt.Errorf("must run as root: hosts are network and mount namespaces")
	}
	return nil
}

// path joins parts below the state folder.
func (c *Config) path(parts ...string) string {
	return filepath.Join(append([]string{c.State}, parts...)...)
}

// bin is the absolute path of one of our binaries.
func (c *Config) bin(name string) string {
	p, err := filepath.Abs(filepath.Join(c.Bin, name))
	if err != nil {
		return name
	}
	return p
}

// Kubeconfig is the administrator's kubeconfig, usable on this machine.
func (c *Config) Kubeconfig() string { return c.path("admin.kubeconfig") }

// save keeps the configuration of a bed that is up, for later commands.
func (c *Config) save() error {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(c.path("testbed.json"), b, 0o600)
}

// Load reads the configuration of the bed that is up in state; ok is false
// when none is.
func Load(state string) (c Config, ok bool) {
	b, err := os.ReadFile(filepath.Join(state, "testbed.json"))
	if err != nil || json.Unmarshal(b, &c) != nil {
		return Config{}, false
	}
	return c, true
}
