package fairness

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/flowcontrol"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// The tables of the two kinds.
const (
	schemasTable = "flowschemas.flowcontrol.apiserver.k8s.io"
	levelsTable  = "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io"
)

// settleTime bounds what is written after a change.
const settleTime = 30 * time.Second

// Follow configures the controller by the objects in the cache, and again
// whenever they change, until ctx ends. After each time settle is called, to
// mend what people took away; what it writes is the next change.
func (c *Controller) Follow(ctx context.Context, tables *cache.Cache, log *slog.Logger, settle func(context.Context) error) error {
	changed := make(chan struct{}, 1)
	g, ctx := errgroup.WithContext(ctx)
	for _, name := range []string{schemasTable, levelsTable} {
		g.Go(func() error { return follow(ctx, tables.Table(name), changed) })
	}
	g.Go(func() error {
		for {
			c.configureFrom(tables, log)
			bounded, cancel := context.WithTimeout(ctx, settleTime)
			if err := settle(bounded); err != nil && ctx.Err() == nil {
				log.Error("the objects of flow control could not be put right", "error", err)
			}
			cancel()
			select {
			case <-changed:
			case <-ctx.Done():
				return nil
			}
		}
	})
	return g.Wait()
}

// follow tells of every change of the table.
func follow(ctx context.Context, t *cache.Table, changed chan<- struct{}) error {
	for ctx.Err() == nil {
		w, err := t.Watch(ctx, cache.WatchOptions{})
		for err == nil {
			if _, err = w.Next(ctx); err == nil {
				select {
				case changed <- struct{}{}:
				default:
				}
			}
		}
		if w != nil {
			w.Close()
		}
		select { // the watch broke: that is rare, and what was missed is seen by the next
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
	return nil
}

func (c *Controller) configureFrom(tables *cache.Cache, log *slog.Logger) {
	schemas := Objects[flowcontrol.FlowSchema](tables.Table(schemasTable), log)
	levels := Objects[flowcontrol.PriorityLevelConfiguration](tables.Table(levelsTable), log)
	if len(schemas) == 0 || len(levels) == 0 {
		return // the cluster is being made; the defaults hold
	}
	c.Configure(schemas, levels)
}

// Objects are all that the table has.
func Objects[T any, P interface {
	*T
	meta.Object
}](t *cache.Table, log *slog.Logger) []P {
	l, err := t.List(context.Background(), cache.ListOptions{ResourceVersion: "0"})
	if err != nil {
		log.Error("the objects of flow control cannot be read", "error", err)
		return nil
	}
	var out []P
	for o := range l.All() {
		p := P(new(T))
		if err := codec.DecodeJSON(o.JSON(), p); err != nil {
			log.Error("an object of flow control cannot be read", "name", o.Name, "error", err)
			continue
		}
		out = append(out, p)
	}
	return out
}
