// Package describe tells a person what an object is and what happened to it:
// one function per kind that has much to tell, a general form for the rest,
// and the object's events at the end.
package describe

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
	"github.com/pilothouse/pilothouse/kubectl/internal/printer"
)

// Related is what of other objects a description shows.
type Related struct {
	Events    []api.Object // about the object, oldest first
	Pods      []api.Object // a node's or a controller's
	Endpoints api.Object   // a service's
	Slices    []api.Object // a service's endpoint slices
	Quotas    []api.Object // a namespace's
	Limits    []api.Object
	Lease     api.Object // a node's
}

// page is a description in the making: lines of a name and a value, indented
// by level.
type page struct {
	w   io.Writer
	now time.Time
}

// Object writes the description of o to w.
func Object(w io.Writer, o api.Object, r Related, now time.Time) error {
	columns := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	p := &page{w: columns, now: now}
	switch o.Kind() {
	case "Pod":
		p.pod(o)
	case "Node":
		p.node(o, r)
	case "Service":
		p.service(o, r)
	case "ReplicationController":
		p.controller(o, r)
	case "Namespace":
		p.namespace(o, r)
	case "Secret":
		p.secret(o)
	case "ConfigMap":
		p.configMap(o)
	default:
		p.general(o)
	}
	p.events(r.Events)
	return columns.Flush()
}

// line writes "Name:  value" at a level.
func (p *page) line(level int, format string, args ...any) {
	fmt.Fprintf(p.w, strings.Repeat("  ", level)+format+"\n", args...)
}

// head is the lines that most kinds begin with.
func (p *page) head(o api.Object) {
	p.line(0, "Name:\t%s", o.Name())
	if o.Namespace() != "" {
		p.line(0, "Namespace:\t%s", o.Namespace())
	}
}

func (p *page) labels(o api.Object) {
	p.pairs("Labels", o.Strings("metadata", "labels"), nil)
	p.pairs("Annotations", o.Strings("metadata", "annotations"), map[string]bool{"kubectl.kubernetes.io/last-applied-configuration": true})
}

// pairs writes a map, one pair a line.
func (p *page) pairs(title string, m map[string]string, skip map[string]bool) {
	keys := make([]string, 0, len(m))
	for k := range m {
		if !skip[k] {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		p.line(0, "%s:\t<none>", title)
		return
	}
	sort.Strings(keys)
	sep := "="
	if strings.TrimSpace(title) == "Annotations" {
		sep = ": "
	}
	for i, k := range keys {
		name := title + ":"
		if i > 0 {
			name = ""
		}
		p.line(0, "%s\t%s%s%s", name, k, sep, m[k])
	}
}

// conditions writes the table of conditions that most statuses have.
func (p *page) conditions(list []api.Object, wide bool) {
	if len(list) == 0 {
		return
	}
	p.line(0, "Conditions:")
	if !wide {
		p.line(1, "Type\tStatus")
		for _, c := range list {
			p.line(1, "%s\t%s", c.String("type"), c.String("status"))
		}
		return
	}
	p.line(1, "Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage")
	p.line(1, "----\t------\t-----------------\t------------------\t------\t-------")
	for _, c := range list {
		p.line(1, "%s\t%s\t%s\t%s\t%s\t%s", c.String("type"), c.String("status"), stamp(c.Time("lastHeartbeatTime")), stamp(c.Time("lastTransitionTime")), c.String("reason"), c.String("message"))
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "<unset>"
	}
	return t.Format(time.RFC1123Z)
}

// events writes what happened to the object.
func (p *page) events(list []api.Object) {
	if len(list) == 0 {
		p.line(0, "Events:\t<none>")
		return
	}
	p.line(0, "Events:")
	p.line(1, "Type\tReason\tAge\tFrom\tMessage")
	p.line(1, "----\t------\t----\t----\t-------")
	for _, e := range list {
		from := e.String("source", "component")
		if from == "" {
			from = e.String("reportingComponent")
		}
		p.line(1, "%s\t%s\t%s\t%s\t%s", e.String("type"), e.String("reason"), p.eventAge(e), from, strings.TrimSpace(e.String("message")))
	}
}

// eventAge is when an event was seen last, and how often since when.
func (p *page) eventAge(e api.Object) string {
	last, first := e.Time("lastTimestamp"), e.Time("firstTimestamp")
	if last.IsZero() {
		last = e.Time("eventTime")
	}
	if n := e.Int("count"); n > 1 {
		return fmt.Sprintf("%s (x%d over %s)", printer.Age(last, p.now), n, printer.Age(first, p.now))
	}
	return printer.Age(last, p.now)
}

// controlledBy names the controller that owns an object, as Kind/name.
func controlledBy(o api.Object) string {
	for _, r := range o.List("metadata", "ownerReferences") {
		if r.Bool("controller") {
			return r.String("kind") + "/" + r.String("name")
		}
	}
	return ""
}

func orNone(s string) string {
	if s == "" {
		return "<none>"
	}
	return s
}

// general describes an object of any kind by its fields.
func (p *page) general(o api.Object) {
	p.head(o)
	p.labels(o)
	p.line(0, "API Version:\t%s", o.APIVersion())
	p.line(0, "Kind:\t%s", o.Kind())
	p.line(0, "Metadata:")
	p.line(1, "Creation Timestamp:\t%s", o.String("metadata", "creationTimestamp"))
	p.line(1, "Resource Version:\t%s", o.String("metadata", "resourceVersion"))
	p.line(1, "UID:\t%s", o.String("metadata", "uid"))
	for _, k := range sortedKeys(o) {
		if k != "metadata" && k != "kind" && k != "apiVersion" {
			p.value(0, title(k), o[k])
		}
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func (p *page) value(level int, name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		p.line(level, "%s:", name)
		for _, k := range sortedKeys(v) {
			p.value(level+1, title(k), v[k])
		}
	case []any:
		p.line(level, "%s:", name)
		for _, i := range v {
			m, ok := i.(map[string]any)
			if !ok {
				p.line(level+1, "%v", i)
				continue
			}
			for _, k := range sortedKeys(m) {
				p.value(level+1, title(k), m[k])
			}
		}
	default:
		p.line(level, "%s:\t%v", name, v)
	}
}

// title makes "Creation Timestamp" of creationTimestamp.
func title(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case i == 0:
			b.WriteString(strings.ToUpper(string(r)))
		case r >= 'A' && r <= 'Z' && s[i-1] >= 'a' && s[i-1] <= 'z':
			b.WriteString(" " + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
