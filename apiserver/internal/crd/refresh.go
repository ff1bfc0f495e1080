package crd

import (
	"bytes"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/object"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// refresher makes of objects that were stored under an older form of the
// definition what they are now: pruned, with defaults, in today's storage
// version. So reads need not do it. What was written a moment ago by a server is
// looked at only when it is of another version.
func refresher(d *apiextensions.CustomResourceDefinition, storage *version, c converter) func([]byte, bool) []byte {
	t := storage.kind.TypeMeta()
	head := []byte(`{"kind":` + string(jsonwire.AppendString(nil, t.Kind)) + `,"apiVersion":` + string(jsonwire.AppendString(nil, t.APIVersion)) + `,`)
	others := map[string]*version{t.APIVersion: storage}
	for i := range d.Spec.Versions {
		if v := &d.Spec.Versions[i]; !v.Storage {
			others[scheme.APIVersion(d.Spec.Group, v.Name)] = newVersion(d, v)
		}
	}
	return func(value []byte, just bool) []byte {
		if just && bytes.HasPrefix(value, head) {
			return nil
		}
		var is meta.TypeMeta
		if codec.DecodeJSON(value, &is) != nil {
			return nil
		}
		from := others[is.APIVersion]
		if from == nil {
			from = storage
		}
		if from != storage && c != nil {
			return nil // Asking a webhook is for those who read it.
		}
		o := from.kind.New().(*object.Object)
		if codec.DecodeJSON(value, o) != nil {
			return nil
		}
		o.Default()
		var out meta.Object = o
		if from != storage {
			out = relabel([]*object.Object{o}, storage, t.APIVersion)[0]
		}
		now := out.(*object.Object).AppendJSON(nil)
		if bytes.Equal(now, value) {
			return nil
		}
		return now
	}
}
