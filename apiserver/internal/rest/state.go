package rest

import (
	"context"
	"iter"

	"github.com/pilothouse/pilothouse/apiserver/internal/allocator"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
)

// Holdings reads what each stored service has, for the allocator's repair.
func Holdings(c *cache.Cache) func(context.Context) (iter.Seq[allocator.Holding], error) {
	return func(ctx context.Context) (iter.Seq[allocator.Holding], error) {
		l, err := c.Table("services").List(ctx, cache.ListOptions{})
		if err != nil {
			return nil, err
		}
		return func(yield func(allocator.Holding) bool) {
			for o := range l.All() {
				s := &core.Service{}
				if codec.DecodeJSON(o.JSON(), s) == nil && !yield(allocator.Holding{Owner: owner(s), IP: clusterIP(s), Ports: ports(s)}) {
					return
				}
			}
		}, nil
	}
}
