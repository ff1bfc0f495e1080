package proto_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The rules of the house, checked over the whole repository. They live here
// because proto is the one module that every other one builds on.

const (
	root       = ".."
	ownModules = "github.com/pilothouse/pilothouse/"
)

// daemons are the modules that talk to each other only through the API.
var daemons = []string{"apiserver", "scheduler", "controller-manager", "kubelet", "kube-proxy", "flannel", "kubectl"}

// forbidden is the system being built. It may test what we build, and it may
// be inside CoreDNS, but it is not what we build with.
var forbidden = []string{"k8s.io/kubernetes", "k8s.io/apiserver", "k8s.io/api", "k8s.io/apimachinery", "k8s.io/client-go", "k8s.io/kubectl", "sigs.k8s.io/controller-runtime"}

// file is one Go file of the repository.
type file struct {
	path   string // from the repository's root, with slashes
	module string // the folder of its module
	syntax *ast.File
	set    *token.FileSet
}

func (f file) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

func (f file) imports() []string {
	var list []string
	for _, i := range f.syntax.Imports {
		list = append(list, strings.Trim(i.Path.Value, `"`))
	}
	return list
}

// at is the place of a node, for messages.
func (f file) at(n ast.Node) string {
	p := f.set.Position(n.Pos())
	return f.path + ":" + strconv.Itoa(p.Line)
}

// repository parses every Go file that is ours.
func repository(t *testing.T) []file {
	t.Helper()
	if _, err := os.Stat(filepath.Join(root, "go.work")); err != nil {
		t.Fatalf("the rules are checked over the whole repository, which is not here: %v", err)
	}
	var files []file
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && p != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "bin" || name == "vendor") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		set := token.NewFileSet()
		syntax, err := parser.ParseFile(set, p, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		rel = filepath.ToSlash(rel)
		module, _, _ := strings.Cut(rel, "/")
		files = append(files, file{rel, module, syntax, set})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// under reports whether an import path is prefix or below it.
func under(p, prefix string) bool { return p == prefix || strings.HasPrefix(p, prefix+"/") }

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	comments, least := map[string]string{}, map[string]int{}
	for _, f := range repository(t) {
		if f.isTest() {
			continue
		}
		dir := path.Dir(f.path)
		comments[dir] += ""
		least[dir] = 8 // words
		if f.syntax.Name.Name == "main" {
			least[dir] = 5 // a command is short: what it runs is told elsewhere
		}
		if f.syntax.Doc != nil && !strings.HasPrefix(f.syntax.Doc.Text(), "Code generated") {
			comments[dir] += f.syntax.Doc.Text()
		}
	}
	for dir, text := range comments {
		if len(strings.Fields(text)) < least[dir] {
			t.Errorf("%s: a newcomer finds the code by its package comments, and this package has none worth the name (it says %q): "+
				"say what it is for, who calls it, what always holds and which file to read first", dir, strings.TrimSpace(text))
		}
	}
}

func TestPackagesAreNamedForWhatTheyHold(t *testing.T) {
	empty := []string{"util", "utils", "common", "helper", "helpers", "misc", "types", "interfaces"}
	for _, f := range repository(t) {
		if slices.Contains(empty, f.syntax.Name.Name) {
			t.Errorf("%s: package %s could hold anything, so soon it does: put the code beside its caller or name what it does", f.path, f.syntax.Name.Name)
		}
	}
}

func TestDaemonsShareOnlyProtoAndClient(t *testing.T) {
	for _, f := range repository(t) {
		for _, p := range f.imports() {
			other, own := strings.CutPrefix(p, ownModules)
			if !own {
				continue
			}
			other, _, _ = strings.Cut(other, "/")
			if other == f.module {
				continue
			}
			var allowed []string
			switch {
			case f.module == "proto":
			case f.module == "client":
				allowed = []string{"proto"}
			case slices.Contains(daemons, f.module):
				allowed = []string{"proto", "client"}
			default:
				continue // e2e and deploy look at the house from outside
			}
			if !slices.Contains(allowed, other) {
				t.Errorf("%s imports %s: daemons speak with each other through the API alone, so that each can be built, read and replaced by itself; "+
					"%s may import %v of our modules", f.path, p, f.module, allowed)
			}
		}
	}
}

func TestProtoDoesNoIO(t *testing.T) {
	for _, f := range repository(t) {
		if f.module != "proto" || f.isTest() || under(path.Dir(f.path), "proto/gen") {
			continue
		}
		for _, p := range f.imports() {
			if p == "net" || under(p, "net/http") || under(p, "os") || under(p, "io/ioutil") || under(p, "syscall") || under(p, "log") || under(p, "database") || under(p, "golang.org/x/sys") {
				t.Errorf("%s imports %s: proto is the wire contract, which every module and any tool can use without a side effect; "+
					"what reads, writes or calls belongs to client or to a daemon", f.path, p)
			}
		}
	}
}

func TestWhatWeBuildIsNotWhatWeBuildWith(t *testing.T) {
	for _, f := range repository(t) {
		if f.module == "e2e" || f.module == "deploy" {
			continue
		}
		for _, p := range f.imports() {
			for _, no := range forbidden {
				if under(p, no) {
					t.Errorf("%s imports %s: that is the system being built; write what is needed, or use it as a test client in e2e", f.path, p)
				}
			}
		}
	}
}

func TestTestsDoNotSleep(t *testing.T) {
	for _, f := range repository(t) {
		if !f.isTest() || slices.Contains(f.imports(), "testing/synctest") {
			continue // in a bubble sleeping costs nothing and is exact
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if calls(n, "time", "Sleep") {
				t.Errorf("%s: a test that sleeps is slow when all is well and fails when the machine is busy: "+
					"wait for the condition, or run the loop in a testing/synctest bubble", f.at(n))
			}
			return true
		})
	}
}

func TestPlansReadNoClock(t *testing.T) {
	for _, f := range repository(t) {
		if path.Base(f.path) != "plan.go" {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if calls(n, "time", "Now") || calls(n, "time", "Since") {
				t.Errorf("%s: a plan decides by what it is given, so that a table can test it: take now as an argument", f.at(n))
			}
			return true
		})
	}
}

// calls reports whether n is a use of pkg.name.
func calls(n ast.Node, pkg, name string) bool {
	s, ok := n.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == pkg
}

func TestModulesAgreeOnVersions(t *testing.T) {
	mods, err := filepath.Glob(filepath.Join(root, "*", "go.mod"))
	if err != nil || len(mods) < 2 {
		t.Fatalf("found %d go.mod files, %v", len(mods), err)
	}
	mods = append(mods, filepath.Join(root, "e2e", "wire", "go.mod"), filepath.Join(root, "e2e", "compat", "go.mod"), filepath.Join(root, "go.work"))
	first := map[string][2]string{} // module -> version, where it was seen
	for _, m := range mods {
		for name, version := range requirements(t, m) {
			where, err := filepath.Rel(root, m)
			if err != nil {
				t.Fatal(err)
			}
			seen, ok := first[name]
			if !ok {
				first[name] = [2]string{version, where}
			} else if seen[0] != version {
				t.Errorf("%s wants %s %s and %s wants %s: built together they get one version, built alone two, and only one of them is tested; "+
					"choose one for all", seen[1], name, seen[0], where, version)
			}
		}
	}
}

// requirements are what a go.mod requires, indirectly too, other than our own
// modules, and the Go version under the name "go".
func requirements(t *testing.T, mod string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(mod)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	block := ""
	for line := range strings.Lines(string(b)) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case len(words) == 2 && words[1] == "(":
			block = words[0]
		case words[0] == ")":
			block = ""
		case words[0] == "go" && len(words) == 2:
			found["go"] = words[1]
		case block == "require" && len(words) >= 2:
			found[words[0]] = words[1]
		case words[0] == "require" && len(words) >= 3:
			found[words[1]] = words[2]
		}
	}
	for name := range found {
		if strings.HasPrefix(name, ownModules) {
			delete(found, name)
		}
	}
	return found
}
