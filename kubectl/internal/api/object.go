// Package api is kubectl's view of the server: objects as plain maps, so that
// kinds of tomorrow work too, and the resources that the server says it has.
//
// discovery.go finds the resource that a word on the command line means;
// client.go does the requests.
package api

import (
	"strings"
	"time"
)

// Object is any API object, as encoding/json reads it into a map.
type Object map[string]any

// Field follows names downwards; nil when one is missing.
func (o Object) Field(path ...string) any {
	var v any = map[string]any(o)
	for _, p := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[p]
	}
	return v
}

// String is the text at a path, or "".
func (o Object) String(path ...string) string {
	s, _ := o.Field(path...).(string)
	return s
}

// Int is the whole number at a path, or 0.
func (o Object) Int(path ...string) int64 {
	switch n := o.Field(path...).(type) {
	case float64:
		return int64(n)
	case int64:
		return n
	}
	return 0
}

// Bool is the truth at a path, or false.
func (o Object) Bool(path ...string) bool {
	b, _ := o.Field(path...).(bool)
	return b
}

// List is the objects at a path.
func (o Object) List(path ...string) []Object {
	items, _ := o.Field(path...).([]any)
	out := make([]Object, 0, len(items))
	for _, i := range items {
		if m, ok := i.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// Strings is the map of texts at a path, such as labels.
func (o Object) Strings(path ...string) map[string]string {
	m, _ := o.Field(path...).(map[string]any)
	out := make(map[string]string, len(m))
	for k, v := range m {
		if s, ok := v.(string); ok {
			out[k] = s
		}
	}
	return out
}

// Texts is the list of texts at a path.
func (o Object) Texts(path ...string) []string {
	items, _ := o.Field(path...).([]any)
	out := make([]string, 0, len(items))
	for _, i := range items {
		if s, ok := i.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// Time is the instant at a path, or zero.
func (o Object) Time(path ...string) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, o.String(path...))
	return t
}

// Set puts v at a path and makes the maps on the way.
func (o Object) Set(v any, path ...string) {
	m := map[string]any(o)
	for _, p := range path[:len(path)-1] {
		next, ok := m[p].(map[string]any)
		if !ok {
			next = map[string]any{}
			m[p] = next
		}
		m = next
	}
	m[path[len(path)-1]] = v
}

// Remove takes the value at a path away.
func (o Object) Remove(path ...string) {
	v := o.Field(path[:len(path)-1]...)
	if m, ok := v.(map[string]any); ok {
		delete(m, path[len(path)-1])
	}
}

// Name, Namespace, Kind and APIVersion are what every object has.
func (o Object) Name() string       { return o.String("metadata", "name") }
func (o Object) Namespace() string  { return o.String("metadata", "namespace") }
func (o Object) Kind() string       { return o.String("kind") }
func (o Object) APIVersion() string { return o.String("apiVersion") }

// IsList tells a list of objects from a single one.
func (o Object) IsList() bool {
	_, ok := o["items"].([]any)
	return ok && strings.HasSuffix(o.Kind(), "List")
}

// Items are a list's objects, each with the kind and version that the server
// leaves out of lists.
func (o Object) Items() []Object {
	items := o.List("items")
	for _, i := range items {
		if i.Kind() == "" && o.Kind() != "List" {
			i["kind"], i["apiVersion"] = strings.TrimSuffix(o.Kind(), "List"), o.APIVersion()
		}
	}
	return items
}
