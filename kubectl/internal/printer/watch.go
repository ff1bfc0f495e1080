package printer

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

// WatchWriter prints the tables of a watch one below the other as one table:
// columns keep the widths they have had, and their names, which the server
// sends with the first table only.
type WatchWriter struct {
	out     io.Writer
	columns *Table
	widths  []int
}

// NewWatchWriter writes to out.
func NewWatchWriter(out io.Writer) *WatchWriter { return &WatchWriter{out: out} }

// Print writes the rows of t, under the heading when that is asked for.
func (w *WatchWriter) Print(t *Table, o TableOptions, header bool) error {
	if len(t.Columns) > 0 {
		w.columns = t
	} else if w.columns != nil {
		t.Columns = w.columns.Columns
	}
	var plain bytes.Buffer
	if err := t.Print(&plain, o, header); err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(plain.String(), "\n"), "\n")
	for _, line := range lines {
		for i, cell := range strings.Split(line, "\t") {
			if i == len(w.widths) {
				w.widths = append(w.widths, 3)
			}
			w.widths[i] = max(w.widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, line := range lines {
		cells := strings.Split(line, "\t")
		for i, cell := range cells {
			b.WriteString(cell)
			if i < len(cells)-1 {
				b.WriteString(strings.Repeat(" ", w.widths[i]+3-utf8.RuneCountInString(cell)))
			}
		}
		b.WriteByte('\n')
	}
	if plain.Len() == 0 {
		return nil
	}
	_, err := io.WriteString(w.out, b.String())
	return err
}
