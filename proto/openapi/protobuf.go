package openapi

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/pilothouse/pilothouse/proto/pbwire"
	"github.com/pilothouse/pilothouse/proto/schema"
)

// AppendProto appends a document of version 2 in its protobuf form, the media
// type application/com.github.proto-openapi.spec.v2@v1.0+protobuf, whose
// messages are those of gnostic's openapi.v2. kubectl up to 1.28 asks for
// nothing else.
func (d *Document) AppendProto(b []byte) []byte {
	b = text(b, 1, d.Swagger)
	b = message(b, 2, func(b []byte) []byte { return text(text(b, 1, d.Info.Title), 2, d.Info.Version) })
	b = message(b, 8, func(b []byte) []byte {
		for _, name := range slices.Sorted(maps.Keys(d.Paths)) {
			b = named(b, 2, name, d.Paths[name].appendProto)
		}
		return b
	})
	return message(b, 9, func(b []byte) []byte {
		for _, name := range slices.Sorted(maps.Keys(d.Definitions)) {
			b = named(b, 1, name, func(b []byte) []byte { return appendSchema(b, d.Definitions[name]) })
		}
		return b
	})
}

// text appends a string unless it is empty.
func text(b []byte, number int, s string) []byte {
	if s == "" {
		return b
	}
	return pbwire.AppendString(pbwire.AppendVarint(b, uint64(number<<3|pbwire.Length)), s)
}

func texts(b []byte, number int, list []string) []byte {
	for _, s := range list {
		b = pbwire.AppendString(pbwire.AppendVarint(b, uint64(number<<3|pbwire.Length)), s)
	}
	return b
}

// truth appends a true value; false is left out.
func truth(b []byte, number int, v bool) []byte {
	if !v {
		return b
	}
	return append(pbwire.AppendVarint(b, uint64(number<<3|pbwire.Varint)), 1)
}

// message appends a nested message.
func message(b []byte, number int, body func(b []byte) []byte) []byte {
	b = append(pbwire.AppendVarint(b, uint64(number<<3|pbwire.Length)), 0)
	start := len(b)
	return pbwire.Close(body(b), start)
}

// named appends an entry of one of the maps, which are lists of pairs here.
func named(b []byte, number int, name string, value func(b []byte) []byte) []byte {
	return message(b, number, func(b []byte) []byte { return message(text(b, 1, name), 2, value) })
}

// extension appends a value of an x- field; its text is YAML, which JSON is.
func extension(b []byte, number int, name string, v any) []byte {
	out, err := json.Marshal(v)
	if err != nil {
		return b
	}
	return named(b, number, name, func(b []byte) []byte { return text(b, 2, string(out)) })
}

func (p *Path) appendProto(b []byte) []byte {
	for number, op := range []*Operation{2: p.Get, 3: p.Put, 4: p.Post, 5: p.Delete, 6: p.Options, 7: p.Head, 8: p.Patch} {
		if op != nil {
			b = message(b, number, op.appendProto)
		}
	}
	return appendParameters(b, 9, p.Parameters)
}

func (o *Operation) appendProto(b []byte) []byte {
	b = texts(b, 1, o.Tags)
	b = text(b, 3, o.Description)
	b = text(b, 5, o.ID)
	b = texts(b, 6, o.Produces)
	b = texts(b, 7, o.Consumes)
	b = appendParameters(b, 8, o.Parameters)
	b = message(b, 9, func(b []byte) []byte {
		for _, code := range slices.Sorted(maps.Keys(o.Responses)) {
			b = named(b, 1, code, func(b []byte) []byte { return message(b, 1, o.Responses[code].appendProto) })
		}
		return b
	})
	if o.Action != "" {
		b = extension(b, 13, "x-kubernetes-action", o.Action)
	}
	if o.Kind != nil {
		b = extension(b, 13, "x-kubernetes-group-version-kind", o.Kind)
	}
	return b
}

func (r *Response) appendProto(b []byte) []byte {
	b = text(b, 1, r.Description)
	if r.Schema == nil {
		return b
	}
	return message(b, 2, func(b []byte) []byte {
		return message(b, 1, func(b []byte) []byte { return appendSchema(b, r.Schema) })
	})
}

// appendParameters appends parameters, each in its wrappers: ParametersItem,
// Parameter, and for those not in the body NonBodyParameter.
func appendParameters(b []byte, number int, params []Parameter) []byte {
	for _, p := range params {
		b = message(b, number, func(b []byte) []byte {
			return message(b, 1, func(b []byte) []byte {
				if p.In == "body" {
					return message(b, 1, p.appendBody)
				}
				return message(b, 2, p.appendPlain)
			})
		})
	}
	return b
}

func (p *Parameter) appendBody(b []byte) []byte {
	b = text(text(text(b, 1, p.Description), 2, p.Name), 3, p.In)
	b = truth(b, 4, p.Required)
	return message(b, 5, func(b []byte) []byte { return appendSchema(b, p.Schema) })
}

// appendPlain appends a parameter of the path or of the query; the two differ
// in a few numbers.
func (p *Parameter) appendPlain(b []byte) []byte {
	wrapper, typ, unique := 3, 6, 20
	if p.In == "path" {
		wrapper, typ, unique = 4, 5, 19
	}
	return message(b, wrapper, func(b []byte) []byte {
		b = truth(b, 1, p.Required)
		b = text(text(text(b, 2, p.In), 3, p.Description), 4, p.Name)
		return truth(text(b, typ, p.Type), unique, p.UniqueItems)
	})
}

func appendSchema(b []byte, d *schema.Definition) []byte {
	b = text(text(text(b, 1, d.Ref), 2, d.Format), 4, d.Description)
	if d.Default != nil {
		b = message(b, 5, func(b []byte) []byte { return text(b, 2, string(d.Default)) })
	}
	b = truth(b, 16, d.UniqueItems)
	b = texts(b, 19, d.Required)
	for _, v := range d.Enum {
		b = message(b, 20, func(b []byte) []byte { return text(b, 2, string(v)) })
	}
	if e := d.AdditionalProperties; e != nil {
		b = message(b, 21, func(b []byte) []byte {
			return message(b, 1, func(b []byte) []byte { return appendSchema(b, e) })
		})
	}
	if d.Type != "" {
		b = message(b, 22, func(b []byte) []byte { return text(b, 1, d.Type) })
	}
	if e := d.Items; e != nil {
		b = message(b, 23, func(b []byte) []byte {
			return message(b, 1, func(b []byte) []byte { return appendSchema(b, e) })
		})
	}
	for _, e := range d.AllOf {
		b = message(b, 24, func(b []byte) []byte { return appendSchema(b, e) })
	}
	if len(d.Properties) > 0 {
		b = message(b, 25, func(b []byte) []byte {
			for _, name := range slices.Sorted(maps.Keys(d.Properties)) {
				b = named(b, 1, name, func(b []byte) []byte { return appendSchema(b, d.Properties[name]) })
			}
			return b
		})
	}
	return appendExtensions(b, d)
}

func appendExtensions(b []byte, d *schema.Definition) []byte {
	if d.Kinds != nil {
		b = extension(b, 31, "x-kubernetes-group-version-kind", d.Kinds)
	}
	for name, set := range map[string]bool{"x-kubernetes-preserve-unknown-fields": d.Preserve, "x-kubernetes-int-or-string": d.IntOrString} {
		if set {
			b = extension(b, 31, name, true)
		}
	}
	if d.Selectable != nil {
		b = extension(b, 31, "x-kubernetes-selectable-fields", d.Selectable)
	}
	if d.ListMapKeys != nil {
		b = extension(b, 31, "x-kubernetes-list-map-keys", d.ListMapKeys)
	}
	for _, e := range [][2]string{
		{"x-kubernetes-list-type", d.ListType}, {"x-kubernetes-map-type", d.MapType},
		{"x-kubernetes-patch-merge-key", d.PatchMergeKey}, {"x-kubernetes-patch-strategy", d.PatchStrategy},
	} {
		if e[1] != "" {
			b = extension(b, 31, e[0], e[1])
		}
	}
	return b
}
