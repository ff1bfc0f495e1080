package rest

import (
	"context"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// relate tells the entries of each other that serve the same stored objects.
func relate(all map[served]*entry) {
	byStored := map[string][]*entry{}
	for _, e := range all {
		if e.table != nil {
			name := e.Stored().Name().String()
			byStored[name] = append(byStored[name], e)
		}
	}
	for _, same := range byStored {
		for _, e := range same {
			for _, other := range same {
				if other != e {
					e.others = append(e.others, other)
				}
			}
		}
	}
}

// Forms lists the other groups and versions in which the object of a request is
// served, with the ways there and back.
func (h *Handler) Forms(r *admission.Request) []match.Form {
	e := (*h.table.Load())[served{r.Resource.Group, r.Version, r.Resource.Name}]
	if e == nil || len(e.others) == 0 {
		return nil
	}
	out := make([]match.Form, 0, len(e.others))
	for _, o := range e.others {
		f := match.Form{Target: match.Target{Group: o.Resource.Kind.Group, Version: o.Resource.Kind.Version, Resource: o.Resource.Kind.Resource}, Kind: r.Kind}
		if r.Kind == e.Resource.Kind {
			f.Kind = o.Resource.Kind
			f.Convert = func(obj meta.Object) (meta.Object, error) { return convert(obj, e, o) }
			f.Back = func(obj meta.Object) (meta.Object, error) { return convert(obj, o, e) }
		}
		out = append(out, f)
	}
	return out
}

// convert makes an object as to serves it of one as from does.
func convert(o meta.Object, from, to *entry) (meta.Object, error) {
	o = o.DeepCopyObject()
	var err error
	if from.View != nil {
		if o, err = from.View.ToStored(context.Background(), o); err != nil {
			return nil, err
		}
	}
	if to.View != nil {
		return to.View.ToServed(context.Background(), o)
	}
	return o, nil
}

// Kept is where the objects of a kind are kept, nil for a kind of which none
// are.
func (h *Handler) Kept(apiVersion, kind string) *match.Stored {
	for _, e := range *h.table.Load() {
		k := e.Resource.Kind
		if e.table == nil || k.Kind != kind || k.APIVersion() != apiVersion {
			continue
		}
		s := &match.Stored{Table: e.table, Namespaced: k.Namespaced}
		if v := e.View; v != nil {
			s.Convert = func(b []byte) ([]byte, error) {
				o := e.Stored().Kind.New()
				if err := codec.DecodeJSON(b, o); err != nil {
					return nil, err
				}
				out, err := v.ToServed(context.Background(), o)
				if err != nil {
					return nil, err
				}
				return codec.EncodeJSON(out)
			}
		}
		return s
	}
	return nil
}
