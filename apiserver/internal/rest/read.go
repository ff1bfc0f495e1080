package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// get answers with one object.
func (c *call) get() error {
	o, err := c.fetch(c.query.Get("resourceVersion"))
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, cached(o))
}

// fetch is the object that the request names, current unless revision asks
// for less.
func (c *call) fetch(revision string) (*cache.Object, error) {
	if bad := meta.IsPathSegment(c.info.Name); len(bad) > 0 {
		return nil, status.BadRequest("Name parameter invalid: %q: %s", c.info.Name, strings.Join(bad, ";"))
	}
	o, err := c.res.table.Fetch(c.r.Context(), c.namespace(), c.info.Name, revision)
	if err != nil {
		return nil, c.refusal(err)
	}
	if o == nil {
		return nil, status.NotFound(c.name(), c.info.Name)
	}
	return o, nil
}

// namespace is that of the object: a namespace itself lies in none.
func (c *call) namespace() string {
	if c.res.Kind.Namespaced {
		return c.info.Namespace
	}
	return ""
}

// list answers with many objects.
func (c *call) list() error {
	o, err := c.listOptions()
	if err != nil {
		return err
	}
	l, err := c.listed(o)
	if err != nil {
		return err
	}
	if c.late.Empty() {
		if err := c.convertAll(l); err != nil {
			return err
		}
	}
	return c.answerList(l)
}

// answerList sends a list in the form asked for.
func (c *call) answerList(l *cache.List) error {
	m := meta.ListMeta{ResourceVersion: strconv.FormatInt(l.Revision, 10), Continue: l.Continue, RemainingItemCount: l.Remaining}
	switch {
	case c.form.shape == asTable:
		return c.listTable(l, m)
	case c.form.shape == asPartial:
		return c.wrongShape(true)
	case c.form.shape == asPartialList && c.form.encoding == encodeProtobuf:
		return c.listPartialProtobuf(l, m)
	case c.form.shape == asPartialList:
		return c.listPartial(l, m)
	case c.form.encoding == encodeProtobuf:
		return c.listProtobuf(l, m)
	case c.form.encoding == encodeYAML:
		return c.listYAML(l, m)
	}
	return c.listJSON(l, m, c.res.Kind.APIVersion(), c.res.Kind.ListKind(), c.itemRenderer())
}

// itemRenderer gives the function that appends an item of a JSON list: the
// object's bytes. Of a built-in kind the items do not name their kind, which
// that of the list tells already.
func (c *call) itemRenderer() func([]byte, *cache.Object) ([]byte, error) {
	switch {
	case c.res.View != nil:
		return func(dst []byte, o *cache.Object) ([]byte, error) {
			b, err := c.served(cached(o))
			if rest, ok := bytes.CutPrefix(b, c.res.typeHead); ok && !c.res.Custom {
				return append(append(dst, '{'), rest...), err
			}
			return append(dst, b...), err
		}
	case c.res.Custom:
		return func(dst []byte, o *cache.Object) ([]byte, error) { return o.AppendJSON(dst), nil }
	}
	return func(dst []byte, o *cache.Object) ([]byte, error) { return o.AppendItem(dst), nil }
}

// listJSON streams the items' bytes; render appends those of one item.
func (c *call) listJSON(l *cache.List, m meta.ListMeta, apiVersion, kind string, render func([]byte, *cache.Object) ([]byte, error)) error {
	head, err := codec.EncodeJSON(&m)
	if err != nil {
		return err
	}
	begin := []byte(`{"kind":"` + kind + `","apiVersion":"` + apiVersion + `","metadata":` + string(head) + `,"items":[`)
	if c.form.shape == whole && c.res.View == nil && !c.form.pretty {
		if done, err := c.listZipped(l, begin, render); done {
			return err
		}
	}
	s := newStream(c, typeJSON)
	defer s.close()
	if c.form.pretty {
		return c.listPretty(s, l, head, apiVersion, kind, render)
	}
	s.write(begin)
	first := true
	for o := range l.All() {
		if !first {
			*s.buf = append(*s.buf, ',')
		}
		first = false
		if *s.buf, err = render(*s.buf, o); err != nil {
			return c.broken(s, err)
		}
		if !s.write(nil) {
			return nil
		}
	}
	s.write([]byte("]}\n"))
	return nil
}

// listPretty is listJSON laid out for people.
func (c *call) listPretty(s *stream, l *cache.List, head []byte, apiVersion, kind string, render func([]byte, *cache.Object) ([]byte, error)) error {
	buf := bytes.NewBufferString("{\n  \"kind\": \"" + kind + "\",\n  \"apiVersion\": \"" + apiVersion + "\",\n  \"metadata\": ")
	if err := json.Indent(buf, head, "  ", "  "); err != nil {
		return err
	}
	buf.WriteString(",\n  \"items\": [")
	between, end := "\n    ", "]\n}"
	var scratch []byte
	for o := range l.All() {
		var err error
		scratch, err = render(scratch[:0], o)
		buf.WriteString(between)
		if err == nil {
			err = json.Indent(buf, scratch, "    ", "  ")
		}
		if err != nil {
			return c.broken(s, err)
		}
		if !s.write(buf.Bytes()) {
			return nil
		}
		buf.Reset()
		between, end = ",\n    ", "\n  ]\n}"
	}
	buf.WriteString(end)
	s.write(buf.Bytes())
	return nil
}

// broken ends an answer that has begun: the client must see that it is not
// whole.
func (c *call) broken(s *stream, err error) error {
	c.Log.Error("list broken off", "path", c.info.Path, "error", err)
	if !s.started {
		*s.buf = (*s.buf)[:0]
		return err
	}
	panic(http.ErrAbortHandler)
}

func (c *call) listPartial(l *cache.List, m meta.ListMeta) error {
	return c.listJSON(l, m, "meta.k8s.io/"+c.form.version, "PartialObjectMetadataList", func(dst []byte, o *cache.Object) ([]byte, error) {
		p, err := c.partialOf(cached(o))
		if err != nil {
			return dst, err
		}
		b, err := codec.EncodeJSON(p)
		return append(dst, b...), err
	})
}

func (c *call) listPartialProtobuf(l *cache.List, m meta.ListMeta) error {
	out := &meta.PartialObjectMetadataList{ListMeta: m}
	out.TypeMeta = meta.TypeMeta{Kind: "PartialObjectMetadataList", APIVersion: "meta.k8s.io/" + c.form.version}
	for o := range l.All() {
		p, err := c.partialOf(cached(o))
		if err != nil {
			return err
		}
		out.Items = append(out.Items, *p)
	}
	return c.answerAny(http.StatusOK, out)
}

// listYAML is for people at a terminal: it decodes everything.
func (c *call) listYAML(l *cache.List, m meta.ListMeta) error {
	out := c.res.Kind.NewList()
	*out.GetListMeta() = m
	for o := range l.All() {
		item, err := c.typed(cached(o))
		if err != nil {
			return err
		}
		if !c.res.Custom {
			*item.GetTypeMeta() = meta.TypeMeta{} // the list's kind tells theirs
		}
		out.AppendItem(item)
	}
	b, err := codec.EncodeJSON(out)
	if err != nil {
		return err
	}
	return c.encoded(http.StatusOK, b)
}

// listProtobuf joins the items' messages, each encoded once for all clients.
func (c *call) listProtobuf(l *cache.List, m meta.ListMeta) error {
	var items [][]byte
	size := 0
	for o := range l.All() {
		b, err := c.protobuf(cached(o))
		if err != nil {
			return err
		}
		_, _, raw, err := codec.DecodeEnvelope(b)
		if err != nil {
			return err
		}
		items = append(items, raw)
		size += 1 + uvarintLen(len(raw)) + len(raw)
	}
	head := protoField(nil, 1, string(m.AppendProto(nil)))
	s := newStream(c, typeProtobuf)
	defer s.close()
	s.write(envelopeHead(c.res.Kind.APIVersion(), c.res.Kind.ListKind(), len(head)+size))
	s.write(head)
	var scratch []byte
	for _, raw := range items {
		scratch = appendUvarint(append(scratch[:0], 2<<3|2), len(raw))
		s.write(scratch)
		if !s.write(raw) {
			return nil
		}
	}
	s.write(envelopeTail)
	return nil
}

func (c *call) listTable(l *cache.List, m meta.ListMeta) error {
	include, err := c.include()
	if err != nil {
		return err
	}
	t := c.newTable(m.ResourceVersion, true)
	t.ListMeta = m
	now := time.Now()
	for o := range l.All() {
		row, err := c.row(cached(o), include, now)
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, row)
	}
	b, err := codec.EncodeJSON(t)
	if err != nil {
		return err
	}
	return c.encoded(http.StatusOK, b)
}

// refusal turns the errors of store and cache into those of the API.
func (c *call) refusal(err error) error {
	var (
		expired  *cache.ExpiredError
		tooNew   *cache.TooNewError
		bad      *cache.BadRequestError
		badField *cache.InvalidSelectorError
		revision *cache.InvalidRevisionError
		large    *store.TooLargeError
		conflict *store.ConflictError
		missing  *store.NotFoundError
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &expired):
		s := status.Expired(expired.Message)
		s.Status.Continue = expired.Continue
		return s
	case errors.As(err, &tooNew):
		return status.TooNew(tooNew.Error())
	case errors.As(err, &bad):
		return status.BadRequest("%s", bad.Message)
	case errors.As(err, &revision):
		return status.Unknown(revision)
	case errors.As(err, &badField):
		return c.unsupportedField(badField.Field)
	case errors.As(err, &large):
		return status.TooLarge(store.MaxValue)
	case errors.As(err, &conflict):
		return status.Modified(c.name(), c.info.Name)
	case errors.As(err, &missing):
		return status.NotFound(c.name(), c.info.Name)
	case errors.Is(err, store.ErrNoSpace):
		return status.NoSpace(store.ErrNoSpace.Error())
	case errors.Is(err, store.ErrUnavailable):
		return status.Timeout("request did not complete within requested timeout: etcd does not answer")
	}
	return err
}
