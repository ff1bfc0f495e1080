package rest

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// create makes a new object of the request's body.
func (c *call) create() error {
	obj, o, err := c.sent(c.res.Kind)
	if err != nil {
		return err
	}
	return c.createObject(obj, o)
}

// createObject takes a decoded object all the way into the store.
func (c *call) createObject(obj meta.Object, o options) error {
	m := obj.GetObjectMeta()
	if err := c.place(m); err != nil {
		return err
	}
	// Only the store knows versions; "0" is how some say that they know none.
	if n, err := strconv.ParseUint(m.ResourceVersion, 10, 64); err == nil && n > 0 && !o.dryRun {
		return status.Unknown(errors.New("resourceVersion should not be set on objects to be created"))
	}
	m.ResourceVersion = ""
	c.singleOwners(m, false)
	c.res.Default(obj)
	if err := c.trackNew(o, obj); err != nil {
		return err
	}
	r := c.admissionRequest(admission.Create, o)
	r.Name, r.Object = m.Name, obj
	if err := c.turn.aside(c.r.Context(), func() error { return c.Admission.Admit(c.r.Context(), r) }); err != nil {
		return c.refusal(err)
	}
	c.singleOwners(m, true)
	if err := c.place(m); err != nil { // A webhook may have moved it.
		return err
	}
	generated := m.Name == "" && m.GenerateName != ""
	if generated {
		m.Name = generateName(m.GenerateName)
	}
	c.prepareNew(obj)
	for try := 0; ; try++ {
		if try > 0 {
			m.Name = generateName(m.GenerateName)
			c.res.PrepareCreate(obj) // a job's labels name it
		}
		r.Name = m.Name
		err := c.storeNew(obj, o, r)
		var exists *store.ExistsError
		switch {
		case !errors.As(err, &exists):
			return err
		case !generated:
			return status.AlreadyExists(c.name(), m.Name)
		case try == maxGenerate:
			return status.GenerateExhausted(c.name(), m.Name)
		}
	}
}

// maxGenerate is how often a name is generated anew when it is taken.
const maxGenerate = 8

// place checks the namespace in the object against the request's.
func (c *call) place(m *meta.ObjectMeta) error {
	ns := c.namespace()
	if m.Namespace == "" || ns == "" {
		m.Namespace = ns
	}
	if m.Namespace != ns {
		return status.BadRequest("the namespace of the provided object does not match the namespace sent on the request")
	}
	return nil
}

// prepareNew sets what the server alone decides about a new object.
func (c *call) prepareNew(obj meta.Object) {
	m := obj.GetObjectMeta()
	m.DeletionTimestamp, m.DeletionGracePeriodSeconds = nil, nil
	m.SelfLink = ""
	m.UID = newUID()
	m.CreationTimestamp = meta.NewTime(now())
	c.res.PrepareCreate(obj)
	if c.res.Author != nil {
		c.res.Author(obj, c.user)
	}
}

// storeNew validates, stores and answers.
func (c *call) storeNew(obj meta.Object, o options, r *admission.Request) error {
	m := obj.GetObjectMeta()
	if errs := c.res.Validate(obj); len(errs) > 0 {
		return c.invalid(m.Name, errs)
	}
	c.warnAbout(obj, nil)
	c.turn.pass()
	if err := c.Admission.Check(c.r.Context(), r); err != nil {
		return c.refusal(err)
	}
	stored := obj
	if v := c.res.View; v != nil {
		var err error
		if stored, err = v.ToStored(c.r.Context(), obj); err != nil {
			return err
		}
	}
	key := c.res.table.Key(m.Namespace, m.Name)
	if o.dryRun {
		if err := c.checkQuotas(obj, nil); err != nil {
			return err
		}
		if svc, ok := stored.(*core.Service); ok {
			if err := c.pretendAllocate(svc, nil); err != nil {
				return err
			}
		}
		return c.pretendNew(stored)
	}
	var s source
	err := c.charge(obj, nil, func(booked []store.Op) (rev int64, err error) {
		put := func(ops []store.Op) error {
			value, err := encodeStored(stored)
			if err != nil {
				return err
			}
			if rev, err = c.Store.Create(c.r.Context(), key, value, c.res.TTL, append(ops, booked...)...); err == nil {
				s = source{json: cache.GiveRevision(value, rev)}
			}
			return err
		}
		if svc, ok := stored.(*core.Service); ok {
			err = c.allocate(svc, nil, put)
		} else {
			err = put(nil)
		}
		return rev, err
	})
	var exists *store.ExistsError
	if errors.As(err, &exists) {
		return err
	}
	if err != nil {
		return c.refusal(err)
	}
	return c.answer(http.StatusCreated, s)
}

// pretendNew answers a dry run: all is checked and nothing stored.
func (c *call) pretendNew(stored meta.Object) error {
	m := stored.GetObjectMeta()
	there, err := c.res.table.Fetch(c.r.Context(), m.Namespace, m.Name, "")
	if err != nil {
		return c.refusal(err)
	}
	if there != nil {
		return &store.ExistsError{Key: there.Name}
	}
	b, err := codec.EncodeJSON(stored)
	if err != nil {
		return err
	}
	return c.answer(http.StatusCreated, source{json: b})
}

// Generated names: the prefix, cut so that the whole is a label, and a suffix
// of letters that spell no words.
const (
	suffixLetters = "bcdfghjklmnpqrstvwxz2456789"
	suffixLength  = 5
	maxPrefix     = 63 - suffixLength
)

func generateName(prefix string) string {
	if len(prefix) > maxPrefix {
		prefix = prefix[:maxPrefix]
	}
	var b [suffixLength]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = suffixLetters[int(b[i])%len(suffixLetters)]
	}
	return prefix + string(b[:])
}

// newUID is a random UUID.
func newUID() meta.UID {
	var b [16]byte
	rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	text := make([]byte, 0, 36)
	for i, part := range [][]byte{b[:4], b[4:6], b[6:8], b[8:10], b[10:]} {
		if i > 0 {
			text = append(text, '-')
		}
		text = hex.AppendEncode(text, part)
	}
	return meta.UID(text)
}
