package scheduling

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// condition is what a pod's status says about its being scheduled.
func condition(p *core.Pod) core.PodCondition {
	for _, c := range p.Status.Conditions {
		if c.Type == core.PodScheduled {
			return c
		}
	}
	return core.PodCondition{}
}

// says waits until a pod's status gives that reason and message for its having
// no node.
func says(t *testing.T, ns, name, reason, message string) {
	t.Helper()
	eventually(t, func() error {
		p, err := pods().Get(t.Context(), ns, name)
		if err != nil {
			return err
		}
		if c := condition(p); c.Status != core.ConditionFalse || c.Reason != reason || c.Message != message {
			return fmt.Errorf("%s: %s, %s:\n got %s\nwant %s", name, c.Status, c.Reason, c.Message, message)
		}
		return nil
	})
}

// bound waits until a pod has a node, and returns which.
func bound(t testing.TB, ns, name string) string {
	t.Helper()
	var node string
	eventually(t, func() error {
		p, err := pods().Get(t.Context(), ns, name)
		if err != nil {
			return err
		}
		if node = p.Spec.NodeName; node == "" || condition(p).Status != core.ConditionTrue {
			return fmt.Errorf("%s is on %q: %+v", name, node, condition(p))
		}
		return nil
	})
	return node
}

// told waits until there is an event about a pod.
func told(t *testing.T, ns, name, kind, reason, message string) {
	t.Helper()
	eventually(t, func() error {
		list, err := client.Of[*core.Event](testbed.client).List(t.Context(), ns, client.ListOptions{})
		if err != nil {
			return err
		}
		var seen []string
		for _, e := range list.Items {
			if e.InvolvedObject.Name != name {
				continue
			}
			if e.Type == kind && e.Reason == reason && strings.HasPrefix(e.Message, message) && e.Source.Component == "default-scheduler" {
				return nil
			}
			seen = append(seen, fmt.Sprint(e.Type, " ", e.Reason, " ", e.Source.Component, ": ", e.Message))
		}
		return fmt.Errorf("no event %s %s: %s; there are %q", kind, reason, message, seen)
	})
}

var labels = map[string]string{"app": "web"}

func required(key string) []core.PodAffinityTerm {
	return []core.PodAffinityTerm{{TopologyKey: key, LabelSelector: &meta.LabelSelector{MatchLabels: labels}}}
}

// TestWordsOfRefusal: what keeps a pod from each of three nodes is told in its
// status and by an event, in the words that users know.
func TestWordsOfRefusal(t *testing.T) {
	ns := namespace(t)
	newNode(t, "n1", "z1", nil)
	newNode(t, "n2", "z2", func(n *core.Node) {
		n.Spec.Taints = []core.Taint{{Key: "dedicated", Value: "db", Effect: core.TaintEffectNoSchedule}}
	})
	newNode(t, "n3", "z3", func(n *core.Node) { delete(n.Labels, core.LabelTopologyZone) })
	// One pod of ours on n1, jealous of others of its label.
	newPod(t, ns, "first", func(p *core.Pod) {
		p.Labels = labels
		p.Spec.NodeSelector = map[string]string{core.LabelHostname: "n1"}
		p.Spec.Affinity = &core.Affinity{PodAntiAffinity: &core.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: required(core.LabelTopologyZone)}}
	})
	if node := bound(t, ns, "first"); node != "n1" {
		t.Fatalf("first is on %s, want n1", node)
	}
	told(t, ns, "first", core.EventTypeNormal, "Scheduled", "Successfully assigned "+ns+"/first to n1")

	const taint = "1 node(s) had untolerated taint {dedicated: db}"
	const hopeless = "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
	anywhere := func(p *core.Pod) { p.Spec.NodeSelector = map[string]string{core.LabelHostname: "n1"} }
	for _, tt := range []struct {
		name    string
		change  func(p *core.Pod)
		message string
	}{
		{"greedy", func(p *core.Pod) {
			p.Spec.Containers[0].Resources.Requests[core.ResourceCPU] = quantity.MustParse("5")
			p.Spec.Containers[0].Resources.Requests["example.com/gpu"] = quantity.MustParse("1")
			p.Spec.Containers[0].Resources.Limits = core.ResourceList{"example.com/gpu": quantity.MustParse("1")}
		}, "0/3 nodes are available: " + taint + ", 2 Insufficient cpu, 2 Insufficient example.com/gpu. " + hopeless},
		{"choosy", func(p *core.Pod) { p.Spec.NodeSelector = map[string]string{"disk": "ssd"} },
			"0/3 nodes are available: " + taint + ", 2 node(s) didn't match Pod's node affinity/selector. " + hopeless},
		{"shunned", func(p *core.Pod) { p.Labels = labels; anywhere(p) },
			"0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) didn't satisfy existing pods anti-affinity rules, " + taint + ". " +
				"preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling."},
		{"shy", func(p *core.Pod) {
			anywhere(p)
			p.Spec.Affinity = &core.Affinity{PodAntiAffinity: &core.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: required(core.LabelHostname)}}
		}, "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) didn't match pod anti-affinity rules, " + taint + ". " +
			"preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling."},
		{"lonely", func(p *core.Pod) {
			t := required(core.LabelHostname)
			t[0].LabelSelector = &meta.LabelSelector{MatchLabels: map[string]string{"app": "none"}}
			p.Spec.Affinity = &core.Affinity{PodAffinity: &core.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: t}}
		}, "0/3 nodes are available: " + taint + ", 2 node(s) didn't match pod affinity rules. " + hopeless},
		{"even", func(p *core.Pod) {
			p.Labels = map[string]string{"app": "even"}
			p.Spec.TopologySpreadConstraints = []core.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: "rack", WhenUnsatisfiable: core.DoNotSchedule,
				LabelSelector: &meta.LabelSelector{MatchLabels: p.Labels}}}
		}, "0/3 nodes are available: " + taint + ", 2 node(s) didn't match pod topology spread constraints (missing required label). " + hopeless},
		{"skewed", func(p *core.Pod) {
			p.Spec.TopologySpreadConstraints = []core.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: core.LabelTopologyZone, WhenUnsatisfiable: core.DoNotSchedule,
				LabelSelector: &meta.LabelSelector{}}}
			p.Spec.NodeSelector = map[string]string{core.LabelHostname: "n1"}
			ignore := core.NodeInclusionPolicyIgnore
			p.Spec.TopologySpreadConstraints[0].NodeAffinityPolicy = &ignore
		}, "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) didn't match pod topology spread constraints, " + taint + ". " +
			"preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling."},
		{"loyal", func(p *core.Pod) {
			p.Spec.Affinity = &core.Affinity{NodeAffinity: &core.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &core.NodeSelector{
				NodeSelectorTerms: []core.NodeSelectorTerm{{MatchFields: []core.NodeSelectorRequirement{{Key: "metadata.name", Operator: core.NodeSelectorOpIn, Values: []string{"n2"}}}}}}}}
		}, "0/3 nodes are available: " + taint + ", 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. " + hopeless},
	} {
		t.Run(tt.name, func(t *testing.T) {
			newPod(t, ns, tt.name, tt.change)
			says(t, ns, tt.name, "Unschedulable", tt.message)
			told(t, ns, tt.name, core.EventTypeWarning, "FailedScheduling", tt.message)
		})
	}
}

// TestGates: a gated pod says so and is not tried; once its last gate is lifted
// it is.
func TestGates(t *testing.T) {
	ns := namespace(t)
	newNode(t, "n1", "z1", nil)
	newPod(t, ns, "gated", func(p *core.Pod) {
		p.Spec.SchedulingGates = []core.PodSchedulingGate{{Name: "example.com/quota"}, {Name: "example.com/data"}}
	})
	newPod(t, ns, "free", nil)
	says(t, ns, "gated", "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates")
	bound(t, ns, "free") // so the scheduler has seen the other
	lift := func(n int) {
		t.Helper()
		eventually(t, func() error {
			p, err := pods().Get(t.Context(), ns, "gated")
			if err != nil {
				return err
			}
			p.Spec.SchedulingGates = p.Spec.SchedulingGates[:n]
			_, err = pods().Update(t.Context(), p)
			return err
		})
	}
	lift(1)
	newPod(t, ns, "after", nil)
	bound(t, ns, "after")
	says(t, ns, "gated", "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates")
	lift(0)
	bound(t, ns, "gated")
}

// TestChangesFreeAPod: a pod that fits nowhere is bound after the change that
// makes room, long before it would be tried again anyway.
func TestChangesFreeAPod(t *testing.T) {
	ns := namespace(t)
	newNode(t, "n1", "z1", nil)
	newPod(t, ns, "picky", func(p *core.Pod) { p.Spec.NodeSelector = map[string]string{"disk": "ssd"} })
	newPod(t, ns, "large", func(p *core.Pod) {
		p.Spec.Containers[0].Resources.Requests[core.ResourceCPU] = quantity.MustParse("6")
	})
	for name, why := range map[string]string{"picky": "1 node(s) didn't match Pod's node affinity/selector", "large": "1 Insufficient cpu"} {
		says(t, ns, name, "Unschedulable", "0/1 nodes are available: "+why+". preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.")
	}
	if _, err := nodes().Patch(t.Context(), "", "n1", client.MergePatch, []byte(`{"metadata":{"labels":{"disk":"ssd"}}}`)); err != nil {
		t.Fatal(err)
	}
	bound(t, ns, "picky")
	newNode(t, "n2", "z1", func(n *core.Node) { n.Status.Allocatable[core.ResourceCPU] = quantity.MustParse("8") })
	if node := bound(t, ns, "large"); node != "n2" {
		t.Errorf("large is on %s, want n2", node)
	}
}

// TestSpreadAndAlone: replicas that bear no other on their node get one each,
// and those spread by zone are as many in each.
func TestSpreadAndAlone(t *testing.T) {
	ns := namespace(t)
	for i := range 6 {
		newNode(t, fmt.Sprintf("n%d", i), fmt.Sprintf("z%d", i%3), nil)
	}
	perNode, perZone := map[string]int{}, map[string]int{}
	for i := range 6 {
		newPod(t, ns, fmt.Sprintf("alone-%d", i), func(p *core.Pod) {
			p.Labels = labels
			p.Spec.Affinity = &core.Affinity{PodAntiAffinity: &core.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: required(core.LabelHostname)}}
		})
	}
	for i := range 9 {
		newPod(t, ns, fmt.Sprintf("even-%d", i), func(p *core.Pod) {
			p.Labels = map[string]string{"app": "even"}
			p.Spec.TopologySpreadConstraints = []core.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: core.LabelTopologyZone,
				WhenUnsatisfiable: core.DoNotSchedule, LabelSelector: &meta.LabelSelector{MatchLabels: p.Labels}}}
		})
	}
	for i := range 6 {
		perNode[bound(t, ns, fmt.Sprintf("alone-%d", i))]++
	}
	for i := range 9 {
		node := bound(t, ns, fmt.Sprintf("even-%d", i))
		n, err := nodes().Get(t.Context(), "", node)
		if err != nil {
			t.Fatal(err)
		}
		perZone[n.Labels[core.LabelTopologyZone]]++
	}
	if len(perNode) != 6 {
		t.Errorf("six pods that bear no other are on %v", perNode)
	}
	if fmt.Sprint(perZone) != "map[z0:3 z1:3 z2:3]" {
		t.Errorf("nine pods are spread as %v, want three in each zone", perZone)
	}
}
