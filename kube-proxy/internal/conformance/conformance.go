// Package conformance holds the suite that every back end of kube-proxy must pass. A
// script adds and removes services and endpoint slices, and then sends real traffic in a
// small cluster of network namespaces and says who must answer.
//
// A back end's own test calls Run. The scripts are in scripts/*.txtar; network.go draws the
// cluster. Commands of a script, one a line:
//
//	add FILE...                   apply objects of the archive (YAML)
//	delete service|slice NS/NAME  delete an object
//	inturn FROM ADDR NAME...      these answer, in a fixed turn, twice round
//	among FROM ADDR NAME...       exactly these answer, in any order
//	same FROM ADDR                one and the same server answers ten times
//	sees FROM ADDR CLIENT         the server sees that client address
//	refused FROM ADDR             refused at once
//	silent FROM ADDR              no answer at all
//	rules NAME                    the kernel's rules mean what file NAME.BACKEND says
//
// ADDR is IP:PORT, for UDP udp/IP:PORT. A line "only BACKEND" limits what follows to one
// back end, until "only" alone. go test -update writes the files of "rules" anew.
package conformance

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"sigs.k8s.io/yaml"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
)

var update = flag.Bool("update", false, "write the expected rules of the scripts anew")

//go:embed scripts/*.txtar
var scripts embed.FS

// Backend is what the suite needs of a back end.
type Backend interface {
	Rebuild(ctx context.Context, ports []*table.Port) error
	Apply(ctx context.Context, changes []table.Change) error
}

// Settings are what the suite's cluster looks like to a back end.
type Settings struct {
	ClusterCIDR        []netip.Prefix
	LocalhostNodePorts bool
}

// Suite says how to make the back end under test.
type Suite struct {
	// Name is the back end's, for "only" lines.
	Name string
	// New makes a back end. It is called inside the node's namespace, and so is all else.
	New func(t *testing.T, s Settings) Backend
	// Dump prints the rules in the kernel, for failures.
	Dump func(t *testing.T) string
	// State prints what the rules in the kernel mean, in lines of any order. Two ways to one
	// state must print the same.
	State func(t *testing.T) string
}

// Run runs every script against the back end.
func Run(t *testing.T, s Suite) {
	files, err := fs.Glob(scripts, "scripts/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(path.Base(file), ".txtar"), func(t *testing.T) {
			text, err := scripts.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			a := txtar.Parse(text)
			runScript(t, s, a)
			if *update {
				if err := os.WriteFile("../conformance/"+file, txtar.Format(a), 0o644); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// run is one script under way.
type run struct {
	t       *testing.T
	suite   Suite
	archive *txtar.Archive
	files   map[string][]byte
	net     *network
	table   *table.Table
	backend Backend
	skip    bool // inside "only" for another back end
}

func runScript(t *testing.T, s Suite, a *txtar.Archive) {
	r := &run{t: t, suite: s, archive: a, files: map[string][]byte{}, net: newNetwork(t), table: table.New("node")}
	for _, f := range a.Files {
		r.files[f.Name] = f.Data
	}
	r.net.node.Do(func() {
		r.backend = s.New(t, Settings{
			ClusterCIDR:        []netip.Prefix{netip.MustParsePrefix("10.244.0.0/16")},
			LocalhostNodePorts: true,
		})
		if err := r.backend.Rebuild(context.Background(), nil); err != nil {
			t.Errorf("first rebuild: %v", err)
		}
	})
	for i, line := range strings.Split(string(a.Comment), "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if err := r.command(fields); err != nil {
			r.net.node.Do(func() { t.Logf("rules:\n%s", s.Dump(t)) })
			t.Fatalf("line %d: %s: %v", i+1, line, err)
		}
	}
	r.checkRebuild()
}

func (r *run) command(f []string) error {
	if f[0] == "only" {
		r.skip = len(f) > 1 && f[1] != r.suite.Name
		return nil
	}
	if r.skip {
		return nil
	}
	switch f[0] {
	case "add":
		return r.add(f[1:])
	case "delete":
		return r.delete(f[1], f[2])
	case "inturn":
		return r.net.inTurn(f[1], f[2], f[3:])
	case "among":
		return r.net.among(f[1], f[2], f[3:])
	case "same":
		return r.same(f[1], f[2])
	case "sees":
		return r.sees(f[1], f[2], f[3])
	case "refused":
		return r.net.refused(f[1], f[2])
	case "silent":
		return r.net.silent(f[1], f[2])
	case "rules":
		return r.rules(f[1] + "." + r.suite.Name)
	}
	return fmt.Errorf("no such command")
}

func (r *run) add(names []string) error {
	for _, name := range names {
		data, ok := r.files[name]
		if !ok {
			return fmt.Errorf("no file %s in the archive", name)
		}
		if err := r.addObject(data); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return r.apply()
}

func (r *run) addObject(data []byte) error {
	var kind meta.TypeMeta
	if err := yaml.Unmarshal(data, &kind); err != nil {
		return err
	}
	switch kind.Kind {
	case "Service":
		s := &core.Service{}
		if err := yaml.UnmarshalStrict(data, s); err != nil {
			return err
		}
		r.table.SetService(meta.KeyOf(s), s)
	case "EndpointSlice":
		s := &discovery.EndpointSlice{}
		if err := yaml.UnmarshalStrict(data, s); err != nil {
			return err
		}
		r.table.SetSlice(meta.KeyOf(s), s)
	default:
		return fmt.Errorf("kind %q is not for this suite", kind.Kind)
	}
	return nil
}

func (r *run) delete(kind, name string) error {
	ns, n, _ := strings.Cut(name, "/")
	key := meta.Key{Namespace: ns, Name: n}
	if kind == "service" {
		r.table.SetService(key, nil)
	} else {
		r.table.SetSlice(key, nil)
	}
	return r.apply()
}

func (r *run) apply() (err error) {
	r.net.node.Do(func() { err = r.backend.Apply(context.Background(), r.table.Changes()) })
	return err
}

func (r *run) same(from, target string) error {
	first := ""
	for range 10 {
		s, _, err := r.net.ask(from, target, reach)
		if err != nil {
			return err
		}
		if first != "" && s != first {
			return fmt.Errorf("answered by %s, then by %s", first, s)
		}
		first = s
	}
	return nil
}

func (r *run) sees(from, target, want string) error {
	s, saw, err := r.net.ask(from, target, reach)
	if err == nil && saw != want {
		err = fmt.Errorf("%s saw the client as %s", s, saw)
	}
	return err
}

// rules compares the kernel's rules with a file of the archive.
func (r *run) rules(name string) error {
	var got string
	r.net.node.Do(func() { got = strings.Join(sortedLines(r.suite.State(r.t)), "\n") + "\n" })
	if *update {
		i := slices.IndexFunc(r.archive.Files, func(f txtar.File) bool { return f.Name == name })
		if i < 0 {
			i = len(r.archive.Files)
			r.archive.Files = append(r.archive.Files, txtar.File{Name: name})
		}
		r.archive.Files[i].Data = []byte(got)
		return nil
	}
	if want := string(r.files[name]); got != want {
		return fmt.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
	return nil
}

// checkRebuild compares the rules that small changes led to with those of a fresh start.
func (r *run) checkRebuild() {
	r.net.node.Do(func() {
		grown := r.suite.State(r.t)
		if err := r.backend.Rebuild(context.Background(), r.table.Ports()); err != nil {
			r.t.Errorf("rebuild: %v", err)
			return
		}
		fresh := r.suite.State(r.t)
		a, b := sortedLines(grown), sortedLines(fresh)
		if !slices.Equal(a, b) {
			r.t.Errorf("rules after the changes:\n%s\nrules made afresh:\n%s", grown, fresh)
		}
	})
}

func sortedLines(s string) []string {
	return slices.Sorted(strings.SplitSeq(strings.TrimSpace(s), "\n"))
}
