// Kube-proxy makes the addresses of services lead to their endpoints on this node.
package main

import (
	"context"

	"github.com/pilothouse/pilothouse/client/daemon"
	kubeproxy "github.com/pilothouse/pilothouse/kube-proxy"
)

func main() {
	c := kubeproxy.Default()
	daemon.Main(daemon.Command{
		Name:  "kube-proxy",
		Short: "makes the addresses of services lead to their endpoints on this node",
		Long: `Cluster IPs, node ports, external IPs and load balancers' addresses are translated to the
service's endpoints in turn, by rules in the kernel. The rules stay when kube-proxy stops.`,
		Flags: c.AddFlags,
		Run:   func(ctx context.Context) error { return kubeproxy.Run(ctx, c) },
	})
}
