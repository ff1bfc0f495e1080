package main

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// protobufFile writes AppendProto and DecodeProto for every struct that has
// numbers and no hand-written codec.
func protobufFile(p *Package) ([]byte, error) {
	w := newWriter(p)
	for _, t := range p.Types {
		if t.Struct && !t.Custom && hasProtobuf(t) {
			w.imports[module+"/pbwire"] = true
			fields := numbered(t)
			if err := checkNumbers(t, fields); err != nil {
				return nil, err
			}
			w.appendProto(t, fields)
			w.decodeProto(t, fields)
		}
	}
	return w.bytes()
}

// hasProtobuf says whether all of t has a place in protobuf. The kind and
// version never have: the envelope tells them.
func hasProtobuf(t *Type) bool {
	for _, f := range t.Fields {
		if f.Number == 0 && f.Go != "TypeMeta" || f.Skip {
			return false
		}
	}
	return true
}

// numbered lists t's fields by their numbers.
func numbered(t *Type) (fields []*Field) {
	for _, f := range t.Fields {
		if f.Number > 0 {
			fields = append(fields, f)
		}
	}
	sort.Slice(fields, func(i, j int) bool { return fields[i].Number < fields[j].Number })
	return fields
}

func checkNumbers(t *Type, fields []*Field) error {
	for i := 1; i < len(fields); i++ {
		if fields[i].Number == fields[i-1].Number {
			return fmt.Errorf("%s.%s: two fields have the protobuf number %d", t.Pkg.Dir, t.Name, fields[i].Number)
		}
	}
	return nil
}

const (
	varint = 0
	fixed8 = 1
	length = 2
)

// tag is the bytes of a field's tag, as arguments of append.
func tag(number, wire int) string {
	v := number<<3 | wire
	var bytes []string
	for ; v >= 0x80; v >>= 7 {
		bytes = append(bytes, fmt.Sprintf("%#x", v&0x7f|0x80))
	}
	return strings.Join(append(bytes, fmt.Sprintf("%#x", v)), ", ")
}

func (w *writer) appendProto(t *Type, fields []*Field) {
	w.f("// AppendProto appends x's fields to b.\nfunc (x *%s) AppendProto(b []byte) []byte {\n", t.Name)
	for _, f := range fields {
		w.protoField(f.Number, f.Ref, "x."+f.Go)
	}
	w.f("return b\n}\n\n")
}

// protoField writes code that appends one field with its tag.
func (w *writer) protoField(number int, r *Ref, x string) {
	switch r.Kind {
	case Basic:
		switch r.Name {
		case "string":
			w.f("b = pbwire.AppendString(append(b, %s), %s)\n", tag(number, length), x)
		case "bool":
			w.f("b = pbwire.AppendBool(append(b, %s), %s)\n", tag(number, varint), x)
		case "int32", "int64":
			w.f("b = pbwire.AppendVarint(append(b, %s), uint64(%s))\n", tag(number, varint), x)
		case "float64":
			w.f("b = pbwire.AppendDouble(append(b, %s), %s)\n", tag(number, fixed8), x)
		default:
			panic("protobuf: no encoding for " + r.Name)
		}
	case Named:
		switch {
		case r.Type.Struct:
			w.protoMessage(number, func() { w.f("b = %s.AppendProto(b)\n", x) })
		case r.Type.Under.Kind == Slice:
			// A named list is a message of its own, so that it can be
			// present and empty.
			w.f("if %s != nil {\n", x)
			w.protoMessage(number, func() { w.protoField(1, r.Type.Under, x) })
			w.f("}\n")
		default:
			w.protoField(number, r.Type.Under, x)
		}
	case Pointer:
		w.f("if %s != nil {\n", x)
		if r.Elem.Kind == Named && r.Elem.Type.Struct {
			w.protoField(number, r.Elem, x)
		} else {
			w.protoField(number, r.Elem, "*"+x)
		}
		w.f("}\n")
	case Slice:
		if isByte(r.Elem) {
			w.f("if %s != nil {\nb = pbwire.AppendString(append(b, %s), %s)\n}\n", x, tag(number, length), x)
			return
		}
		i := w.fresh("i")
		w.f("for %s := range %s {\n", i, x)
		w.protoField(number, r.Elem, x+"["+i+"]")
		w.f("}\n")
	case Map:
		w.imports[module+"/jsonwire"] = true
		stack, k, v := w.fresh("stack"), w.fresh("k"), w.fresh("v")
		w.f("var %s [16]%s\nfor _, %s := range jsonwire.SortedKeys(%s, %s[:0]) {\n%s := %s[%s]\n", stack, w.expr(r.Key), k, x, stack, v, x, k)
		w.protoMessage(number, func() {
			w.protoField(1, r.Key, k)
			w.protoField(2, r.Elem, v)
		})
		w.f("}\n")
	default:
		panic("protobuf: no encoding for " + w.expr(r))
	}
}

// protoMessage wraps what body appends into a field with a length.
func (w *writer) protoMessage(number int, body func()) {
	n := w.fresh("n")
	w.f("b = append(b, %s, 0)\n%s := len(b)\n", tag(number, length), n)
	body()
	w.f("b = pbwire.Close(b, %s)\n", n)
}

// recursive says whether a value of the type can hold another one, so that a
// message has no end of its own.
func (t *Type) recursive() bool {
	seen := map[*Type]bool{}
	var reaches func(*Ref) bool
	reaches = func(r *Ref) bool {
		switch {
		case r == nil:
			return false
		case r.Kind != Named || r.Type == nil:
			return reaches(r.Elem)
		case r.Type == t:
			return true
		case seen[r.Type]:
			return false
		}
		seen[r.Type] = true
		return r.Type.any(reaches)
	}
	return t.any(reaches)
}

// any says whether f holds for what the type is made of.
func (t *Type) any(f func(*Ref) bool) bool {
	if !t.Struct {
		return f(t.Under)
	}
	return slices.ContainsFunc(t.Fields, func(x *Field) bool { return f(x.Ref) })
}

func (w *writer) decodeProto(t *Type, fields []*Field) {
	w.f("// DecodeProto reads x's fields from b and skips those it does not know.\n")
	if len(fields) == 0 {
		w.f("func (x *%s) DecodeProto(d *pbwire.Decoder, b []byte) {\nfor len(b) > 0 {\n_, _, b = d.Next(b)\n}\n}\n\n", t.Name)
		return
	}
	w.f("func (x *%s) DecodeProto(d *pbwire.Decoder, b []byte) {\n", t.Name)
	if t.recursive() {
		w.f("if !d.Enter() {\nreturn\n}\ndefer d.Leave()\n")
	}
	w.f("for len(b) > 0 {\nnumber, f, rest := d.Next(b)\nb = rest\nswitch number {\n")
	for _, f := range fields {
		w.f("case %d:\n", f.Number)
		w.readProto(f.Ref, "x."+f.Go)
	}
	w.f("}\n}\n}\n\n")
}

// readProto writes code that reads the field f into x, which is addressable.
func (w *writer) readProto(r *Ref, x string) {
	switch r.Kind {
	case Basic, Named:
		switch {
		case r.Kind == Named && r.Type.Struct:
			w.f("%s.DecodeProto(d, d.Message(f))\n", x)
		case r.Kind == Named && r.Type.Under.Kind == Slice:
			w.readNamedList(r, x)
		case r.Kind == Named && r.Type.Under.Kind == Map:
			w.readMap(r.Type.Under, w.name(r.Type), x)
		default:
			w.f("%s = %s\n", x, w.readScalar(r))
		}
	case Pointer:
		if r.Elem.Kind == Named && r.Elem.Type.Struct {
			w.f("if %s == nil {\n%s = new(%s)\n}\n%s.DecodeProto(d, d.Message(f))\n", x, x, w.expr(r.Elem), x)
			return
		}
		v := w.fresh("v")
		w.f("%s := %s\n%s = &%s\n", v, w.readScalar(r.Elem), x, v)
	case Slice:
		w.readList(r, x)
	case Map:
		w.readMap(r, w.expr(r), x)
	default:
		panic("protobuf: no decoding for " + w.expr(r))
	}
}

// readScalar is the expression that reads a string, number or truth value.
func (w *writer) readScalar(r *Ref) string {
	basic := r
	if r.Kind == Named {
		basic = r.Type.Under
	}
	e := ""
	switch basic.Name {
	case "string":
		e = "d.String(f)"
	case "bool":
		e = "d.Bool(f)"
	case "int32", "int64":
		e = "d.Int(f)"
	case "float64":
		e = "d.Double(f)"
	default:
		panic("protobuf: no decoding for " + w.expr(r))
	}
	if r.Kind == Named || basic.Name == "int32" {
		e = w.expr(r) + "(" + e + ")"
	}
	return e
}

func (w *writer) readList(r *Ref, x string) {
	switch e := r.Elem; {
	case isByte(e):
		w.f("%s = d.Bytes(f)\n", x)
	case e.Kind == Basic && (e.Name == "int32" || e.Name == "int64"):
		w.f("%s = pbwire.Ints(d, f, %s)\n", x, x)
	case e.Kind == Named && e.Type.Struct:
		w.f("%s = append(pbwire.Grow(d, %s), %s)\n%s[len(%s)-1].DecodeProto(d, d.Message(f))\n", x, x, w.zero(e), x, x)
	default:
		w.f("%s = append(pbwire.Grow(d, %s), %s)\n", x, x, w.readScalar(e))
	}
}

func (w *writer) readNamedList(r *Ref, x string) {
	l := w.fresh("list")
	w.f("%s = %s{}\nfor %s := d.Message(f); len(%s) > 0; {\nnumber, f, rest := d.Next(%s)\n%s = rest\nif number == 1 {\n", x, w.name(r.Type), l, l, l, l)
	w.readList(r.Type.Under, x)
	w.f("}\n}\n")
}

// readMap writes code that reads one entry; typ is the map's type.
func (w *writer) readMap(r *Ref, typ, x string) {
	e, k, v := w.fresh("entry"), w.fresh("k"), w.fresh("v")
	w.f("var %s %s\nvar %s %s\n", k, w.expr(r.Key), v, w.expr(r.Elem))
	if isBytes(r.Elem) {
		w.f("%s = []byte{}\n", v)
	}
	w.f("for %s := d.Message(f); len(%s) > 0; {\nnumber, f, rest := d.Next(%s)\n%s = rest\nswitch number {\ncase 1:\n", e, e, e, e)
	w.readProto(r.Key, k)
	w.f("case 2:\n")
	w.readProto(r.Elem, v)
	w.f("}\n}\nif %s == nil {\n%s = %s{}\n}\n%s[%s] = %s\n", x, x, typ, x, k, v)
}

func isBytes(r *Ref) bool { return r.Kind == Slice && isByte(r.Elem) }
