package rest

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/authz"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// current is an object as it is stored now.
type current struct {
	json []byte        // with its revision
	rev  int64         // the revision that a write must name
	obj  *cache.Object // nil when it comes from a refused write
	kept []string      // parts that a patch took over as they are
	rest []byte        // without kept and managedFields, where that is known
}

// holds says whether value is what is stored already.
func (cur *current) holds(value []byte) bool {
	if cur.obj != nil {
		return cur.obj.Holds(value)
	}
	return bytes.Equal(cache.WithRevision(value, cur.rev), cur.json)
}

// change says how an object becomes another one. It is asked again with the
// newer object when somebody else was faster.
type change func(cur *current, old meta.Object) (meta.Object, error)

// maxRetries bounds how often a write starts again because others are faster.
const maxRetries = 20

// update puts the request's body in the place of the object, or of the part of
// it that sub is.
func (c *call) update(sub *resources.Subresource) error {
	obj, o, err := c.sent(c.res.Kind)
	if err != nil {
		return err
	}
	m := obj.GetObjectMeta()
	if err := c.sameName(m); err != nil {
		return err
	}
	if err := c.place(m); err != nil {
		return err
	}
	c.singleOwners(m, false)
	s, err := c.modify(sub, o, func(*current, meta.Object) (meta.Object, error) { return copyOf(obj), nil })
	if missing(err) && sub == nil && c.res.CreateOnUpdate && m.UID == "" && (m.ResourceVersion == "" || m.ResourceVersion == "0") {
		if err := c.mayCreate(); err != nil {
			return err
		}
		return c.createObject(obj, o)
	}
	if err != nil {
		return c.goneOrOther(err, m)
	}
	return c.answer(http.StatusOK, s)
}

// goneOrOther is the refusal err of an update, which for an object that is not
// there says that it has another uid than the client names.
func (c *call) goneOrOther(err error, m *meta.ObjectMeta) error {
	if missing(err) && m.UID != "" {
		return c.otherUID(m.UID, &meta.ObjectMeta{Namespace: c.namespace(), Name: c.info.Name})
	}
	return err
}

// otherUID refuses an update of an object that is another one than the client
// means.
func (c *call) otherUID(sent meta.UID, there *meta.ObjectMeta) error {
	return status.Conflict(c.name(), c.info.Name, fmt.Sprintf("StorageError: invalid object, Code: 4, Key: %s, ResourceVersion: 0, "+
		"AdditionalErrorMsg: Precondition failed: UID in precondition: %s, UID in object meta: %s",
		c.res.table.Key(there.Namespace, there.Name), sent, there.UID))
}

// mayCreate asks whether who may change an object may also make one: a write to
// what is not there comes down to that.
func (c *call) mayCreate() error {
	i := *c.info
	i.Verb = "create"
	if d := c.Authz.Decide(c.r.Context(), c.user, &i); !d.Allowed {
		return authz.Forbidden(c.user, &i, d.Reason())
	}
	return nil
}

// missing says whether err is the 404 of an object.
func missing(err error) bool {
	var s *status.Error
	return errors.As(err, &s) && s.Status.Code == http.StatusNotFound
}

func copyOf(o meta.Object) meta.Object { return o.DeepCopyObject() }

func (c *call) invalid(name string, errs field.ErrorList) error {
	group := c.res.Kind.Group
	if v := c.res.View; v != nil {
		group = v.Stored.Kind.Group // errors name the object as it is stored
	}
	return status.Invalid(group, c.res.Kind.Kind, name, errs)
}

// modify reads the object, changes it and writes it back, again and again
// until nobody comes between. What it returns is the object as stored.
func (c *call) modify(sub *resources.Subresource, o options, f change) (source, error) {
	obj, err := c.fetch("")
	if err != nil {
		return source{}, err
	}
	cur := &current{json: obj.JSON(), rev: obj.Rev, obj: obj}
	for try := 0; ; try++ {
		s, err := c.modifyOnce(sub, o, cur, f)
		var conflict *store.ConflictError
		if !errors.As(err, &conflict) {
			return s, c.refusal(err)
		}
		if try == maxRetries {
			return s, status.Modified(c.name(), c.info.Name)
		}
		cur = &current{json: cache.WithRevision(conflict.Current, conflict.Rev), rev: conflict.Rev}
	}
}

// modifyOnce is one try of modify.
func (c *call) modifyOnce(sub *resources.Subresource, o options, cur *current, f change) (source, error) {
	if err := c.turn.take(c.r.Context()); err != nil {
		return source{}, err
	}
	old, err := c.typed(source{json: cur.json})
	if err != nil {
		return source{}, err
	}
	next, err := f(cur, old)
	if err != nil {
		return source{}, err
	}
	if err := c.sameVersion(next.GetObjectMeta(), old.GetObjectMeta()); err != nil {
		return source{}, err
	}
	if err := c.prepareChanged(sub, o, cur, next, old); err != nil {
		return source{}, err
	}
	stored := next
	if v := c.res.View; v != nil {
		if stored, err = v.ToStored(c.r.Context(), next); err != nil {
			return source{}, err
		}
	}
	return c.write(o, cur, stored, old)
}

// sameVersion holds the version and the uid that the client names against
// those that are there.
func (c *call) sameVersion(m, old *meta.ObjectMeta) error {
	if m.UID != "" && m.UID != old.UID && c.info.Verb == "update" {
		return c.otherUID(m.UID, old)
	}
	if m.ResourceVersion == "0" {
		m.ResourceVersion = "" // it is how some say that they know none
	}
	if m.ResourceVersion == "" && c.res.Conditional && c.info.Subresource != "scale" {
		return status.Invalid(c.name().Group, c.name().Name, c.info.Name, field.ErrorList{
			field.Invalid(field.New("metadata", "resourceVersion"), uint64(0), "must be specified for an update")})
	}
	if m.ResourceVersion == "" || m.ResourceVersion == old.ResourceVersion {
		return nil
	}
	if _, err := strconv.ParseUint(m.ResourceVersion, 10, 64); err != nil {
		return status.Unknown(err)
	}
	return status.Modified(c.name(), c.info.Name)
}

// prepareChanged makes a changed object sound and checks it.
func (c *call) prepareChanged(sub *resources.Subresource, o options, cur *current, next, old meta.Object) error {
	m, om := next.GetObjectMeta(), old.GetObjectMeta()
	m.ResourceVersion = om.ResourceVersion
	meta.PrepareUpdate(m, om)
	prepare, validate := c.res.PrepareUpdate, c.res.ValidateUpdate
	if sub != nil {
		prepare, validate = sub.PrepareUpdate, sub.ValidateUpdate
	}
	c.res.Default(next)
	if err := c.trackChange(o, cur, next, old); err != nil {
		return err
	}
	managed := m.ManagedFields
	r := c.admissionRequest(admission.Update, o)
	r.Object, r.Old = next, old
	scaled := c.info.Subresource == "scale" // Admission has seen the Scale.
	if !scaled {
		if err := c.turn.aside(c.r.Context(), func() error { return c.Admission.Admit(c.r.Context(), r) }); err != nil {
			return err
		}
	}
	c.singleOwners(m, true)
	prepare(next, old)
	m.ManagedFields = managed
	var errs field.Report
	meta.ValidatePlainMetaUpdate(&errs, m, om, field.New("metadata"))
	errs.Errors = append(errs.Errors, validate(next, old)...)
	if len(errs.Errors) > 0 {
		return c.invalid(m.Name, errs.Errors)
	}
	if sub == nil {
		c.warnAbout(next, old)
	}
	c.turn.pass()
	if scaled {
		return nil
	}
	return c.Admission.Check(c.r.Context(), r)
}

// unchanged says whether a write leaves the object as it is. That it was tried
// again is no reason for another time in managedFields.
func unchanged(cur *current, value []byte, next, old meta.Object) bool {
	m, om := next.GetObjectMeta().ManagedFields, old.GetObjectMeta().ManagedFields
	return onlyTimes(m, om) && cur.holds(withTimes(value, m, om))
}

// withTimes is an object's JSON with the times of its managedFields, which are m,
// set back to those of old; both have the same entries. A copy is much cheaper
// than to encode the object another time.
func withTimes(value []byte, m, old []meta.ManagedFieldsEntry) []byte {
	value = bytes.Clone(value)
	at := 0
	for i := range m {
		if m[i].Time == nil || old[i].Time == nil {
			continue
		}
		is := m[i].Time.UTC().AppendFormat([]byte(`"time":"`), time.RFC3339)
		n := bytes.Index(value[at:], is)
		if n < 0 {
			return value
		}
		at += n
		at += copy(value[at:], old[i].Time.UTC().AppendFormat([]byte(`"time":"`), time.RFC3339))
	}
	return value
}

// write stores a changed object, or removes it when the change took away what
// alone kept it.
func (c *call) write(o options, cur *current, next, old meta.Object) (source, error) {
	m := next.GetObjectMeta()
	revision := m.ResourceVersion
	m.ResourceVersion = ""
	value, err := encodeStored(next)
	if err != nil {
		return source{}, err
	}
	if unchanged(cur, value, next, old) {
		return source{json: cur.json, obj: cur.obj}, nil
	}
	if finished(next) {
		return c.remove(o, cur, next, cache.WithRevision(value, cur.rev))
	}
	if cur.holds(value) {
		return source{json: cur.json, obj: cur.obj}, nil
	}
	if o.dryRun {
		if err := c.checkQuotas(next, cur); err != nil {
			return source{}, err
		}
		if svc, ok := next.(*core.Service); ok && c.info.Subresource == "" {
			if err := c.pretendAllocate(svc, old.(*core.Service)); err != nil {
				return source{}, err
			}
		}
		m.ResourceVersion = revision
		b, err := codec.EncodeJSON(next)
		return source{json: b}, err
	}
	var s source
	err = c.charge(next, cur, func(booked []store.Op) (rev int64, err error) {
		put := func(ops []store.Op) error {
			if rev, err = c.Store.Update(c.r.Context(), c.res.table.Key(m.Namespace, m.Name), value, cur.rev, c.res.TTL, append(ops, booked...)...); err == nil {
				s = source{json: cache.GiveRevision(value, rev)}
			}
			return err
		}
		svc, ok := next.(*core.Service)
		if !ok || c.info.Subresource != "" {
			return rev, put(nil)
		}
		err = c.allocate(svc, old.(*core.Service), func(ops []store.Op) error {
			if value, err = codec.EncodeJSON(next); err != nil {
				return err
			}
			return put(ops)
		})
		return rev, err
	})
	return s, err
}

// finished says whether an object that is being deleted has nothing left to
// wait for.
func finished(o meta.Object) bool {
	m := o.GetObjectMeta()
	if m.DeletionTimestamp == nil || len(m.Finalizers) > 0 || m.DeletionGracePeriodSeconds != nil && *m.DeletionGracePeriodSeconds > 0 {
		return false
	}
	ns, ok := o.(*core.Namespace)
	return !ok || len(ns.Spec.Finalizers) == 0
}

// remove takes an object out of the store. What it returns is the object as it
// was last.
func (c *call) remove(o options, cur *current, obj meta.Object, last []byte) (source, error) {
	if o.dryRun {
		return source{json: last}, nil
	}
	m := obj.GetObjectMeta()
	var ops []store.Op
	if svc, ok := obj.(*core.Service); ok {
		ops = c.release(svc)
	}
	err := c.charge(nil, cur, func(booked []store.Op) (int64, error) {
		return c.Store.Delete(c.r.Context(), c.res.table.Key(m.Namespace, m.Name), cur.rev, append(ops, booked...)...)
	})
	return source{json: last}, err
}
