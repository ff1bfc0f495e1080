package main

// deepCopyFile writes DeepCopy and DeepCopyInto for every struct, and what
// meta.Object and meta.List ask for.
func deepCopyFile(p *Package) ([]byte, error) {
	w := newWriter(p)
	for _, t := range p.Types {
		if !t.Struct {
			continue
		}
		w.f("// DeepCopyInto makes out a copy of in that shares nothing with it.\n")
		w.f("func (in *%s) DeepCopyInto(out *%s) {\n*out = *in\n", t.Name, t.Name)
		for _, f := range t.Fields {
			if !isShallow(f.Ref) {
				w.copyValue(f.Ref, "in."+f.Go, "out."+f.Go)
			}
		}
		w.f("}\n\n// DeepCopy is a copy of in that shares nothing with it; nil for nil.\n")
		w.f("func (in *%s) DeepCopy() *%s {\nif in == nil {\nreturn nil\n}\nout := new(%s)\nin.DeepCopyInto(out)\nreturn out\n}\n\n", t.Name, t.Name, t.Name)
		switch {
		case isRoot(t):
			w.objectMethods(t)
		case listItem(t) != nil:
			w.listMethods(t)
		}
	}
	return w.bytes()
}

func (w *writer) objectMethods(t *Type) {
	w.f("// DeepCopyObject is DeepCopy for callers that do not know the kind.\n")
	w.f("func (in *%s) DeepCopyObject() %sObject {\nreturn in.DeepCopy()\n}\n\n", t.Name, w.meta())
}

func (w *writer) listMethods(t *Type) {
	m, item := w.meta(), w.expr(listItem(t))
	w.f("// Len is the number of items.\nfunc (in *%s) Len() int { return len(in.Items) }\n\n", t.Name)
	w.f("// At is item i, in place.\nfunc (in *%s) At(i int) %sObject { return &in.Items[i] }\n\n", t.Name, m)
	w.f("// AppendItem adds a copy of o's top level; o must be a *%s.\nfunc (in *%s) AppendItem(o %sObject) { in.Items = append(in.Items, *o.(*%s)) }\n\n", item, t.Name, m, item)
	w.f("// DeepCopyList is DeepCopy for callers that do not know the kind.\nfunc (in *%s) DeepCopyList() %sList { return in.DeepCopy() }\n\n", t.Name, m)
}

// meta is the prefix of package meta's names.
func (w *writer) meta() string {
	if w.pkg.Dir == "meta" {
		return ""
	}
	w.imports[module+"/meta"] = true
	return "meta."
}

// copyValue writes statements that make dst, already equal to src, share
// nothing with it.
func (w *writer) copyValue(r *Ref, src, dst string) {
	switch r.Kind {
	case Named:
		if r.Type.Struct {
			w.f("%s.DeepCopyInto(&%s)\n", src, dst)
		} else {
			w.copyContainer(r.Type.Under, w.name(r.Type), src, dst)
		}
	case Pointer:
		w.f("if %s != nil {\n", src)
		if r.Elem.Kind == Named && r.Elem.Type.Struct && !isShallow(r.Elem) {
			w.f("%s = %s.DeepCopy()\n", dst, src)
		} else {
			v := w.fresh("v")
			w.f("%s := *%s\n%s = &%s\n", v, src, dst, v)
		}
		w.f("}\n")
	default:
		w.copyContainer(r, w.expr(r), src, dst)
	}
}

// copyContainer copies a slice or a map whose type is written as typ.
func (w *writer) copyContainer(r *Ref, typ, src, dst string) {
	w.f("if %s != nil {\n", src)
	switch {
	case r.Kind == Slice && isShallow(r.Elem):
		w.f("%s = make(%s, len(%s))\ncopy(%s, %s)\n", dst, typ, src, dst, src)
	case r.Kind == Slice:
		i := w.fresh("i")
		w.f("%s = make(%s, len(%s))\nfor %s := range %s {\n", dst, typ, src, i, src)
		if !(r.Elem.Kind == Named && r.Elem.Type.Struct) {
			w.f("%s[%s] = %s[%s]\n", dst, i, src, i)
		}
		w.copyValue(r.Elem, src+"["+i+"]", dst+"["+i+"]")
		w.f("}\n")
	case isShallow(r.Elem):
		w.imports["maps"] = true
		w.f("%s = maps.Clone(%s)\n", dst, src)
	default:
		k, v, c := w.fresh("k"), w.fresh("v"), w.fresh("c")
		w.f("%s = make(%s, len(%s))\nfor %s, %s := range %s {\n%s := %s\n", dst, typ, src, k, v, src, c, v)
		w.copyValue(r.Elem, v, c)
		w.f("%s[%s] = %s\n}\n", dst, k, c)
	}
	w.f("}\n")
}

// isShallow says whether plain assignment already copies a value. What an
// interface holds (the cells of a table) is never changed in place.
func isShallow(r *Ref) bool {
	switch r.Kind {
	case Basic, Any, Opaque:
		return true
	case Named:
		if r.Type.Pkg.Dir == "quantity" {
			return true
		}
		if !r.Type.Struct {
			return isShallow(r.Type.Under)
		}
		for _, f := range r.Type.Fields {
			if !isShallow(f.Ref) {
				return false
			}
		}
		return true
	}
	return false
}

// isRoot says whether t is an object of its own: it embeds TypeMeta and
// ObjectMeta.
func isRoot(t *Type) bool { return embeds(t, "TypeMeta") && embeds(t, "ObjectMeta") }

// listItem is the type of the items when t is a list kind, else nil.
func listItem(t *Type) *Ref {
	if !embeds(t, "TypeMeta") || !embeds(t, "ListMeta") {
		return nil
	}
	for _, f := range t.Fields {
		if f.Go == "Items" && f.Ref.Kind == Slice && f.Ref.Elem.Kind == Named && isRoot(f.Ref.Elem.Type) {
			return f.Ref.Elem
		}
	}
	return nil
}

func embeds(t *Type, name string) bool {
	for _, f := range t.Fields {
		if f.Embedded && f.Go == name && f.Ref.Kind == Named && f.Ref.Type.Pkg.Dir == "meta" {
			return true
		}
	}
	return false
}
