package job

import (
	"slices"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// waits is a job that replaces a pod once it has ended, and not before.
func waits(s *batch.JobSpec) { s.PodReplacementPolicy = ptr(batch.Failed) }

// held are the pods that wait to be counted.
func (w *world) held() (n int) {
	for _, p := range w.pods {
		if tracked(p) {
			n++
		}
	}
	return n
}

// TestDeletedJobLetsItsPodsGo: who deletes a job in the foreground waits for its
// pods, and they wait for the job.
func TestDeletedJobLetsItsPodsGo(t *testing.T) {
	w := newWorld(t, jobOf(2, 2))
	w.rest()
	w.j.DeletionTimestamp, w.j.Finalizers = ptr(meta.NewTime(w.now)), []string{"foregroundDeletion"}
	w.rest()
	if len(w.running()) != 2 {
		t.Fatal("the job has touched pods that are the garbage collector's")
	}
	for _, p := range w.pods {
		p.DeletionTimestamp = w.j.DeletionTimestamp
	}
	w.rest()
	if w.held() != 0 || w.made != 2 {
		t.Errorf("%d pods are held, %d were made", w.held(), w.made)
	}
}

// TestFailedJobWaitsForNoCount: a job that has failed counts the pods that it
// deletes at once, whatever it waits for otherwise, and is Failed when they are
// gone.
func TestFailedJobWaitsForNoCount(t *testing.T) {
	w := newWorld(t, jobOf(3, 3, waits, func(s *batch.JobSpec) { s.BackoffLimit = ptr(int32(0)) }))
	w.rest()
	w.finish(w.running()[0], 1)
	w.step(1000) // decided, and noted
	if s := newState(w.j, w.pods, w.now); len(s.terminating) != 2 {
		t.Fatalf("%d pods end", len(s.terminating))
	}
	w.step(1000)
	if trueCondition(w.j.Status.Conditions, batch.JobFailed) != nil {
		t.Error("the job has failed before its pods were gone")
	}
	w.rest()
	w.check("0 active, 0 succeeded, 3 failed, FailureTarget BackoffLimitExceeded, Failed BackoffLimitExceeded")
}

// TestSucceededJobCountsNoLeftovers: what is deleted because it is not needed any
// more is no failure, for jobs that wait for the ends of pods too.
func TestSucceededJobCountsNoLeftovers(t *testing.T) {
	w := newWorld(t, jobOf(3, 3, byIndex, waits, func(s *batch.JobSpec) {
		s.SuccessPolicy = &batch.SuccessPolicy{Rules: []batch.SuccessPolicyRule{{SucceededCount: ptr(int32(1))}}}
	}))
	w.rest()
	w.finish(w.running()[1], 0)
	w.rest()
	w.check("0 active, 1 succeeded, 0 failed, SuccessCriteriaMet SuccessPolicy, Complete SuccessPolicy")
	if w.held() != 0 {
		t.Errorf("%d pods are held", w.held())
	}
}

// TestNotedFailureStays: a pod that was deleted counts as failed from then on,
// also when it comes to a good end in its last seconds.
func TestNotedFailureStays(t *testing.T) {
	w := newWorld(t, jobOf(2, 2, byIndex))
	w.rest()
	p := w.running()[0]
	p.DeletionTimestamp = ptr(meta.NewTime(w.now))
	w.step(1) // noted, and no more
	if u := w.j.Status.UncountedTerminatedPods; u == nil || len(u.Failed) != 1 {
		t.Fatalf("noted %+v", u)
	}
	p.Status.Phase = core.PodSucceeded
	w.rest()
	if w.j.Status.Failed != 1 || w.j.Status.Succeeded != 0 || w.j.Status.CompletedIndexes != "" {
		t.Errorf("counted twice: %+v", w.j.Status)
	}
}

func TestEndOf(t *testing.T) {
	at := func(s int) meta.Time { return meta.NewTime(start.Add(time.Duration(s) * time.Second)) }
	ended := func(s int) core.ContainerStatus {
		return core.ContainerStatus{State: core.ContainerState{Terminated: &core.ContainerStateTerminated{FinishedAt: at(s)}}}
	}
	unready := core.PodCondition{Type: core.PodReady, Status: core.ConditionFalse, LastTransitionTime: at(30)}
	for name, tt := range map[string]struct {
		pod  core.Pod
		want int
	}{
		"the last container":             {core.Pod{Status: core.PodStatus{ContainerStatuses: []core.ContainerStatus{ended(10), ended(20)}}}, 20},
		"one container is still unknown": {core.Pod{Status: core.PodStatus{ContainerStatuses: []core.ContainerStatus{ended(10), {}}, Conditions: []core.PodCondition{unready}}}, 30},
		"evicted":                        {core.Pod{Status: core.PodStatus{Conditions: []core.PodCondition{unready}}}, 30},
		"deleted":                        {core.Pod{ObjectMeta: meta.ObjectMeta{DeletionTimestamp: ptr(at(70)), DeletionGracePeriodSeconds: ptr(int64(30))}}, 40},
		"nothing is known":               {core.Pod{}, 5},
	} {
		tt.pod.CreationTimestamp = at(5)
		if got := endOf(&tt.pod).Sub(start); got != time.Duration(tt.want)*time.Second {
			t.Errorf("%s: %v, want %ds", name, got, tt.want)
		}
	}
}

// TestPauseAfterDeletions: pods that were deleted and counted are gone, and the
// next try waits for them all the same, longer each time.
func TestPauseAfterDeletions(t *testing.T) {
	w := newWorld(t, jobOf(1, 1))
	w.rest()
	var e ends
	for i, wait := range []time.Duration{10 * time.Second, 20 * time.Second, 40 * time.Second} {
		p := w.running()[0]
		p.DeletionTimestamp, p.DeletionGracePeriodSeconds = ptr(meta.NewTime(w.now)), ptr(int64(0))
		s := newState(w.j, w.pods, w.now)
		s.ended = e.note(w.j, s.failed, w.now)
		if out := plan(s); len(out.create) != 0 {
			t.Fatalf("%d pods are made at once", len(out.create))
		}
		w.pods = slices.DeleteFunc(w.pods, func(q *core.Pod) bool { return q == p })
		again := func() step {
			s := newState(w.j, w.pods, w.now)
			s.ended = e.note(w.j, s.failed, w.now)
			return plan(s)
		}
		if out := again(); len(out.create) != 0 || out.again != wait {
			t.Errorf("after %d deletions %d pods are made and the next try comes after %v, want %v", i+1, len(out.create), out.again, wait)
		}
		w.now = w.now.Add(wait)
		if out := again(); len(out.create) != 1 {
			t.Errorf("%d pods are made after %v", len(out.create), wait)
		}
		w.rest()
	}
	w.now = w.now.Add(2 * longestPause)
	if left := e.note(w.j, nil, w.now); len(left) != 0 {
		t.Errorf("%d ends are remembered for ever", len(left))
	}
	e.note(w.j, []*core.Pod{{}}, w.now)
	again := w.j.DeepCopy()
	again.UID = "another"
	if left := e.note(again, nil, w.now); len(left) != 0 {
		t.Error("a job of the same name inherits them")
	}
	e.forget(meta.KeyOf(w.j))
	if len(e.jobs) != 0 {
		t.Error("they are not forgotten")
	}
}
