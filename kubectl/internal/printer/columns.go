package printer

import (
	"fmt"
	"io"
	"strings"

	"github.com/pilothouse/pilothouse/kubectl/internal/jsonpath"
)

// Columns prints chosen fields under chosen headings.
type Columns struct {
	headings []string
	paths    []*jsonpath.Template
	// NoHeaders leaves the headings out.
	NoHeaders bool
}

// ParseColumns reads "NAME:.metadata.name,IMAGE:.spec.containers[*].image", or
// two lines of a file: the headings, and the paths under them.
func ParseColumns(spec string) (*Columns, error) {
	if strings.TrimSpace(spec) == "" {
		return nil, fmt.Errorf("custom-columns format specified but no custom columns given")
	}
	c := &Columns{}
	if lines := strings.Split(strings.TrimSpace(spec), "\n"); len(lines) == 2 {
		heads, paths := strings.Fields(lines[0]), strings.Fields(lines[1])
		if len(heads) != len(paths) {
			return nil, fmt.Errorf("number of columns (%d) and paths (%d) must match", len(heads), len(paths))
		}
		for i := range heads {
			if err := c.add(heads[i], paths[i]); err != nil {
				return nil, err
			}
		}
		return c, nil
	}
	for _, part := range strings.Split(spec, ",") {
		head, path, ok := strings.Cut(part, ":")
		if !ok || path == "" {
			return nil, fmt.Errorf("unexpected custom-columns spec: %s, expected <header>:<json-path-expr>", part)
		}
		if err := c.add(head, path); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *Columns) add(head, path string) error {
	t, err := jsonpath.Parse(jsonpath.Relaxed(path))
	if err != nil {
		return err
	}
	t.AllowMissing = true
	c.headings, c.paths = append(c.headings, head), append(c.paths, t)
	return nil
}

// Print writes the headings and a row for obj, or for each item of a list.
func (c *Columns) Print(w io.Writer, obj map[string]any) error {
	t := NewWriter(w)
	if !c.NoHeaders {
		fmt.Fprintln(t, strings.Join(c.headings, "\t"))
	}
	items, ok := obj["items"].([]any)
	if !ok {
		items = []any{obj}
	}
	for _, item := range items {
		cells := make([]string, len(c.paths))
		for i, p := range c.paths {
			found, err := p.Find(item)
			if err != nil {
				return err
			}
			cells[i] = cell(found)
		}
		fmt.Fprintln(t, strings.Join(cells, "\t"))
	}
	return t.Flush()
}

func cell(values []any) string {
	texts := make([]string, 0, len(values))
	for _, v := range values {
		if v == nil {
			continue
		}
		texts = append(texts, jsonpath.Text(v))
	}
	if len(texts) == 0 {
		return "<none>"
	}
	return strings.Join(texts, ",")
}
