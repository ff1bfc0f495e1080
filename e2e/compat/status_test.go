package compat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/pilothouse/pilothouse/e2e/compat/bed"
)

// TestStatus sends some three hundred requests, most of them bad, one after the
// other, and compares what is answered with what a genuine server answered: the
// code and the whole Status, field by field. What is meant to differ is listed
// with reasons in testdata/status/differences. With -upstream it records.
func TestStatus(t *testing.T) {
	kubeconfig := *upstream
	if kubeconfig == "" {
		kubeconfig = bed.Start(t, bed.Config{Controllers: "serviceaccount-controller,namespace-controller,root-ca-certificate-publisher-controller"}).Kubeconfig
	}
	c, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	transport, err := rest.TransportFor(c)
	if err != nil {
		t.Fatal(err)
	}
	send := func(line string) string {
		t.Helper()
		f := strings.Split(line, "\t")
		body := strings.ReplaceAll(f[3], `\n`, "\n")
		req, err := http.NewRequestWithContext(t.Context(), f[0], c.Host+strings.ReplaceAll(f[1], "$NS", statusNamespace), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if f[2] != "" {
			req.Header.Set("Content-Type", f[2])
		}
		resp, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		return fmt.Sprint(resp.StatusCode, " ", normalStatus(b))
	}
	send("DELETE\t/api/v1/namespaces/$NS\t\t")
	eventuallyGone := func() bool { return strings.HasPrefix(send("GET\t/api/v1/namespaces/$NS\t\t"), "404") }
	eventually(t, time.Minute, "the namespace of an earlier run to go", eventuallyGone)
	send("POST\t/api/v1/namespaces\tapplication/json\t" + `{"metadata":{"name":"` + statusNamespace + `"}}`)
	eventually(t, time.Minute, "the service account", func() bool {
		return strings.HasPrefix(send("GET\t/api/v1/namespaces/$NS/serviceaccounts/default\t\t"), "200")
	})
	defer send("DELETE\t/api/v1/namespaces/$NS\t\t")
	requests := linesOf(t, "requests.tsv")
	var got []string
	for _, line := range requests {
		got = append(got, send(line))
	}
	if *upstream != "" {
		if err := os.WriteFile(filepath.Join("testdata", "status", "recorded"), []byte(strings.Join(got, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	recorded, differences := linesOf(t, "recorded"), linesOf(t, "differences")
	if len(recorded) != len(requests) || len(requests) < 290 {
		t.Fatalf("%d requests and %d recorded answers: record again with -upstream", len(requests), len(recorded))
	}
	for i, line := range requests {
		meant := slices.Contains(differences, line)
		switch {
		case meant && got[i] == recorded[i]:
			t.Errorf("no longer differs, and is to be taken out of differences: %s", line)
		case !meant && got[i] != recorded[i]:
			t.Errorf("%s\nupstream %s\nours     %s", line, recorded[i], got[i])
		}
	}
	for _, line := range differences {
		if !strings.HasPrefix(line, "#") && line != "" && !slices.Contains(requests, line) {
			t.Errorf("differences names what is not asked: %s", line)
		}
	}
}

const statusNamespace = "status"

// linesOf are the lines of a file in testdata/status.
func linesOf(t *testing.T, name string) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "status", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

// What is another in every run, or is written as Go's values by 1.32 and as JSON
// since 1.33, is made alike.
var statusNormal = []struct {
	pattern *regexp.Regexp
	into    string
}{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "UID"},
	{regexp.MustCompile(`in record \(\d+\)`), "in record (N)"},
	{regexp.MustCompile(`UP-[a-z0-9]{5}`), "UP-XXXXX"},
	{regexp.MustCompile(`patch: Invalid value: "\{.*\}": |Invalid value: "\{.*\}": `), "patch: OBJECT: "},
	{regexp.MustCompile(`(map\[string\]string|\[\][a-z.A-Z]+)\(nil\)`), "null"},
	{regexp.MustCompile(`\[\]string\{([^}]*)\}`), "[$1]"},
	{regexp.MustCompile(`map\[string\]string\{`), "{"},
	{regexp.MustCompile(`intstr.IntOrString\{Type:0, IntVal:(\d+), StrVal:""\}`), "$1"},
	{regexp.MustCompile(`apps.DeploymentStrategy\{Type:("\w+"), RollingUpdate:\(\*apps.RollingUpdateDeployment\)\(nil\)\}`), `{"type":$1}`},
	// Where the list of kinds was made.
	{regexp.MustCompile(`in scheme "[^"]*"`), `in scheme "SCHEME"`},
}

// normalStatus is an answer without what is another in every run: a Status
// whole, of anything else its kind.
func normalStatus(b []byte) string {
	var answer map[string]any
	if json.Unmarshal(b, &answer) != nil {
		return fmt.Sprintf("%q", bytes.TrimSpace(b[:min(len(b), 200)]))
	}
	if answer["kind"] != "Status" {
		return fmt.Sprint(answer["kind"])
	}
	var normal func(v any) any
	normal = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				v[k] = normal(x)
			}
		case []any:
			for i, x := range v {
				v[i] = normal(x)
			}
		case string:
			for _, n := range statusNormal {
				v = n.pattern.ReplaceAllString(v, n.into)
			}
			return v
		}
		return v
	}
	out, err := json.Marshal(normal(answer))
	if err != nil {
		return err.Error()
	}
	return string(out)
}
