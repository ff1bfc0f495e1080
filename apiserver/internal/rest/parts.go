package rest

import (
	"reflect"
	"slices"
	"sync"

	"github.com/pilothouse/pilothouse/proto/meta"
)

// parts are the large parts that most kinds have, by the names of their JSON,
// and the indexes of the struct's fields.
type parts struct {
	names  []string
	fields []int
	shells sync.Pool // empty objects
}

var partsByType sync.Map // reflect.Type -> *parts

// partsFor finds a type's parts.
func partsFor(o meta.Object) *parts {
	t := reflect.TypeOf(o).Elem()
	if p, ok := partsByType.Load(t); ok {
		return p.(*parts)
	}
	p := &parts{}
	for field, name := range map[string]string{"Spec": "spec", "Status": "status", "Data": "data"} {
		if f, ok := t.FieldByName(field); ok && len(f.Index) == 1 {
			p.names, p.fields = append(p.names, name), append(p.fields, f.Index[0])
		}
	}
	partsByType.Store(t, p)
	return p
}

// partsOf are the names of the parts of o that share can take over.
func partsOf(o meta.Object) []string { return partsFor(o).names }

// share makes the named parts of next those of old, both of one type. Nothing is
// copied.
func share(next, old meta.Object, names []string) {
	if len(names) == 0 {
		return
	}
	p := partsFor(old)
	n, o := reflect.ValueOf(next).Elem(), reflect.ValueOf(old).Elem()
	for i, name := range p.names {
		if slices.Contains(names, name) {
			n.Field(p.fields[i]).Set(o.Field(p.fields[i]))
		}
	}
}

// sameParts are those of the named parts that are the same in both objects. What
// share made one is found to be so at once.
func sameParts(names []string, next, old meta.Object) (same []string) {
	p := partsFor(old)
	n, o := reflect.ValueOf(next).Elem(), reflect.ValueOf(old).Elem()
	for i, name := range p.names {
		if slices.Contains(names, name) && reflect.DeepEqual(n.Field(p.fields[i]).Addr().Interface(), o.Field(p.fields[i]).Addr().Interface()) {
			same = append(same, name)
		}
	}
	return same
}

// without calls f with an object without the named parts and managedFields. What
// is left is the object's own, and the shell is f's until it returns.
func without(obj meta.Object, names []string, f func(meta.Object) error) error {
	p := partsFor(obj)
	shell, ok := p.shells.Get().(meta.Object)
	if !ok {
		shell = reflect.New(reflect.TypeOf(obj).Elem()).Interface().(meta.Object)
	}
	v := reflect.ValueOf(shell).Elem()
	v.Set(reflect.ValueOf(obj).Elem())
	for i, name := range p.names {
		if slices.Contains(names, name) {
			v.Field(p.fields[i]).SetZero()
		}
	}
	shell.GetObjectMeta().ManagedFields = nil
	err := f(shell)
	v.SetZero()
	p.shells.Put(shell)
	return err
}
