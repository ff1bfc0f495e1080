// Package jsonpath prints parts of objects by the templates that users give
// to -o jsonpath and to custom columns: {.items[*].metadata.name},
// {range .items[*]}{.a}{"\n"}{end}, filters, slices and unions.
//
// parse.go turns a template into nodes, eval.go walks an object with them.
package jsonpath

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Template is a parsed template.
type Template struct {
	nodes []node
	// AllowMissing makes a missing field print nothing instead of failing.
	AllowMissing bool
}

// Parse reads a template. Text outside braces is printed as it is.
func Parse(text string) (*Template, error) {
	p := &parser{text: text}
	nodes, err := p.template(false)
	if err != nil {
		return nil, fmt.Errorf("error parsing jsonpath %s: %w", text, err)
	}
	return &Template{nodes: nodes}, nil
}

// Relaxed puts a field path that lacks its braces or its dot into them:
// "metadata.name", ".metadata.name" and "{.metadata.name}" are the same.
func Relaxed(path string) string {
	path = strings.TrimSuffix(strings.TrimPrefix(path, "{"), "}")
	if path == "" {
		return ""
	}
	if path[0] != '.' && path[0] != '[' && path[0] != '$' && path[0] != '@' {
		path = "." + path
	}
	return "{" + path + "}"
}

// Execute prints data, which is what encoding/json decodes into an any.
func (t *Template) Execute(data any) (string, error) {
	var b strings.Builder
	e := &evaluator{root: data, allowMissing: t.AllowMissing}
	if err := e.print(&b, t.nodes, []any{data}); err != nil {
		return "", err
	}
	return b.String(), nil
}

// Find returns the values that the template's first expression selects.
func (t *Template) Find(data any) ([]any, error) {
	e := &evaluator{root: data, allowMissing: t.AllowMissing}
	for _, n := range t.nodes {
		if p, ok := n.(pathNode); ok {
			return e.walk(p.steps, []any{data})
		}
	}
	return nil, nil
}

// Text is the form in which a value is printed: strings bare, structures as
// JSON.
func Text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int64:
		return strconv.FormatInt(v, 10)
	case json.Number:
		return v.String()
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}
