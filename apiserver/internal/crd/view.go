package crd

import (
	"context"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/object"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// converter makes objects of a definition into objects of another version.
// Nil stands for changing the apiVersion alone.
type converter interface {
	convert(ctx context.Context, objects []*object.Object, apiVersion string) ([]*object.Object, error)
}

// viewOf translates between the stored version and another one.
func viewOf(stored *resources.Resource, from, to *version, c converter) *resources.View {
	v := &resources.View{
		Stored: stored,
		TryIn: func(ctx context.Context, o meta.Object) (meta.Object, error) {
			out, err := translate(ctx, c, []meta.Object{o}, from)
			if err != nil {
				return nil, err
			}
			return out[0], nil
		},
		TryOut: func(ctx context.Context, os []meta.Object) ([]meta.Object, error) { return translate(ctx, c, os, to) },
	}
	if c != nil && len(stored.Fields) > 0 {
		v.Field = func(o meta.Object, name string) string { return fieldOf(o.(*object.Object), name) }
	}
	return v
}

// translate makes copies of objects in version v.
func translate(ctx context.Context, c converter, os []meta.Object, v *version) ([]meta.Object, error) {
	apiVersion := v.kind.APIVersion()
	in := make([]*object.Object, len(os))
	for i, o := range os {
		in[i] = o.(*object.Object)
	}
	if c == nil {
		return relabel(in, v, apiVersion), nil
	}
	out, err := c.convert(ctx, in, apiVersion)
	if err != nil {
		return nil, err
	}
	return relabel(out, v, apiVersion), nil
}

// relabel makes objects say that they are of version v, without what v does not
// know.
func relabel(in []*object.Object, v *version, apiVersion string) []meta.Object {
	out := make([]meta.Object, len(in))
	for i, o := range in {
		if o.APIVersion != apiVersion {
			same := *o
			o = &same
			o.APIVersion = apiVersion
		}
		c := object.New(v.kind.TypeMeta(), v.schema)
		if jsonwire.Unmarshal(o.AppendJSON(nil), c) != nil {
			c = o // Our own text: it can be read.
		}
		out[i] = c
	}
	return out
}

// fieldOf is the value of a field that selectors may name.
func fieldOf(o *object.Object, name string) string {
	var v any = o.Content
	for part := range strings.SplitSeq(name, ".") {
		m, _ := v.(map[string]any)
		v = m[part]
	}
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}
