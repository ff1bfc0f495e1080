// Kube-controller-manager runs the control loops of the cluster: it keeps the
// number of replicas, the endpoints of services, the health of nodes and what
// belongs to nobody any more as the API says they should be.
package main

import (
	"context"
	_ "time/tzdata" // schedules name time zones, and hosts may know none

	"github.com/pilothouse/pilothouse/client/daemon"
	controllermanager "github.com/pilothouse/pilothouse/controller-manager"
)

func main() {
	cfg := controllermanager.DefaultConfig()
	daemon.Main(daemon.Command{
		Name:  "kube-controller-manager",
		Short: "runs the control loops of the cluster",
		Long: "kube-controller-manager keeps the number of replicas, the endpoints of services, the health of nodes " +
			"and what belongs to nobody any more as the API says they should be. --kubeconfig is all it needs.",
		Flags: cfg.AddFlags,
		Run:   func(ctx context.Context) error { return controllermanager.Run(ctx, cfg) },
	})
}
