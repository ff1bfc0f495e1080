package scenarios

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/scenarios/hammer"
	"github.com/pilothouse/pilothouse/e2e/testbed"
)

// clients are who use a service while it is rolled: through the node port of
// every host and, from every host, through the cluster address; each once with
// a connection per request and once with connections that are kept.
func clients(t *testing.T, ns, service string, nodePort int) (list []hammer.Client) {
	t.Helper()
	ip := kubectl(t, "get", "service", "-n", ns, service, "-o", "jsonpath={.spec.clusterIP}")
	add := func(name, url string, tr *http.Transport) {
		kept := tr.Clone()
		kept.MaxIdleConnsPerHost, kept.DisableKeepAlives = 4, false
		tr.DisableKeepAlives = true
		list = append(list,
			hammer.Client{Name: name + ", new", URL: url, HTTP: &http.Client{Timeout: 10 * time.Second, Transport: tr}},
			hammer.Client{Name: name + ", kept", URL: url, HTTP: &http.Client{Timeout: 10 * time.Second, Transport: kept}})
		t.Cleanup(kept.CloseIdleConnections)
	}
	for _, n := range cluster.Nodes {
		add("node port of "+n.Name, fmt.Sprintf("http://%s:%d/", n.Address, nodePort), &http.Transport{})
		add("cluster IP on "+n.Name, fmt.Sprintf("http://%s:8000/", ip), &http.Transport{DialContext: n.Dial})
	}
	return list
}

// Ten rollouts of a plain nginx, which ends at once when told to and knows no
// preStop hook, while every host's node port and the cluster address are
// hammered: not one request fails, and never fewer pods than asked for are
// available.
func TestRolloutsDropNoRequest(t *testing.T) {
	const rollouts, replicas, port = 10, 4, 30440
	ns := namespace(t)
	text := strings.Replace(deployment("web", replicas, "strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 2}}"), "terminationGracePeriodSeconds: 2", "terminationGracePeriodSeconds: 30", 1)
	kubectl(t, "create", "-n", ns, "-f", file(t, text))
	kubectl(t, "create", "-n", ns, "-f", file(t, service("web", port)))
	waitPods(t, ns, "app=web", replicas)
	all := clients(t, ns, "web", port)
	for _, c := range all {
		eventually(t, 15*time.Second, func() error {
			resp, err := c.HTTP.Get(c.URL)
			if err == nil {
				err = resp.Body.Close()
			}
			return err
		})
	}
	before := holds(t)
	h := hammer.Start(context.Background(), 10*time.Millisecond, all...)
	fewest := replicas
	for i := range rollouts {
		revise(t, ns, "deployment/web", strconv.Itoa(i+2))
		eventually(t, 120*time.Second, func() error {
			d := deploymentStatus(t, ns, "web")
			fewest = min(fewest, d.Status.AvailableReplicas)
			if d.Status.ObservedGeneration < d.Metadata.Generation || d.Status.UpdatedReplicas != replicas || d.Status.Replicas != replicas || d.Status.AvailableReplicas != replicas {
				return fmt.Errorf("rollout %d: %+v", i+1, d.Status)
			}
			return nil
		})
	}
	// The last pods' ends are held back while the deployment is done already.
	eventually(t, 30*time.Second, func() error {
		var n float64
		for outcome, h := range holds(t) {
			n += h.count - before[outcome].count
		}
		if n < rollouts*replicas {
			return fmt.Errorf("%.0f pods have ended, want %d", n, rollouts*replicas)
		}
		return nil
	})
	text, failed := hammer.Report(h.Stop())
	t.Logf("%d rollouts of %d pods, back end %s:\n%s", rollouts, replicas, cmp.Or(cluster.ProxyMode, "nftables"), text)
	if failed > 0 {
		t.Errorf("%d requests failed", failed)
	}
	if fewest < replicas {
		t.Errorf("only %d pods were available at a time, want %d", fewest, replicas)
	}
	after := holds(t)
	for outcome, h := range after {
		n, seconds := h.count-before[outcome].count, h.seconds-before[outcome].seconds
		if n > 0 {
			t.Logf("%3.0f ends held back, %s: %.0f ms on average", n, outcome, seconds/n*1000)
		}
		if outcome == "timeout" && n > 0 {
			t.Errorf("the proxies did not acknowledge the end of %.0f pods in time", n)
		}
	}
	if n := after["acknowledged"].count - before["acknowledged"].count; n < rollouts*replicas {
		t.Errorf("%.0f ends were acknowledged, want %d", n, rollouts*replicas)
	}
}

type deploymentState struct {
	Metadata struct{ Generation int }
	Status   struct{ ObservedGeneration, Replicas, UpdatedReplicas, AvailableReplicas int }
}

func deploymentStatus(t *testing.T, ns, name string) (d deploymentState) {
	t.Helper()
	if err := json.Unmarshal([]byte(kubectl(t, "get", "deployment", "-n", ns, name, "-o", "json")), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// held is what the kubelets' metric says of one outcome.
type held struct{ count, seconds float64 }

// holds reads from all kubelets how long they have held pods' ends back.
func holds(t *testing.T) map[string]held {
	t.Helper()
	all := map[string]held{}
	for _, n := range cluster.Nodes {
		for line := range metrics(t, n, "http://127.0.0.1:10248/metrics") {
			name, value, _ := strings.Cut(line, " ")
			_, outcome, ok := strings.Cut(name, `_seconds_`)
			if !ok || !strings.HasPrefix(name, "kubelet_pod_departure_hold_seconds_") {
				continue
			}
			kind, outcome, _ := strings.Cut(outcome, `{outcome="`)
			v, err := strconv.ParseFloat(value, 64)
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			outcome = strings.TrimSuffix(outcome, `"}`)
			h := all[outcome]
			switch kind {
			case "count":
				h.count += v
			case "sum":
				h.seconds += v
			}
			all[outcome] = h
		}
	}
	return all
}

// metrics are the lines that a daemon shows of itself on its host.
func metrics(t *testing.T, h *testbed.Host, url string) func(yield func(string) bool) {
	t.Helper()
	resp, err := h.HTTPClient().Get(url)
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(string) bool) {
		defer resp.Body.Close()
		for s := bufio.NewScanner(resp.Body); s.Scan(); {
			if !yield(s.Text()) {
				return
			}
		}
	}
}
