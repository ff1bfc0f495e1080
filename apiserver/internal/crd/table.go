package crd

import (
	"strconv"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/jsonpath"
	"github.com/pilothouse/pilothouse/apiserver/internal/crd/object"
	"github.com/pilothouse/pilothouse/apiserver/internal/table"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// column is one that the definition names.
type column struct {
	kind string
	path *jsonpath.Path
	// wholeObject says that the path leads into the metadata.
	wholeObject bool
}

// table is what people see of the version's objects.
func (v *version) table() *table.Printer {
	p := &table.Printer{Columns: table.Names("Name")}
	if len(v.AdditionalPrinterColumns) == 0 {
		p.Columns = append(p.Columns, table.Names("Age")...)
		p.Columns[1].Type = "date"
		p.Cells = func(o meta.Object, now time.Time) []any {
			m := o.GetObjectMeta()
			return []any{m.Name, table.Age(m.CreationTimestamp, now)}
		}
		return p
	}
	var cols []column
	deep := false
	for _, c := range v.AdditionalPrinterColumns {
		d := meta.TableColumnDefinition{Name: c.Name, Type: c.Type, Format: c.Format, Description: c.Description, Priority: c.Priority}
		if d.Description == "" {
			d.Description = "Custom resource definition column (in JSONPath format): " + c.JSONPath
		}
		p.Columns = append(p.Columns, d)
		path, err := jsonpath.Parse(c.JSONPath)
		if err != nil {
			path = nil // Checked when the definition is written.
		}
		col := column{kind: c.Type, path: path}
		if names, ok := path.Fields(); ok && (names[0] == "metadata" || names[0] == "kind" || names[0] == "apiVersion") {
			col.wholeObject, deep = true, true
		}
		cols = append(cols, col)
	}
	p.Cells = func(o meta.Object, now time.Time) []any {
		obj := o.(*object.Object)
		var whole map[string]any
		if deep {
			whole = obj.Tree()
		}
		cells := make([]any, 0, len(cols)+1)
		cells = append(cells, obj.Name)
		for i := range cols {
			from := obj.Content
			if cols[i].wholeObject {
				from = whole
			}
			cells = append(cells, cols[i].cell(from, now))
		}
		return cells
	}
	return p
}

// cell is what the column shows of an object, nil for nothing.
func (c *column) cell(o map[string]any, now time.Time) any {
	if c.path == nil {
		return nil
	}
	found := c.path.Find(o)
	if len(found) == 0 || found[0] == nil {
		return nil
	}
	switch v := found[0].(type) {
	case string:
		switch c.kind {
		case "string":
			return v
		case "date":
			var t meta.Time
			if t.UnmarshalJSON([]byte(strconv.Quote(v))) != nil {
				return "<invalid>"
			}
			return table.Age(t, now)
		}
	case int64:
		switch c.kind {
		case "integer":
			return v
		case "number":
			return float64(v)
		}
	case float64:
		switch c.kind {
		case "integer":
			return int64(v)
		case "number":
			return v
		}
	case bool:
		if c.kind == "boolean" {
			return v
		}
	}
	if c.kind == "string" {
		return string(jsonwire.AppendTree(nil, found[0]))
	}
	return nil
}
