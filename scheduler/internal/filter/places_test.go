package filter

import (
	"fmt"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

var web = &meta.LabelSelector{MatchLabels: map[string]string{"app": "web"}}

// anywhere says of every node of a cluster of zones whether p may go there: a1
// and a2 are in zone a, b1 in b, and c1 in c is tainted.
func anywhere(pod *core.Pod, there map[string]string) string {
	c := cluster.New()
	for _, name := range []string{"a1", "a2", "b1", "c1"} {
		n := &core.Node{ObjectMeta: meta.ObjectMeta{Name: name, Labels: map[string]string{"zone": name[:1], core.LabelHostname: name}}}
		if name == "c1" {
			n.Spec.Taints = []core.Taint{{Key: "x", Effect: core.TaintEffectNoSchedule}}
		}
		c.SetNode(n)
	}
	for node, app := range there {
		p := &core.Pod{ObjectMeta: meta.ObjectMeta{Namespace: "default", Name: node, UID: meta.UID(node), Labels: map[string]string{"app": app}}}
		c.SetPod(cluster.NewPod(p), node[:2])
	}
	p := cluster.NewPod(pod)
	affinity, spread := prepareAffinity(p, c), prepareSpread(p, c)
	out := ""
	for _, name := range []string{"a1", "a2", "b1", "c1"} {
		n := c.Node(name)
		if words(affinity, n) == "" && words(spread, n) == "" {
			out += name + " "
		}
	}
	return out
}

func TestPlaces(t *testing.T) {
	near := func(terms ...core.PodAffinityTerm) func(*core.Pod) {
		return func(p *core.Pod) {
			p.Spec.Affinity = &core.Affinity{PodAffinity: &core.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: terms}}
		}
	}
	away := func(terms ...core.PodAffinityTerm) func(*core.Pod) {
		return func(p *core.Pod) {
			p.Spec.Affinity = &core.Affinity{PodAntiAffinity: &core.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: terms}}
		}
	}
	even := func(change func(*core.TopologySpreadConstraint)) func(*core.Pod) {
		return func(p *core.Pod) {
			p.Spec.TopologySpreadConstraints = []core.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: "zone", WhenUnsatisfiable: core.DoNotSchedule, LabelSelector: web}}
			if change != nil {
				change(&p.Spec.TopologySpreadConstraints[0])
			}
		}
	}
	zone, host := core.PodAffinityTerm{TopologyKey: "zone", LabelSelector: web}, core.PodAffinityTerm{TopologyKey: core.LabelHostname, LabelSelector: web}
	rack := core.PodAffinityTerm{TopologyKey: "rack", LabelSelector: web}
	db := core.PodAffinityTerm{TopologyKey: "zone", LabelSelector: &meta.LabelSelector{MatchLabels: map[string]string{"app": "db"}}}
	domains := func(n int32) func(*core.TopologySpreadConstraint) {
		return func(c *core.TopologySpreadConstraint) { c.MinDomains = &n }
	}
	honor, ignore := core.NodeInclusionPolicyHonor, core.NodeInclusionPolicyIgnore
	const all = "a1 a2 b1 c1 "
	tests := []struct {
		name  string
		pod   func(*core.Pod)
		there map[string]string // app of the pod on each node; a1x is a second one
		want  string
	}{
		{"the first of its kind may go anywhere", near(zone), nil, all},
		{"but not where there is no such place", near(rack), nil, ""},
		{"nor if it needs others", near(db), nil, ""},
		{"nor if one term is about others", near(zone, db), nil, ""},
		{"near in the zone", near(zone), map[string]string{"a1": "web"}, "a1 a2 "},
		{"near on the node", near(host), map[string]string{"a1": "web"}, "a1 "},
		{"one pod must meet all terms", near(zone, db), map[string]string{"a1": "web", "a2": "db"}, ""},
		{"away from the zone", away(zone), map[string]string{"a1": "web"}, "b1 c1 "},
		{"away where there is no such place", away(rack), map[string]string{"a1": "web"}, all},
		{"away from any of two", away(host, db), map[string]string{"b1": "web", "a1": "db"}, "c1 "},
		{"no selector means nobody", away(core.PodAffinityTerm{TopologyKey: "zone"}), map[string]string{"a1": "web"}, all},
		{"an empty one everybody", away(core.PodAffinityTerm{TopologyKey: "zone", LabelSelector: &meta.LabelSelector{}}), map[string]string{"a1": "any"}, "b1 c1 "},
		{"of other namespaces", away(core.PodAffinityTerm{TopologyKey: "zone", LabelSelector: web, Namespaces: []string{"other"}}), map[string]string{"a1": "web"}, all},
		{"even", even(nil), map[string]string{"a1": "web"}, "b1 c1 "},
		{"others do not count", even(nil), map[string]string{"a1": "db"}, all},
		{"a skew of two", even(func(c *core.TopologySpreadConstraint) { c.MaxSkew = 2 }), map[string]string{"a1": "web"}, all},
		{"an empty zone that the pod cannot go to counts", even(nil), map[string]string{"a1": "web", "b1": "web"}, "c1 "},
		{"unless taints are honoured", even(func(c *core.TopologySpreadConstraint) { c.NodeTaintsPolicy = &honor }), map[string]string{"a1": "web", "b1": "web"}, all},
		{"or the pod's own selector leaves it out", func(p *core.Pod) { even(nil)(p); p.Spec.NodeSelector = map[string]string{"zone": "a"} },
			map[string]string{"a1": "web"}, "a1 a2 b1 c1 "},
		{"which can be ignored", func(p *core.Pod) {
			even(func(c *core.TopologySpreadConstraint) { c.NodeAffinityPolicy = &ignore })(p)
			p.Spec.NodeSelector = map[string]string{"zone": "a"}
		}, map[string]string{"a1": "web"}, "b1 c1 "},
		{"fewer zones than there should be", even(domains(4)), map[string]string{"a1": "web", "b1": "web", "c1": "web"}, ""},
		{"as many as there should be", even(domains(3)), map[string]string{"a1": "web", "b1": "web", "c1": "web"}, all},
		{"a pod that does not count itself", func(p *core.Pod) { even(nil)(p); p.Labels = nil }, map[string]string{"a1": "web"}, all},
		{"no such label", even(func(c *core.TopologySpreadConstraint) { c.TopologyKey = "rack" }), nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &core.Pod{ObjectMeta: meta.ObjectMeta{Namespace: "default", Name: "new", UID: "new", Labels: map[string]string{"app": "web"}}}
			tt.pod(p)
			if got := anywhere(p, tt.there); got != tt.want {
				t.Errorf("it may go to %s, want %s", fmt.Sprintf("%q", got), fmt.Sprintf("%q", tt.want))
			}
		})
	}
}
