package scenarios

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/testbed"
)

// The nginx service once more with kube-proxy's other back end, so that every
// run tries both: on a small cluster of its own.
func TestServiceWithTheOtherBackEnd(t *testing.T) {
	c := config(cluster.Name+"o", strings.TrimSuffix(cluster.Subnet, ".0")+".2", 2, 0)
	rules := []string{"iptables", "-t", "nat", "-S"}
	if c.ProxyMode = "iptables"; cluster.ProxyMode == "iptables" {
		c.ProxyMode, rules = "nftables", []string{"nft", "list", "ruleset"}
	}
	cl, err := testbed.Up(t.Context(), c, func(string, ...any) {})
	t.Cleanup(func() {
		if t.Failed() {
			keep(c)
		}
		if err := testbed.Down(context.Background(), c); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := cl.WaitNodes(t.Context(), 60*time.Second); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		t.Helper()
		out, err := cl.Kubectl(t.Context(), args...)
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return out
	}
	run("create", "-f", file(t, controller("web", 3)), "-f", file(t, service("web", 30404)))
	if err := cl.WaitPods(t.Context(), "default", "app=web", 3, 60*time.Second); err != nil {
		t.Fatal(err)
	}
	ip := run("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}")
	if out, err := cl.Nodes[0].Output(t.Context(), rules[0], rules[1:]...); err != nil || !strings.Contains(out, ip) {
		t.Errorf("%v show nothing of %s: %v\n%s", rules, ip, err, out)
	}
	for _, n := range cl.Nodes {
		for from, url := range map[*testbed.Host]string{nil: fmt.Sprintf("http://%s:30404/", n.Address), n: "http://" + ip + ":8000/"} {
			if _, err := testbed.Page(t.Context(), from, url, 15*time.Second); err != nil {
				t.Errorf("%s: %v", url, err)
			}
		}
	}
	// Both back ends reach every pod: one by turns, the other by chance.
	answered := map[string]bool{}
	if err := testbed.Eventually(t.Context(), 15*time.Second, func() error {
		name, err := testbed.Page(t.Context(), cl.Nodes[0], "http://"+ip+":8000/", 0)
		if answered[name] = true; err == nil && len(answered) < 3 {
			err = fmt.Errorf("only %v answered", answered)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	// Without pods it refuses, without the service nobody answers.
	run("scale", "rc", "web", "--replicas=0")
	if err := testbed.Eventually(t.Context(), 15*time.Second, func() error {
		if _, err := testbed.Page(t.Context(), cl.Nodes[0], "http://"+ip+":8000/", 0); err == nil {
			return fmt.Errorf("a service without pods answers")
		} else if !strings.Contains(err.Error(), "refused") {
			return err
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}
