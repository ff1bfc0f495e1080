package scheduler

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
	"github.com/pilothouse/pilothouse/proto/storage"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/filter"
)

// bed is a scheduler in a bubble: it decides, and its letters are thrown away.
type bed struct {
	*Scheduler
	nodes map[string]*core.Node
	pods  map[string]*core.Pod
}

func (b *bed) addNode(n *core.Node) {
	b.nodeChanged(b.nodes[n.Name], n)
	b.nodes[n.Name] = n
}

func (b *bed) addPod(p *core.Pod) {
	b.podChanged(b.pods[p.Name], p)
	b.pods[p.Name] = p
}

func (b *bed) removePod(name string) { b.podChanged(b.pods[name], nil) }

// changeNode and changePod tell of a change as the watch does.
func (b *bed) changeNode(name string, f func(*core.Node)) {
	n := b.nodes[name].DeepCopy()
	f(n)
	b.addNode(n)
}

func (b *bed) changePod(name string, f func(*core.Pod)) {
	p := b.pods[name].DeepCopy()
	f(p)
	b.addPod(p)
}

// running is a pod on a node.
func running(name, node string, labels map[string]string) *core.Pod {
	p := pod(name, "1")
	p.Labels = labels
	p.Spec.NodeName = node
	return p
}

// inZone is a node with a zone and a host name.
func inZone(name, z string) *core.Node {
	n := node(name, "4")
	n.Labels = map[string]string{host: name, zone: z}
	return n
}

func required(t core.PodAffinityTerm) []core.PodAffinityTerm { return []core.PodAffinityTerm{t} }

// unwritten has a class whose claims wait for a pod, and nothing of their
// binding written.
func unwritten(b *bed) {
	wait := storage.VolumeBindingWaitForFirstConsumer
	b.classChanged(nil, &storage.StorageClass{ObjectMeta: meta.ObjectMeta{Name: "wait"}, Provisioner: core.ProvisionerNone, VolumeBindingMode: &wait})
	b.steps[0].before = nil
}

// stuck are pods that fit nowhere, for one reason each, and what frees them.
var stuck = []struct {
	name, filter string
	set          func(b *bed)
	waiting      func(p *core.Pod)
	idle         func(b *bed) // must not help
	frees        func(b *bed)
}{
	{"uncordoned", filter.Unschedulable,
		func(b *bed) { b.changeNode("n1", func(n *core.Node) { n.Spec.Unschedulable = true }) }, nil,
		func(b *bed) { b.changeNode("n1", func(n *core.Node) { n.Labels["x"] = "y" }) },
		func(b *bed) { b.changeNode("n1", func(n *core.Node) { n.Spec.Unschedulable = false }) }},
	{"the taint goes", filter.Taints,
		func(b *bed) {
			b.changeNode("n1", func(n *core.Node) { n.Spec.Taints = []core.Taint{{Key: "a", Effect: core.TaintEffectNoSchedule}} })
		}, nil,
		func(b *bed) {
			b.changeNode("n1", func(n *core.Node) { n.Spec.Taints = []core.Taint{{Key: "b", Effect: core.TaintEffectNoSchedule}} })
		},
		func(b *bed) { b.changeNode("n1", func(n *core.Node) { n.Spec.Taints = nil }) }},
	{"the taint goes, then room is made", filter.Taints,
		func(b *bed) {
			b.changeNode("n1", func(n *core.Node) { n.Spec.Taints = []core.Taint{{Key: "a", Effect: core.TaintEffectNoSchedule}} })
			b.addPod(running("big", "n1", nil))
			b.addPod(running("big2", "n1", nil))
		}, func(p *core.Pod) { p.Spec.Containers[0].Resources.Requests[core.ResourceCPU] = quantity.MustParse("3") },
		func(b *bed) { b.changeNode("n1", func(n *core.Node) { n.Spec.Taints = nil }) },
		func(b *bed) { b.removePod("big") }},
	{"the label comes", filter.NodeAffinity, nil,
		func(p *core.Pod) { p.Spec.NodeSelector = map[string]string{"disk": "ssd"} },
		func(b *bed) { b.changeNode("n1", func(n *core.Node) { n.Labels["disk"] = "hdd" }) },
		func(b *bed) { b.changeNode("n1", func(n *core.Node) { n.Labels["disk"] = "ssd" }) }},
	{"the named node comes", filter.NodeAffinity, nil,
		func(p *core.Pod) {
			p.Spec.Affinity = &core.Affinity{NodeAffinity: &core.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &core.NodeSelector{
				NodeSelectorTerms: []core.NodeSelectorTerm{{MatchFields: []core.NodeSelectorRequirement{
					{Key: "metadata.name", Operator: core.NodeSelectorOpIn, Values: []string{"n9"}}}}}}}}
		},
		func(b *bed) { b.addNode(inZone("n8", "z")) },
		func(b *bed) { b.addNode(inZone("n9", "z")) }},
	{"the port is free", filter.Ports,
		func(b *bed) {
			p := running("web", "n1", nil)
			p.Spec.Containers[0].Ports = []core.ContainerPort{{HostPort: 80, ContainerPort: 80}}
			b.addPod(p)
			b.addPod(running("other", "n1", nil))
		}, func(p *core.Pod) {
			p.Spec.Containers[0].Ports = []core.ContainerPort{{HostPort: 80, ContainerPort: 80}}
		},
		func(b *bed) { b.removePod("other") },
		func(b *bed) { b.removePod("web") }},
	{"a volume that it can use comes", filter.VolumeBinding,
		func(b *bed) { unwritten(b); b.claimChanged(nil, claim("a", "1Gi", "wait")) },
		func(p *core.Pod) { using(p, "a") },
		func(b *bed) { b.volumeChanged(nil, volume("far", "1Gi", "n9")) },
		func(b *bed) { b.volumeChanged(nil, volume("near", "1Gi", "n1")) }},
	{"its claim comes", filter.VolumeBinding,
		func(b *bed) { unwritten(b); b.volumeChanged(nil, volume("near", "1Gi", "n1")) },
		func(p *core.Pod) { using(p, "a") },
		func(b *bed) { b.claimChanged(nil, claim("b", "1Gi", "wait")) },
		func(b *bed) { b.claimChanged(nil, claim("a", "1Gi", "wait")) }},
	{"a node in the volume's zone", filter.VolumeZone,
		func(b *bed) {
			unwritten(b)
			v := volume("v", "1Gi", "")
			v.Labels = map[string]string{zone: "z9"}
			c, v := bound(claim("a", "1Gi", "wait"), v)
			b.volumeChanged(nil, v)
			b.claimChanged(nil, c)
		},
		func(p *core.Pod) { using(p, "a") },
		func(b *bed) { b.addNode(inZone("n8", "z8")) },
		func(b *bed) { b.addNode(inZone("n9", "z9")) }},
	{"the only pod that may use the claim goes", filter.VolumeRestrictions,
		func(b *bed) {
			unwritten(b)
			c := claim("a", "1Gi", "wait")
			c.Spec.AccessModes = []core.PersistentVolumeAccessMode{core.ReadWriteOncePod}
			c, v := bound(c, volume("v", "1Gi", ""))
			b.volumeChanged(nil, v)
			b.claimChanged(nil, c)
			b.addPod(using(running("first", "n1", nil), "a"))
			b.addPod(running("other", "n1", nil))
		},
		func(p *core.Pod) { using(p, "a") },
		func(b *bed) { b.removePod("other") },
		func(b *bed) { b.removePod("first") }},
	{"a pod goes", filter.Fit, fill, huge,
		func(b *bed) { b.changeNode("n1", func(n *core.Node) { n.Labels["x"] = "y" }) },
		func(b *bed) { b.removePod("big") }},
	{"a pod shrinks", filter.Fit, fill, huge,
		func(b *bed) { b.changePod("big", func(p *core.Pod) { p.Status.Phase = core.PodRunning }) },
		func(b *bed) {
			b.changePod("big", func(p *core.Pod) { p.Spec.Containers[0].Resources.Requests[core.ResourceCPU] = quantity.MustParse("0") })
		}},
	{"the node grows", filter.Fit, fill, huge,
		func(b *bed) {
			b.changeNode("n1", func(n *core.Node) { n.Status.Conditions = []core.NodeCondition{{Type: core.NodeReady}} })
		},
		func(b *bed) {
			b.changeNode("n1", func(n *core.Node) { n.Status.Allocatable[core.ResourceCPU] = quantity.MustParse("8") })
		}},
	{"a node comes", filter.Fit, fill, huge,
		func(b *bed) { b.addNode(node("small", "1")) },
		func(b *bed) { b.addNode(node("n2", "4")) }},
	{"a pod that it needs is placed", filter.PodAffinity, nil,
		func(p *core.Pod) {
			p.Spec.Affinity = &core.Affinity{PodAffinity: &core.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: required(term(zone, "blue"))}}
		},
		func(b *bed) { b.addPod(running("red", "n1", map[string]string{"color": "red"})) },
		func(b *bed) { b.addPod(running("blue", "n1", map[string]string{"color": "blue"})) }},
	{"a pod that it needs is scheduled", filter.PodAffinity, nil,
		func(p *core.Pod) {
			p.Spec.Affinity = &core.Affinity{PodAffinity: &core.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: required(term(zone, "blue"))}}
		}, nil,
		func(b *bed) {
			p := pod("blue", "1")
			p.Labels = map[string]string{"color": "blue"}
			b.addPod(p)
		}},
	{"a pod becomes one that it needs", filter.PodAffinity,
		func(b *bed) { b.addPod(running("red", "n1", map[string]string{"color": "red"})) },
		func(p *core.Pod) {
			p.Spec.Affinity = &core.Affinity{PodAffinity: &core.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: required(term(zone, "blue"))}}
		},
		func(b *bed) { b.changePod("red", func(p *core.Pod) { p.Labels["x"] = "y" }) },
		func(b *bed) { b.changePod("red", func(p *core.Pod) { p.Labels["color"] = "blue" }) }},
	{"the namespace becomes one that it means", filter.PodAffinity,
		func(b *bed) {
			p := running("blue", "n1", map[string]string{"color": "blue"})
			p.Namespace = "other"
			b.namespaceChanged(nil, &core.Namespace{ObjectMeta: meta.ObjectMeta{Name: "other"}})
			b.addPod(p)
		},
		func(p *core.Pod) {
			t := term(zone, "blue")
			t.NamespaceSelector = &meta.LabelSelector{MatchLabels: map[string]string{"team": "a"}}
			p.Spec.Affinity = &core.Affinity{PodAffinity: &core.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: required(t)}}
		},
		func(b *bed) {
			b.namespaceChanged(nil, &core.Namespace{ObjectMeta: meta.ObjectMeta{Name: "other", Labels: map[string]string{"team": "b"}}})
		},
		func(b *bed) {
			b.namespaceChanged(nil, &core.Namespace{ObjectMeta: meta.ObjectMeta{Name: "other", Labels: map[string]string{"team": "a"}}})
		}},
	{"a pod that it does not bear goes", filter.PodAffinity,
		func(b *bed) {
			b.addPod(running("blue", "n1", map[string]string{"color": "blue"}))
			b.addPod(running("red", "n1", map[string]string{"color": "red"}))
		},
		func(p *core.Pod) {
			p.Spec.Affinity = &core.Affinity{PodAntiAffinity: &core.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: required(term(zone, "blue"))}}
		},
		func(b *bed) { b.removePod("red") },
		func(b *bed) { b.removePod("blue") }},
	{"a pod that does not bear it goes", filter.PodAffinity,
		func(b *bed) {
			p := running("jealous", "n1", nil)
			p.Spec.Affinity = &core.Affinity{PodAntiAffinity: &core.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: required(term(zone, "green"))}}
			b.addPod(p)
			b.addPod(running("other", "n1", nil))
		},
		func(p *core.Pod) { p.Labels = map[string]string{"color": "green"} },
		func(b *bed) { b.removePod("other") },
		func(b *bed) { b.removePod("jealous") }},
	{"the node moves to another zone", filter.PodAffinity,
		func(b *bed) {
			b.addNode(inZone("full", "z1"))
			b.changeNode("full", func(n *core.Node) { n.Spec.Unschedulable = true })
			b.addPod(running("blue", "full", map[string]string{"color": "blue"}))
		},
		func(p *core.Pod) {
			p.Spec.Tolerations = []core.Toleration{{Key: core.TaintNodeUnschedulable, Operator: core.TolerationOpExists}}
			p.Spec.Affinity = &core.Affinity{PodAntiAffinity: &core.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: required(term(zone, "blue"))}}
		},
		func(b *bed) { b.changeNode("n1", func(n *core.Node) { n.Spec.Unschedulable = true }) },
		func(b *bed) { b.changeNode("n1", func(n *core.Node) { n.Labels[zone] = "z2" }) }},
	{"a pod in the fullest place goes", filter.Spread, crowd, spreadOut,
		func(b *bed) { b.removePod("red") },
		func(b *bed) { b.removePod("blue1") }},
	{"the emptiest place gets a pod", filter.Spread, crowd, spreadOut,
		func(b *bed) { b.addPod(running("red2", "n2", map[string]string{"color": "red"})) },
		func(b *bed) { b.addPod(running("blue2", "n2", map[string]string{"color": "blue"})) }},
	{"a pod in the fullest place is on its way out", filter.Spread, crowd, spreadOut,
		func(b *bed) { b.changePod("red", func(p *core.Pod) { p.DeletionTimestamp = &meta.Time{} }) },
		func(b *bed) { b.changePod("blue1", func(p *core.Pod) { p.DeletionTimestamp = &meta.Time{} }) }},
	{"the emptiest place goes", filter.Spread, crowd, spreadOut, nil,
		func(b *bed) { b.nodeChanged(b.nodes["n2"], nil) }},
	{"the node gets the label", filter.Spread,
		func(b *bed) { b.changeNode("n1", func(n *core.Node) { delete(n.Labels, zone) }) }, spreadOut,
		func(b *bed) { b.changeNode("n1", func(n *core.Node) { n.Spec.Unschedulable = true }) },
		func(b *bed) {
			b.changeNode("n1", func(n *core.Node) { n.Labels[zone], n.Spec.Unschedulable = "z1", false })
		}},
	{"it asks for less", filter.Fit, fill, huge,
		func(b *bed) { b.changePod("waiting", func(p *core.Pod) { p.Status.Phase = core.PodPending }) },
		func(b *bed) {
			b.changePod("waiting", func(p *core.Pod) { p.Spec.Containers[0].Resources.Requests[core.ResourceCPU] = quantity.MustParse("1") })
		}},
	{"the gate is lifted", "", nil,
		func(p *core.Pod) { p.Spec.SchedulingGates = []core.PodSchedulingGate{{Name: "a"}, {Name: "b"}} },
		func(b *bed) {
			b.changePod("waiting", func(p *core.Pod) { p.Spec.SchedulingGates = p.Spec.SchedulingGates[1:] })
		},
		func(b *bed) { b.changePod("waiting", func(p *core.Pod) { p.Spec.SchedulingGates = nil }) }},
}

// fill leaves room for one of the four CPUs.
func fill(b *bed) {
	p := running("big", "n1", nil)
	p.Spec.Containers[0].Resources.Requests[core.ResourceCPU] = quantity.MustParse("3")
	b.addPod(p)
}

func huge(p *core.Pod) {
	p.Spec.Containers[0].Resources.Requests[core.ResourceCPU] = quantity.MustParse("3500m")
}

// crowd puts a blue pod into one zone and cordons the node of the other.
func crowd(b *bed) {
	b.addNode(inZone("n2", "z2"))
	b.changeNode("n2", func(n *core.Node) { n.Status.Allocatable[core.ResourceCPU] = quantity.MustParse("0") })
	b.addPod(running("blue1", "n1", map[string]string{"color": "blue"}))
	b.addPod(running("red", "n1", map[string]string{"color": "red"}))
}

// spreadOut has a blue pod spread over the zones.
func spreadOut(p *core.Pod) {
	p.Labels = map[string]string{"color": "blue"}
	p.Spec.TopologySpreadConstraints = []core.TopologySpreadConstraint{{
		MaxSkew: 1, TopologyKey: zone, WhenUnsatisfiable: core.DoNotSchedule, LabelSelector: &meta.LabelSelector{MatchLabels: p.Labels},
	}}
}

// TestTheEventThatFreesAPodHasItScheduled: without any time going by.
func TestTheEventThatFreesAPodHasItScheduled(t *testing.T) {
	covered := map[string]bool{filter.NodeName: true} // a pod that names its node passes us by
	for _, tt := range stuck {
		covered[tt.filter] = true
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				b := &bed{without(), map[string]*core.Node{}, map[string]*core.Pod{}}
				go b.loop(ctx)
				go func() {
					for {
						select {
						case <-b.outbox:
						case <-ctx.Done():
							return
						}
					}
				}()
				defer func() { cancel(); synctest.Wait() }()
				began := time.Now()
				b.addNode(inZone("n1", "z1"))
				if tt.set != nil {
					tt.set(b)
				}
				p := pod("waiting", "1")
				if tt.waiting != nil {
					tt.waiting(p)
				}
				if tt.filter != "" {
					_, failure := b.choosers["default-scheduler"].Choose(cluster.NewPod(p), b.cluster)
					if failure == nil || !failure.Filters[tt.filter] {
						t.Fatalf("%s does not refuse it: %v", tt.filter, failure)
					}
				}
				b.addPod(p)
				synctest.Wait()
				on(t, b.Scheduler, "waiting", "")
				if tt.idle != nil {
					tt.idle(b)
					synctest.Wait()
					on(t, b.Scheduler, "waiting", "")
				}
				tt.frees(b)
				synctest.Wait()
				if _, ok := b.cluster.NodeOf("waiting"); !ok {
					t.Errorf("it is not scheduled")
				}
				if took := time.Since(began); took != 0 {
					t.Errorf("it took %v; no timer should be needed", took)
				}
			})
		})
	}
	for _, f := range filter.All {
		if !covered[f.Name] {
			t.Errorf("nothing shows what frees a pod that %s refused; there is %q", f.Name, slices.Sorted(maps.Keys(covered)))
		}
	}
}

// TestOneIsTriedForAll: of a thousand waiting pods that cannot be told apart,
// an event that makes room for two has three tried; and the others are not
// forgotten when the one that was tried for them is deleted instead.
func TestOneIsTriedForAll(t *testing.T) {
	s := without()
	s.nodeChanged(nil, node("n1", "4"))
	for _, name := range []string{"a", "b", "c", "d"} {
		s.podChanged(nil, running(name, "n1", nil))
	}
	const waiting = 1000
	for i := range waiting {
		s.podChanged(nil, pod(fmt.Sprintf("w%d", i), "1"))
	}
	tries := func() (n int) {
		for {
			if _, ok := s.next(t.Context(), time.Now()); !ok {
				return n
			}
			n++
			for len(s.outbox) > 0 {
				<-s.outbox
			}
		}
	}
	if n := tries(); n != waiting {
		t.Fatalf("%d tried, want %d", n, waiting)
	}
	n := node("n1", "6")
	s.nodeChanged(nil, n)
	if n := tries(); n != 3 {
		t.Errorf("room for two has %d tried, want 3", n)
	}
	if _, _, parked, _ := s.backlog.Counts(); parked != waiting-2 {
		t.Errorf("%d wait, want %d", parked, waiting-2)
	}
	// The event comes, and the pod that is to be tried goes.
	s.nodeChanged(nil, node("n1", "7"))
	e, _ := s.backlog.Pop(time.Now())
	if e == nil {
		t.Fatal("nobody is tried")
	}
	s.backlog.Pause(e, time.Now().Add(-time.Minute)) // as it was before it was popped, but for the place
	s.podChanged(e.Pod.Pod, nil)
	if n := tries(); n != 2 {
		t.Errorf("%d tried after the first was deleted, want 2: the next, and one too many", n)
	}
	if got := len(s.cluster.Node("n1").Pods); got != 7 {
		t.Errorf("%d pods are on the node, want 7", got)
	}
}
