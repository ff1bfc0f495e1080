package apiserver_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/pilothouse/pilothouse/apiserver"
	"github.com/pilothouse/pilothouse/apiserver/internal/pki"
	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
)

var update = flag.Bool("update", false, "write what the server answers into the scripts' golden files")

// TestAPI runs the scripts in testdata/api. Each has a namespace of its own,
// $NS. Its lines are
//
//	request METHOD PATH [FILE [CONTENT-TYPE]]   send a request as an administrator
//	as USER [GROUP...]                          send the next ones as somebody else; - is nobody
//	accept MEDIA-TYPE                           what the next ones take
//	with HEADER VALUE                           a header of the next ones; with - takes all such away
//	status CODE                                 the last answer's code
//	cmp body FILE                               its body, with uids, times, versions and addresses replaced,
//	                                            without managedFields
//	cmp fields FILE                             its body with managedFields
//	contains TEXT                               what its body holds somewhere
//	await PATH TEXT                             watch a path until an event holds it
//	header NAME TEXT                            what a header of it is
func TestAPI(t *testing.T) {
	s := testserver.Start(t, func(c *apiserver.Config) {
		c.TokenAuthFile = filepath.Join(t.TempDir(), "tokens")
		if err := os.WriteFile(c.TokenAuthFile, []byte("secret,ann,1,\"dev,ops\"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	files, err := filepath.Glob("testdata/api/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".txtar")
		t.Run(name, func(t *testing.T) {
			r := &runner{t: t, server: s, file: f, ns: "t-" + name}
			r.as("system:admin", "system:masters")
			r.do("POST", "/api/v1/namespaces", []byte(`{"metadata":{"name":"`+r.ns+`"}}`), "")
			r.do("POST", "/api/v1/namespaces/"+r.ns+"/serviceaccounts", []byte(`{"metadata":{"name":"default"}}`), "")
			r.run()
		})
	}
}

// runner is one script on its way.
type runner struct {
	t        *testing.T
	server   *testserver.Server
	file, ns string
	archive  *txtar.Archive
	client   *http.Client
	accept   string
	headers  http.Header
	line     string

	code   int
	header http.Header
	body   []byte
}

func (r *runner) run() {
	a, err := txtar.ParseFile(r.file)
	if err != nil {
		r.t.Fatal(err)
	}
	r.archive = a
	for line := range strings.Lines(string(a.Comment)) {
		r.line = strings.TrimSpace(line)
		if r.line != "" && !strings.HasPrefix(r.line, "#") {
			r.step(strings.Fields(strings.ReplaceAll(r.line, "$NS", r.ns)))
		}
	}
	if *update {
		if err := os.WriteFile(r.file, txtar.Format(a), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *runner) step(f []string) {
	rest := strings.Join(f[1:], " ")
	switch f[0] {
	case "request":
		var body []byte
		contentType := ""
		if len(f) > 3 {
			body = []byte(strings.ReplaceAll(string(r.data(f[3])), "$NS", r.ns))
		}
		if len(f) > 4 {
			contentType = f[4]
		}
		r.do(f[1], f[2], body, contentType)
	case "as":
		r.as(f[1], f[2:]...)
	case "accept":
		r.accept = rest
	case "with":
		if f[1] == "-" {
			r.headers = nil
			break
		}
		if r.headers == nil {
			r.headers = http.Header{}
		}
		r.headers.Add(f[1], strings.Join(f[2:], " "))
	case "status":
		if want, _ := strconv.Atoi(f[1]); r.code != want {
			r.t.Fatalf("%s: the code is %d: %s", r.line, r.code, r.body)
		}
	case "contains":
		if !strings.Contains(string(r.body), rest) {
			r.t.Fatalf("%s: the body is %s", r.line, r.body)
		}
	case "await":
		r.await(f[1], strings.Join(f[2:], " "))
	case "header":
		if got := strings.Join(r.header.Values(f[1]), ", "); !strings.Contains(got, strings.Join(f[2:], " ")) {
			r.t.Fatalf("%s: it is %q", r.line, got)
		}
	case "cmp":
		r.compare(f[2], f[1] == "fields")
	default:
		r.t.Fatalf("%s: no such command", r.line)
	}
}

func (r *runner) data(name string) []byte {
	for _, f := range r.archive.Files {
		if f.Name == name {
			return f.Data
		}
	}
	r.t.Fatalf("%s: the script has no file %s", r.line, name)
	return nil
}

func (r *runner) compare(name string, managed bool) {
	got := r.normal()
	if !managed {
		got = withoutManaged(got)
	}
	for i := range r.archive.Files {
		f := &r.archive.Files[i]
		if f.Name != name {
			continue
		}
		if *update {
			f.Data = got
		} else if d := cmp.Diff(string(f.Data), string(got)); d != "" {
			r.t.Fatalf("%s: -want +got\n%s", r.line, d)
		}
		return
	}
	if !*update {
		r.t.Fatalf("%s: no golden file: run with -update", r.line)
	}
	r.archive.Files = append(r.archive.Files, txtar.File{Name: name, Data: got})
}

// Values that differ from run to run.
var varying = []struct {
	re   *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`), "UID"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`), "TIME"},
	{regexp.MustCompile(`"resourceVersion": "\d+"`), `"resourceVersion": "N"`},
	{regexp.MustCompile(`10\.(9[6-9]|1[01]\d)\.\d+\.\d+`), "CLUSTER-IP"},
	{regexp.MustCompile(`"nodePort": 3[0-2]\d\d\d`), `"nodePort": "NODE-PORT"`},
	{regexp.MustCompile(`(kube-api-access|generated)-[bcdfghjklmnpqrstvwxz2456789]{5}`), "$1-SUFFIX"},
	{regexp.MustCompile(`"\d+s"`), `"AGE"`},
}

// normal is the last body, indented, with what varies replaced.
func (r *runner) normal() []byte {
	var buf bytes.Buffer
	if json.Indent(&buf, bytes.TrimSpace(r.body), "", "  ") != nil {
		buf.Reset()
		buf.Write(r.body)
	}
	s := strings.ReplaceAll(buf.String(), r.ns, "$NS")
	for _, v := range varying {
		s = v.re.ReplaceAllString(s, v.with)
	}
	return []byte(strings.TrimSpace(s) + "\n")
}

// withoutManaged takes the managedFields out of indented JSON: they say who
// wrote a script's objects, which few scripts are about.
func withoutManaged(b []byte) []byte {
	var out []string
	end := ""
	for line := range strings.Lines(string(b)) {
		text := strings.TrimLeft(line, " ")
		indent := line[:len(line)-len(text)]
		switch {
		case end == "" && text == "\"managedFields\": [\n":
			end = indent + "]"
		case end == "":
			out = append(out, line)
		case strings.TrimRight(line, ",\n") == end:
			if n := len(out) - 1; !strings.Contains(line, ",") {
				out[n] = strings.TrimSuffix(out[n], ",\n") + "\n"
			}
			end = ""
		}
	}
	return []byte(strings.Join(out, ""))
}

// as makes the next requests come from a user with a certificate, or from
// nobody.
func (r *runner) as(user string, groups ...string) {
	a, err := pki.LoadAuthority(pki.Dir(r.server.DataDir))
	if err != nil {
		r.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.Cert)
	cfg := &tls.Config{RootCAs: pool}
	if user != "-" {
		p, err := a.Client(user, groups...)
		if err != nil {
			r.t.Fatal(err)
		}
		cert, err := p.TLS()
		if err != nil {
			r.t.Fatal(err)
		}
		cfg.Certificates = []tls.Certificate{cert}
	}
	transport := &http.Transport{TLSClientConfig: cfg, ForceAttemptHTTP2: true}
	r.t.Cleanup(transport.CloseIdleConnections)
	r.client = &http.Client{Transport: transport}
}

func (r *runner) do(method, path string, body []byte, contentType string) {
	r.t.Helper()
	req, err := http.NewRequest(method, r.server.URL+path, bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	if body != nil && contentType == "" {
		contentType = "application/json"
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if r.accept != "" {
		req.Header.Set("Accept", r.accept)
	}
	for k, v := range r.headers {
		req.Header[k] = v
	}
	resp, err := r.client.Do(req)
	if err != nil {
		r.t.Fatal(fmt.Errorf("%s: %w", r.line, err))
	}
	defer resp.Body.Close()
	if r.body, err = io.ReadAll(resp.Body); err != nil {
		r.t.Fatal(fmt.Errorf("%s: %w", r.line, err))
	}
	r.code, r.header = resp.StatusCode, resp.Header
}
