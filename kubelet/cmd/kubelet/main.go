// Kubelet runs the pods of one node.
package main

import (
	"context"

	"github.com/pilothouse/pilothouse/client/daemon"
	"github.com/pilothouse/pilothouse/kubelet"
)

func main() {
	cfg := kubelet.DefaultConfig()
	daemon.Main(daemon.Command{
		Name:  "kubelet",
		Short: "run the pods of one node",
		Long: `Kubelet registers this machine as a node, runs the pods that are bound to it
through a container runtime (CRI), and reports how they are. It needs root, a
running containerd or CRI-O, and a kubeconfig.

  kubelet --kubeconfig=/etc/kubernetes/kubelet.kubeconfig --hostname-override=node1`,
		Flags: cfg.Flags,
		Run:   func(ctx context.Context) error { return kubelet.Run(ctx, cfg) },
	})
}
