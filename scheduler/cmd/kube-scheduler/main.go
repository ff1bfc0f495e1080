// Command kube-scheduler chooses a node for each pod that has none.
package main

import (
	"context"

	"github.com/pilothouse/pilothouse/client/daemon"
	"github.com/pilothouse/pilothouse/scheduler"
)

func main() {
	cfg := scheduler.DefaultConfig()
	daemon.Main(daemon.Command{
		Name:  "kube-scheduler",
		Short: "chooses a node for each pod that has none",
		Long: `The scheduler watches the API server for pods without a node and binds each to
the best of the nodes that will do. It needs nothing but a kubeconfig:

  kube-scheduler --kubeconfig=/etc/kubernetes/scheduler.kubeconfig`,
		Flags: cfg.AddFlags,
		Run:   func(ctx context.Context) error { return scheduler.Run(ctx, cfg) },
	})
}
