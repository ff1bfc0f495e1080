package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

func (a *App) explain() *cobra.Command {
	recursive := false
	c := &cobra.Command{
		Use: "explain TYPE [--recursive=FALSE|TRUE]", Short: "Get documentation for a resource", Args: exactlyOne("TYPE"),
		Example: examples("# What a pod is made of", "kubectl explain pods", "", "# One field", "kubectl explain pods.spec.containers"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.runExplain(c.Context(), args[0], recursive)
		},
	}
	c.Flags().BoolVar(&recursive, "recursive", false, "When true, print the name of all the fields recursively.")
	return c
}

// schemas is one group's OpenAPI document.
type schemas map[string]api.Object

func (a *App) runExplain(ctx context.Context, word string, recursive bool) error {
	client, err := a.connect()
	if err != nil {
		return err
	}
	typ, path, _ := strings.Cut(strings.Trim(word, "."), ".")
	m, err := client.ResolveOne(ctx, typ)
	if err != nil {
		return err
	}
	doc := "/openapi/v3/api/" + m.Version
	if m.Group != "" {
		doc = "/openapi/v3/apis/" + m.Group + "/" + m.Version
	}
	b, err := client.Get(ctx, doc, nil, "")
	if err != nil {
		return err
	}
	var answer struct {
		Components struct{ Schemas schemas }
	}
	if err := json.Unmarshal(b, &answer); err != nil {
		return err
	}
	all := answer.Components.Schemas
	root := all.kind(m)
	if root == nil {
		return fmt.Errorf("couldn't find resource for %q", word)
	}
	w := a.out
	if m.Group != "" {
		fmt.Fprintf(w, "GROUP:      %s\n", m.Group)
	}
	fmt.Fprintf(w, "KIND:       %s\nVERSION:    %s\n\n", m.Kind, m.Version)
	at, desc := root, root.String("description")
	if path != "" {
		for _, name := range strings.Split(path, ".") {
			f, _ := all.resolve(at).Field("properties", name).(map[string]any)
			if f == nil {
				return fmt.Errorf("field %q does not exist", name)
			}
			at, desc = f, api.Object(f).String("description")
		}
		fmt.Fprintf(w, "FIELD: %s <%s>\n\n", path[strings.LastIndexByte(path, '.')+1:], all.typeName(at))
	}
	object := all.resolve(at)
	if d := object.String("description"); desc == "" {
		desc = d
	}
	fmt.Fprint(w, "DESCRIPTION:\n", indent(wrap(desc, 76), "    "), "\n\n")
	if props, ok := object["properties"].(map[string]any); ok && len(props) > 0 {
		fmt.Fprintln(w, "FIELDS:")
		all.fields(w, object, "  ", recursive, 0)
	}
	return nil
}

func (s schemas) kind(m *api.Mapping) api.Object {
	for _, o := range s {
		for _, g := range o.List("x-kubernetes-group-version-kind") {
			if g.String("kind") == m.Kind && g.String("version") == m.Version && g.String("group") == m.Group {
				return o
			}
		}
	}
	return nil
}

// resolve follows references, and lists and maps to what they hold.
func (s schemas) resolve(o api.Object) api.Object {
	for range 10 {
		next := s.reference(o)
		if next == nil {
			if items, ok := o["items"].(map[string]any); ok {
				next = items
			} else if values, ok := o["additionalProperties"].(map[string]any); ok {
				next = values
			}
		}
		if next == nil {
			return o
		}
		o = next
	}
	return o
}

func (s schemas) reference(o api.Object) api.Object {
	ref := o.String("$ref")
	if ref == "" {
		for _, part := range o.List("allOf") {
			ref = part.String("$ref")
		}
	}
	return s[ref[strings.LastIndexByte(ref, '/')+1:]]
}

// typeName is a type as explain prints it: []Container, map[string]string.
func (s schemas) typeName(o api.Object) string {
	if ref := o.String("$ref"); ref != "" || len(o.List("allOf")) > 0 {
		if target := s.reference(o); target != nil && target["properties"] == nil && target.String("type") != "object" {
			return s.typeName(target)
		}
		for _, part := range o.List("allOf") {
			ref = part.String("$ref")
		}
		return ref[strings.LastIndexAny(ref, "./")+1:]
	}
	switch o.String("type") {
	case "array":
		items, _ := o["items"].(map[string]any)
		return "[]" + s.typeName(items)
	case "object":
		if values, ok := o["additionalProperties"].(map[string]any); ok {
			return "map[string]" + s.typeName(values)
		}
		return "Object"
	case "":
		return "Object"
	}
	return o.String("type")
}

func (s schemas) fields(w io.Writer, o api.Object, pad string, recursive bool, depth int) {
	props, _ := o["properties"].(map[string]any)
	names := make([]string, 0, len(props))
	for n := range props {
		names = append(names, n)
	}
	sort.Strings(names)
	required := map[string]bool{}
	for _, r := range o.Texts("required") {
		required[r] = true
	}
	for _, n := range names {
		f, _ := props[n].(map[string]any)
		mark := ""
		if required[n] {
			mark = " -required-"
		}
		fmt.Fprintf(w, "%s%s\t<%s>%s\n", pad, n, s.typeName(f), mark)
		if recursive {
			if depth < 12 {
				s.fields(w, s.resolve(f), pad+"  ", true, depth+1)
			}
			continue
		}
		fmt.Fprintf(w, "%s\n\n", indent(wrap(api.Object(f).String("description"), 74), pad+"  "))
	}
}

func wrap(text string, width int) string {
	if text == "" {
		return "<empty>"
	}
	var b strings.Builder
	line := 0
	for _, word := range strings.Fields(text) {
		if line > 0 && line+1+len(word) > width {
			b.WriteByte('\n')
			line = 0
		} else if line > 0 {
			b.WriteByte(' ')
			line++
		}
		b.WriteString(word)
		line += len(word)
	}
	return b.String()
}

func indent(s, by string) string { return by + strings.ReplaceAll(s, "\n", "\n"+by) }
