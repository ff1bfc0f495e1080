// Kube-proxy makes the addresses of services lead to their endpoints on this node.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/pflag"

	kubeproxy "github.com/pilothouse/pilothouse/kube-proxy"
)

func main() {
	c := kubeproxy.Default()
	f := pflag.CommandLine
	f.StringVar(&c.Kubeconfig, "kubeconfig", c.Kubeconfig, "file that says how to reach the API server; empty: the pod's service account")
	f.StringVar(&c.Master, "master", c.Master, "URL of the API server; overrides the kubeconfig's")
	f.StringVar(&c.NodeName, "hostname-override", c.NodeName, "name of this node; empty: $NODE_NAME, then the host's name")
	f.StringVar(&c.Mode, "proxy-mode", c.Mode, "nftables or iptables; empty: nftables where it works")
	f.StringVar(&c.ClusterCIDR, "cluster-cidr", c.ClusterCIDR, "network of all pods; traffic to cluster IPs from elsewhere is masqueraded")
	f.BoolVar(&c.MasqueradeAll, "masquerade-all", c.MasqueradeAll, "masquerade all traffic to cluster IPs")
	f.BoolVar(&c.LocalhostNodePorts, "localhost-nodeports", c.LocalhostNodePorts, "serve node ports on 127.0.0.1 too; sets route_localnet")
	f.StringVar(&c.HealthzAddress, "healthz-bind-address", c.HealthzAddress, "HOST:PORT of /healthz; empty: none")
	f.StringVar(&c.MetricsAddress, "metrics-bind-address", c.MetricsAddress, "HOST:PORT of /metrics; empty: none")
	f.DurationVar(&c.MinSync, "min-sync-period", c.MinSync, "least time between two changes of rules")
	f.DurationVar(&c.SyncPeriod, "iptables-sync-period", c.SyncPeriod, "how often iptables rules are checked")
	f.BoolVar(&c.Cleanup, "cleanup", c.Cleanup, "remove all rules and exit")
	pflag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := kubeproxy.Run(ctx, c); err != nil {
		fmt.Fprintln(os.Stderr, "kube-proxy:", err)
		os.Exit(1)
	}
}
