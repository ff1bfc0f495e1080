package rest

import (
	"bytes"
	"net/http"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/apiserver/internal/table"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// source is an object to be shown: its final JSON, and the cached object when
// that is where it comes from.
type source struct {
	json []byte
	obj  *cache.Object
	// kind is what json holds when it is not the resource's own.
	kind *scheme.Kind
}

func cached(o *cache.Object) source { return source{json: o.JSON(), obj: o} }

// typed decodes s into the kind that clients see.
func (c *call) typed(s source) (meta.Object, error) {
	if s.kind != nil {
		o := s.kind.New()
		return o, codec.DecodeJSON(s.json, o)
	}
	if b := c.converted[s.obj]; b != nil {
		o := c.res.Kind.New()
		return o, codec.DecodeJSON(b, o)
	}
	o := c.res.Stored().Kind.New()
	if err := codec.DecodeJSON(s.json, o); err != nil {
		return nil, err
	}
	if v := c.res.View; v != nil {
		return v.ToServed(c.r.Context(), o)
	}
	return o, nil
}

// served is the JSON that clients see: the stored bytes but for views.
func (c *call) served(s source) ([]byte, error) {
	if c.res.View == nil || s.kind != nil {
		return s.json, nil
	}
	if b := c.converted[s.obj]; b != nil {
		return b, nil
	}
	if c.res.Custom && bytes.HasPrefix(s.json, c.res.customHead) {
		return s.json, nil // stored in the version that is asked for
	}
	o, err := c.typed(s)
	if err != nil {
		return nil, err
	}
	return codec.EncodeJSON(o)
}

// protobuf is the object in its envelope. For a cached object it is made once
// and kept, but for views.
func (c *call) protobuf(s source) ([]byte, error) {
	encode := func([]byte) ([]byte, error) {
		o, err := c.typed(s)
		if err != nil {
			return nil, err
		}
		return codec.EncodeProto(o)
	}
	if s.obj == nil || c.res.View != nil {
		return encode(nil)
	}
	return s.obj.Encoded(encode)
}

// partialOf is the metadata alone.
func (c *call) partialOf(s source) (*meta.PartialObjectMetadata, error) {
	m, ok := topLevel(s.json, "metadata")
	if !ok {
		m = []byte("{}")
	}
	p := &meta.PartialObjectMetadata{}
	if err := codec.DecodeJSON(append(append([]byte(`{"metadata":`), m...), '}'), p); err != nil {
		return nil, err
	}
	p.TypeMeta = meta.TypeMeta{Kind: "PartialObjectMetadata", APIVersion: "meta.k8s.io/" + c.form.version}
	return p, nil
}

func (c *call) partial(code int, s source) error {
	p, err := c.partialOf(s)
	if err != nil {
		return err
	}
	return c.answerAny(code, p)
}

// answerAny sends a struct of the API that is stored nowhere.
func (c *call) answerAny(code int, o any) error {
	if c.form.encoding == encodeProtobuf {
		b, err := codec.EncodeProto(o)
		if err != nil {
			return err
		}
		send(c.w, code, typeProtobuf, b)
		return nil
	}
	b, err := codec.EncodeJSON(o)
	if err != nil {
		return err
	}
	return c.encoded(code, b)
}

// tableFor is the printer of the resource that c shows.
func (c *call) tableFor() *table.Printer {
	if c.res.Table != nil {
		return c.res.Table
	}
	return table.For(c.res.Kind)
}

// include is what each row of a table carries of its object.
func (c *call) include() (meta.IncludeObjectPolicy, error) {
	switch p := meta.IncludeObjectPolicy(c.query.Get("includeObject")); p {
	case "", meta.IncludeMetadata:
		return meta.IncludeMetadata, nil
	case meta.IncludeNone, meta.IncludeObject:
		return p, nil
	default:
		return p, status.BadRequest("Unable to convert to Table as requested: includeObject: Invalid value: %q: must be 'Metadata', 'Object', 'None', or empty", p)
	}
}

// row is one object as a row of a table.
func (c *call) row(s source, include meta.IncludeObjectPolicy, now time.Time) (meta.TableRow, error) {
	o, err := c.typed(s)
	if err != nil {
		return meta.TableRow{}, err
	}
	row := meta.TableRow{Cells: c.tableFor().Cells(o, now), Conditions: table.Conditions(o)}
	switch include {
	case meta.IncludeMetadata:
		p, err := c.partialOf(s)
		if err != nil {
			return row, err
		}
		row.Object.Raw, err = codec.EncodeJSON(p)
		return row, err
	case meta.IncludeObject:
		row.Object.Raw, err = c.served(s)
	}
	return row, err
}

// newTable is a table without rows.
func (c *call) newTable(revision string, columns bool) *meta.Table {
	t := &meta.Table{TypeMeta: meta.TypeMeta{Kind: "Table", APIVersion: "meta.k8s.io/" + c.form.version}, Rows: []meta.TableRow{}}
	t.ResourceVersion = revision
	if columns {
		t.ColumnDefinitions = c.tableFor().Columns
	}
	return t
}

// tableOf is a table of one object.
func (c *call) tableOf(s source) ([]byte, error) {
	include, err := c.include()
	if err != nil {
		return nil, err
	}
	row, err := c.row(s, include, time.Now())
	if err != nil {
		return nil, err
	}
	t := c.newTable(revisionOf(s), true)
	t.Rows = append(t.Rows, row)
	return codec.EncodeJSON(t)
}

// revisionOf is the resource version in an object's JSON.
func revisionOf(s source) string {
	m, _ := topLevel(s.json, "metadata")
	v, _ := topLevel(m, "resourceVersion")
	return string(bytes.Trim(v, `"`))
}

// topLevel is the raw value of a field of a JSON object, which must be sound
// and without blanks between its parts: the canonical form that we store.
func topLevel(b []byte, name string) ([]byte, bool) {
	depth, start, matched := 0, -1, false
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			end := stringEnd(b, i)
			if depth == 1 && start < 0 && end < len(b) && b[end] == ':' {
				matched = string(b[i+1:end-1]) == name
				start = end + 1
			}
			i = end - 1
		case '{', '[':
			depth++
		case ',', '}', ']':
			if depth == 1 && start >= 0 {
				if matched {
					return b[start:i], true
				}
				start = -1
			}
			if b[i] != ',' {
				depth--
			}
		}
	}
	return nil, false
}

// stringEnd is the place behind the JSON string that begins at i.
func stringEnd(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// answerStatus sends a Status as a success.
func (c *call) answerStatus(s *meta.Status) error {
	writeStatus(c.w, c.form, http.StatusOK, s)
	return nil
}

// tableOfObjects is a table of objects that are stored nowhere.
func (c *call) tableOfObjects(l meta.List) error {
	t := c.newTable("", true)
	for i := range l.Len() {
		b, err := codec.EncodeJSON(l.At(i))
		if err != nil {
			return err
		}
		row, err := c.row(source{json: b, kind: c.res.Kind}, meta.IncludeMetadata, time.Now())
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
