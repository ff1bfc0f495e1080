package scheduler

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
	"github.com/pilothouse/pilothouse/scheduler/internal/backlog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// without is a scheduler without an API server: what it would send stays in
// its outbox.
func without() *Scheduler {
	cfg := DefaultConfig()
	profiles, err := cfg.profiles()
	if err != nil {
		panic(err)
	}
	return New(nil, profiles, cfg)
}

func node(name, cpu string) *core.Node {
	n := &core.Node{ObjectMeta: meta.ObjectMeta{Name: name}}
	n.Status.Allocatable = core.ResourceList{core.ResourceCPU: quantity.MustParse(cpu), core.ResourcePods: quantity.MustParse("110")}
	return n
}

func pod(name, cpu string) *core.Pod {
	p := &core.Pod{ObjectMeta: meta.ObjectMeta{Namespace: "default", Name: name, UID: meta.UID(name)}}
	p.Spec.SchedulerName = "default-scheduler"
	p.Spec.Containers = []core.Container{{Name: "c", Image: "nginx:1.22"}}
	p.Spec.Containers[0].Resources.Requests = core.ResourceList{core.ResourceCPU: quantity.MustParse(cpu)}
	return p
}

// decide lets the scheduler decide about all that is to be tried.
func decide(t *testing.T, s *Scheduler, at time.Time) {
	t.Helper()
	for {
		if _, ok := s.next(t.Context(), at); !ok {
			return
		}
	}
}

// on checks which node a pod is on, "" for none.
func on(t *testing.T, s *Scheduler, p, want string) {
	t.Helper()
	if got, _ := s.cluster.NodeOf(meta.UID(p)); got != want {
		t.Errorf("%s is on %q, want %q", p, got, want)
	}
}

func TestWhatWakesAWaitingPod(t *testing.T) {
	changed := func(f func(*core.Node)) func(*Scheduler) {
		return func(s *Scheduler) {
			old := s.cluster.Node("n1").Object
			n := old.DeepCopy()
			f(n)
			s.nodeChanged(old, n)
		}
	}
	tests := []struct {
		name   string
		node   func(*core.Node)
		pod    func(*core.Pod)
		helps  bool
		happen func(*Scheduler)
	}{
		{"a pod goes", nil, nil, true, func(s *Scheduler) { s.podChanged(pod("big", "4"), nil) }},
		{"a node comes", nil, nil, true, func(s *Scheduler) { s.nodeChanged(nil, node("n2", "4")) }},
		{"the node grows", nil, nil, true, changed(func(n *core.Node) { n.Status.Allocatable = node("", "8").Status.Allocatable })},
		{"a heartbeat", nil, nil, false, changed(func(n *core.Node) { n.Status.Conditions = []core.NodeCondition{{Type: core.NodeReady}} })},
		{"labels do not make room", nil, nil, false, changed(func(n *core.Node) { n.Labels = map[string]string{"a": "b"} })},
		{"the taint goes", func(n *core.Node) {
			n.Spec.Taints = []core.Taint{{Key: core.TaintNodeNotReady, Effect: core.TaintEffectNoSchedule}}
		}, func(p *core.Pod) { p.Spec.Containers[0].Resources.Requests = nil }, true,
			changed(func(n *core.Node) { n.Spec.Taints = nil })},
		{"uncordoned", func(n *core.Node) { n.Spec.Unschedulable = true },
			func(p *core.Pod) { p.Spec.Containers[0].Resources.Requests = nil }, true,
			changed(func(n *core.Node) { n.Spec.Unschedulable = false })},
		{"the label appears", nil, func(p *core.Pod) {
			p.Spec.NodeSelector, p.Spec.Containers[0].Resources.Requests = map[string]string{"a": "b"}, nil
		}, true, changed(func(n *core.Node) { n.Labels = map[string]string{"a": "b"} })},
		{"it asks for less", nil, nil, true, func(s *Scheduler) { s.podChanged(pod("waiting", "4"), pod("waiting", "0")) }},
		{"its own status", nil, nil, false, func(s *Scheduler) {
			p := pod("waiting", "4")
			p.Status.Conditions = []core.PodCondition{{Type: core.PodScheduled}}
			s.podChanged(pod("waiting", "4"), p)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := without()
			n := node("n1", "4")
			if tt.node != nil {
				tt.node(n)
			}
			s.nodeChanged(nil, n)
			big := pod("big", "4")
			big.Spec.NodeName = "n1"
			s.podChanged(nil, big)
			p := pod("waiting", "4")
			if tt.pod != nil {
				tt.pod(p)
			}
			s.podChanged(nil, p)
			// Decided an hour ago, so that no pause is in the way.
			decide(t, s, time.Now().Add(-time.Hour))
			on(t, s, "waiting", "")
			tt.happen(s)
			if _, tried := s.next(t.Context(), time.Now()); tried != tt.helps {
				t.Errorf("tried again: %v, want %v", tried, tt.helps)
			}
			if tt.helps && len(s.outbox) == 0 {
				t.Error("nothing is sent")
			}
		})
	}
}

func TestWhoseBusiness(t *testing.T) {
	tests := []struct {
		name   string
		change func(*core.Pod)
		want   string
	}{
		{"ours", func(*core.Pod) {}, "n1"},
		{"another scheduler's", func(p *core.Pod) { p.Spec.SchedulerName = "mine" }, ""},
		{"on its way out", func(p *core.Pod) { p.DeletionTimestamp = &meta.Time{} }, ""},
		{"gated", func(p *core.Pod) { p.Spec.SchedulingGates = []core.PodSchedulingGate{{Name: "x"}} }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := without()
			s.nodeChanged(nil, node("n1", "4"))
			p := pod("web", "1")
			tt.change(p)
			s.podChanged(nil, p)
			decide(t, s, time.Now())
			on(t, s, "web", tt.want)
		})
	}
}

// TestADecisionCountsAtOnce: the second pod does not get the room that the
// first was just given, though no binding has been answered.
func TestADecisionCountsAtOnce(t *testing.T) {
	s := without()
	s.nodeChanged(nil, node("n1", "4"))
	s.podChanged(nil, pod("a", "3"))
	s.podChanged(nil, pod("b", "3"))
	decide(t, s, time.Now())
	on(t, s, "a", "n1")
	on(t, s, "b", "")
}

// popped schedules a pod and returns its entry, as bind gets it.
func popped(t *testing.T, s *Scheduler, p *core.Pod) *backlog.Entry {
	t.Helper()
	s.podChanged(nil, p)
	e, _ := s.backlog.Pop(time.Now())
	n, failure := s.choosers[e.Pod.Spec.SchedulerName].Choose(e.Pod, s.cluster)
	if failure != nil {
		t.Fatal(failure.Message)
	}
	s.cluster.SetPod(e.Pod, n.Name)
	return e
}

func TestAFailedBindingIsTakenBack(t *testing.T) {
	s := without()
	s.nodeChanged(nil, node("n1", "4"))
	e := popped(t, s, pod("a", "3"))
	s.unbind(e, e.Pod)
	on(t, s, "a", "")
	decide(t, s, time.Now())
	on(t, s, "a", "") // still pausing
	decide(t, s, time.Now().Add(backlog.FirstPause))
	on(t, s, "a", "n1")
}

// TestTheWatchKnowsBetter: a binding that seemed to fail, but was made, stays.
func TestTheWatchKnowsBetter(t *testing.T) {
	s := without()
	s.nodeChanged(nil, node("n1", "4"))
	p := pod("a", "3")
	e := popped(t, s, p)
	bound := p.DeepCopy()
	bound.Spec.NodeName = "n1"
	s.podChanged(p, bound)
	s.unbind(e, e.Pod)
	on(t, s, "a", "n1")

	e = popped(t, s, pod("gone", "1"))
	s.podChanged(pod("gone", "1"), nil)
	s.unbind(e, e.Pod)
	on(t, s, "gone", "")
	if s.backlog.Has("gone") {
		t.Error("a deleted pod is tried again")
	}
}

func TestTheConditionIsWrittenOnce(t *testing.T) {
	p := pod("a", "1")
	if !conditionChanged(p, "no room") {
		t.Error("a pod without the condition needs it")
	}
	p.Status.Conditions = []core.PodCondition{{Type: core.PodScheduled, Status: core.ConditionFalse, Reason: unschedulable, Message: "no room"}}
	if conditionChanged(p, "no room") {
		t.Error("the same is written again")
	}
	if !conditionChanged(p, "no nodes") {
		t.Error("another message is not written")
	}
}

func TestValidate(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"--scheduler-name: must not be empty":                           func(c *Config) { c.Name = "" },
		"--percentage-of-nodes-to-score=101: must be from 0 to 100":     func(c *Config) { c.Percentage = 101 },
		"--secure-port=70000: must be from 0 to 65535":                  func(c *Config) { c.Port = 70000 },
		"--bind-address=here: must be an IP address":                    func(c *Config) { c.BindAddress = "here" },
		"--kube-api-qps=-1: must not be negative":                       func(c *Config) { c.QPS = -1 },
		"--pod-max-in-unschedulable-pods-duration=0s: must be positive": func(c *Config) { c.ParkedFor = 0 },
		"--leader-elect-lease-duration=0s: must be at least 1s":         func(c *Config) { c.Leader.LeaseDuration = 0 },
	} {
		cfg := DefaultConfig()
		change(cfg)
		if err := cfg.Validate(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
}
