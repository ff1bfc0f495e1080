package scheduler

import (
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ranked is a pod of a priority.
func ranked(name, cpu string, priority int32) *core.Pod {
	p := pod(name, cpu)
	p.Spec.Priority = &priority
	return p
}

// lying puts a pod on n1.
func lying(s *Scheduler, p *core.Pod) *core.Pod {
	p.Spec.NodeName = "n1"
	s.podChanged(nil, p)
	return p
}

func TestPreemption(t *testing.T) {
	s := without()
	s.nodeChanged(nil, node("n1", "4"))
	low := lying(s, ranked("low", "4", 1))
	s.podChanged(nil, ranked("high", "4", 9))
	decide(t, s, time.Now())
	if n := s.nominated["high"]; n == nil || n.node != "n1" || !s.doomed["low"] {
		t.Fatalf("nominated %v, doomed %v", n, s.doomed)
	}
	// Nobody is sent away twice, and nobody else takes the room.
	s.podChanged(nil, ranked("next", "4", 8))
	s.backlog.Retry("high")
	decide(t, s, time.Now())
	if len(s.doomed) != 1 || s.nominated["next"] != nil {
		t.Errorf("doomed %v, nominated %v", s.doomed, s.nominated)
	}
	s.podChanged(low, nil)
	decide(t, s, time.Now())
	on(t, s, "high", "n1")
	on(t, s, "next", "")
	if len(s.nominated)+len(s.doomed) > 0 {
		t.Errorf("left over: %v, %v", s.nominated, s.doomed)
	}
}

func TestHigherPrioritiesDoNotSeeTheNominated(t *testing.T) {
	s := without()
	s.nodeChanged(nil, node("n1", "4"))
	low := lying(s, ranked("low", "4", 1))
	s.podChanged(nil, ranked("high", "4", 9))
	decide(t, s, time.Now())
	s.podChanged(nil, ranked("higher", "4", 10))
	decide(t, s, time.Now())
	if s.nominated["higher"] == nil || s.nominated["high"] != nil {
		t.Errorf("nominated: %v", s.nominated)
	}
	s.podChanged(low, nil)
	decide(t, s, time.Now())
	on(t, s, "higher", "n1")
	on(t, s, "high", "")
}

func TestNominationsOfBefore(t *testing.T) {
	s := without()
	s.nodeChanged(nil, node("n1", "4"))
	high := ranked("high", "4", 9)
	high.Status.NominatedNodeName = "n1"
	high.Spec.SchedulingGates = []core.PodSchedulingGate{{Name: "wait"}} // so that it stays nominated
	s.podChanged(nil, high)
	s.podChanged(nil, ranked("low", "4", 1))
	decide(t, s, time.Now())
	on(t, s, "low", "")
	given := high.DeepCopy()
	given.Status.NominatedNodeName = ""
	s.podChanged(high, given)
	s.backlog.Retry("low")
	decide(t, s, time.Now())
	on(t, s, "low", "n1")
}

func TestWhoMayNotPreempt(t *testing.T) {
	never := core.PreemptNever
	for _, c := range []struct {
		name string
		pod  *core.Pod
		want string
	}{
		{"a gentle one", func() *core.Pod { p := ranked("p", "4", 9); p.Spec.PreemptionPolicy = &never; return p }(),
			"0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never."},
		{"an equal", ranked("p", "4", 1), "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."},
		{"one that is too large", ranked("p", "5", 9), "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := without()
			s.nodeChanged(nil, node("n1", "4"))
			lying(s, ranked("low", "4", 1))
			s.podChanged(nil, c.pod)
			e, _ := s.backlog.Pop(time.Now())
			_, failure := s.choose(e.Pod, s.choosers["default-scheduler"])
			got := failure.Message + s.rescue(t.Context(), e.Pod, s.choosers["default-scheduler"], failure)
			if got != c.want || len(s.doomed) > 0 {
				t.Errorf("got  %s\nwant %s\ndoomed %v", got, c.want, s.doomed)
			}
		})
	}
}

func TestASuccessfulPreemptionSaysOnlyWhyItWaits(t *testing.T) {
	s := without()
	s.nodeChanged(nil, node("n1", "4"))
	lying(s, ranked("low", "4", 1))
	s.podChanged(nil, ranked("p", "4", 2))
	e, _ := s.backlog.Pop(time.Now())
	_, failure := s.choose(e.Pod, s.choosers["default-scheduler"])
	if got := s.rescue(t.Context(), e.Pod, s.choosers["default-scheduler"], failure); strings.Contains(got, "preemption") {
		t.Errorf("it says %q", got)
	}
	if s.cluster.Placed(meta.UID("p")) == nil {
		t.Error("nothing stands for it on its node")
	}
}
