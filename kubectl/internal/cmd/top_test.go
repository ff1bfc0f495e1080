package cmd

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// topServer is an API server that knows what two nodes and two pods use.
func topServer(t *testing.T, metrics bool) string {
	t.Helper()
	groups := `{"name":"","versions":[{"version":"v1","resources":[` +
		`{"resource":"nodes","singularResource":"node","responseKind":{"version":"v1","kind":"Node"},"scope":"Cluster","verbs":["get","list"]},` +
		`{"resource":"pods","singularResource":"pod","responseKind":{"version":"v1","kind":"Pod"},"scope":"Namespaced","verbs":["get","list"]}]}]}`
	named := ""
	if metrics {
		named = `{"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","resources":[{"resource":"nodes","responseKind":{"group":"metrics.k8s.io","version":"v1beta1","kind":"NodeMetrics"},"scope":"Cluster","verbs":["get","list"]}]}]}`
	}
	usage := func(cpu, memory string) string { return fmt.Sprintf(`{"cpu":%q,"memory":%q}`, cpu, memory) }
	node := func(name string) string {
		return fmt.Sprintf(`{"metadata":{"name":%q},"status":{"allocatable":%s,"capacity":%s}}`, name, usage("2", "1Gi"), usage("4", "2Gi"))
	}
	pod := func(name string, containers ...string) string {
		return fmt.Sprintf(`{"metadata":{"namespace":"default","name":%q},"containers":[%s]}`, name, strings.Join(containers, ","))
	}
	list := func(items ...string) string { return `{"kind":"List","items":[` + strings.Join(items, ",") + `]}` }
	one := pod("a", `{"name":"x","usage":`+usage("1500u", "10Mi")+`}`, `{"name":"b","usage":`+usage("100m", "1Mi")+`}`)
	answers := map[string]string{
		"/api":                                   `{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[` + groups + `]}`,
		"/apis":                                  `{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","items":[` + named + `]}`,
		"/api/v1/nodes":                          list(node("n1"), node("n2"), node("n3")),
		"/api/v1/nodes/n1":                       strings.Replace(node("n1"), "{", `{"kind":"Node","apiVersion":"v1",`, 1),
		metricsRoot + "/nodes":                   list(`{"metadata":{"name":"n1"},"usage":`+usage("250m", "256Mi")+`}`, `{"metadata":{"name":"n2"},"usage":`+usage("1", "100Mi")+`}`),
		metricsRoot + "/nodes/n1":                `{"metadata":{"name":"n1"},"usage":` + usage("250m", "256Mi") + `}`,
		metricsRoot + "/namespaces/default/pods": list(one, pod("b", `{"name":"c","usage":`+usage("0", "20Mi")+`}`)),
		metricsRoot + "/namespaces/default/pods/a": one,
		metricsRoot + "/namespaces/young/pods":     list(),
		metricsRoot + "/namespaces/old/pods":       list(),
		metricsRoot + "/namespaces/empty/pods":     list(),
		"/api/v1/namespaces/empty/pods":            list(),
		"/api/v1/namespaces/young/pods":            list(`{"metadata":{"namespace":"young","name":"p","creationTimestamp":"` + time.Now().UTC().Format(time.RFC3339) + `"}}`),
		"/api/v1/namespaces/old/pods":              list(`{"metadata":{"namespace":"old","name":"p","creationTimestamp":"2020-01-01T00:00:00Z"}}`),
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestTop(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("KUBECONFIG", "")
	server := topServer(t, true)
	for _, c := range []struct{ args, want string }{
		{"top node", `
NAME   CPU(cores)   CPU(%)      MEMORY(bytes)   MEMORY(%)
n1     250m         12%         256Mi           25%
n2     1000m        50%         100Mi           9%
n3     <unknown>    <unknown>   <unknown>       <unknown>
`},
		{"top nodes n1 --show-capacity", `
NAME   CPU(cores)   CPU(%)   MEMORY(bytes)   MEMORY(%)
n1     250m         6%       256Mi           12%
`},
		{"top node --sort-by=cpu --no-headers", `
n2    1000m       50%         100Mi       9%
n1    250m        12%         256Mi       25%
n3    <unknown>   <unknown>   <unknown>   <unknown>
`},
		{"top pods", `
NAME   CPU(cores)   MEMORY(bytes)
a      102m         11Mi
b      0m           20Mi
`},
		{"top pod --sort-by=memory --containers", `
POD   NAME   CPU(cores)   MEMORY(bytes)
b     c      0m           20Mi
a     x      2m           10Mi
a     b      100m         1Mi
`},
		{"top pod a --containers --sum", `
POD   NAME   CPU(cores)   MEMORY(bytes)
a     b      100m         1Mi
a     x      2m           10Mi
             ________     ________
             102m         11Mi
`},
		{"top pod -n empty", "No resources found in empty namespace.\n"},
		{"top pod -n young", "error: metrics not available yet\n"},
		{"top pod -n old", "error: Metrics not available for pod old/p, age: "},
		{"top pod --sort-by=disk", "error: --sort-by accepts only cpu or memory\n"},
		{"top pod a -l x=y", "error: only one of NAME or selector can be provided\n"},
		{"top node a -l x=y", "error: only one of NAME or --selector can be provided\n"},
	} {
		var out bytes.Buffer
		Main(append(strings.Fields(c.args), "--server="+server), nil, &out, &out)
		got := "\n"
		for line := range strings.Lines(out.String()) {
			got += strings.TrimRight(line, " \n") + "\n"
		}
		if !strings.HasPrefix(got, "\n"+strings.TrimPrefix(c.want, "\n")) && !strings.HasPrefix(strings.TrimPrefix(got, "\n"), c.want) {
			t.Errorf("kubectl %s:%s", c.args, got)
		}
	}
	var out bytes.Buffer
	if code := Main([]string{"top", "node", "--server=" + topServer(t, false)}, nil, &out, &out); code != 1 || out.String() != "error: Metrics API not available\n" {
		t.Errorf("without the API: %d, %s", code, out.String())
	}
}
