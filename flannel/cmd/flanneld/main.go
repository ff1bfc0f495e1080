// Flanneld gives a node its part of the pods' network and routes to the others' parts.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/pflag"

	"github.com/pilothouse/pilothouse/flannel"
)

func main() {
	c := flannel.Default()
	f := pflag.CommandLine
	f.StringVar(&c.Kubeconfig, "kubeconfig", c.Kubeconfig, "file that says how to reach the API server; empty: the pod's service account")
	f.StringVar(&c.NodeName, "node-name", c.NodeName, "name of this node; empty: $NODE_NAME, then the host's name")
	f.StringVar(&c.Network, "network", c.Network, "network of all pods")
	f.StringVar(&c.Backend, "backend", c.Backend, "how packets reach other nodes: host-gw")
	f.StringVar(&c.Iface, "iface", c.Iface, "interface to the other nodes, by name or address; empty: the one of the default route")
	f.StringVar(&c.PublicIP, "public-ip", c.PublicIP, "address that other nodes send to; empty: the interface's")
	f.BoolVar(&c.IPMasq, "ip-masq", c.IPMasq, "masquerade what leaves the pods' network")
	f.IntVar(&c.MTU, "mtu", c.MTU, "MTU of the pods' interfaces; 0: the interface's")
	f.StringVar(&c.CNIConfDir, "cni-conf-dir", c.CNIConfDir, "where to write the CNI configuration; empty: nowhere")
	f.StringVar(&c.CNIDataDir, "cni-data-dir", c.CNIDataDir, "where the CNI plugin records addresses in use; empty: its default")
	f.StringVar(&c.SubnetFile, "subnet-file", c.SubnetFile, "file that tells scripts of the node's subnet; empty: none")
	f.BoolVar(&c.Cleanup, "cleanup", c.Cleanup, "remove routes and rules and exit")
	pflag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := flannel.Run(ctx, c); err != nil {
		fmt.Fprintln(os.Stderr, "flanneld:", err)
		os.Exit(1)
	}
}
