package job

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func ptr[T any](v T) *T { return &v }

func jobOf(completions, parallelism int32, edit ...func(*batch.JobSpec)) *batch.Job {
	j := &batch.Job{}
	j.Namespace, j.Name, j.UID = "default", "work", "job-uid"
	j.Spec.Completions, j.Spec.Parallelism = &completions, &parallelism
	j.Spec.BackoffLimit = ptr(int32(6))
	j.Spec.Template.Spec.RestartPolicy = core.RestartPolicyNever
	j.Spec.Template.Spec.Containers = []core.Container{{Name: "c"}}
	for _, e := range edit {
		e(&j.Spec)
	}
	return j
}

func byIndex(s *batch.JobSpec) { s.CompletionMode = ptr(batch.IndexedCompletion) }

// world obeys: what the plan says happens, in part when a crash comes between.
type world struct {
	t    *testing.T
	j    *batch.Job
	pods []*core.Pod
	made int
	now  time.Time
	// succeeded and failed are how many pods really ended so, by themselves.
	succeeded, failed int
}

func newWorld(t *testing.T, j *batch.Job) *world { return &world{t: t, j: j, now: start} }

// step takes one step of the controller; a crash comes after n writes.
func (w *world) step(n int) (idle bool) {
	s := plan(newState(w.j, w.pods, w.now))
	if s.status.Ready != nil && *s.status.Ready > s.status.Active {
		w.t.Fatalf("%d pods are ready and %d active: the API server refuses that", *s.status.Ready, s.status.Active)
	}
	writes := 0
	do := func(f func()) {
		if writes++; writes <= n {
			f()
		}
	}
	if !meta.Equal(w.j.Status, s.status) {
		do(func() { w.j.Status = s.status })
	}
	untrack := func(p *core.Pod) { p.Finalizers = nil }
	for _, p := range s.untrack {
		do(func() { untrack(p) })
	}
	for _, p := range s.drop {
		do(func() { untrack(p) })
		do(func() { p.DeletionTimestamp = ptr(meta.NewTime(w.now)) })
	}
	for _, p := range s.delete {
		do(func() { p.DeletionTimestamp = ptr(meta.NewTime(w.now)) })
	}
	for _, m := range s.create {
		do(func() {
			p := podFor(w.j, m, w.j.Spec.BackoffLimitPerIndex != nil)
			w.made++
			p.Name = fmt.Sprintf("%s%d", p.GenerateName, w.made)
			p.UID, p.CreationTimestamp, p.Status.Phase = meta.UID(p.Name), meta.NewTime(w.now), core.PodRunning
			p.Status.Conditions = []core.PodCondition{{Type: core.PodReady, Status: core.ConditionTrue}}
			w.pods = append(w.pods, p)
		})
	}
	return writes == 0
}

// finish ends a pod with a code.
func (w *world) finish(p *core.Pod, code int32) {
	p.Status.Phase = core.PodSucceeded
	if code != 0 {
		p.Status.Phase = core.PodFailed
		w.failed++
	} else {
		w.succeeded++
	}
	p.Status.ContainerStatuses = []core.ContainerStatus{{Name: "c", State: core.ContainerState{
		Terminated: &core.ContainerStateTerminated{ExitCode: code, FinishedAt: meta.NewTime(w.now)}}}}
}

// sweep removes pods that were deleted and that nothing holds.
func (w *world) sweep() {
	w.pods = slices.DeleteFunc(w.pods, func(p *core.Pod) bool { return p.DeletionTimestamp != nil && len(p.Finalizers) == 0 })
}

func (w *world) running() (out []*core.Pod) {
	for _, p := range w.pods {
		if p.Status.Phase == core.PodRunning && p.DeletionTimestamp == nil {
			out = append(out, p)
		}
	}
	return out
}

// rest steps until nothing is left to do.
func (w *world) rest() {
	w.t.Helper()
	for range 100 {
		if w.step(1000) {
			return
		}
		w.sweep()
	}
	w.t.Fatalf("does not come to rest: %+v", w.j.Status)
}

func (w *world) check(want string) {
	w.t.Helper()
	st := w.j.Status
	got := fmt.Sprintf("%d active, %d succeeded, %d failed", st.Active, st.Succeeded, st.Failed)
	for _, c := range st.Conditions {
		if c.Status == core.ConditionTrue {
			got += ", " + string(c.Type) + " " + c.Reason
		}
	}
	if got != want {
		w.t.Errorf("status is %q, want %q", got, want)
	}
}

func TestCompletions(t *testing.T) {
	w := newWorld(t, jobOf(3, 2))
	w.rest()
	w.check("2 active, 0 succeeded, 0 failed")
	w.finish(w.running()[0], 0)
	w.rest()
	w.check("2 active, 1 succeeded, 0 failed")
	w.finish(w.running()[0], 0)
	w.finish(w.running()[0], 0)
	w.rest()
	w.check("0 active, 3 succeeded, 0 failed, SuccessCriteriaMet CompletionsReached, Complete CompletionsReached")
	if w.j.Status.CompletionTime == nil || w.j.Status.StartTime == nil {
		t.Errorf("times %v to %v", w.j.Status.StartTime, w.j.Status.CompletionTime)
	}
	for _, p := range w.pods {
		if tracked(p) {
			t.Errorf("%s is held for ever", p.Name)
		}
	}
}

func TestBackoff(t *testing.T) {
	w := newWorld(t, jobOf(1, 1, func(s *batch.JobSpec) { s.BackoffLimit = ptr(int32(2)) }))
	w.rest()
	for i, wait := range []time.Duration{10 * time.Second, 20 * time.Second} {
		w.finish(w.running()[0], 1)
		w.rest()
		w.check(fmt.Sprintf("0 active, 0 succeeded, %d failed", i+1))
		if s := plan(newState(w.j, w.pods, w.now)); s.again != wait {
			t.Errorf("the next try comes after %v, want %v", s.again, wait)
		}
		w.now = w.now.Add(wait)
		w.rest()
	}
	w.finish(w.running()[0], 1)
	w.rest()
	w.check("0 active, 0 succeeded, 3 failed, FailureTarget BackoffLimitExceeded, Failed BackoffLimitExceeded")
}

func TestDeadlineEndsRunningPods(t *testing.T) {
	w := newWorld(t, jobOf(2, 2, func(s *batch.JobSpec) { s.ActiveDeadlineSeconds = ptr(int64(30)) }))
	w.rest()
	if s := plan(newState(w.j, w.pods, w.now)); s.again != 30*time.Second {
		t.Errorf("again in %v", s.again)
	}
	w.now = w.now.Add(31 * time.Second)
	w.rest()
	w.check("0 active, 0 succeeded, 2 failed, FailureTarget DeadlineExceeded, Failed DeadlineExceeded")
}

func TestSuspend(t *testing.T) {
	w := newWorld(t, jobOf(2, 2, func(s *batch.JobSpec) { s.Suspend = ptr(true) }))
	w.rest()
	w.check("0 active, 0 succeeded, 0 failed, Suspended JobSuspended")
	w.j.Spec.Suspend = ptr(false)
	w.rest()
	w.check("2 active, 0 succeeded, 0 failed")
	w.j.Spec.Suspend = ptr(true)
	w.rest()
	w.check("0 active, 0 succeeded, 0 failed, Suspended JobSuspended")
	if w.j.Status.StartTime == nil {
		t.Error("a job that was suspended has no start any more")
	}
}

func TestIndexed(t *testing.T) {
	w := newWorld(t, jobOf(4, 3, byIndex))
	w.rest()
	names := []string{}
	for _, p := range w.running() {
		names = append(names, p.GenerateName+" "+p.Spec.Hostname+" "+p.Labels[annotationIndex])
	}
	if want := []string{"work-0- work-0 0", "work-1- work-1 1", "work-2- work-2 2"}; !slices.Equal(names, want) {
		t.Errorf("pods %v, want %v", names, want)
	}
	for _, p := range w.running() {
		if p.Labels[annotationIndex] != "1" {
			w.finish(p, 0)
		}
	}
	w.rest()
	w.check("2 active, 2 succeeded, 0 failed")
	if got := w.j.Status.CompletedIndexes; got != "0,2" {
		t.Errorf("completed %q", got)
	}
	for _, p := range w.running() {
		w.finish(p, 0)
	}
	w.rest()
	w.check("0 active, 4 succeeded, 0 failed, SuccessCriteriaMet CompletionsReached, Complete CompletionsReached")
	if got := w.j.Status.CompletedIndexes; got != "0-3" {
		t.Errorf("completed %q", got)
	}
}

// TestBackoffPerIndex: an index that failed too often is lost, the others go
// on.
func TestBackoffPerIndex(t *testing.T) {
	w := newWorld(t, jobOf(2, 2, byIndex, func(s *batch.JobSpec) { s.BackoffLimitPerIndex, s.BackoffLimit = ptr(int32(1)), ptr(int32(1000)) }))
	w.rest()
	for range 2 {
		for _, p := range w.running() {
			if p.Labels[annotationIndex] == "0" {
				w.finish(p, 1)
			}
		}
		w.rest()
		w.now = w.now.Add(time.Minute)
		w.rest()
	}
	w.check("1 active, 0 succeeded, 2 failed")
	if got := *w.j.Status.FailedIndexes; got != "0" {
		t.Errorf("failed indexes %q", got)
	}
	w.finish(w.running()[0], 0)
	w.rest()
	w.check("0 active, 1 succeeded, 2 failed, FailureTarget FailedIndexes, Failed FailedIndexes")
}

func TestFailurePolicy(t *testing.T) {
	policy := func(s *batch.JobSpec) {
		s.PodFailurePolicy = &batch.PodFailurePolicy{Rules: []batch.PodFailurePolicyRule{
			{Action: batch.PodFailurePolicyActionIgnore, OnPodConditions: []batch.PodFailurePolicyOnPodConditionsPattern{{Type: core.DisruptionTarget, Status: core.ConditionTrue}}},
			{Action: batch.PodFailurePolicyActionFailJob, OnExitCodes: &batch.PodFailurePolicyOnExitCodesRequirement{Operator: batch.PodFailurePolicyOnExitCodesOpIn, Values: []int32{42}}},
		}}
	}
	w := newWorld(t, jobOf(1, 1, policy, func(s *batch.JobSpec) { s.BackoffLimit = ptr(int32(0)) }))
	w.rest()
	p := w.running()[0]
	p.Status.Conditions = []core.PodCondition{{Type: core.DisruptionTarget, Status: core.ConditionTrue}}
	w.finish(p, 143)
	w.rest()
	w.now = w.now.Add(time.Minute)
	w.rest()
	w.check("1 active, 0 succeeded, 0 failed")
	p = w.running()[0]
	w.finish(p, 42)
	w.rest()
	w.check("0 active, 0 succeeded, 1 failed, FailureTarget PodFailurePolicy, Failed PodFailurePolicy")
	c := w.j.Status.Conditions
	want := fmt.Sprintf("Container c for pod default/%s failed with exit code 42 matching FailJob rule at index 1", p.Name)
	if got := c[len(c)-1].Message; got != want {
		t.Errorf("message %q, want %q", got, want)
	}
}

func TestSuccessPolicy(t *testing.T) {
	w := newWorld(t, jobOf(5, 5, byIndex, func(s *batch.JobSpec) {
		s.SuccessPolicy = &batch.SuccessPolicy{Rules: []batch.SuccessPolicyRule{{SucceededIndexes: ptr("0-2"), SucceededCount: ptr(int32(2))}}}
	}))
	w.rest()
	for _, p := range w.running() {
		if i := p.Labels[annotationIndex]; i == "0" || i == "2" {
			w.finish(p, 0)
		}
	}
	w.rest()
	if c := w.j.Status.Conditions; len(c) != 2 || c[1].Type != batch.JobComplete || c[1].Reason != "SuccessPolicy" || c[1].Message != "Matched rules at index 0" {
		t.Errorf("conditions %+v", c)
	}
	if len(w.running()) != 0 {
		t.Error("pods go on")
	}
	if w.j.Status.Failed != 0 {
		t.Errorf("%d pods that were not needed any more count as failed", w.j.Status.Failed)
	}
}

// TestTooManyFailedIndexes: the pods that go because the job has failed count,
// but their indexes are not among those that failed.
func TestTooManyFailedIndexes(t *testing.T) {
	w := newWorld(t, jobOf(4, 4, byIndex, func(s *batch.JobSpec) {
		s.BackoffLimitPerIndex, s.MaxFailedIndexes, s.BackoffLimit = ptr(int32(0)), ptr(int32(1)), ptr(int32(1000))
	}))
	w.rest()
	for _, p := range w.running() {
		if i := p.Labels[annotationIndex]; i == "0" || i == "1" {
			w.finish(p, 1)
		}
	}
	w.rest()
	if got := *w.j.Status.FailedIndexes; got != "0,1" {
		t.Errorf("failed indexes %q, want those of the pods that failed", got)
	}
	w.check("0 active, 0 succeeded, 4 failed, FailureTarget MaxFailedIndexesExceeded, Failed MaxFailedIndexesExceeded")
}

// TestCountsSurviveCrashes ends random pods of random jobs while the controller
// crashes after random writes, and asks that every end was counted exactly once
// and no more pods ran than should.
func TestCountsSurviveCrashes(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		var edits []func(*batch.JobSpec)
		if random.IntN(2) == 0 {
			edits = append(edits, byIndex)
		}
		w := newWorld(t, jobOf(1+random.Int32N(20), 1+random.Int32N(8), edits...))
		w.j.Spec.BackoffLimit = ptr(int32(1000))
		rounds := 0
		for ; rounds < 3000 && !finished(w.j); rounds++ {
			w.step(random.IntN(4))
			w.sweep()
			running := w.running()
			if n := len(running); n > int(*w.j.Spec.Parallelism) {
				t.Fatalf("seed %d: %d pods run at once", seed, n)
			}
			if len(running) > 0 && random.IntN(2) == 0 {
				w.finish(running[random.IntN(len(running))], int32(random.IntN(4)/3))
			}
			w.now = w.now.Add(time.Duration(random.IntN(600)) * time.Second)
		}
		if rounds == 3000 {
			t.Fatalf("seed %d: does not come to its end: %+v", seed, w.j.Status)
		}
		st := w.j.Status
		if int(st.Succeeded) != w.succeeded || int(st.Failed) != w.failed {
			t.Fatalf("seed %d: %d succeeded and %d failed are counted, %d and %d happened", seed, st.Succeeded, st.Failed, w.succeeded, w.failed)
		}
		if st.Succeeded != *w.j.Spec.Completions {
			t.Fatalf("seed %d: %d of %d completions", seed, st.Succeeded, *w.j.Spec.Completions)
		}
	}
}

func TestIndexes(t *testing.T) {
	for in, want := range map[string]string{"": "", "3": "3", "1,2": "1,2", "0,1,2,4,6,7": "0-2,4,6,7", "5-7,1": "1,5-7", "2,x,9-": "2", "8-99": "8,9"} {
		if got := parseIndexes(in, 10).String(); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	x := parseIndexes("1,3", 10).with(2).with(3)
	if x.String() != "1-3" || x.has(0) || !x.has(2) {
		t.Errorf("%s", x)
	}
}

// TestEndWaitsForPodsThatTheCacheShowsLate looks at the job again before the
// cache shows the deletion that its end began with.
func TestEndWaitsForPodsThatTheCacheShowsLate(t *testing.T) {
	w := newWorld(t, jobOf(1, 1, func(s *batch.JobSpec) { s.ActiveDeadlineSeconds = ptr(int64(30)) }))
	w.rest()
	w.now = w.now.Add(31 * time.Second)
	first := plan(newState(w.j, w.pods, w.now))
	if len(first.delete) != 1 {
		t.Fatalf("deletes %d pods, want 1", len(first.delete))
	}
	w.j.Status = first.status
	leaving := *first.delete[0] // as the cluster's Leaving shows it
	leaving.DeletionTimestamp = ptr(meta.NewTime(w.now))
	again := plan(newState(w.j, []*core.Pod{&leaving}, w.now))
	if trueCondition(again.status.Conditions, batch.JobFailed) != nil || again.status.UncountedTerminatedPods == nil || len(again.status.UncountedTerminatedPods.Failed) != 1 || len(again.delete) != 0 {
		t.Errorf("status %+v, deletes %d: want the pod's end noted, and no end of the job", again.status, len(again.delete))
	}
}
