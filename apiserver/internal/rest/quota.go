package rest

import (
	"errors"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/quota"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	uses "github.com/pilothouse/pilothouse/proto/quota"
)

// charge makes a write together with what it changes in the quotas of the
// namespace. next is nil for a deletion, cur for a new object.
func (c *call) charge(next meta.Object, cur *current, write func([]store.Op) (int64, error)) error {
	err := c.Quotas.Charge(c.r.Context(), c.quotaNamespace(), c.changed(next, cur), func(ops []store.Op) (int64, error) {
		rev, err := write(ops)
		if q, ok := next.(*core.ResourceQuota); ok && err == nil {
			c.Quotas.Know(q, rev) // in force from here on, not from when the cache has heard of it
		}
		return rev, err
	})
	return c.quotaRefusal(next, cur, err)
}

// checkQuotas is charge for a dry run.
func (c *call) checkQuotas(next meta.Object, cur *current) error {
	return c.quotaRefusal(next, cur, c.Quotas.Check(c.r.Context(), c.quotaNamespace(), c.changed(next, cur)))
}

// quotaNamespace is the namespace whose quotas count the object; none count
// namespaces themselves.
func (c *call) quotaNamespace() string {
	if !c.res.Kind.Namespaced {
		return ""
	}
	return c.namespace()
}

// changed is a write in the words of quotas. What was there counts as it is
// stored, whatever has become of it on the way here.
func (c *call) changed(next meta.Object, cur *current) func() uses.Change {
	return func() uses.Change {
		resource := c.name().String()
		change := uses.Change{Resource: resource, New: next, Now: time.Now(),
			Bounded: next != nil && uses.Bounded(resource, c.info.Subresource, cur == nil)}
		if cur == nil {
			return change
		}
		old := c.res.Stored().Kind.New()
		if codec.DecodeJSON(cur.json, old) == nil { // What cannot be read uses nothing.
			change.Old = old
		}
		return change
	}
}

// quotaRefusal is the answer to a write that quotas do not allow.
func (c *call) quotaRefusal(next meta.Object, cur *current, err error) error {
	var refused *quota.RefusedError
	switch {
	case errors.As(err, &refused):
		op := admission.Create
		if cur != nil {
			op = admission.Update
		}
		r := c.admissionRequest(op, options{})
		r.Name, r.Object = next.GetObjectMeta().Name, next
		return admission.Forbidden(r, refused.Error())
	case errors.Is(err, quota.ErrBusy):
		return status.TooManyRequests(err.Error(), 1)
	}
	return err
}
