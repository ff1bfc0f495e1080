package table

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func service(t *testing.T, text string) *core.Service {
	t.Helper()
	s := &core.Service{}
	if err := yaml.UnmarshalStrict([]byte("metadata: {name: web, namespace: default}\nspec:\n"+text), s); err != nil {
		t.Fatal(err)
	}
	return s
}

func slice(t *testing.T, name, text string) *discovery.EndpointSlice {
	t.Helper()
	s := &discovery.EndpointSlice{}
	if err := yaml.UnmarshalStrict([]byte("metadata: {name: "+name+", namespace: default, labels: {kubernetes.io/service-name: web}}\n"+text), s); err != nil {
		t.Fatal(err)
	}
	return s
}

func changes(tb *Table) string {
	var lines []string
	for _, ch := range tb.Changes() {
		switch {
		case ch.Old == nil:
			lines = append(lines, "+ "+ch.New.String())
		case ch.New == nil:
			lines = append(lines, "- "+ch.Name.String())
		default:
			lines = append(lines, "~ "+ch.New.String())
		}
	}
	return strings.Join(lines, "\n")
}

func expect(t *testing.T, tb *Table, want ...string) {
	t.Helper()
	if d := cmp.Diff(strings.Join(want, "\n"), changes(tb)); d != "" {
		t.Errorf("changes (-want +got):\n%s", d)
	}
}

func TestServiceAndItsSlices(t *testing.T) {
	tb := New("node1")
	key := meta.Key{Namespace: "default", Name: "web"}
	one := slice(t, "web-1", `
addressType: IPv4
ports: [{name: http, port: 8080}]
endpoints: [{addresses: [10.244.1.2], nodeName: node1}, {addresses: [10.244.2.2], nodeName: node2}]`)
	tb.SetSlice(meta.KeyOf(one), one)
	expect(t, tb) // slices may come first
	tb.SetService(key, service(t, "  clusterIP: 10.96.0.10\n  ports: [{name: http, port: 80}]"))
	expect(t, tb, "+ default/web:http/TCP 10.96.0.10:80 -> 10.244.1.2:8080* 10.244.2.2:8080")
	tb.SetService(key, service(t, "  clusterIP: 10.96.0.10\n  ports: [{name: http, port: 80}]"))
	expect(t, tb) // nothing that matters changed
	two := slice(t, "web-2", `
addressType: IPv4
ports: [{name: http, port: 8080}]
endpoints: [{addresses: [10.244.3.2]}]`)
	tb.SetSlice(meta.KeyOf(two), two)
	expect(t, tb, "~ default/web:http/TCP 10.96.0.10:80 -> 10.244.1.2:8080* 10.244.2.2:8080 10.244.3.2:8080")
	tb.SetSlice(meta.KeyOf(one), nil)
	expect(t, tb, "~ default/web:http/TCP 10.96.0.10:80 -> 10.244.3.2:8080")
	tb.SetService(key, nil)
	expect(t, tb, "- default/web:http/TCP")
	tb.SetService(key, service(t, "  clusterIP: 10.96.0.10\n  ports: [{name: http, port: 80}]"))
	tb.SetService(key, nil)
	expect(t, tb) // came and went unseen
	tb.SetSlice(meta.KeyOf(two), nil)
	expect(t, tb)
	if len(tb.services)+len(tb.owner) != 0 {
		t.Errorf("%d services and %d slices are remembered for ever", len(tb.services), len(tb.owner))
	}
}

// A service that is labelled later is served no more, until the label goes.
func TestLabelledAway(t *testing.T) {
	for _, label := range []string{"service.kubernetes.io/service-proxy-name", "service.kubernetes.io/headless"} {
		tb := New("node1")
		key := meta.Key{Namespace: "default", Name: "web"}
		one := slice(t, "web-1", "\naddressType: IPv4\nports: [{name: http, port: 8080}]\nendpoints: [{addresses: [10.244.1.2], nodeName: node1}]")
		tb.SetSlice(meta.KeyOf(one), one)
		plain := service(t, "  clusterIP: 10.96.0.10\n  ports: [{name: http, port: 80}]")
		tb.SetService(key, plain)
		expect(t, tb, "+ default/web:http/TCP 10.96.0.10:80 -> 10.244.1.2:8080*")
		labelled := service(t, "  clusterIP: 10.96.0.10\n  ports: [{name: http, port: 80}]")
		labelled.Labels = map[string]string{label: ""}
		tb.SetService(key, labelled)
		expect(t, tb, "- default/web:http/TCP")
		tb.SetService(key, plain)
		expect(t, tb, "+ default/web:http/TCP 10.96.0.10:80 -> 10.244.1.2:8080*")
	}
}

func TestSliceMovesToAnotherService(t *testing.T) {
	tb := New("node1")
	for i, name := range []string{"web", "api"} {
		s := service(t, fmt.Sprintf("  clusterIP: 10.96.0.%d\n  ports: [{port: 80}]", i+1))
		s.Name = name
		tb.SetService(meta.KeyOf(s), s)
	}
	s := slice(t, "x", "addressType: IPv4\nports: [{port: 80}]\nendpoints: [{addresses: [10.244.1.2]}]")
	tb.SetSlice(meta.KeyOf(s), s)
	expect(t, tb, "+ default/api/TCP 10.96.0.2:80 -> none", "+ default/web/TCP 10.96.0.1:80 -> 10.244.1.2:80")
	moved := slice(t, "x", "addressType: IPv4\nports: [{port: 80}]\nendpoints: [{addresses: [10.244.1.2]}]")
	moved.Labels[discovery.LabelServiceName] = "api"
	tb.SetSlice(meta.KeyOf(moved), moved)
	expect(t, tb, "~ default/api/TCP 10.96.0.2:80 -> 10.244.1.2:80", "~ default/web/TCP 10.96.0.1:80 -> none")
}

func TestResolve(t *testing.T) {
	const ready = "addressType: IPv4\nports: [{port: 80}]\nendpoints:\n- {addresses: [10.244.1.2], nodeName: node1}\n- {addresses: [10.244.2.2], nodeName: node2}"
	tests := []struct {
		name, spec, slice string
		want              []string
	}{
		{"headless", "  clusterIP: None\n  ports: [{port: 80}]", ready, nil},
		{"external name", "  type: ExternalName\n  externalName: example.org", ready, nil},
		{"node port", "  type: NodePort\n  clusterIP: 10.96.0.1\n  ports: [{port: 80, nodePort: 30001}]", ready,
			[]string{"default/web/TCP 10.96.0.1:80 nodePort=30001 -> 10.244.1.2:80* 10.244.2.2:80"}},
		{"node port field of a plain service", "  clusterIP: 10.96.0.1\n  ports: [{port: 80, nodePort: 30001}]", ready,
			[]string{"default/web/TCP 10.96.0.1:80 -> 10.244.1.2:80* 10.244.2.2:80"}},
		{"affinity, default time", "  clusterIP: 10.96.0.1\n  sessionAffinity: ClientIP\n  ports: [{port: 80}]", ready,
			[]string{"default/web/TCP 10.96.0.1:80 affinity=3h0m0s -> 10.244.1.2:80* 10.244.2.2:80"}},
		{"external policy Local", "  type: NodePort\n  externalTrafficPolicy: Local\n  clusterIP: 10.96.0.1\n  ports: [{port: 80, nodePort: 30001}]", ready,
			[]string{"default/web/TCP 10.96.0.1:80 nodePort=30001 external=Local -> 10.244.1.2:80* 10.244.2.2:80 local -> 10.244.1.2:80*"}},
		{"the policy means nothing without a way in", "  externalTrafficPolicy: Local\n  clusterIP: 10.96.0.1\n  ports: [{port: 80}]", ready,
			[]string{"default/web/TCP 10.96.0.1:80 -> 10.244.1.2:80* 10.244.2.2:80"}},
		{"local endpoint terminates, a remote one is ready", "  internalTrafficPolicy: Local\n  clusterIP: 10.96.0.1\n  ports: [{port: 80}]",
			"addressType: IPv4\nports: [{port: 80}]\nendpoints:\n- {addresses: [10.244.1.2], nodeName: node1, conditions: {ready: false, serving: true, terminating: true}}\n- {addresses: [10.244.2.2], nodeName: node2}",
			[]string{"default/web/TCP 10.96.0.1:80 internal=Local -> 10.244.2.2:80 local -> 10.244.1.2:80*"}},
		{"not ready and not serving", "  clusterIP: 10.96.0.1\n  ports: [{port: 80}]",
			"addressType: IPv4\nports: [{port: 80}]\nendpoints:\n- {addresses: [10.244.1.2], conditions: {ready: false}}",
			[]string{"default/web/TCP 10.96.0.1:80 -> none"}},
		{"two families", "  clusterIP: 10.96.0.1\n  clusterIPs: [10.96.0.1, 'fd00::1']\n  ports: [{port: 80}]", ready,
			[]string{"default/web/TCP 10.96.0.1:80 -> 10.244.1.2:80* 10.244.2.2:80", "default/web/TCP/IPv6 fd00::1:80 -> none"}},
		{"another protocol of the same number", "  clusterIP: 10.96.0.1\n  ports: [{port: 80, protocol: UDP}]", ready,
			[]string{"default/web/UDP 10.96.0.1:80 -> none"}},
		{"source ranges of the other family let nobody in", "  type: LoadBalancer\n  loadBalancerSourceRanges: ['fd00::/8']\n  clusterIP: 10.96.0.1\n  ports: [{port: 80}]", ready,
			[]string{"default/web/TCP 10.96.0.1:80 sourceRanges=[10.96.0.1/32] -> 10.244.1.2:80* 10.244.2.2:80"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tb := New("node1")
			s, sl := service(t, tt.spec), slice(t, "web-1", tt.slice)
			tb.SetService(meta.KeyOf(s), s)
			tb.SetSlice(meta.KeyOf(sl), sl)
			tb.Changes()
			var got []string
			for _, p := range tb.Ports() {
				got = append(got, p.String())
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("ports (-want +got):\n%s", d)
			}
		})
	}
}
