// Command kube-apiserver serves the API. With --data-dir alone it comes up
// whole, on an etcd of its own, and leaves DIR/admin.kubeconfig.
package main

import (
	"context"
	_ "time/tzdata" // schedules name time zones, and hosts may know none

	"github.com/pilothouse/pilothouse/apiserver"
	"github.com/pilothouse/pilothouse/client/daemon"
)

func main() {
	cfg := apiserver.DefaultConfig()
	var user apiserver.UserCommand
	var cert apiserver.CertificateCommand
	daemon.Main(daemon.Command{
		Name:  "kube-apiserver",
		Short: "serves the Kubernetes API",
		Long: "kube-apiserver is what everybody talks to and the only one that talks to etcd. With --data-dir alone it\n" +
			"runs an etcd inside, makes its own certificates, and leaves DIR/admin.kubeconfig ready to use.",
		Flags: cfg.AddFlags,
		Run:   func(ctx context.Context) error { return apiserver.Run(ctx, cfg) },
		Commands: []daemon.Command{
			{Name: "kubeconfig", Short: "makes a kubeconfig for a user, signed by the cluster's authority", Flags: user.AddFlags, Run: user.Run},
			{Name: "certificate", Short: "makes a serving certificate, signed by the cluster's authority", Flags: cert.AddFlags, Run: cert.Run},
		},
	})
}
