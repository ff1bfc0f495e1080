// Package random makes nodes, namespaces and pods for property tests: few
// labels and few values, so that most of what pods say about nodes and about
// each other is met by some and not by others.
package random

import (
	"fmt"
	"math/rand/v2"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// Maker makes objects. Equal seeds make equal objects.
type Maker struct {
	*rand.Rand
	pods int
}

// New makes a maker.
func New(seed uint64) *Maker { return &Maker{Rand: rand.New(rand.NewPCG(seed, 1))} }

// Namespaces are the names of the namespaces of pods.
var Namespaces = []string{"one", "two", "three"}

// Keys are the labels of nodes that make places.
var Keys = []string{"zone", "rack", core.LabelHostname}

// one picks a value.
func one[T any](m *Maker, values ...T) T { return values[m.IntN(len(values))] }

// in says yes once in n times.
func (m *Maker) in(n int) bool { return m.IntN(n) == 0 }

// NamespaceLabels are labels of a namespace.
func (m *Maker) NamespaceLabels() map[string]string {
	return map[string]string{"team": one(m, "a", "b")}
}

// Node is a node, the number i.
func (m *Maker) Node(i int) *core.Node {
	name := fmt.Sprintf("n%d", i)
	n := &core.Node{ObjectMeta: meta.ObjectMeta{Name: name, Labels: map[string]string{}}}
	if !m.in(8) {
		n.Labels["zone"] = one(m, "z1", "z2", "z3")
	}
	if !m.in(3) {
		n.Labels["rack"] = one(m, "r1", "r2", "r3", "r4")
	}
	if !m.in(10) {
		n.Labels[core.LabelHostname] = name
	}
	if m.in(2) {
		n.Labels["disk"] = one(m, "ssd", "hdd")
	}
	if m.in(4) {
		n.Spec.Taints = []core.Taint{{Key: "dedicated", Value: one(m, "db", "web"),
			Effect: one(m, core.TaintEffectNoSchedule, core.TaintEffectPreferNoSchedule, core.TaintEffectNoExecute)}}
	}
	n.Spec.Unschedulable = m.in(10)
	n.Status.Allocatable = core.ResourceList{
		core.ResourceCPU:    quantity.MustParse(fmt.Sprint(2 + m.IntN(6))),
		core.ResourceMemory: quantity.MustParse(fmt.Sprintf("%dGi", 2+m.IntN(6))),
		core.ResourcePods:   quantity.MustParse("20"),
	}
	if m.in(3) {
		n.Status.Images = []core.ContainerImage{{Names: []string{"docker.io/library/nginx:1.22"}, SizeBytes: int64(m.IntN(500)) << 20}}
	}
	return n
}

// Pod is a pod without a node.
func (m *Maker) Pod() *core.Pod {
	m.pods++
	name := fmt.Sprintf("p%d", m.pods)
	p := &core.Pod{ObjectMeta: meta.ObjectMeta{Namespace: one(m, Namespaces...), Name: name, UID: meta.UID(name), Labels: map[string]string{}}}
	p.Labels["app"] = one(m, "web", "db", "cache")
	if m.in(2) {
		p.Labels["tier"] = one(m, "front", "back")
	}
	if m.in(3) {
		yes := true
		p.OwnerReferences = []meta.OwnerReference{{UID: meta.UID(one(m, "rs1", "rs2")), Controller: &yes}}
	}
	if m.in(12) {
		p.DeletionTimestamp = &meta.Time{}
	}
	p.Spec.SchedulerName = "default-scheduler"
	p.Spec.Containers = []core.Container{{Name: "c", Image: one(m, "nginx:1.22", "redis:7")}}
	p.Spec.Containers[0].Resources.Requests = core.ResourceList{
		core.ResourceCPU: quantity.MustParse(one(m, "100m", "500m", "1")), core.ResourceMemory: quantity.MustParse(one(m, "64Mi", "512Mi")),
	}
	if m.in(10) {
		p.Spec.Containers[0].Ports = []core.ContainerPort{{HostPort: int32(80 + m.IntN(2)), ContainerPort: 80}}
	}
	if m.in(5) {
		p.Spec.NodeSelector = map[string]string{"disk": one(m, "ssd", "hdd")}
	}
	if m.in(3) {
		p.Spec.Tolerations = []core.Toleration{{Key: "dedicated", Operator: core.TolerationOpEqual, Value: one(m, "db", "web")}}
	}
	m.affinity(p)
	for range m.IntN(3) {
		if m.in(2) {
			p.Spec.TopologySpreadConstraints = append(p.Spec.TopologySpreadConstraints, m.constraint())
		}
	}
	return p
}

func (m *Maker) affinity(p *core.Pod) {
	var a core.Affinity
	if m.in(4) {
		a.NodeAffinity = &core.NodeAffinity{}
		term := core.NodeSelectorTerm{MatchExpressions: []core.NodeSelectorRequirement{{Key: one(m, "zone", "disk"),
			Operator: one(m, core.NodeSelectorOpIn, core.NodeSelectorOpNotIn), Values: []string{one(m, "z1", "z2", "ssd")}}}}
		if m.in(2) {
			a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution = &core.NodeSelector{NodeSelectorTerms: []core.NodeSelectorTerm{term}}
		} else {
			a.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution = []core.PreferredSchedulingTerm{{Weight: int32(1 + m.IntN(100)), Preference: term}}
		}
	}
	if m.in(3) {
		a.PodAffinity = &core.PodAffinity{}
		for range m.IntN(3) {
			a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution = append(a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution, m.term())
		}
		if m.in(2) {
			a.PodAffinity.PreferredDuringSchedulingIgnoredDuringExecution = []core.WeightedPodAffinityTerm{{Weight: int32(1 + m.IntN(100)), PodAffinityTerm: m.term()}}
		}
	}
	if m.in(3) {
		a.PodAntiAffinity = &core.PodAntiAffinity{}
		if m.in(2) {
			a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution = []core.PodAffinityTerm{m.term()}
		}
		if m.in(2) {
			a.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution = []core.WeightedPodAffinityTerm{{Weight: int32(1 + m.IntN(100)), PodAffinityTerm: m.term()}}
		}
	}
	if a != (core.Affinity{}) {
		p.Spec.Affinity = &a
	}
}

func (m *Maker) term() core.PodAffinityTerm {
	t := core.PodAffinityTerm{TopologyKey: one(m, Keys...), LabelSelector: m.selector()}
	switch m.IntN(6) {
	case 0:
		t.Namespaces = []string{one(m, Namespaces...)}
	case 1:
		t.NamespaceSelector = &meta.LabelSelector{}
	case 2:
		t.NamespaceSelector = &meta.LabelSelector{MatchLabels: map[string]string{"team": one(m, "a", "b")}}
		if m.in(2) {
			t.Namespaces = []string{one(m, Namespaces...)}
		}
	}
	if m.in(8) {
		t.MatchLabelKeys = []string{"tier"}
	}
	if m.in(8) {
		t.MismatchLabelKeys = []string{"app"}
	}
	return t
}

func (m *Maker) selector() *meta.LabelSelector {
	switch m.IntN(8) {
	case 0:
		return nil
	case 1:
		return &meta.LabelSelector{}
	case 2:
		return &meta.LabelSelector{MatchExpressions: []meta.LabelSelectorRequirement{{Key: "tier", Operator: meta.LabelSelectorOpExists}}}
	case 3:
		return &meta.LabelSelector{MatchExpressions: []meta.LabelSelectorRequirement{{Key: "app", Operator: meta.LabelSelectorOpNotIn, Values: []string{one(m, "web", "db")}}}}
	}
	return &meta.LabelSelector{MatchLabels: map[string]string{"app": one(m, "web", "db", "cache")}}
}

func (m *Maker) constraint() core.TopologySpreadConstraint {
	c := core.TopologySpreadConstraint{
		MaxSkew: int32(1 + m.IntN(3)), TopologyKey: one(m, Keys...), LabelSelector: m.selector(),
		WhenUnsatisfiable: one(m, core.DoNotSchedule, core.ScheduleAnyway),
	}
	ignore, honor := core.NodeInclusionPolicyIgnore, core.NodeInclusionPolicyHonor
	if c.WhenUnsatisfiable == core.DoNotSchedule && m.in(4) {
		domains := int32(1 + m.IntN(5))
		c.MinDomains = &domains
	}
	if m.in(4) {
		c.NodeAffinityPolicy = &ignore
	}
	if m.in(4) {
		c.NodeTaintsPolicy = &honor
	}
	if m.in(4) {
		c.MatchLabelKeys = []string{"tier"}
	}
	return c
}
