package meta

import "reflect"

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
	if m := a.MethodByName("Equal"); m.IsValid() && a.CanInterface() {
		t := m.Type()
		for _, arg := range []reflect.Value{b, embedded(b, t)} {
			if arg.IsValid() && t.NumIn() == 1 && t.In(0) == arg.Type() && t.NumOut() == 1 && t.Out(0).Kind() == reflect.Bool {
				return m.Call([]reflect.Value{arg})[0].Bool()
			}
		}
	}
	for i := range a.NumField() {
		if !equal(a.Field(i), b.Field(i)) {
			return false
		}
	}
	return true
}

// embedded is the part of v that a promoted method of type t works on: the
// time.Time in a Time.
func embedded(v reflect.Value, t reflect.Type) reflect.Value {
	if v.NumField() == 1 && t.NumIn() == 1 && v.Type().Field(0).Type == t.In(0) {
		return v.Field(0)
	}
	return reflect.Value{}
}

func equalLists(a, b reflect.Value) bool {
	if a.Len() != b.Len() {
		return false
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
	for i := a.MapRange(); i.Next(); {
		v := b.MapIndex(i.Key())
		if !v.IsValid() || !equal(i.Value(), v) {
			return false
		}
	}
	return true
}
