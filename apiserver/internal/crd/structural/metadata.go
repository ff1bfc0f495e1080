package structural

import (
	"sync"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/schema"
)

// metadata is the shape of the metadata of embedded objects: exactly the fields
// that ObjectMeta has.
var metadata = sync.OnceValue(func() *Schema {
	return shapeOf(schema.For(&meta.PartialObjectMetadata{}).Field("metadata").Type)
})

// shapeOf is the shape of one of our own types.
func shapeOf(t *schema.Type) *Schema {
	switch t.Kind {
	case schema.Object:
		s := &Schema{Type: "object", Properties: map[string]*Schema{}}
		for _, f := range t.Fields {
			s.Properties[f.Name] = shapeOf(f.Type)
		}
		return s
	case schema.Array:
		return &Schema{Type: "array", Items: shapeOf(t.Elem)}
	case schema.Map:
		return &Schema{Type: "object", Additional: shapeOf(t.Elem)}
	case schema.Any, schema.Free:
		return &Schema{Preserve: true}
	}
	return nothing
}
