package crd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// definitions is the name of the definitions' table.
const definitions = "customresourcedefinitions.apiextensions.k8s.io"

// Controller follows the definitions and serves what they define.
type Controller struct {
	// Cache has the definitions, and takes the tables of what they define.
	Cache *cache.Cache
	// Store takes the definitions' status.
	Store *store.Store
	// Serve is told what to serve whenever that changes.
	Serve func([]*resources.Resource) error
	// Webhooks reaches the webhooks that convert.
	Webhooks *Webhooks
	// Builtin says whether a resource of that group, version and plural is the
	// server's own.
	Builtin func(group, version, plural string) bool
	// Log is for what goes wrong.
	Log *slog.Logger

	serving  map[string]*serving // by the definition's name
	cleaning map[meta.UID]bool   // definitions whose objects are being removed
	tasks    sync.WaitGroup
}

// serving is a definition that is served.
type serving struct {
	def       *apiextensions.CustomResourceDefinition
	resources []*resources.Resource
	table     string
}

// retry is how long the controller waits when etcd refuses.
const retry = time.Second

// Run follows the definitions until ctx ends. ready is called when those that
// are there at the start are served.
func (c *Controller) Run(ctx context.Context, ready func()) error {
	c.serving, c.cleaning = map[string]*serving{}, map[meta.UID]bool{}
	defer c.tasks.Wait()
	for ctx.Err() == nil {
		if err := c.follow(ctx, ready); err != nil && ctx.Err() == nil {
			c.Log.Error("the definitions could not be followed", "error", err)
		}
		ready = func() {}
		select {
		case <-ctx.Done():
		case <-time.After(retry):
		}
	}
	return nil
}

// follow lists the definitions and acts on every change.
func (c *Controller) follow(ctx context.Context, ready func()) error {
	if err := c.Cache.Ready(ctx); err != nil {
		return err
	}
	t := c.Cache.Table(definitions)
	w, err := t.Watch(ctx, cache.WatchOptions{ResourceVersion: "0"})
	if err != nil {
		return err
	}
	defer w.Close()
	if err := c.sync(ctx); err != nil {
		return err
	}
	ready()
	for {
		e, err := w.Next(ctx)
		if err != nil {
			if errors.Is(err, cache.ErrClosed) {
				return nil
			}
			return err
		}
		if e.Type == cache.Bookmark || w.Pending() {
			continue
		}
		if err := c.sync(ctx); err != nil {
			return err
		}
	}
}

// all are the definitions as the cache has them, the oldest first: it wins a
// name that two want.
func (c *Controller) all(ctx context.Context) ([]*apiextensions.CustomResourceDefinition, error) {
	l, err := c.Cache.Table(definitions).List(ctx, cache.ListOptions{ResourceVersion: "0"})
	if err != nil {
		return nil, err
	}
	var out []*apiextensions.CustomResourceDefinition
	for o := range l.All() {
		d := &apiextensions.CustomResourceDefinition{}
		if err := codec.DecodeJSON(o.JSON(), d); err != nil {
			c.Log.Error("a definition cannot be read", "name", o.Name, "error", err)
			continue
		}
		out = append(out, d)
	}
	slices.SortStableFunc(out, func(a, b *apiextensions.CustomResourceDefinition) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
	return out, nil
}

// sync makes what is served what the definitions say. The conditions are written
// when that is done: who reads there that a resource is served finds it.
func (c *Controller) sync(ctx context.Context) error {
	all, err := c.all(ctx)
	if err != nil {
		return err
	}
	changed := false
	there := map[string]bool{}
	var noted []*apiextensions.CustomResourceDefinition
	for _, d := range all {
		there[d.Name] = true
		if c.decide(d, all) {
			noted = append(noted, d)
		}
		if !d.Is(apiextensions.Established) || !d.Is(apiextensions.NamesAccepted) && c.serving[d.Name] == nil {
			continue
		}
		did, err := c.add(ctx, d)
		if err != nil {
			return fmt.Errorf("serve %s: %w", d.Name, err)
		}
		changed = changed || did
	}
	var gone []string
	for name, s := range c.serving {
		if !there[name] {
			gone = append(gone, s.table)
			c.Webhooks.forget(name)
			delete(c.serving, name)
			changed = true
		}
	}
	if changed {
		if err := c.Serve(c.served(all)); err != nil {
			return err
		}
	}
	for _, t := range gone {
		c.Cache.Remove(t)
	}
	for _, d := range noted {
		if err := c.write(ctx, d); err != nil {
			return fmt.Errorf("write the status of %s: %w", d.Name, err)
		}
	}
	c.cleanUp(ctx, all)
	return nil
}

// served lists the entries of all definitions, in the order in which groups are
// shown.
func (c *Controller) served(all []*apiextensions.CustomResourceDefinition) (out []*resources.Resource) {
	for _, d := range all {
		if s := c.serving[d.Name]; s != nil {
			out = append(out, s.resources...)
		}
	}
	slices.SortStableFunc(out, func(a, b *resources.Resource) int {
		return cmp.Or(cmp.Compare(a.Kind.Group, b.Kind.Group), CompareVersions(a.Kind.Version, b.Kind.Version))
	})
	return out
}

// add serves a definition, or serves it anew when it has changed.
func (c *Controller) add(ctx context.Context, d *apiextensions.CustomResourceDefinition) (bool, error) {
	old := c.serving[d.Name]
	if old != nil && old.def.UID == d.UID && (old.def.DeletionTimestamp == nil) == (d.DeletionTimestamp == nil) && meta.Equal(old.def.Spec, d.Spec) && meta.Equal(old.def.Status.AcceptedNames, d.Status.AcceptedNames) {
		return false, nil
	}
	if d.StorageVersion() == nil {
		return false, nil
	}
	if old != nil && old.def.UID == d.UID && meta.Equal(old.def.Spec, d.Spec) && meta.Equal(old.def.Status.AcceptedNames, d.Status.AcceptedNames) {
		rs, _ := resourcesOf(d, c.Webhooks.of(d)) // Its deletion has begun: the table stays, some verbs go.
		c.serving[d.Name] = &serving{def: d, resources: rs, table: old.table}
		return true, nil
	}
	rs, stored := resourcesOf(d, c.Webhooks.of(d))
	rs = slices.DeleteFunc(rs, func(r *resources.Resource) bool {
		return c.Builtin(r.Kind.Group, r.Kind.Version, r.Kind.Resource)
	})
	declared := stored.Cached()
	if _, err := c.Cache.Add(ctx, declared); err != nil {
		return false, err
	}
	if old != nil && old.table != declared.Name {
		c.Cache.Remove(old.table)
	}
	c.serving[d.Name] = &serving{def: d, resources: rs, table: declared.Name}
	return true, nil
}

// decide gives a definition its names, in place, and says whether that changed
// its status.
func (c *Controller) decide(d *apiextensions.CustomResourceDefinition, all []*apiextensions.CustomResourceDefinition) bool {
	if d.DeletionTimestamp != nil {
		return false
	}
	before := d.DeepCopy()
	acceptNames(d, all, meta.Now())
	return !meta.Equal(before.Status, d.Status)
}

// write stores a definition that this controller changed. When somebody else
// was faster, the event of that brings the controller back.
func (c *Controller) write(ctx context.Context, d *apiextensions.CustomResourceDefinition) error {
	rev := d.ResourceVersion
	d.ResourceVersion = ""
	value, err := codec.EncodeJSON(d)
	d.ResourceVersion = rev
	if err != nil {
		return err
	}
	t := c.Cache.Table(definitions)
	o := t.Get("", d.Name)
	if o == nil || fmt.Sprint(o.Rev) != rev || o.Holds(value) {
		return nil
	}
	written, err := c.Store.Update(ctx, t.Key("", d.Name), value, o.Rev, 0)
	var conflict *store.ConflictError
	var missing *store.NotFoundError
	if errors.As(err, &conflict) || errors.As(err, &missing) {
		return nil
	}
	if err != nil {
		return err
	}
	d.ResourceVersion = fmt.Sprint(written)
	return c.Cache.WaitFor(ctx, written)
}
