package printer

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/pilothouse/pilothouse/kubectl/internal/jsonpath"
)

// NewWriter aligns columns as kubectl's users know them: three spaces apart,
// none narrower than six.
func NewWriter(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 6, 4, 3, ' ', 0) }

// Table is what the server answers when it is asked for a table.
type Table struct {
	Columns []struct {
		Name     string `json:"name"`
		Type     string `json:"type"`
		Priority int32  `json:"priority"`
	} `json:"columnDefinitions"`
	Rows     []Row `json:"rows"`
	Metadata struct {
		ResourceVersion string `json:"resourceVersion"`
		Continue        string `json:"continue"`
	} `json:"metadata"`
}

// Row is one object's line, with its metadata.
type Row struct {
	Cells  []any `json:"cells"`
	Object struct {
		Metadata struct {
			Name            string            `json:"name"`
			Namespace       string            `json:"namespace"`
			Labels          map[string]string `json:"labels"`
			ResourceVersion string            `json:"resourceVersion"`
		} `json:"metadata"`
	} `json:"object"`
}

// TableOptions is what of a table is printed.
type TableOptions struct {
	Wide          bool
	NoHeaders     bool
	WithNamespace bool     // a NAMESPACE column in front
	LabelColumns  []string // -L: a column for each label
	ShowLabels    bool
	KindPrefix    string // "pod/" in front of names when several kinds are printed
}

// Print writes the table. header tells whether the heading goes first; a watch
// prints it once.
func (t *Table) Print(w io.Writer, o TableOptions, header bool) error {
	if header && !o.NoHeaders {
		var heads []string
		if o.WithNamespace {
			heads = append(heads, "NAMESPACE")
		}
		for _, c := range t.Columns {
			if c.Priority == 0 || o.Wide {
				heads = append(heads, strings.ToUpper(c.Name))
			}
		}
		for _, l := range o.LabelColumns {
			heads = append(heads, strings.ToUpper(l[strings.LastIndexByte(l, '/')+1:]))
		}
		if o.ShowLabels {
			heads = append(heads, "LABELS")
		}
		fmt.Fprintln(w, strings.Join(heads, "\t"))
	}
	for _, r := range t.Rows {
		fmt.Fprintln(w, strings.Join(t.line(r, o), "\t"))
	}
	return nil
}

func (t *Table) line(r Row, o TableOptions) []string {
	var cells []string
	m := r.Object.Metadata
	if o.WithNamespace {
		cells = append(cells, m.Namespace)
	}
	first := true
	for i, c := range t.Columns {
		if c.Priority != 0 && !o.Wide || i >= len(r.Cells) {
			continue
		}
		text := jsonpath.Text(r.Cells[i])
		if r.Cells[i] == nil {
			text = "<none>"
		}
		if first && o.KindPrefix != "" {
			text = o.KindPrefix + text
		}
		first = false
		cells = append(cells, oneLine(text))
	}
	for _, l := range o.LabelColumns {
		cells = append(cells, m.Labels[l])
	}
	if o.ShowLabels {
		cells = append(cells, Labels(m.Labels))
	}
	return cells
}

// oneLine keeps a cell from breaking the table.
func oneLine(s string) string {
	if i := strings.IndexAny(s, "\n\r\f"); i >= 0 {
		return s[:i] + "..."
	}
	return s
}

// Labels is a map as "a=1,b=2", sorted, or "<none>".
func Labels(m map[string]string) string {
	if len(m) == 0 {
		return "<none>"
	}
	parts := make([]string, 0, len(m))
	for _, k := range sortedKeys(m) {
		parts = append(parts, k+"="+m[k])
	}
	return strings.Join(parts, ",")
}

// ParseTable reads a table; ok is false when the server answered something
// else.
func ParseTable(b []byte) (t *Table, ok bool) {
	var head struct{ Kind string }
	if json.Unmarshal(b, &head) != nil || head.Kind != "Table" {
		return nil, false
	}
	t = &Table{}
	return t, json.Unmarshal(b, t) == nil
}
