package crd

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/crd/object"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// cleanUp begins to take away the objects of definitions that are being deleted.
// A goroutine for each ends with the definition itself.
func (c *Controller) cleanUp(ctx context.Context, all []*apiextensions.CustomResourceDefinition) {
	for _, d := range all {
		if d.DeletionTimestamp == nil || !slices.Contains(d.Finalizers, apiextensions.FinalizerCleanup) || c.cleaning[d.UID] {
			continue
		}
		c.cleaning[d.UID] = true
		t := c.Cache.Table(d.Spec.Names.Plural + "." + d.Spec.Group)
		if s := c.serving[d.Name]; s != nil {
			t = c.Cache.Table(s.table)
		} else {
			t = nil // Never served: there are no objects.
		}
		c.tasks.Go(func() {
			for ctx.Err() == nil {
				err := c.drain(ctx, d, t)
				if err == nil {
					return
				}
				if ctx.Err() == nil {
					c.Log.Error("the objects of a definition could not be removed", "name", d.Name, "error", err)
				}
				select {
				case <-ctx.Done():
				case <-time.After(retry):
				}
			}
		})
	}
}

// drain removes a definition's objects, waits until those that have finalizers
// are gone too, and lets the definition go.
func (c *Controller) drain(ctx context.Context, d *apiextensions.CustomResourceDefinition, t *cache.Table) error {
	terminating := func(status apiextensions.ConditionStatus, reason, message string) apiextensions.CustomResourceDefinitionCondition {
		return apiextensions.CustomResourceDefinitionCondition{Type: apiextensions.Terminating, Status: status, Reason: reason, Message: message}
	}
	if t != nil {
		if err := c.amend(ctx, d, func(d *apiextensions.CustomResourceDefinition) {
			d.SetCondition(terminating(apiextensions.ConditionTrue, "InstanceDeletionInProgress", "CustomResource deletion is in progress"), meta.Now())
		}); err != nil {
			return err
		}
		if err := c.removeAll(ctx, t); err != nil {
			return err
		}
	}
	return c.amend(ctx, d, func(d *apiextensions.CustomResourceDefinition) {
		d.SetCondition(terminating(apiextensions.ConditionFalse, "InstanceDeletionCompleted", "removed all instances"), meta.Now())
		d.Finalizers = slices.DeleteFunc(slices.Clone(d.Finalizers), func(f string) bool { return f == apiextensions.FinalizerCleanup })
	})
}

// removeAll deletes all objects of a table and returns when there are none.
func (c *Controller) removeAll(ctx context.Context, t *cache.Table) error {
	w, err := t.Watch(ctx, cache.WatchOptions{ResourceVersion: "0"})
	if err != nil {
		return err
	}
	defer w.Close()
	for {
		l, err := t.List(ctx, cache.ListOptions{})
		if err != nil {
			return err
		}
		left := 0
		for o := range l.All() {
			gone, err := c.removeOne(ctx, t, o)
			if err != nil {
				return err
			}
			if !gone {
				left++
			}
		}
		if left == 0 {
			return nil
		}
		for {
			e, err := w.Next(ctx)
			if err != nil {
				return err
			}
			if e.Type == cache.Deleted {
				break
			}
		}
	}
}

// removeOne deletes an object, or marks it as being deleted when it has
// finalizers.
func (c *Controller) removeOne(ctx context.Context, t *cache.Table, o *cache.Object) (gone bool, err error) {
	obj := object.New(meta.TypeMeta{}, nil)
	if err := codec.DecodeJSON(o.JSON(), obj); err != nil {
		return false, err
	}
	key := t.Key(o.Namespace, o.Name)
	switch {
	case len(obj.Finalizers) == 0:
		_, err = c.Store.Delete(ctx, key, o.Rev)
		gone = true
	case obj.DeletionTimestamp == nil:
		now, zero := meta.Now(), int64(0)
		obj.DeletionTimestamp, obj.DeletionGracePeriodSeconds = &now, &zero
		obj.ResourceVersion = ""
		_, err = c.Store.Update(ctx, key, obj.AppendJSON(nil), o.Rev, 0)
	}
	var conflict *store.ConflictError
	var missing *store.NotFoundError
	switch {
	case errors.As(err, &missing):
		return true, nil
	case errors.As(err, &conflict):
		return false, nil // An event will come of it.
	}
	return gone, err
}

// amend changes a definition as it is now, if it is still the same one, and
// removes it when nothing keeps it.
func (c *Controller) amend(ctx context.Context, d *apiextensions.CustomResourceDefinition, change func(*apiextensions.CustomResourceDefinition)) error {
	t := c.Cache.Table(definitions)
	for {
		o, err := t.Fetch(ctx, "", d.Name, "")
		if err != nil || o == nil {
			return err
		}
		cur := &apiextensions.CustomResourceDefinition{}
		if err := codec.DecodeJSON(o.JSON(), cur); err != nil {
			return err
		}
		if cur.UID != d.UID {
			return nil
		}
		change(cur)
		cur.ResourceVersion = ""
		if cur.DeletionTimestamp != nil && len(cur.Finalizers) == 0 {
			_, err = c.Store.Delete(ctx, t.Key("", d.Name), o.Rev)
		} else {
			var value []byte
			if value, err = codec.EncodeJSON(cur); err != nil || o.Holds(value) {
				return err
			}
			_, err = c.Store.Update(ctx, t.Key("", d.Name), value, o.Rev, 0)
		}
		var conflict *store.ConflictError
		var missing *store.NotFoundError
		switch {
		case errors.As(err, &missing):
			return nil
		case errors.As(err, &conflict):
			continue
		}
		return err
	}
}
