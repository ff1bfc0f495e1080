package score

import (
	"fmt"
	"math"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// zones is a cluster of nodes named after their zone and number: a1 is in zone
// a. Those named after nothing have no zone.
func zones(names ...string) *cluster.Cluster {
	c := cluster.New()
	for _, name := range names {
		n := &core.Node{ObjectMeta: meta.ObjectMeta{Name: name, Labels: map[string]string{core.LabelHostname: name}}}
		if name[0] != '-' {
			n.Labels[core.LabelTopologyZone] = name[:1]
		}
		n.Status.Allocatable = core.ResourceList{core.ResourceCPU: quantity.MustParse("4"), core.ResourceMemory: quantity.MustParse("4Gi")}
		c.SetNode(n)
	}
	return c
}

// put has a pod on a node.
func put(c *cluster.Cluster, name, node string, change func(*core.Pod)) {
	p := &core.Pod{ObjectMeta: meta.ObjectMeta{Namespace: "default", Name: name, UID: meta.UID(name), Labels: map[string]string{"app": "web"}}}
	if change != nil {
		change(p)
	}
	c.SetPod(cluster.NewPod(p), node)
}

// newcomer is a pod that is looked at.
func newcomer(change func(*core.Pod)) *cluster.Pod {
	p := &core.Pod{ObjectMeta: meta.ObjectMeta{Namespace: "default", Name: "new", UID: "new", Labels: map[string]string{"app": "web"}}}
	change(p)
	return cluster.NewPod(p)
}

// marks are a score's, by node, before and after scaling.
func marks(t *testing.T, name string, p *cluster.Pod, c *cluster.Cluster) (raw, scaled map[string]int64) {
	t.Helper()
	for _, s := range All(DefaultArgs()) {
		if s.Name != name {
			continue
		}
		mark := s.Prepare(p, c, c.Nodes)
		if mark == nil {
			return nil, nil
		}
		var list []int64
		raw, scaled = map[string]int64{}, map[string]int64{}
		for _, n := range c.Nodes {
			list = append(list, mark(n))
			raw[n.Name] = list[len(list)-1]
		}
		s.Scale(list)
		for i, n := range c.Nodes {
			scaled[n.Name] = list[i]
		}
		return raw, scaled
	}
	t.Fatalf("no score %s", name)
	return nil, nil
}

func near(key string) core.PodAffinityTerm {
	return core.PodAffinityTerm{TopologyKey: key, LabelSelector: &meta.LabelSelector{MatchLabels: map[string]string{"app": "web"}}}
}

func TestNearness(t *testing.T) {
	wish := func(weight int32, key string) *core.Affinity {
		return &core.Affinity{PodAffinity: &core.PodAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []core.WeightedPodAffinityTerm{{Weight: weight, PodAffinityTerm: near(key)}}}}
	}
	away := func(weight int32, key string) *core.Affinity {
		return &core.Affinity{PodAntiAffinity: &core.PodAntiAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []core.WeightedPodAffinityTerm{{Weight: weight, PodAffinityTerm: near(key)}}}}
	}
	needs := func(p *core.Pod) {
		p.Labels = nil
		p.Spec.Affinity = &core.Affinity{PodAffinity: &core.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []core.PodAffinityTerm{near(core.LabelTopologyZone)}}}
	}
	tests := []struct {
		name   string
		there  func(c *cluster.Cluster)
		pod    func(p *core.Pod)
		raw    string
		scaled string
	}{
		{"nobody wishes anything", func(c *cluster.Cluster) { put(c, "x", "a1", nil) }, func(*core.Pod) {}, "map[]", "map[]"},
		{"near two pods of the zone", func(c *cluster.Cluster) { put(c, "x", "a1", nil); put(c, "y", "a2", nil) },
			func(p *core.Pod) { p.Spec.Affinity = wish(5, core.LabelTopologyZone) },
			"map[-1:0 a1:10 a2:10 b1:0]", "map[-1:0 a1:100 a2:100 b1:0]"},
		{"away from the node", func(c *cluster.Cluster) { put(c, "x", "a1", nil) },
			func(p *core.Pod) { p.Spec.Affinity = away(5, core.LabelHostname) },
			"map[-1:0 a1:-5 a2:0 b1:0]", "map[-1:100 a1:0 a2:100 b1:100]"},
		{"others wish it near", func(c *cluster.Cluster) {
			put(c, "x", "b1", func(p *core.Pod) { p.Labels = nil; p.Spec.Affinity = wish(7, core.LabelHostname) })
		}, func(*core.Pod) {}, "map[-1:0 a1:0 a2:0 b1:7]", "map[-1:0 a1:0 a2:0 b1:100]"},
		{"others wish it away", func(c *cluster.Cluster) {
			put(c, "x", "a1", func(p *core.Pod) { p.Labels = nil; p.Spec.Affinity = away(7, core.LabelTopologyZone) })
		}, func(*core.Pod) {}, "map[-1:0 a1:-7 a2:-7 b1:0]", "map[-1:100 a1:0 a2:0 b1:100]"},
		{"others need it: that is a wish of one", func(c *cluster.Cluster) { put(c, "x", "a1", needs); put(c, "y", "a1", needs) },
			func(*core.Pod) {}, "map[-1:0 a1:2 a2:2 b1:0]", "map[-1:0 a1:100 a2:100 b1:0]"},
		{"of another namespace", func(c *cluster.Cluster) { put(c, "x", "a1", func(p *core.Pod) { p.Namespace = "other" }) },
			func(p *core.Pod) { p.Spec.Affinity = wish(5, core.LabelTopologyZone) },
			"map[-1:0 a1:0 a2:0 b1:0]", "map[-1:0 a1:0 a2:0 b1:0]"},
		{"one on its way out still counts", func(c *cluster.Cluster) { put(c, "x", "a1", func(p *core.Pod) { p.DeletionTimestamp = &meta.Time{} }) },
			func(p *core.Pod) { p.Spec.Affinity = wish(5, core.LabelHostname) },
			"map[-1:0 a1:5 a2:0 b1:0]", "map[-1:0 a1:100 a2:0 b1:0]"},
		{"a third of the way", func(c *cluster.Cluster) {
			put(c, "x", "a1", nil)
			put(c, "y", "b1", nil)
			put(c, "z", "b1", nil)
			put(c, "w", "b1", nil)
		}, func(p *core.Pod) { p.Spec.Affinity = wish(1, core.LabelHostname) },
			"map[-1:0 a1:1 a2:0 b1:3]", "map[-1:0 a1:33 a2:0 b1:100]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := zones("a1", "a2", "b1", "-1")
			tt.there(c)
			raw, scaled := marks(t, "InterPodAffinity", newcomer(tt.pod), c)
			if got := fmt.Sprint(raw); got != tt.raw {
				t.Errorf("marks %s, want %s", got, tt.raw)
			}
			if got := fmt.Sprint(scaled); got != tt.scaled {
				t.Errorf("scaled %s, want %s", got, tt.scaled)
			}
		})
	}
}

func TestSpread(t *testing.T) {
	soft := func(key string, skew int32) func(p *core.Pod) {
		return func(p *core.Pod) {
			p.Spec.TopologySpreadConstraints = append(p.Spec.TopologySpreadConstraints, core.TopologySpreadConstraint{
				MaxSkew: skew, TopologyKey: key, WhenUnsatisfiable: core.ScheduleAnyway, LabelSelector: &meta.LabelSelector{MatchLabels: map[string]string{"app": "web"}}})
		}
	}
	yes := true
	owned := func(p *core.Pod) {
		p.Labels = map[string]string{"app": "db"}
		p.OwnerReferences = []meta.OwnerReference{{UID: "rs", Controller: &yes}}
	}
	// The more places, the more a pod in one of them counts.
	two, four := math.Log(2+2), math.Log(4+2)
	round := func(x float64) string { return fmt.Sprint(int64(math.Round(x))) }
	tests := []struct {
		name   string
		there  func(c *cluster.Cluster)
		pod    func(p *core.Pod)
		raw    string
		scaled string
	}{
		{"no constraints and no kin", func(*cluster.Cluster) {}, func(*core.Pod) {}, "map[]", "map[]"},
		{"of a controller that selects nothing we know of", func(*cluster.Cluster) {}, func(p *core.Pod) {
			p.OwnerReferences = []meta.OwnerReference{{UID: "job", Controller: &yes}}
		}, "map[]", "map[]"},
		{"by zone", func(c *cluster.Cluster) { put(c, "x", "a1", nil); put(c, "y", "a1", nil); put(c, "z", "b1", nil) },
			soft(core.LabelTopologyZone, 1),
			"map[-1:-1 a1:" + round(2*two) + " a2:" + round(2*two) + " b1:" + round(two) + "]", "map[-1:0 a1:33 a2:33 b1:100]"},
		{"nothing anywhere", func(*cluster.Cluster) {}, soft(core.LabelTopologyZone, 1), "map[-1:-1 a1:0 a2:0 b1:0]", "map[-1:0 a1:100 a2:100 b1:100]"},
		{"by node", func(c *cluster.Cluster) { put(c, "x", "a1", nil) }, soft(core.LabelHostname, 1),
			"map[-1:0 a1:" + round(four) + " a2:0 b1:0]", "map[-1:100 a1:0 a2:100 b1:100]"},
		{"a skew that does not matter", func(c *cluster.Cluster) { put(c, "x", "a1", nil) }, soft(core.LabelHostname, 5),
			"map[-1:4 a1:" + round(four+4) + " a2:4 b1:4]", "map[-1:100 a1:66 a2:100 b1:100]"},
		{"those on their way out do not count", func(c *cluster.Cluster) { put(c, "x", "a1", func(p *core.Pod) { p.DeletionTimestamp = &meta.Time{} }) },
			soft(core.LabelHostname, 1), "map[-1:0 a1:0 a2:0 b1:0]", "map[-1:100 a1:100 a2:100 b1:100]"},
		{"of one service, by default, whoever made them", func(c *cluster.Cluster) {
			c.SetService(meta.Key{Namespace: "default", Name: "web"}, map[string]string{"app": "web"})
			c.SetService(meta.Key{Namespace: "default", Name: "db"}, map[string]string{"app": "db"})
			c.SetService(meta.Key{Namespace: "other", Name: "web"}, map[string]string{"none": "here"})
			put(c, "x", "a1", nil)
			put(c, "y", "a2", owned)
		}, func(*core.Pod) {},
			"map[-1:2 a1:" + round(four+2+two+4) + " a2:" + round(2+two+4) + " b1:6]", "map[-1:100 a1:22 a2:44 b1:55]"},
		{"the service and the ReplicaSet both narrow", func(c *cluster.Cluster) {
			c.SetService(meta.Key{Namespace: "default", Name: "db"}, map[string]string{"app": "db"})
			c.SetController("rs", "default", &meta.LabelSelector{MatchLabels: map[string]string{"hash": "1"}})
			put(c, "x", "a1", func(p *core.Pod) { p.Labels = map[string]string{"app": "db", "hash": "1"} })
			put(c, "y", "a2", owned) // of another ReplicaSet of the service
			put(c, "z", "a2", func(p *core.Pod) { p.Labels = map[string]string{"hash": "1"} })
		}, func(p *core.Pod) { owned(p); p.Labels["hash"] = "1" },
			"map[-1:2 a1:" + round(four+2+two+4) + " a2:" + round(2+two+4) + " b1:6]", "map[-1:100 a1:22 a2:44 b1:55]"},
		{"nodes that the pod may not go to do not count, by default", func(c *cluster.Cluster) {
			c.SetService(meta.Key{Namespace: "default", Name: "web"}, map[string]string{"app": "web"})
			put(c, "x", "a1", nil)
		}, func(p *core.Pod) { p.Spec.NodeSelector = map[string]string{core.LabelHostname: "a2"} },
			"map[-1:2 a1:6 a2:6 b1:6]", "map[-1:100 a1:33 a2:33 b1:33]"},
		{"a service that went", func(c *cluster.Cluster) {
			c.SetService(meta.Key{Namespace: "default", Name: "web"}, map[string]string{"app": "web"})
			c.DefaultSpread(newcomer(func(*core.Pod) {}))
			c.SetService(meta.Key{Namespace: "default", Name: "web"}, nil)
		}, func(*core.Pod) {}, "map[]", "map[]"},
		{"of one ReplicaSet, by default", func(c *cluster.Cluster) {
			c.SetController("rs", "default", &meta.LabelSelector{MatchLabels: map[string]string{"app": "db"}})
			put(c, "x", "a1", owned)
		}, owned,
			// Nodes without a zone are not held against their lacking one.
			"map[-1:2 a1:" + round(four+2+two+4) + " a2:" + round(2+two+4) + " b1:6]", "map[-1:100 a1:22 a2:44 b1:55]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := zones("a1", "a2", "b1", "-1")
			tt.there(c)
			raw, scaled := marks(t, "PodTopologySpread", newcomer(tt.pod), c)
			if got := fmt.Sprint(raw); got != tt.raw {
				t.Errorf("marks %s, want %s", got, tt.raw)
			}
			if got := fmt.Sprint(scaled); got != tt.scaled {
				t.Errorf("scaled %s, want %s", got, tt.scaled)
			}
		})
	}
}
