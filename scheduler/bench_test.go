package scheduler

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// workload is pods for a cluster: some are there before, the others are
// scheduled against the clock.
type workload struct {
	name             string
	nodes, zones     int
	before, measured int
	// stuck pods wait for room that there is not, all the while.
	stuck int
	// make changes the pod number i, which is one of those before or not.
	make func(p *core.Pod, i int, before bool)
}

var zone, host = core.LabelTopologyZone, core.LabelHostname

// workloads are the two sizes of the house, plain and with all pods of a
// hundred deployments kept apart and spread, and what upstream measures its
// scheduler by.
var workloads = []workload{
	{"30000-on-1000", 1000, 3, 0, 30000, 0, owned},
	{"30000-on-1000-near-and-spread", 1000, 3, 0, 30000, 0, ownedNear},
	{"10000-on-5000", 5000, 3, 0, 10000, 0, owned},
	{"10000-on-5000-near-and-spread", 5000, 3, 0, 10000, 0, ownedNear},
	{"Basic", 5000, 1, 5000, 10000, 0, nil},
	{"PodAffinity", 5000, 1, 5000, 5000, 0, affinity(zone, "blue", 0)},
	{"PodAntiAffinity", 5000, 1, 1000, 2000, 0, anti(host, "green", 0)},
	{"PreferredPodAffinity", 5000, 1, 5000, 5000, 0, affinity(host, "red", 1)},
	{"PreferredPodAntiAffinity", 5000, 1, 5000, 5000, 0, anti(host, "yellow", 1)},
	{"Mixed", 5000, 1, 10000, 1000, 0, mixed},
	{"NodeAffinity", 5000, 1, 5000, 10000, 0, nodeAffinity},
	{"TopologySpreading", 5000, 3, 1000, 5000, 0, spreading(core.DoNotSchedule)},
	{"PreferredTopologySpreading", 5000, 3, 1000, 5000, 0, spreading(core.ScheduleAnyway)},
	{"BesideUnschedulable", 5000, 1, 0, 10000, 2000, nil},
}

// owned makes the pod one of a hundred deployments'.
func owned(p *core.Pod, i int, _ bool) {
	yes := true
	app := fmt.Sprintf("app-%d", i%100)
	p.Labels = map[string]string{"app": app}
	p.OwnerReferences = []meta.OwnerReference{{UID: meta.UID(app), Controller: &yes}}
}

// ownedNear wants it besides away from others of its deployment, spread over
// the zones, and near the deployment before its own if that can be.
func ownedNear(p *core.Pod, i int, before bool) {
	owned(p, i, before)
	other := &meta.LabelSelector{MatchLabels: map[string]string{"app": fmt.Sprintf("app-%d", (i+99)%100)}}
	own := &meta.LabelSelector{MatchLabels: p.Labels}
	p.Spec.Affinity = &core.Affinity{
		PodAffinity: &core.PodAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []core.WeightedPodAffinityTerm{
			{Weight: 10, PodAffinityTerm: core.PodAffinityTerm{TopologyKey: zone, LabelSelector: other}},
		}},
		PodAntiAffinity: &core.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []core.PodAffinityTerm{
			{TopologyKey: host, LabelSelector: own},
		}},
	}
	p.Spec.TopologySpreadConstraints = []core.TopologySpreadConstraint{
		{MaxSkew: 1, TopologyKey: zone, WhenUnsatisfiable: core.DoNotSchedule, LabelSelector: own},
	}
}

func term(key, color string) core.PodAffinityTerm {
	return core.PodAffinityTerm{TopologyKey: key, LabelSelector: &meta.LabelSelector{MatchLabels: map[string]string{"color": color}}}
}

// affinity labels the pod and wants it near others of the label; a weight
// makes it a wish.
func affinity(key, color string, weight int32) func(*core.Pod, int, bool) {
	return func(p *core.Pod, _ int, _ bool) {
		p.Labels = map[string]string{"color": color}
		a := &core.PodAffinity{}
		if weight > 0 {
			a.PreferredDuringSchedulingIgnoredDuringExecution = []core.WeightedPodAffinityTerm{{Weight: weight, PodAffinityTerm: term(key, color)}}
		} else {
			a.RequiredDuringSchedulingIgnoredDuringExecution = []core.PodAffinityTerm{term(key, color)}
		}
		p.Spec.Affinity = &core.Affinity{PodAffinity: a}
	}
}

// anti labels the pod and wants it away from others of the label.
func anti(key, color string, weight int32) func(*core.Pod, int, bool) {
	return func(p *core.Pod, _ int, _ bool) {
		p.Labels = map[string]string{"color": color}
		a := &core.PodAntiAffinity{}
		if weight > 0 {
			a.PreferredDuringSchedulingIgnoredDuringExecution = []core.WeightedPodAffinityTerm{{Weight: weight, PodAffinityTerm: term(key, color)}}
		} else {
			a.RequiredDuringSchedulingIgnoredDuringExecution = []core.PodAffinityTerm{term(key, color)}
		}
		p.Spec.Affinity = &core.Affinity{PodAntiAffinity: a}
	}
}

// mixed has pods of five kinds there before plain ones are measured.
func mixed(p *core.Pod, i int, before bool) {
	if !before {
		return
	}
	kinds := []func(*core.Pod, int, bool){
		affinity(zone, "blue", 0), anti(host, "green", 0), affinity(host, "red", 1), anti(host, "yellow", 1), nil,
	}
	if f := kinds[i%len(kinds)]; f != nil {
		f(p, i, before)
	}
}

func nodeAffinity(p *core.Pod, _ int, before bool) {
	if before {
		return
	}
	p.Spec.Affinity = &core.Affinity{NodeAffinity: &core.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &core.NodeSelector{
		NodeSelectorTerms: []core.NodeSelectorTerm{{MatchExpressions: []core.NodeSelectorRequirement{
			{Key: zone, Operator: core.NodeSelectorOpIn, Values: []string{"zone-0", "zone-1"}},
		}}},
	}}}
}

func spreading(when core.UnsatisfiableConstraintAction) func(*core.Pod, int, bool) {
	return func(p *core.Pod, _ int, before bool) {
		if before {
			return
		}
		p.Labels = map[string]string{"color": "blue"}
		p.Spec.TopologySpreadConstraints = []core.TopologySpreadConstraint{{
			MaxSkew: 5, TopologyKey: zone, WhenUnsatisfiable: when, LabelSelector: &meta.LabelSelector{MatchLabels: p.Labels},
		}}
	}
}

// pods are numbers from to to of the workload.
func (w *workload) pods(from, to int, before bool) []*core.Pod {
	list := make([]*core.Pod, 0, to-from)
	for i := from; i < to; i++ {
		p := pod(fmt.Sprintf("p%d", i), "100m")
		p.Spec.Containers[0].Resources.Requests[core.ResourceMemory] = quantity.MustParse("500Mi")
		if w.make != nil {
			w.make(p, i, before)
		}
		list = append(list, p)
	}
	return list
}

// node is number i of the cluster.
func (w *workload) node(i int) *core.Node {
	name := fmt.Sprintf("node-%d", i)
	n := node(name, "4")
	n.Labels = map[string]string{host: name, zone: fmt.Sprintf("zone-%d", i%w.zones)}
	n.Status.Allocatable[core.ResourceMemory] = quantity.MustParse("32Gi")
	if w.measured > 20000 { // room for all of them
		n.Status.Allocatable[core.ResourceCPU] = quantity.MustParse("8")
	}
	return n
}

// BenchmarkSchedule is the scheduler without the sending: pods come as from the
// watch, are queued and given nodes. Findings are kept, and not.
func BenchmarkSchedule(b *testing.B) {
	for _, w := range workloads {
		for _, forgetful := range []bool{false, true} {
			name := w.name + "/kept"
			if forgetful {
				name = w.name + "/forgetful"
			}
			b.Run(name, func(b *testing.B) { w.run(b, forgetful) })
		}
	}
}

func (w *workload) run(b *testing.B, forgetful bool) {
	first, then := w.pods(0, w.before, true), w.pods(w.before, w.before+w.measured, false)
	took := make([]time.Duration, 0, len(then))
	var spent time.Duration
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		s := without()
		s.choosers["default-scheduler"].Forgetful = forgetful
		for i := range w.nodes {
			s.nodeChanged(nil, w.node(i))
		}
		for i := range 100 { // owned makes pods of these
			app := fmt.Sprintf("app-%d", i)
			s.serviceChanged(nil, &core.Service{ObjectMeta: meta.ObjectMeta{Namespace: "default", Name: app}, Spec: core.ServiceSpec{Selector: map[string]string{"app": app}}})
			s.controllerChanged(&meta.ObjectMeta{Namespace: "default", UID: meta.UID(app)}, &meta.LabelSelector{MatchLabels: map[string]string{"app": app}})
		}
		w.schedule(b, s, first, nil)
		w.park(b, s)
		b.StartTimer()
		before := processorTime(b)
		took = w.schedule(b, s, then, took[:0])
		spent += processorTime(b) - before
	}
	slices.Sort(took)
	b.ReportMetric(float64(len(then)*b.N)/b.Elapsed().Seconds(), "pods/s")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(spent.Microseconds())/float64(len(then)*b.N), "cpu-µs/pod")
	b.ReportMetric(0, "ns/op")
}

// threadTime is what this thread has used; the goroutine must be locked to it.
func threadTime(b *testing.B) time.Duration { return used(b, unix.CLOCK_THREAD_CPUTIME_ID) }

// processorTime is what we have used of it; other programs do not count.
func processorTime(b *testing.B) time.Duration { return used(b, unix.CLOCK_PROCESS_CPUTIME_ID) }

func used(b *testing.B, clock int32) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		b.Fatal(err)
	}
	return time.Duration(t.Nano())
}

// park has pods wait that fit nowhere: half of them ask for too much, half need
// others that are not there.
func (w *workload) park(b *testing.B, s *Scheduler) {
	for i := range w.stuck {
		p := pod(fmt.Sprintf("stuck-%d", i), "9")
		if i%2 == 0 {
			p = pod(p.Name, "1")
			affinity(zone, "none", 0)(p, i, true)
			p.Labels = nil
		}
		s.podChanged(nil, p)
	}
	for range w.stuck {
		if _, ok := s.next(context.Background(), time.Now()); !ok {
			b.Fatal("there is no pod to try")
		}
		<-s.outbox // the condition
	}
}

// schedule has all pods given nodes, and notes how long each took: of this
// thread's own time, for on a shared machine the clock tells of others.
func (w *workload) schedule(b *testing.B, s *Scheduler, pods []*core.Pod, took []time.Duration) []time.Duration {
	for _, p := range pods {
		s.podChanged(nil, p)
	}
	for range pods {
		began := threadTime(b)
		if _, ok := s.next(context.Background(), time.Now()); !ok {
			b.Fatal("there is no pod to schedule")
		}
		took = append(took, threadTime(b)-began)
		<-s.outbox // the binding
	}
	for _, p := range pods {
		if _, ok := s.cluster.NodeOf(p.UID); !ok {
			b.Fatalf("%s was given no node", p.Name)
		}
	}
	return took
}
