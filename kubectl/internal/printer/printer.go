// Package printer writes objects the way users ask for with -o: tables made
// by the server, JSON, YAML, names, jsonpath, Go templates and custom columns.
//
// For picks the printer; each form is one small file or function.
package printer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/template"

	"sigs.k8s.io/yaml"

	"github.com/pilothouse/pilothouse/kubectl/internal/jsonpath"
)

// Func writes one object, or a list of them as one object of kind List.
type Func func(w io.Writer, obj map[string]any) error

// Forms is what -o takes, for messages.
const Forms = "json, yaml, name, wide, custom-columns, custom-columns-file, go-template, go-template-file, jsonpath, jsonpath-file, jsonpath-as-json"

// For returns the printer of an -o value. It is nil for the table forms: ""
// and "wide". showManaged keeps metadata.managedFields in JSON and YAML.
func For(output string, showManaged bool) (Func, error) {
	form, arg, _ := strings.Cut(output, "=")
	if strings.HasSuffix(form, "-file") && form != output {
		b, err := os.ReadFile(arg)
		if err != nil {
			return nil, fmt.Errorf("error reading %s: %w", arg, err)
		}
		form, arg = strings.TrimSuffix(form, "-file"), string(b)
	}
	prepare := func(obj map[string]any) map[string]any {
		if showManaged {
			return obj
		}
		return withoutManagedFields(obj)
	}
	switch form {
	case "", "wide":
		return nil, nil
	case "json":
		return func(w io.Writer, obj map[string]any) error { return JSON(w, prepare(obj)) }, nil
	case "yaml":
		return func(w io.Writer, obj map[string]any) error { return YAML(w, prepare(obj)) }, nil
	case "name":
		return nil, nil // the caller knows the resource that a kind's name needs
	case "jsonpath", "jsonpath-as-json":
		return forJSONPath(form, arg)
	case "go-template", "template":
		return forTemplate(arg)
	case "custom-columns":
		c, err := ParseColumns(arg)
		if err != nil {
			return nil, err
		}
		return c.Print, nil
	}
	return nil, fmt.Errorf("unable to match a printer suitable for the output format %q, allowed formats are: %s", output, Forms)
}

func forJSONPath(form, arg string) (Func, error) {
	if arg == "" {
		return nil, fmt.Errorf("template format specified but no template given")
	}
	t, err := jsonpath.Parse(arg)
	if err != nil {
		return nil, err
	}
	// Scripts ask for fields that are not there yet; like everybody's kubectl,
	// print nothing then.
	t.AllowMissing = true
	return func(w io.Writer, obj map[string]any) error {
		if form == "jsonpath-as-json" {
			found, err := t.Find(obj)
			if err != nil {
				return err
			}
			return JSON(w, found)
		}
		s, err := t.Execute(obj)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, s)
		return err
	}, nil
}

func forTemplate(arg string) (Func, error) {
	if arg == "" {
		return nil, fmt.Errorf("template format specified but no template given")
	}
	t, err := template.New("output").Funcs(template.FuncMap{
		"exists": func(v map[string]any, keys ...string) bool {
			for i, k := range keys {
				next, ok := v[k]
				if !ok {
					return false
				}
				if i < len(keys)-1 {
					if v, ok = next.(map[string]any); !ok {
						return false
					}
				}
			}
			return true
		},
	}).Parse(arg)
	if err != nil {
		return nil, fmt.Errorf("error parsing template %s, %w", arg, err)
	}
	return func(w io.Writer, obj map[string]any) error { return t.Execute(w, obj) }, nil
}

// JSON writes v indented by four spaces.
func JSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "    ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// YAML writes v as one document.
func YAML(w io.Writer, v any) error {
	b, err := yaml.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

// withoutManagedFields is obj, or for a list each of its items, without the
// record of who set which field, which few want to read. obj is not changed.
func withoutManagedFields(obj map[string]any) map[string]any {
	out := make(map[string]any, len(obj))
	for k, v := range obj {
		out[k] = v
	}
	if items, ok := obj["items"].([]any); ok {
		stripped := make([]any, len(items))
		for i, item := range items {
			stripped[i] = item
			if m, ok := item.(map[string]any); ok {
				stripped[i] = withoutManagedFields(m)
			}
		}
		out["items"] = stripped
	}
	if meta, ok := obj["metadata"].(map[string]any); ok && meta["managedFields"] != nil {
		m := make(map[string]any, len(meta))
		for k, v := range meta {
			if k != "managedFields" {
				m[k] = v
			}
		}
		out["metadata"] = m
	}
	return out
}
