package apiserver_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// operation is a line of the contract's paths.
type operation struct {
	method, path, action, kind string
	params                     []string
}

// unserved is a line of the list of paths that are not served.
type unserved struct {
	method, pattern, reason string
	found                   bool
}

// fits reports whether the line is about an operation.
func (u *unserved) fits(o operation) bool {
	if u.method != "*" && u.method != o.method {
		return false
	}
	if prefix, ok := strings.CutSuffix(u.pattern, "**"); ok {
		return strings.HasPrefix(o.path, prefix)
	}
	return u.pattern == o.path
}

// TestPaths asks a server for every path of the contract. What it does not
// serve is listed with a reason; what it serves is described in its OpenAPI
// document as in the contract.
func TestPaths(t *testing.T) {
	s := testserver.Start(t, nil)
	r := &runner{t: t, server: s}
	r.as("system:admin", "system:masters")
	client := r.client
	var document struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(fetch(t, client, s.URL+"/openapi/v2"), &document); err != nil {
		t.Fatal(err)
	}
	missing := readUnserved(t)
	operations := readOperations(t)
	for _, o := range operations {
		var entry *unserved
		for _, u := range missing {
			if u.fits(o) {
				entry = u
				u.found = true
			}
		}
		switch there := isServed(t, client, s.URL, o); {
		case !there && entry == nil:
			t.Errorf("%s %s is not served and testdata/unserved.tsv does not say why", o.method, o.path)
		case there && entry != nil:
			t.Errorf("%s %s is served and testdata/unserved.tsv says why not: %s", o.method, o.path, entry.reason)
		case there && o.action != "" && !strings.HasPrefix(o.action, "watch"):
			// The old paths of watches are served and no longer advertised.
			checkDescribed(t, document.Paths[o.path], o)
		}
	}
	for _, u := range missing {
		if !u.found {
			t.Errorf("the contract has nothing like %s %s", u.method, u.pattern)
		}
	}
	if len(operations) < 1000 {
		t.Errorf("the contract has only %d operations", len(operations))
	}
}

// isServed sends a request that changes nothing and looks whether anybody knew
// what to do with it.
func isServed(t *testing.T, client *http.Client, server string, o operation) bool {
	t.Helper()
	p := strings.NewReplacer("{namespace}", "nowhere", "{path}", "x", "{name}", "nothing", "{logpath}", "x").Replace(o.path)
	if o.action == "" && strings.Count(p, "/") > 2 {
		p = strings.TrimSuffix(p, "/") // as clients write it
	}
	var body io.Reader
	if o.method == "POST" || o.method == "PUT" || o.method == "PATCH" {
		body = strings.NewReader("{}")
	}
	r, err := http.NewRequest(o.method, server+p+"?dryRun=All&limit=1&timeoutSeconds=1", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if o.method == "PATCH" {
		r.Header.Set("Content-Type", "application/merge-patch+json")
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", o.method, p, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusOK {
		return true // A watch would go on.
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", o.method, p, err)
	}
	if answer.StatusCode != http.StatusNotFound {
		return answer.StatusCode != http.StatusMethodNotAllowed
	}
	if o.method == "HEAD" {
		return true // Tells nothing: GET of the same path does.
	}
	var status meta.Status
	if json.Unmarshal(text, &status) != nil || status.Details == nil {
		return false
	}
	return status.Details.Name != "" || strings.Contains(status.Message, "not found")
}

// checkDescribed compares an operation with its description.
func checkDescribed(t *testing.T, described map[string]json.RawMessage, o operation) {
	t.Helper()
	raw, ok := described[strings.ToLower(o.method)]
	if !ok {
		t.Errorf("%s %s is not described", o.method, o.path)
		return
	}
	var d struct {
		Action string                                 `json:"x-kubernetes-action"`
		Kind   *struct{ Group, Version, Kind string } `json:"x-kubernetes-group-version-kind"`
		Params []struct{ Name string }                `json:"parameters"`
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	kind := ""
	if k := d.Kind; k != nil {
		kind = strings.TrimPrefix(k.Group+"/"+k.Version+"/"+k.Kind, "/")
	}
	if d.Action != o.action || kind != o.kind {
		t.Errorf("%s %s is %s of %s, want %s of %s", o.method, o.path, d.Action, kind, o.action, o.kind)
	}
	for _, want := range o.params {
		has := false
		for _, p := range d.Params {
			has = has || p.Name == want
		}
		if !has {
			t.Errorf("%s %s does not take %s", o.method, o.path, want)
		}
	}
}

func readOperations(t *testing.T) (out []operation) {
	for _, c := range lines(t, "testdata/paths.tsv", 5) {
		out = append(out, operation{c[0], c[1], c[2], c[3], strings.Fields(c[4])})
	}
	return out
}

func readUnserved(t *testing.T) (out []*unserved) {
	for _, c := range lines(t, "testdata/unserved.tsv", 3) {
		if c[2] == "" {
			t.Errorf("testdata/unserved.tsv gives no reason for %s %s", c[0], c[1])
		}
		out = append(out, &unserved{method: c[0], pattern: c[1], reason: c[2]})
	}
	return out
}

// lines reads a table with a heading.
func lines(t *testing.T, file string, columns int) (out [][]string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range strings.Split(strings.TrimRight(string(text), "\n"), "\n")[1:] {
		c := strings.Split(l, "\t")
		if len(c) != columns {
			t.Fatalf("%s: %q has %d columns", file, l, len(c))
		}
		out = append(out, c)
	}
	return out
}

func fetch(t *testing.T, client *http.Client, url string) []byte {
	t.Helper()
	answer, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
