// Package cniconf writes the two files by which others on the node learn of its subnet: the
// CNI configuration that the container runtime reads, and subnet.env for scripts. Both are
// replaced atomically and only when their content changes, so that nobody reads half a file
// and the runtime does not reload for nothing.
package cniconf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
)

// FileName is the configuration's name inside the CNI directory. The number sorts it before
// others, because runtimes take the first.
const FileName = "10-flannel.conflist"

// Network is what the files tell about this node.
type Network struct {
	// Cluster is the network of all pods; Subnet is this node's part of it.
	Cluster, Subnet netip.Prefix
	MTU             int
	// IPMasq says that flanneld masquerades what leaves the cluster's network.
	IPMasq bool
}

// WriteConflist puts the CNI configuration into dir: a bridge with an address of the
// subnet, and host ports. dataDir is where addresses in use are recorded; empty means the
// plugin's default. It reports whether the file changed.
func WriteConflist(dir, dataDir string, n Network) (changed bool, err error) {
	ipam := map[string]any{
		"type":   "host-local",
		"ranges": [][]map[string]string{{{"subnet": n.Subnet.String()}}},
	}
	if dataDir != "" {
		ipam["dataDir"] = dataDir
	}
	conf := map[string]any{
		"cniVersion": "1.0.0",
		"name":       "cbr0",
		"plugins": []map[string]any{
			{
				"type": "bridge", "bridge": "cni0", "isDefaultGateway": true,
				"hairpinMode": true, "ipMasq": false, "mtu": n.MTU, "ipam": ipam,
			},
			{"type": "portmap", "capabilities": map[string]bool{"portMappings": true}},
		},
	}
	text, err := json.MarshalIndent(conf, "", "  ")
	if err != nil {
		return false, err
	}
	return replace(filepath.Join(dir, FileName), append(text, '\n'))
}

// WriteSubnetEnv puts the subnet's variables into file, one NAME=value a line.
// FLANNEL_SUBNET is the bridge's address, the first of the subnet, with the subnet's length.
func WriteSubnetEnv(file string, n Network) (changed bool, err error) {
	gateway := netip.PrefixFrom(n.Subnet.Masked().Addr().Next(), n.Subnet.Bits())
	text := fmt.Sprintf("FLANNEL_NETWORK=%s\nFLANNEL_SUBNET=%s\nFLANNEL_MTU=%d\nFLANNEL_IPMASQ=%t\n",
		n.Cluster, gateway, n.MTU, n.IPMasq)
	return replace(file, []byte(text))
}

// replace writes the file by a new one renamed over it, unless it already has that content.
func replace(file string, content []byte) (changed bool, err error) {
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, content) {
		return false, nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return false, err
	}
	// The dot keeps runtimes from reading the file before it has its name.
	tmp, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-*")
	if err != nil {
		return false, err
	}
	defer os.Remove(tmp.Name()) // fails once it is renamed
	_, err = tmp.Write(content)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		return false, fmt.Errorf("writing %s: %w", file, err)
	}
	return true, nil
}
