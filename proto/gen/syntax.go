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

// splitDoc is a comment's prose and the value of its +mapType line.
func splitDoc(g *ast.CommentGroup) (doc, mapType string) {
	if g == nil {
		return "", ""
	}
	var prose []string
	for _, line := range strings.Split(g.Text(), "\n") {
		if v, ok := strings.CutPrefix(line, "+mapType="); ok {
			mapType = strings.TrimSpace(v)
		} else if !strings.HasPrefix(line, "+") {
			prose = append(prose, line)
		}
	}
	return strings.TrimSpace(strings.Join(prose, "\n")), mapType
}
