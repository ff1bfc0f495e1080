package objects

import (
	"context"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
)

// Claims fetches claims and volumes, each time anew: they are needed once, when
// a pod starts.
type Claims struct {
	Claims  client.Resource[*core.PersistentVolumeClaim]
	Volumes client.Resource[*core.PersistentVolume]
}

// Claim is a claim as it is now.
func (c *Claims) Claim(ctx context.Context, namespace, name string) (*core.PersistentVolumeClaim, error) {
	return c.Claims.Get(ctx, namespace, name)
}

// Volume is a volume as it is now.
func (c *Claims) Volume(ctx context.Context, name string) (*core.PersistentVolume, error) {
	return c.Volumes.Get(ctx, "", name)
}
