// Package codectest makes objects to try codecs with: of every kind, with
// every field filled at random, the same for the same seed.
package codectest

import (
	"math/rand/v2"
	"reflect"
	"time"

	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// Samples is a pointer to an empty value of every kind, lists included.
func Samples() (all []any) {
	for _, k := range scheme.All() {
		if k.New != nil {
			all = append(all, k.New())
		}
		if k.NewList != nil {
			all = append(all, k.NewList())
		}
	}
	return append(all, &meta.Status{}, &meta.DeleteOptions{}, &meta.ListOptions{}, &meta.PatchOptions{}, &meta.APIResourceList{},
		&meta.APIGroupList{}, &meta.APIVersions{}, &meta.WatchEvent{}, &meta.Condition{}, &core.PodLogOptions{}, &core.PodExecOptions{},
		&core.SerializedReference{}, &meta.Table{})
}

// filler fills values at random, the same for the same seed.
type filler struct {
	*rand.Rand
	// full leaves nothing empty.
	full bool
	// schemas is how many schemas the present value lies in: they hold
	// schemas themselves, which must come to an end.
	schemas int
}

// Fill fills the struct that v points to. With seed 0 nothing stays empty.
func Fill(v any, seed uint64) {
	f := filler{Rand: rand.New(rand.NewPCG(seed, 7)), full: seed == 0}
	f.fill(reflect.ValueOf(v).Elem())
}

func (f filler) empty(n int) bool { return !f.full && f.IntN(n) == 0 }

// length is that of a slice or a map; lists stay short so that nested ones
// end.
func (f filler) length() int {
	if f.full {
		return 1
	}
	return f.IntN(3)
}

func (f filler) fill(v reflect.Value) {
	switch p := v.Addr().Interface().(type) {
	case *meta.Time:
		if !f.empty(3) {
			p.Time = time.Unix(f.Int64N(4e9), 0).UTC()
		}
		return
	case *meta.MicroTime:
		if !f.empty(3) {
			p.Time = time.UnixMicro(f.Int64N(4e15)).UTC()
		}
		return
	case *quantity.Quantity:
		forms := []string{"1500m", "64Mi", "1e3", "0", "123456789n", "3Gi", "12345678901234567890", "-5k", "100"}
		*p = quantity.MustParse(forms[f.IntN(len(forms))])
		return
	case *meta.IntOrString:
		if f.IntN(2) == 0 {
			*p = meta.FromInt(int32(f.Uint32()))
		} else {
			*p = meta.FromString(f.text())
		}
		return
	case *apiextensions.JSON:
		p.Raw = []byte(`[1,{"a":"x"},null]`)
		return
	case *apiextensions.JSONSchemaPropsOrBool:
		if p.Allows = true; f.IntN(2) == 0 {
			p.Schema = new(apiextensions.JSONSchemaProps)
			f.fill(reflect.ValueOf(p.Schema).Elem())
		}
		return
	case *apiextensions.JSONSchemaPropsOrArray:
		if f.IntN(2) == 0 {
			p.Schema = new(apiextensions.JSONSchemaProps)
			f.fill(reflect.ValueOf(p.Schema).Elem())
			return
		}
		p.JSONSchemas = make([]apiextensions.JSONSchemaProps, 2)
		f.fill(reflect.ValueOf(&p.JSONSchemas[1]).Elem())
		return
	case *apiextensions.JSONSchemaPropsOrStringArray:
		if f.IntN(2) == 0 {
			p.Schema = new(apiextensions.JSONSchemaProps)
			f.fill(reflect.ValueOf(p.Schema).Elem())
			return
		}
		p.Property = []string{f.text(), "y"}
		return
	case *apiextensions.JSONSchemaProps:
		if f.schemas++; f.schemas > 2 {
			p.Type = "string"
			return
		}
	case *meta.RawExtension:
		p.Raw = []byte(`{"b":[1,2.5e3,null,"x\n"],"a":{}}`)
		return
	case *meta.FieldsV1:
		p.Raw = []byte(`{"f:metadata":{"f:labels":{".":{}}}}`)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") != "-" && !f.empty(4) {
				f.fill(v.Field(i))
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			b := make([]byte, f.IntN(40))
			for i := range b {
				b[i] = byte(f.Uint32())
			}
			v.SetBytes(b)
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), f.length(), 5))
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range f.length() * 2 {
			k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(k)
			f.fill(e)
			v.SetMapIndex(k, e)
		}
	case reflect.String:
		v.SetString(f.text())
	case reflect.Bool:
		v.SetBool(f.full || f.IntN(2) == 0)
	case reflect.Int32, reflect.Int64:
		n := int64(f.Uint64()) >> f.IntN(64)
		if v.OverflowInt(n) {
			n = int64(int32(n))
		}
		if n == 0 && f.full {
			n = 1
		}
		v.SetInt(n)
	case reflect.Float64:
		v.SetFloat(float64(1+f.IntN(1e6)) / 4)
	case reflect.Interface:
		v.Set(reflect.ValueOf(f.text()))
	}
}

// text is mostly plain and at times not.
func (f filler) text() string {
	odd := []string{"", "a\"b\\c/", "line\nnext\ttab\r\b\f\x01\x7f", "<a href='x'>&</a>", "naïve – 東京 🚀", "\u2028\u2029", "x"}
	if n := f.IntN(12); n < len(odd) && !f.full {
		return odd[n]
	}
	b := make([]byte, 1+f.IntN(30))
	for i := range b {
		b[i] = "abcdefghijklmnopqrstuvwxyz0123456789-./"[f.IntN(39)]
	}
	return string(b)
}
