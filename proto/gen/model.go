package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
)

// Model is all that the generator knows of the API's types.
type Model struct {
	Packages []*Package
	byDir    map[string]*Package
}

// Package is one folder of kinds.
type Package struct {
	Dir            string // below the module, also its name
	Group, Version string // the API group
	ProtoPackage   string // the name in protobuf and, reversed, in OpenAPI
	Types          []*Type
	byName         map[string]*Type
}

// Type is one declared type.
type Type struct {
	Pkg    *Package
	Name   string
	Doc    string
	Fields []*Field // of a struct
	Struct bool
	Under  *Ref // of any other type
	// Custom says that the type's codecs are written by hand: it declares
	// MarshalJSON itself.
	Custom bool
	// MapType is the merge rule of the whole struct, from +mapType.
	MapType string
	// Consts are the values declared for a string type.
	Consts []string
	// Enum says that the values are published: +enum.
	Enum bool
}

// Field is one field of a struct.
type Field struct {
	Go       string // its name in Go
	JSON     string // its name on the wire; empty when inlined
	Embedded bool
	Inline   bool // its fields appear in its holder's JSON
	Omit     bool // left out when empty
	OmitZero bool // left out when zero
	Skip     bool // never on the wire
	Number   int  // of protobuf; 0 is none
	Ref      *Ref
	Doc      string
	Tag      reflect.StructTag
}

// RefKind says what a Ref is.
type RefKind int

const (
	Basic RefKind = iota // Name is a Go basic type
	Named                // Type
	Pointer
	Slice
	Map
	Any    // interface{}
	Opaque // a type of the standard library, copied by value
)

// Ref is the use of a type.
type Ref struct {
	Kind RefKind
	Name string
	Type *Type
	Elem *Ref
	Key  *Ref
}

// load parses the packages below root.
func load(root string) (*Model, error) {
	m := &Model{byDir: map[string]*Package{}}
	for i := range packages {
		p := packages[i]
		if err := m.parse(root, &p); err != nil {
			return nil, err
		}
		m.Packages = append(m.Packages, &p)
	}
	return m, nil
}

// foreignPackage loads a hand-written package for its type names alone.
func (m *Model) foreignPackage(root, dir string) error {
	p := &Package{Dir: dir, ProtoPackage: "k8s.io.apimachinery.pkg.api.resource"}
	return m.parse(root, p)
}

// parse reads one folder: first all declarations, then what they refer to.
func (m *Model) parse(root string, p *Package) error {
	if len(m.byDir) == 0 {
		m.byDir[""] = nil
		for _, f := range foreign {
			if err := m.foreignPackage(root, f); err != nil {
				return err
			}
		}
	}
	p.byName = map[string]*Type{}
	m.byDir[p.Dir] = p
	fset := token.NewFileSet()
	names, err := filepath.Glob(filepath.Join(root, p.Dir, "*.go")) // sorted
	if err != nil {
		return err
	}
	var files []*ast.File
	var specs []*ast.TypeSpec
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(filepath.Base(name), "zz_generated") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		if f.Name.Name != p.Dir {
			return fmt.Errorf("%s is of package %s, not %s", name, f.Name.Name, p.Dir)
		}
		files = append(files, f)
		specs = append(specs, p.declare(f)...)
	}
	if len(files) == 0 {
		return fmt.Errorf("folder %s holds no Go files", p.Dir)
	}
	for _, s := range specs {
		if err := m.fill(p, p.byName[s.Name.Name], s.Type); err != nil {
			return fmt.Errorf("%s.%s: %w", p.Dir, s.Name.Name, err)
		}
	}
	for _, f := range files {
		p.note(f)
	}
	return nil
}

// declare records the exported types of a file.
func (p *Package) declare(f *ast.File) (specs []*ast.TypeSpec) {
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			continue
		}
		for _, s := range g.Specs {
			ts := s.(*ast.TypeSpec)
			if !ts.Name.IsExported() || ts.TypeParams != nil || isInterface(ts.Type) || isFunc(ts.Type) {
				continue
			}
			doc := ts.Doc
			if doc == nil {
				doc = g.Doc
			}
			t := &Type{Pkg: p, Name: ts.Name.Name}
			var marks map[string]string
			t.Doc, marks = splitDoc(doc)
			t.MapType = marks["mapType"]
			_, t.Enum = marks["enum"]
			p.Types = append(p.Types, t)
			p.byName[t.Name] = t
			specs = append(specs, ts)
		}
	}
	return specs
}

// note records the hand-written codecs and the constants of a file.
func (p *Package) note(f *ast.File) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if t := p.byName[receiver(d)]; t != nil && d.Name.Name == "MarshalJSON" {
				t.Custom = true
			}
		case *ast.GenDecl:
			if d.Tok == token.CONST {
				p.noteConsts(d)
			}
		}
	}
}

func (p *Package) noteConsts(d *ast.GenDecl) {
	for _, s := range d.Specs {
		v := s.(*ast.ValueSpec)
		id, ok := v.Type.(*ast.Ident)
		if !ok || p.byName[id.Name] == nil {
			continue
		}
		for _, e := range v.Values {
			if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, _ := strconv.Unquote(lit.Value)
				p.byName[id.Name].Consts = append(p.byName[id.Name].Consts, s)
			}
		}
	}
}

// fill resolves what a declaration refers to.
func (m *Model) fill(p *Package, t *Type, e ast.Expr) error {
	st, ok := e.(*ast.StructType)
	if !ok {
		ref, err := m.ref(p, e)
		t.Under = ref
		return err
	}
	t.Struct = true
	for _, af := range st.Fields.List {
		ref, err := m.ref(p, af.Type)
		if err != nil {
			return err
		}
		names := []string{}
		for _, n := range af.Names {
			names = append(names, n.Name)
		}
		embedded := len(names) == 0
		if embedded {
			names = []string{lastName(af.Type)}
		}
		for _, n := range names {
			f, err := newField(n, embedded, ref, af)
			if err != nil {
				return err
			}
			t.Fields = append(t.Fields, f)
		}
	}
	return nil
}

func newField(name string, embedded bool, ref *Ref, af *ast.Field) (*Field, error) {
	f := &Field{Go: name, Embedded: embedded, Ref: ref}
	f.Doc, _ = splitDoc(af.Doc)
	if af.Tag == nil {
		f.Skip = true
		return f, nil
	}
	text, err := strconv.Unquote(af.Tag.Value)
	if err != nil {
		return nil, err
	}
	f.Tag = reflect.StructTag(text)
	parts := strings.Split(f.Tag.Get("json"), ",")
	f.JSON = parts[0]
	f.Skip = f.JSON == "-"
	for _, o := range parts[1:] {
		switch o {
		case "inline":
			f.Inline = true
		case "omitempty":
			f.Omit = true
		case "omitzero":
			f.OmitZero = true
		default:
			return nil, fmt.Errorf("field %s: json option %q is not known", name, o)
		}
	}
	if f.JSON == "" && !f.Inline {
		return nil, fmt.Errorf("field %s has neither a name in JSON nor ',inline'", name)
	}
	if n := f.Tag.Get("protobuf"); n != "" {
		if f.Number, err = strconv.Atoi(n); err != nil || f.Number < 1 {
			return nil, fmt.Errorf("field %s: protobuf tag %q is not a number above 0", name, n)
		}
	}
	return f, nil
}

// ref resolves a type expression.
func (m *Model) ref(p *Package, e ast.Expr) (*Ref, error) {
	switch e := e.(type) {
	case *ast.Ident:
		switch e.Name {
		case "string", "bool", "int32", "int64", "byte", "int", "uint8", "float64", "uint32", "uint64":
			return &Ref{Kind: Basic, Name: e.Name}, nil
		case "any":
			return &Ref{Kind: Any}, nil
		}
		if t := p.byName[e.Name]; t != nil {
			return &Ref{Kind: Named, Type: t}, nil
		}
		return nil, fmt.Errorf("type %s is not known", e.Name)
	case *ast.SelectorExpr:
		dir := e.X.(*ast.Ident).Name
		q := m.byDir[dir]
		if q == nil {
			return &Ref{Kind: Opaque, Name: dir + "." + e.Sel.Name}, nil
		}
		if t := q.byName[e.Sel.Name]; t != nil {
			return &Ref{Kind: Named, Type: t}, nil
		}
		return nil, fmt.Errorf("type %s.%s is not known", dir, e.Sel.Name)
	case *ast.StarExpr:
		elem, err := m.ref(p, e.X)
		return &Ref{Kind: Pointer, Elem: elem}, err
	case *ast.ArrayType:
		elem, err := m.ref(p, e.Elt)
		return &Ref{Kind: Slice, Elem: elem}, err
	case *ast.MapType:
		key, err := m.ref(p, e.Key)
		if err != nil {
			return nil, err
		}
		elem, err := m.ref(p, e.Value)
		return &Ref{Kind: Map, Key: key, Elem: elem}, err
	case *ast.InterfaceType:
		return &Ref{Kind: Any}, nil
	}
	return nil, fmt.Errorf("a type of the form %T is not supported", e)
}
