package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// jsonFile writes AppendJSON and DecodeJSON for every struct that has no
// hand-written codec.
func jsonFile(p *Package) ([]byte, error) {
	w := newWriter(p)
	w.imports[module+"/jsonwire"] = true
	for _, t := range p.Types {
		if !t.Struct || t.Custom {
			continue
		}
		fields := flatten(t, "x")
		w.appendJSON(t, fields)
		w.decodeJSON(t, fields)
	}
	for _, name := range sortedKeys(w.lists) {
		w.decodeList(name, w.lists[name])
	}
	return w.bytes()
}

// flatField is a field as JSON shows it, with the Go expression that reaches
// it through the structs it is inlined from.
type flatField struct {
	*Field
	expr string
}

func flatten(t *Type, prefix string) (fields []flatField) {
	for _, f := range t.Fields {
		expr := prefix + "." + f.Go
		switch {
		case f.Skip:
		case f.Inline:
			fields = append(fields, flatten(f.Ref.Type, expr)...)
		default:
			fields = append(fields, flatField{f, expr})
		}
	}
	return fields
}

func (w *writer) appendJSON(t *Type, fields []flatField) {
	w.f("// AppendJSON appends x's canonical JSON to b.\nfunc (x *%s) AppendJSON(b []byte) []byte {\nstart := len(b)\n", t.Name)
	for _, f := range fields {
		cond := ""
		if f.Omit {
			cond = notEmpty(f.Ref, f.expr)
		}
		if f.OmitZero {
			cond = "!" + f.expr + ".IsZero()"
		}
		if cond != "" {
			w.f("if %s {\n", cond)
		}
		w.f("b = append(b, `,%s:`...)\n", strconv.Quote(f.JSON))
		w.appendValue(f.Ref, f.expr, cond != "")
		if cond != "" {
			w.f("}\n")
		}
	}
	w.f("return jsonwire.Close(b, start)\n}\n\n")
}

// notEmpty is the condition under which omitempty keeps a field; empty when
// it always does.
func notEmpty(r *Ref, x string) string {
	switch r.Kind {
	case Basic:
		switch r.Name {
		case "string":
			return x + ` != ""`
		case "bool":
			return x
		}
		return x + " != 0"
	case Pointer, Any:
		return x + " != nil"
	case Slice, Map:
		return "len(" + x + ") != 0"
	case Named:
		if !r.Type.Struct {
			return notEmpty(r.Type.Under, x)
		}
	}
	return ""
}

// appendValue writes code that appends x; known says that x is not nil.
func (w *writer) appendValue(r *Ref, x string, known bool) {
	switch r.Kind {
	case Basic:
		w.appendBasic(r.Name, x)
	case Any:
		w.f("b = jsonwire.AppendAny(b, %s)\n", x)
	case Pointer:
		w.orNull(x, known, func() {
			if r.Elem.Kind == Named && r.Elem.Type.Struct {
				w.appendValue(r.Elem, x, true)
			} else {
				w.appendValue(r.Elem, "*"+x, true)
			}
		})
	case Named:
		if r.Type.Struct {
			w.f("b = %s.AppendJSON(b)\n", x)
		} else {
			w.appendValue(r.Type.Under, x, known)
		}
	case Slice:
		if isByte(r.Elem) {
			w.f("b = jsonwire.AppendBytes(b, %s)\n", x)
			return
		}
		w.orNull(x, known, func() {
			i := w.fresh("i")
			w.f("b = append(b, '[')\nfor %s := range %s {\nif %s > 0 {\nb = append(b, ',')\n}\n", i, x, i)
			w.appendValue(r.Elem, x+"["+i+"]", false)
			w.f("}\nb = append(b, ']')\n")
		})
	case Map:
		w.orNull(x, known, func() {
			keys, stack, k, v, start := w.fresh("keys"), w.fresh("stack"), w.fresh("k"), w.fresh("v"), w.fresh("start")
			w.f("var %s [16]%s\n%s := jsonwire.SortedKeys(%s, %s[:0])\n%s := len(b)\n", stack, w.expr(r.Key), keys, x, stack, start)
			w.f("for _, %s := range %s {\nb = jsonwire.AppendString(append(b, ','), string(%s))\nb = append(b, ':')\n%s := %s[%s]\n", k, keys, k, v, x, k)
			w.appendValue(r.Elem, v, false)
			w.f("}\nb = jsonwire.Close(b, %s)\n", start)
		})
	default:
		panic(fmt.Sprintf("json: no encoding for %s", w.expr(r)))
	}
}

// orNull writes body for a value that is not nil, and null for one that is.
func (w *writer) orNull(x string, known bool, body func()) {
	if known {
		body()
		return
	}
	w.f("if %s == nil {\nb = append(b, \"null\"...)\n} else {\n", x)
	body()
	w.f("}\n")
}

func (w *writer) appendBasic(name, x string) {
	switch name {
	case "string":
		w.f("b = jsonwire.AppendString(b, string(%s))\n", x)
	case "bool":
		w.f("b = jsonwire.AppendBool(b, bool(%s))\n", x)
	case "int32", "int64":
		w.f("b = jsonwire.AppendInt(b, int64(%s))\n", x)
	case "float64":
		w.f("b = jsonwire.AppendFloat(b, %s)\n", x)
	default:
		panic("json: no encoding for " + name)
	}
}

func isByte(r *Ref) bool { return r.Kind == Basic && (r.Name == "byte" || r.Name == "uint8") }

func (w *writer) decodeJSON(t *Type, fields []flatField) {
	w.f("// DecodeJSON reads x from d and leaves alone what the text does not name.\n")
	w.f("func (x *%s) DecodeJSON(d *jsonwire.Decoder) {\nif !d.Object(%q) {\nreturn\n}\n", t.Name, shown(&Ref{Kind: Named, Type: t}))
	if n := len(fields); n > 64 {
		panic(fmt.Sprintf("json: %s has %d fields, and the decoder marks 64", t.Name, n))
	}
	if len(fields) > 0 {
		w.f("var seen uint64\n")
	}
	w.f("for ok := d.FirstKey(); ok; ok = d.NextKey() {\nswitch string(d.Key()) {\n")
	for i, f := range fields {
		w.f("case %q:\nd.Once(&seen, %d)\n", f.JSON, i)
		w.decodeValue(f.Ref, f.expr)
	}
	w.f("default:\nd.Unknown()\n}\n}\nd.Leave(%q)\n}\n\n", t.Name)
}

// decodeValue writes code that reads into x, which is addressable.
func (w *writer) decodeValue(r *Ref, x string) { w.decodeNamed(r, x, "", shown(r)) }

// decodeNamed is decodeValue for a value that has the basic type r, and the
// named type named when that is not empty; typ is what users call it.
func (w *writer) decodeNamed(r *Ref, x, named, typ string) {
	switch r.Kind {
	case Basic:
		ref := "&" + x
		if named != "" {
			ref = "(*" + r.Name + ")(" + ref + ")"
		}
		if named != "" && r.Name == "string" {
			w.f("d.StringAs(%s, %q)\n", ref, typ)
			return
		}
		w.f("d.%s(%s)\n", decoderMethod(r.Name), ref)
	case Any:
		w.f("d.Any(&%s)\n", x)
	case Named:
		if r.Type.Struct {
			w.f("%s.DecodeJSON(d)\n", x)
		} else {
			w.decodeNamed(r.Type.Under, x, w.name(r.Type), typ)
		}
	case Pointer:
		w.f("if d.Null() {\n%s = nil\n} else {\nif %s == nil {\n%s = new(%s)\n}\n", x, x, x, w.expr(r.Elem))
		w.decodePointee(r.Elem, x)
		w.f("}\n")
	case Slice:
		if isByte(r.Elem) {
			w.f("d.Bytes(&%s)\n", x)
			return
		}
		w.lists[w.expr(r.Elem)] = r.Elem
		w.f("if d.Null() {\n%s = nil\n} else if d.Array(%q) {\n%s = %s(d)\n}\n", x, typ, x, listFunc(w.expr(r.Elem)))
	case Map:
		// A map that is there already is that of a field met twice, which is told of.
		k, v, has, first := w.fresh("k"), w.fresh("v"), w.fresh("has"), w.fresh("first")
		made := named
		if made == "" {
			made = w.expr(r)
		}
		w.f("if d.Null() {\n%s = nil\n} else if d.Object(%q) {\n%s := %s == nil\nif %s {\n%s = %s{}\n}\n", x, typ, first, x, first, x, made)
		w.f("for ok := d.FirstKey(); ok; ok = d.NextKey() {\n%s := %s(d.KeyString())\n_, %s := %s[%s]\nd.MapKey(%s && %s)\nvar %s %s\n", k, w.expr(r.Key), has, x, k, has, first, v, w.expr(r.Elem))
		if r.Elem.Kind == Named && r.Elem.Type.Struct {
			w.f("jsonwire.Take[%s](d, 1)\n", w.expr(r.Elem))
		}
		w.decodeValue(r.Elem, v)
		w.f("%s[%s] = %s\n}\nd.MapEnd()\n}\n", x, k, v)
	default:
		panic(fmt.Sprintf("json: no decoding for %s", w.expr(r)))
	}
}

// listFunc is the function that reads a list of elements of a type.
func listFunc(elem string) string {
	name := "decodeJSONList"
	for _, part := range strings.FieldsFunc(elem, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		name += strings.ToUpper(part[:1]) + part[1:]
	}
	return name
}

// stackList is how many bytes of a list are gathered on the stack: most lists
// are short, and are then allocated once at their size.
const stackList = 1024

// decodeList writes the function that reads the elements of an array that has
// been entered.
func (w *writer) decodeList(name string, elem *Ref) {
	w.f("func %s(d *jsonwire.Decoder) []%s {\n", listFunc(name), name)
	n := min(stackList/sizeOf(elem), 8)
	if n > 1 {
		w.f("var stack [%d]%s\nlist := stack[:0]\n", n, name)
	} else {
		w.f("list := []%s{}\n", name)
	}
	w.f("for ok := d.FirstElem(); ok; ok = d.NextElem() {\nif len(list) == cap(list) {\nlist = jsonwire.Grow(d, list)\n}\n")
	w.f("list = append(list, %s)\n", w.zero(elem))
	w.decodeValue(elem, "list[len(list)-1]")
	w.f("}\n")
	if n > 1 {
		w.f("jsonwire.Take[%s](d, len(list))\nout := make([]%s, len(list))\ncopy(out, list)\nreturn out\n}\n\n", name, name)
		return
	}
	w.f("return list\n}\n\n")
}

// sizeOf is about how many bytes a value takes.
func sizeOf(r *Ref) int {
	switch r.Kind {
	case Basic:
		if r.Name == "string" {
			return 16
		}
		return 8
	case Named:
		if !r.Type.Struct {
			return sizeOf(r.Type.Under)
		}
		size := 0
		for _, f := range r.Type.Fields {
			size += sizeOf(f.Ref)
		}
		return max(size, 1)
	case Slice, Opaque:
		return 24
	case Any:
		return 16
	}
	return 8
}

// decodePointee writes code that reads into what the pointer x points to.
func (w *writer) decodePointee(r *Ref, x string) {
	switch {
	case r.Kind == Basic:
		w.f("d.%s(%s)\n", decoderMethod(r.Name), x)
	case r.Kind == Named && r.Type.Struct:
		w.f("%s.DecodeJSON(d)\n", x)
	case r.Kind == Named && r.Type.Under.Kind == Basic && r.Type.Under.Name == "string":
		w.f("d.StringAs((*string)(%s), %q)\n", x, shown(r))
	case r.Kind == Named && r.Type.Under.Kind == Basic:
		w.f("d.%s((*%s)(%s))\n", decoderMethod(r.Type.Under.Name), r.Type.Under.Name, x)
	default:
		panic(fmt.Sprintf("json: no decoding for a pointer to %s", w.expr(r)))
	}
}

func decoderMethod(basic string) string {
	switch basic {
	case "string":
		return "String"
	case "bool":
		return "Bool"
	case "int32":
		return "Int32"
	case "int64":
		return "Int64"
	case "float64":
		return "Float64"
	}
	panic("json: no decoding for " + basic)
}

// zero is the zero value of a type.
func (w *writer) zero(r *Ref) string {
	switch r.Kind {
	case Basic:
		switch r.Name {
		case "string":
			return `""`
		case "bool":
			return "false"
		}
		return "0"
	case Named:
		if r.Type.Struct {
			return w.name(r.Type) + "{}"
		}
		return w.zero(r.Type.Under)
	}
	return "nil"
}

// shown is a type as error messages name it: the package is the version.
func shown(r *Ref) string {
	switch r.Kind {
	case Named:
		if r.Type.Pkg.Dir == "quantity" {
			return "resource.Quantity"
		}
		if r.Type.Pkg.Dir == "meta" && r.Type.Name == "UID" {
			return "types.UID"
		}
		return r.Type.Pkg.Version + "." + r.Type.Name
	case Pointer:
		return shown(r.Elem)
	case Slice:
		return "[]" + shown(r.Elem)
	case Map:
		return "map[" + shown(r.Key) + "]" + shown(r.Elem)
	case Any:
		return "interface {}"
	}
	if r.Name == "byte" {
		return "uint8"
	}
	return r.Name
}
