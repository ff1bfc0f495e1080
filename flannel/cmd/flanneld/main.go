// Flanneld gives a node its part of the pods' network and routes to the others' parts.
package main

import (
	"context"

	"github.com/pilothouse/pilothouse/client/daemon"
	"github.com/pilothouse/pilothouse/flannel"
)

func main() {
	c := flannel.Default()
	daemon.Main(daemon.Command{
		Name:  "flanneld",
		Short: "gives this node its part of the pods' network and routes to the others'",
		Long: `It waits for the node's podCIDR, writes the CNI configuration, and keeps one direct route
for each other node. The routes stay when it stops.`,
		Flags: c.AddFlags,
		Run:   func(ctx context.Context) error { return flannel.Run(ctx, c) },
	})
}
