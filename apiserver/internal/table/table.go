// Package table turns objects into rows for people: the columns that kubectl
// get shows, computed by the server so that every client shows the same. One
// file per group of kinds; columns.go has the table of tables.
package table

import (
	"strconv"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// Printer makes the rows of one kind.
type Printer struct {
	// Columns describe the cells.
	Columns []meta.TableColumnDefinition
	// Cells are those of one object.
	Cells func(o meta.Object, now time.Time) []any
}

// For is the printer of a kind: its own, or the name and age that every kind
// has.
func For(k *scheme.Kind) *Printer {
	if p := printers[k.Group+"/"+k.Kind]; p != nil {
		return p
	}
	return plain
}

// plain shows what every object has.
var plain = &Printer{
	Columns: columns("Name", "Age"),
	Cells: func(o meta.Object, now time.Time) []any {
		m := o.GetObjectMeta()
		return []any{m.Name, age(m.CreationTimestamp, now)}
	},
}

// printer makes a printer from a function of the kind's own type.
func printer[T meta.Object](cols []meta.TableColumnDefinition, cells func(o T, now time.Time) []any) *Printer {
	return &Printer{Columns: cols, Cells: func(o meta.Object, now time.Time) []any { return cells(o.(T), now) }}
}

// types are those of columns whose names end so.
var types = map[byte]string{'#': "integer", '?': "boolean", '@': "date"}

// columns makes definitions from names. A name that starts with + belongs to
// the wide output; one that ends with a mark of types is not text.
func columns(names ...string) []meta.TableColumnDefinition {
	out := make([]meta.TableColumnDefinition, 0, len(names))
	for _, n := range names {
		c := meta.TableColumnDefinition{Type: "string"}
		if n[0] == '+' {
			c.Priority, n = 1, n[1:]
		}
		if t := types[n[len(n)-1]]; t != "" {
			c.Type, n = t, n[:len(n)-1]
		}
		if n == "Name" || n == "Attacher" {
			c.Format = "name"
		}
		c.Name, c.Description = n, docs[n]
		out = append(out, c)
	}
	return out
}

// Conditions mark rows that are done with: kubectl hides them when asked to.
func Conditions(o meta.Object) []meta.TableRowCondition {
	p, ok := o.(*core.Pod)
	if !ok || p.Status.Phase != core.PodSucceeded && p.Status.Phase != core.PodFailed {
		return nil
	}
	return []meta.TableRowCondition{{Type: meta.RowCompleted, Status: "True", Reason: string(p.Status.Phase)}}
}

// Names makes columns of names: those that every kind has are described.
func Names(names ...string) []meta.TableColumnDefinition { return columns(names...) }

// Age is the time since t as people say it.
func Age(t meta.Time, now time.Time) string { return age(t, now) }

// age is the time since t as people say it.
func age(t meta.Time, now time.Time) string {
	if t.IsZero() {
		return "<unknown>"
	}
	return duration(now.Sub(t.Time))
}

// duration is a span in one unit or two, coarser the longer it is: 45s, 3m20s,
// 25m, 5h12m, 20h, 3d4h, 45d, 2y30d.
func duration(d time.Duration) string {
	s := int64(d / time.Second)
	if s < -1 {
		return "<invalid>"
	}
	if s < 0 {
		return "0s"
	}
	m, h, days := s/60, s/3600, s/86400
	two := func(a int64, ua string, b int64, ub string) string {
		out := strconv.FormatInt(a, 10) + ua
		if b > 0 {
			out += strconv.FormatInt(b, 10) + ub
		}
		return out
	}
	switch {
	case s < 120:
		return strconv.FormatInt(s, 10) + "s"
	case m < 10:
		return two(m, "m", s%60, "s")
	case m < 180:
		return strconv.FormatInt(m, 10) + "m"
	case h < 8:
		return two(h, "h", m%60, "m")
	case h < 48:
		return strconv.FormatInt(h, 10) + "h"
	case days < 8:
		return two(days, "d", h%24, "h")
	case days < 2*365:
		return strconv.FormatInt(days, 10) + "d"
	case days < 8*365:
		return two(days/365, "y", days%365, "d")
	}
	return strconv.FormatInt(days/365, 10) + "y"
}
