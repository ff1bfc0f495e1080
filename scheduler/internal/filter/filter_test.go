package filter

import (
	"slices"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// place checks a pod against the one node of a cluster on which others run.
func place(pod func(*core.Pod), node func(*core.Node), others ...func(*core.Pod)) *Refusal {
	n := &core.Node{ObjectMeta: meta.ObjectMeta{Name: "n1", Labels: map[string]string{"disk": "ssd", "cores": "8"}}}
	n.Status.Allocatable = list("cpu", "4", "memory", "8Gi", "pods", "3", "example.com/gpu", "2")
	if node != nil {
		node(n)
	}
	c := cluster.New()
	c.SetNode(n)
	for i, f := range others {
		p := newPod(string(rune('a' + i)))
		f(p)
		c.SetPod(cluster.NewPod(p), "n1")
	}
	p := newPod("new")
	if pod != nil {
		pod(p)
	}
	return CheckNode(All, cluster.NewPod(p), c.Node("n1"))
}

func newPod(name string) *core.Pod {
	p := &core.Pod{ObjectMeta: meta.ObjectMeta{Name: name, UID: meta.UID(name)}}
	p.Spec.Containers = []core.Container{{Name: "c"}}
	return p
}

func list(pairs ...string) core.ResourceList {
	l := core.ResourceList{}
	for i := 0; i < len(pairs); i += 2 {
		l[core.ResourceName(pairs[i])] = quantity.MustParse(pairs[i+1])
	}
	return l
}

func requests(pairs ...string) func(*core.Pod) {
	return func(p *core.Pod) { p.Spec.Containers[0].Resources.Requests = list(pairs...) }
}

func hostPort(ip string, protocol core.Protocol, port int32) func(*core.Pod) {
	return func(p *core.Pod) {
		p.Spec.Containers[0].Ports = []core.ContainerPort{{HostIP: ip, Protocol: protocol, HostPort: port}}
	}
}

func taint(effect core.TaintEffect) func(*core.Node) {
	return func(n *core.Node) { n.Spec.Taints = []core.Taint{{Key: "team", Value: "db", Effect: effect}} }
}

func tolerate(o core.Toleration) func(*core.Pod) {
	return func(p *core.Pod) { p.Spec.Tolerations = []core.Toleration{o} }
}

func affinity(key string, op core.NodeSelectorOperator, values ...string) func(*core.Pod) {
	return affinityTerm(core.NodeSelectorTerm{MatchExpressions: []core.NodeSelectorRequirement{{Key: key, Operator: op, Values: values}}})
}

func affinityTerm(terms ...core.NodeSelectorTerm) func(*core.Pod) {
	return func(p *core.Pod) {
		p.Spec.Affinity = &core.Affinity{NodeAffinity: &core.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: &core.NodeSelector{NodeSelectorTerms: terms},
		}}
	}
}

func field(value string) core.NodeSelectorTerm {
	return core.NodeSelectorTerm{MatchFields: []core.NodeSelectorRequirement{{Key: "metadata.name", Operator: core.NodeSelectorOpIn, Values: []string{value}}}}
}

func cordoned(n *core.Node) { n.Spec.Unschedulable = true }

const (
	noMatch  = "node(s) didn't match Pod's node affinity/selector"
	noTaint  = "node(s) had untolerated taint {team: db}"
	noPort   = "node(s) didn't have free ports for the requested pod ports"
	cordon   = "node(s) were unschedulable"
	tooMany  = "Too many pods"
	noCPU    = "Insufficient cpu"
	noMemory = "Insufficient memory"
)

func TestFilters(t *testing.T) {
	tests := []struct {
		name   string
		pod    func(*core.Pod)
		node   func(*core.Node)
		others []func(*core.Pod)
		want   []string // none: the node will do
	}{
		{name: "nothing asked"},

		{name: "cordoned", node: cordoned, want: []string{cordon}},
		{name: "cordoned, tolerated", node: cordoned, pod: tolerate(core.Toleration{Key: core.TaintNodeUnschedulable, Operator: core.TolerationOpExists})},

		{name: "other node named", pod: func(p *core.Pod) { p.Spec.NodeName = "n2" }, want: []string{"node(s) didn't match the requested node name"}},
		{name: "this node named", pod: func(p *core.Pod) { p.Spec.NodeName = "n1" }},

		{name: "NoSchedule", node: taint(core.TaintEffectNoSchedule), want: []string{noTaint}},
		{name: "NoExecute", node: taint(core.TaintEffectNoExecute), want: []string{noTaint}},
		{name: "PreferNoSchedule", node: taint(core.TaintEffectPreferNoSchedule)},
		{name: "tolerated by value", node: taint(core.TaintEffectNoSchedule), pod: tolerate(core.Toleration{Key: "team", Value: "db"})},
		{name: "other value", node: taint(core.TaintEffectNoSchedule), pod: tolerate(core.Toleration{Key: "team", Value: "web"}), want: []string{noTaint}},
		{name: "other effect", node: taint(core.TaintEffectNoExecute), pod: tolerate(core.Toleration{Key: "team", Value: "db", Effect: core.TaintEffectNoSchedule}), want: []string{noTaint}},
		{name: "any value", node: taint(core.TaintEffectNoExecute), pod: tolerate(core.Toleration{Key: "team", Operator: core.TolerationOpExists})},
		{name: "everything tolerated", node: taint(core.TaintEffectNoExecute), pod: tolerate(core.Toleration{Operator: core.TolerationOpExists})},

		{name: "selector fits", pod: func(p *core.Pod) { p.Spec.NodeSelector = map[string]string{"disk": "ssd"} }},
		{name: "selector, other value", pod: func(p *core.Pod) { p.Spec.NodeSelector = map[string]string{"disk": "hdd"} }, want: []string{noMatch}},
		{name: "selector, no such label, empty value", pod: func(p *core.Pod) { p.Spec.NodeSelector = map[string]string{"gpu": ""} }, want: []string{noMatch}},
		{name: "In", pod: affinity("disk", core.NodeSelectorOpIn, "hdd", "ssd")},
		{name: "In, not among", pod: affinity("disk", core.NodeSelectorOpIn, "hdd"), want: []string{noMatch}},
		{name: "NotIn", pod: affinity("disk", core.NodeSelectorOpNotIn, "ssd"), want: []string{noMatch}},
		{name: "NotIn, no label", pod: affinity("zone", core.NodeSelectorOpNotIn, "a")},
		{name: "Exists", pod: affinity("disk", core.NodeSelectorOpExists)},
		{name: "DoesNotExist", pod: affinity("disk", core.NodeSelectorOpDoesNotExist), want: []string{noMatch}},
		{name: "Gt", pod: affinity("cores", core.NodeSelectorOpGt, "4")},
		{name: "Gt, equal", pod: affinity("cores", core.NodeSelectorOpGt, "8"), want: []string{noMatch}},
		{name: "Lt", pod: affinity("cores", core.NodeSelectorOpLt, "9")},
		{name: "Gt, no number", pod: affinity("disk", core.NodeSelectorOpGt, "4"), want: []string{noMatch}},
		{name: "second term fits", pod: affinityTerm(field("n9"), field("n1"))},
		{name: "other name", pod: affinityTerm(field("n9")), want: []string{noMatch}},
		{name: "empty term", pod: affinityTerm(core.NodeSelectorTerm{}), want: []string{noMatch}},
		{name: "no terms", pod: affinityTerm(), want: []string{noMatch}},

		{name: "port taken", pod: hostPort("", "", 80), others: []func(*core.Pod){hostPort("", core.ProtocolTCP, 80)}, want: []string{noPort}},
		{name: "other protocol", pod: hostPort("", core.ProtocolUDP, 80), others: []func(*core.Pod){hostPort("", core.ProtocolTCP, 80)}},
		{name: "other address", pod: hostPort("10.0.0.1", "", 80), others: []func(*core.Pod){hostPort("10.0.0.2", "", 80)}},
		{name: "all addresses", pod: hostPort("0.0.0.0", "", 80), others: []func(*core.Pod){hostPort("10.0.0.2", "", 80)}, want: []string{noPort}},

		{name: "fits exactly", pod: requests("cpu", "3", "memory", "8Gi"), others: []func(*core.Pod){requests("cpu", "1")}},
		{name: "cpu", pod: requests("cpu", "3001m"), others: []func(*core.Pod){requests("cpu", "1")}, want: []string{noCPU}},
		{name: "all at once", pod: requests("cpu", "5", "memory", "9Gi", "example.com/gpu", "3"), want: []string{noCPU, noMemory, "Insufficient example.com/gpu"}},
		{name: "nobody has it", pod: requests("example.com/tpu", "1"), want: []string{"Insufficient example.com/tpu"}},
		{name: "pods", others: []func(*core.Pod){requests(), requests(), requests()}, want: []string{tooMany}},
		{name: "asks for nothing on a full node", others: []func(*core.Pod){requests("cpu", "4", "memory", "8Gi")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			if r := place(tt.pod, tt.node, tt.others...); r != nil {
				got = r.Reasons
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("refused with %q, want %q", got, tt.want)
			}
		})
	}
}

// TestLasting: only what other pods hold can be had by taking them away.
func TestLasting(t *testing.T) {
	tests := []struct {
		name  string
		pod   func(*core.Pod)
		other func(*core.Pod)
		want  bool
	}{
		{"room taken", requests("cpu", "4"), requests("cpu", "1"), false},
		{"larger than the node", requests("cpu", "5"), requests("cpu", "1"), true},
		{"port taken", hostPort("", "", 80), hostPort("", "", 80), false},
		{"other labels", affinity("zone", core.NodeSelectorOpExists), requests(), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := place(tt.pod, nil, tt.other)
			if r == nil {
				t.Fatal("not refused")
			}
			if r.Lasting != tt.want {
				t.Errorf("Lasting = %v, want %v", r.Lasting, tt.want)
			}
		})
	}
}
