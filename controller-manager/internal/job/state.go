package job

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// What an indexed job writes on its pods.
const (
	annotationIndex        = "batch.kubernetes.io/job-completion-index"
	annotationFailures     = "batch.kubernetes.io/job-index-failure-count"
	annotationIgnored      = "batch.kubernetes.io/job-index-ignored-failure-count"
	environmentIndex       = "JOB_COMPLETION_INDEX"
	firstPause             = 10 * time.Second
	longestPause           = 10 * time.Minute
	maxUncounted           = 500
	noLimit            int = math.MaxInt32
)

// state is a job and its pods, as they are, and what has been worked out of
// them.
type state struct {
	j    *batch.Job
	pods []*core.Pod
	now  time.Time

	active, terminating []*core.Pod
	// succeeded and failed are the pods that ended and are not in the counts
	// yet.
	succeeded, failed []*core.Pod
	done, lost        indexes // of an indexed job: those that succeeded, those that failed for good
	failJob           string  // what a FailJob rule said
	// ended is when pods failed that may be gone meanwhile.
	ended map[meta.UID]time.Time
}

func newState(j *batch.Job, pods []*core.Pod, now time.Time) *state {
	s := &state{j: j, pods: slices.Clone(pods), now: now}
	slices.SortFunc(s.pods, func(a, b *core.Pod) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
	if s.indexed() {
		s.done = parseIndexes(j.Status.CompletedIndexes, s.completions())
		if j.Status.FailedIndexes != nil {
			s.lost = parseIndexes(*j.Status.FailedIndexes, s.completions())
		}
	}
	for _, p := range s.pods {
		s.sort(p)
	}
	return s
}

// sort puts a pod where it belongs.
func (s *state) sort(p *core.Pod) {
	switch s.outcome(p) {
	case core.PodSucceeded:
		if tracked(p) && !s.noted(p) {
			s.succeeded = append(s.succeeded, p)
		}
		if i, ok := s.index(p); ok {
			s.done = s.done.with(i)
		}
	case core.PodFailed:
		verdict := judge(s.j, p)
		if verdict.action == batch.PodFailurePolicyActionFailJob && s.failJob == "" {
			s.failJob = verdict.message
		}
		if tracked(p) && !s.noted(p) {
			s.failed = append(s.failed, p)
		}
		if s.cleared(p) {
			break // its index was not the one that decided
		}
		if i, ok := s.index(p); ok && s.perIndex() && !s.done.has(i) && (verdict.action == batch.PodFailurePolicyActionFailIndex ||
			verdict.action != batch.PodFailurePolicyActionIgnore && failures(p) >= int(*s.j.Spec.BackoffLimitPerIndex)) {
			s.lost = s.lost.with(i)
		}
	}
	switch {
	case podstate.Terminal(p):
	case p.DeletionTimestamp != nil:
		s.terminating = append(s.terminating, p)
	default:
		s.active = append(s.active, p)
	}
}

// cleared tells of a pod that counts as failed whether it is only one that the
// job deleted because its own end is decided.
func (s *state) cleared(p *core.Pod) bool { return p.Status.Phase != core.PodFailed && s.decided() }

// decided tells whether the stored status says how the job is to end.
func (s *state) decided() bool {
	return s.condition(batch.JobFailureTarget) != nil || s.condition(batch.JobSuccessCriteriaMet) != nil
}

// outcome is how a pod ended; empty while it has not. A pod that somebody
// deletes has failed at once, unless the job waits for its real end; once its own
// end is decided it waits for none. What is noted as a failure stays one,
// whatever the pod comes to in its last seconds.
func (s *state) outcome(p *core.Pod) core.PodPhase {
	u := s.j.Status.UncountedTerminatedPods
	switch {
	case p.DeletionTimestamp != nil && !tracked(p):
		return "" // we let it go, or somebody clears up: it has had its say
	case u != nil && slices.Contains(u.Failed, p.UID):
		return core.PodFailed
	case p.Status.Phase == core.PodSucceeded, p.Status.Phase == core.PodFailed:
		return p.Status.Phase
	case p.DeletionTimestamp != nil && (!s.waitsForEnd() || s.decided()):
		return core.PodFailed
	}
	return ""
}

// waitsForEnd says that a pod being deleted is replaced when it has ended, and
// not before.
func (s *state) waitsForEnd() bool {
	p := s.j.Spec.PodReplacementPolicy
	return p != nil && *p == batch.Failed || s.j.Spec.PodFailurePolicy != nil
}

func (s *state) indexed() bool {
	m := s.j.Spec.CompletionMode
	return m != nil && *m == batch.IndexedCompletion
}

func (s *state) perIndex() bool { return s.indexed() && s.j.Spec.BackoffLimitPerIndex != nil }

// completions is how many pods have to succeed; with no number asked for, one
// that succeeds ends the job.
func (s *state) completions() int {
	if s.j.Spec.Completions == nil {
		return noLimit
	}
	return int(*s.j.Spec.Completions)
}

func (s *state) parallelism() int {
	if s.j.Spec.Parallelism == nil {
		return 1
	}
	return int(*s.j.Spec.Parallelism)
}

func (s *state) suspended() bool { return s.j.Spec.Suspend != nil && *s.j.Spec.Suspend }

// index is a pod's completion index.
func (s *state) index(p *core.Pod) (int, bool) {
	if !s.indexed() {
		return 0, false
	}
	i, err := strconv.Atoi(p.Annotations[annotationIndex])
	return i, err == nil && i >= 0 && i < s.completions()
}

// failures is how often a pod's index had failed before the pod was made.
func failures(p *core.Pod) int {
	n, _ := strconv.Atoi(p.Annotations[annotationFailures])
	return n
}

// tracked tells whether a pod waits for its end to be counted.
func tracked(p *core.Pod) bool { return slices.Contains(p.Finalizers, batch.FinalizerJobTracking) }

// noted tells whether the stored status has counted a pod's end.
func (s *state) noted(p *core.Pod) bool {
	if u := s.j.Status.UncountedTerminatedPods; u != nil && (slices.Contains(u.Succeeded, p.UID) || slices.Contains(u.Failed, p.UID)) {
		return true
	}
	if p.Status.Phase == core.PodSucceeded {
		if i, ok := s.index(p); ok {
			return parseIndexes(s.j.Status.CompletedIndexes, s.completions()).has(i)
		}
	}
	return false
}

// counts tells whether a failed pod counts against the limits.
func (s *state) counts(p *core.Pod) bool {
	return judge(s.j, p).action != batch.PodFailurePolicyActionIgnore
}

// condition is the job's condition of a type when it is True, or nil.
func (s *state) condition(t batch.JobConditionType) *batch.JobCondition {
	return trueCondition(s.j.Status.Conditions, t)
}

func trueCondition(list []batch.JobCondition, t batch.JobConditionType) *batch.JobCondition {
	for i := range list {
		if list[i].Type == t && list[i].Status == core.ConditionTrue {
			return &list[i]
		}
	}
	return nil
}

// finished tells whether a job has come to its end.
func finished(j *batch.Job) bool {
	return trueCondition(j.Status.Conditions, batch.JobComplete) != nil || trueCondition(j.Status.Conditions, batch.JobFailed) != nil
}

// endOf is when a pod ended, as well as that is known: when its last container
// did, or when it was no longer ready, or when it was deleted.
func endOf(p *core.Pod) time.Time {
	var last time.Time
	for i := range p.Status.ContainerStatuses {
		t := p.Status.ContainerStatuses[i].State.Terminated
		if t == nil || t.FinishedAt.IsZero() {
			last = time.Time{}
			break
		}
		if t.FinishedAt.After(last) {
			last = t.FinishedAt.Time
		}
	}
	if !last.IsZero() {
		return last
	}
	if c := podstate.Condition(p, core.PodReady); c != nil && c.Status == core.ConditionFalse && !c.LastTransitionTime.IsZero() {
		return c.LastTransitionTime.Time
	}
	if p.DeletionTimestamp != nil { // that is when its grace ends
		grace := int64(0)
		if p.DeletionGracePeriodSeconds != nil {
			grace = *p.DeletionGracePeriodSeconds
		}
		return p.DeletionTimestamp.Add(-time.Duration(grace) * time.Second)
	}
	return p.CreationTimestamp.Time
}

// uncounted is the status's list, never nil.
func uncounted(st *batch.JobStatus) *batch.UncountedTerminatedPods {
	if st.UncountedTerminatedPods == nil {
		st.UncountedTerminatedPods = &batch.UncountedTerminatedPods{}
	}
	return st.UncountedTerminatedPods
}

func uidSet(pods []*core.Pod) map[meta.UID]*core.Pod {
	out := make(map[meta.UID]*core.Pod, len(pods))
	for _, p := range pods {
		out[p.UID] = p
	}
	return out
}
