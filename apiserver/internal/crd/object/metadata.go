package object

import (
	"github.com/pilothouse/pilothouse/proto/jsonwire"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// tree reads any value.
type tree struct{ v any }

func (t *tree) DecodeJSON(d *jsonwire.Decoder) { t.v = d.Tree(nil) }

// Metadata is the object's metadata as a tree of plain values.
func (o *Object) Metadata() map[string]any {
	var t tree
	if jsonwire.Unmarshal(o.ObjectMeta.AppendJSON(nil), &t) != nil {
		return map[string]any{}
	}
	m, _ := t.v.(map[string]any)
	return m
}

// Tree is the whole object as a tree of plain values, which shares its content.
func (o *Object) Tree() map[string]any {
	t := make(map[string]any, len(o.Content)+3)
	for k, v := range o.Content {
		t[k] = v
	}
	t["apiVersion"], t["kind"], t["metadata"] = o.APIVersion, o.Kind, o.Metadata()
	return t
}

// SetTree makes o what a tree says. Its metadata must be that of an object.
func (o *Object) SetTree(t map[string]any) error {
	var m meta.ObjectMeta
	if err := jsonwire.Unmarshal(jsonwire.AppendTree(nil, t["metadata"]), &m); err != nil {
		return err
	}
	o.ObjectMeta = m
	o.APIVersion, _ = t["apiVersion"].(string)
	o.Kind, _ = t["kind"].(string)
	o.Content = make(map[string]any, len(t))
	for k, v := range t {
		if k != "apiVersion" && k != "kind" && k != "metadata" {
			o.Content[k] = v
		}
	}
	return nil
}
