package main

import (
	"go/ast"
	"sort"
	"strings"
)

// sortedKeys makes the order of a map's entries the same in every run.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func isInterface(e ast.Expr) bool { _, ok := e.(*ast.InterfaceType); return ok }

func isFunc(e ast.Expr) bool { _, ok := e.(*ast.FuncType); return ok }

// lastName is the name under which an embedded type is reached.
func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.StarExpr:
		return lastName(e.X)
	}
	return ""
}

// receiver is the type that a method belongs to.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	return lastName(d.Recv.List[0].Type)
}

// splitDoc is a comment's prose and its marks: the lines such as +enum or
// +mapType=atomic.
func splitDoc(g *ast.CommentGroup) (doc string, marks map[string]string) {
	if g == nil {
		return "", nil
	}
	marks = map[string]string{}
	var prose []string
	for line := range strings.SplitSeq(g.Text(), "\n") {
		if mark, ok := strings.CutPrefix(line, "+"); ok {
			name, value, _ := strings.Cut(mark, "=")
			marks[strings.TrimSpace(name)] = strings.TrimSpace(value)
		} else {
			prose = append(prose, line)
		}
	}
	return strings.TrimSpace(strings.Join(prose, "\n")), marks
}
