package meta

import (
	"bytes"
	"reflect"
	"sync"
)

// Equal reports whether two values say the same to a client: as
// reflect.DeepEqual, except that an absent list or map equals an empty one, and
// that values with an Equal method (quantities, times) decide for themselves.
// Both must have the same type.
func Equal(a, b any) bool { return equal(reflect.ValueOf(a), reflect.ValueOf(b)) }

func equal(a, b reflect.Value) bool {
	if !a.IsValid() || !b.IsValid() {
		return a.IsValid() == b.IsValid()
	}
	if a.Type() != b.Type() {
		return false
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		if a.Kind() == reflect.Pointer && a.UnsafePointer() == b.UnsafePointer() {
			return true
		}
		return equal(a.Elem(), b.Elem())
	case reflect.Struct:
		return equalStructs(a, b)
	case reflect.Slice, reflect.Array:
		return equalLists(a, b)
	case reflect.Map:
		return equalMaps(a, b)
	}
	return a.Equal(b)
}

func equalStructs(a, b reflect.Value) bool {
	if how := comparison(a.Type()); how != byFields && a.CanInterface() {
		arg := b
		if how == byPart {
			arg = b.Field(0)
		}
		return a.MethodByName("Equal").Call([]reflect.Value{arg})[0].Bool()
	}
	for i := range a.NumField() {
		if !equal(a.Field(i), b.Field(i)) {
			return false
		}
	}
	return true
}

// how says by what a struct is compared.
type how int

const (
	byFields how = iota + 1
	byMethod     // its Equal method takes another of its type
	byPart       // its Equal method is that of its only field, such as a Time's
)

// comparisons remembers how the structs met so far are compared, as looking
// for a method takes longer than comparing a struct.
var comparisons sync.Map // reflect.Type -> how

func comparison(t reflect.Type) how {
	if h, ok := comparisons.Load(t); ok {
		return h.(how)
	}
	h := byFields
	if m, ok := t.MethodByName("Equal"); ok && m.Type.NumIn() == 2 && m.Type.NumOut() == 1 && m.Type.Out(0).Kind() == reflect.Bool {
		switch arg := m.Type.In(1); {
		case arg == t:
			h = byMethod
		case t.NumField() == 1 && t.Field(0).Type == arg:
			h = byPart
		}
	}
	comparisons.Store(t, h)
	return h
}

func equalLists(a, b reflect.Value) bool {
	if a.Len() != b.Len() {
		return false
	}
	if a.Kind() == reflect.Slice {
		if a.UnsafePointer() == b.UnsafePointer() {
			return true
		}
		if a.Type().Elem().Kind() == reflect.Uint8 {
			return bytes.Equal(a.Bytes(), b.Bytes())
		}
	}
	for i := range a.Len() {
		if !equal(a.Index(i), b.Index(i)) {
			return false
		}
	}
	return true
}

func equalMaps(a, b reflect.Value) bool {
	if a.Len() != b.Len() {
		return false
	}
	if a.UnsafePointer() == b.UnsafePointer() {
		return true
	}
	for i := a.MapRange(); i.Next(); {
		v := b.MapIndex(i.Key())
		if !v.IsValid() || !equal(i.Value(), v) {
			return false
		}
	}
	return true
}
