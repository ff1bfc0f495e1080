package filter

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/random"
)

// naive is the rules about other pods as the documents put them, by looking at
// every pod on every node. It knows nothing of counts.
type naive struct {
	nodes      []*core.Node
	pods       map[string][]*core.Pod // by node
	namespaces map[string]map[string]string
}

// means says whether a term of p's affinity means q.
func (w *naive) means(t *core.PodAffinityTerm, p, q *core.Pod) bool {
	in := slices.Contains(t.Namespaces, q.Namespace)
	if len(t.Namespaces) == 0 && t.NamespaceSelector == nil {
		in = p.Namespace == q.Namespace
	}
	if t.NamespaceSelector != nil {
		s, _ := selector.FromLabelSelector(t.NamespaceSelector)
		in = in || s.Matches(w.namespaces[q.Namespace])
	}
	return in && selects(t.LabelSelector, t.MatchLabelKeys, t.MismatchLabelKeys, p, q)
}

// selects says whether a selector, narrowed by keys, selects q.
func selects(l *meta.LabelSelector, same, other []string, p, q *core.Pod) bool {
	if l == nil {
		return false
	}
	for _, k := range same {
		if v, ok := p.Labels[k]; ok {
			if w, has := q.Labels[k]; !has || v != w {
				return false
			}
		}
	}
	for _, k := range other {
		if v, ok := p.Labels[k]; ok {
			if w, has := q.Labels[k]; has && v == w {
				return false
			}
		}
	}
	s, _ := selector.FromLabelSelector(l)
	return s.Matches(q.Labels)
}

// near calls f for each pod in the place that key makes of n.
func (w *naive) near(n *core.Node, key string, f func(q *core.Pod)) {
	v, ok := n.Labels[key]
	if !ok {
		return
	}
	for _, other := range w.nodes {
		if u, ok := other.Labels[key]; ok && u == v {
			for _, q := range w.pods[other.Name] {
				f(q)
			}
		}
	}
}

// affinity is the words of refusal, "" for none.
func (w *naive) affinity(p *core.Pod, n *core.Node) string {
	var required, anti []core.PodAffinityTerm
	if a := p.Spec.Affinity; a != nil {
		if a.PodAffinity != nil {
			required = a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution
		}
		if a.PodAntiAffinity != nil {
			anti = a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution
		}
	}
	all := func(q *core.Pod) bool {
		for i := range required {
			if !w.means(&required[i], p, q) {
				return false
			}
		}
		return true
	}
	anywhere, placesMissing, unmet := false, false, false
	for i := range required {
		for _, other := range w.nodes {
			w.near(other, required[i].TopologyKey, func(q *core.Pod) { anywhere = anywhere || all(q) })
		}
		if _, ok := n.Labels[required[i].TopologyKey]; !ok {
			placesMissing = true
		}
		found := false
		w.near(n, required[i].TopologyKey, func(q *core.Pod) { found = found || all(q) })
		unmet = unmet || !found
	}
	if placesMissing || unmet && (anywhere || !all(p)) {
		return notNear.Reasons[0]
	}
	for i := range anti {
		hit := false
		w.near(n, anti[i].TopologyKey, func(q *core.Pod) { hit = hit || w.means(&anti[i], p, q) })
		if hit {
			return tooNear.Reasons[0]
		}
	}
	for _, other := range w.nodes {
		for _, q := range w.pods[other.Name] {
			if q.Spec.Affinity == nil || q.Spec.Affinity.PodAntiAffinity == nil {
				continue
			}
			for _, t := range q.Spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
				a, ok := other.Labels[t.TopologyKey]
				b, has := n.Labels[t.TopologyKey]
				if ok && has && a == b && w.means(&t, q, p) {
					return notWelcome.Reasons[0]
				}
			}
		}
	}
	return ""
}

// spread is the words of refusal, "" for none.
func (w *naive) spread(p *core.Pod, n *core.Node) string {
	var hard []core.TopologySpreadConstraint
	for _, c := range p.Spec.TopologySpreadConstraints {
		if c.WhenUnsatisfiable == core.DoNotSchedule {
			hard = append(hard, c)
		}
	}
	for _, c := range hard {
		if _, ok := n.Labels[c.TopologyKey]; !ok {
			return noSuch.Reasons[0]
		}
		counts := map[string]int{}
		for _, other := range w.nodes {
			if !counted(p, other, &c, hard) {
				continue
			}
			place := other.Labels[c.TopologyKey]
			counts[place] += 0
			for _, q := range w.pods[other.Name] {
				if q.Namespace == p.Namespace && q.DeletionTimestamp == nil && selects(c.LabelSelector, c.MatchLabelKeys, nil, p, q) {
					counts[place]++
				}
			}
		}
		least := math.MaxInt
		for _, pods := range counts {
			least = min(least, pods)
		}
		if len(counts) == 0 || c.MinDomains != nil && len(counts) < int(*c.MinDomains) {
			least = 0
		}
		self := 0
		if selects(c.LabelSelector, c.MatchLabelKeys, nil, p, p) {
			self = 1
		}
		if counts[n.Labels[c.TopologyKey]]+self-least > int(c.MaxSkew) {
			return skewed.Reasons[0]
		}
	}
	return ""
}

// counted says whether a node counts for c.
func counted(p *core.Pod, n *core.Node, c *core.TopologySpreadConstraint, hard []core.TopologySpreadConstraint) bool {
	for _, o := range hard {
		if _, ok := n.Labels[o.TopologyKey]; !ok {
			return false
		}
	}
	if (c.NodeAffinityPolicy == nil || *c.NodeAffinityPolicy == core.NodeInclusionPolicyHonor) && !p.Spec.Wants(n) {
		return false
	}
	if c.NodeTaintsPolicy != nil && *c.NodeTaintsPolicy == core.NodeInclusionPolicyHonor {
		for _, taint := range n.Spec.Taints {
			if taint.Effect != core.TaintEffectPreferNoSchedule && !taint.Tolerated(p.Spec.Tolerations) {
				return false
			}
		}
	}
	return true
}

// words are what a prepared filter says about a node.
func words(r Prepared, n *cluster.Node) string {
	if r.Check == nil {
		return ""
	}
	if refusal := r.Check(n); refusal != nil {
		return refusal.Reasons[0]
	}
	return ""
}

// TestCountingEqualsLooking: on random clusters the filters that count say
// about every pod and node what looking at every pod says.
func TestCountingEqualsLooking(t *testing.T) {
	said := map[string]int{}
	for seed := range uint64(40) {
		m := random.New(seed)
		w := &naive{pods: map[string][]*core.Pod{}, namespaces: map[string]map[string]string{}}
		c := cluster.New()
		for _, ns := range random.Namespaces[:2] {
			w.namespaces[ns] = m.NamespaceLabels()
			c.SetNamespace(ns, w.namespaces[ns])
		}
		for i := range 8 {
			n := m.Node(i)
			w.nodes = append(w.nodes, n)
			c.SetNode(n)
		}
		for range 60 {
			p := m.Pod()
			ending := p.DeletionTimestamp
			p.DeletionTimestamp = nil // such are not placed; but those that are may end
			pod := cluster.NewPod(p)
			affinity, spread := prepareAffinity(pod, c), prepareSpread(pod, c)
			for _, n := range w.nodes {
				at := fmt.Sprintf("seed %d, %s on %s", seed, p.Name, n.Name)
				want := w.affinity(p, n)
				if got := words(affinity, c.Node(n.Name)); got != want {
					t.Fatalf("%s: %q, want %q", at, got, want)
				}
				said[want]++
				want = w.spread(p, n)
				if got := words(spread, c.Node(n.Name)); got != want {
					t.Fatalf("%s: %q, want %q", at, got, want)
				}
				said[want]++
			}
			if m.IntN(3) > 0 {
				n := w.nodes[m.IntN(len(w.nodes))]
				w.pods[n.Name] = append(w.pods[n.Name], p)
				p.DeletionTimestamp = ending
				c.SetPod(cluster.NewPod(p), n.Name)
			}
		}
	}
	for _, r := range []*Refusal{notNear, tooNear, notWelcome, skewed, noSuch} {
		if said[r.Reasons[0]] < 100 {
			t.Errorf("%q came up %d times only; the test shows little", r.Reasons[0], said[r.Reasons[0]])
		}
	}
}
