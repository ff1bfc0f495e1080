package job

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/controller-manager/internal/replicas"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// burst is the most pods that one step makes.
const burst = 500

// step is what to do next for one job. The status is written first: a pod's end
// is noted there before its finalizer goes, and counted when it has gone, so
// that a crash in between counts nothing twice and loses nothing.
type step struct {
	status  batch.JobStatus
	untrack []*core.Pod // pods whose end the stored status has noted
	delete  []*core.Pod // their end counts as a failure
	drop    []*core.Pod // to be deleted, and not counted
	create  []making
	event   *event
	again   time.Duration // 0 for never
}

// making is a pod to make.
type making struct {
	index             int // -1 without
	failures, ignored int
}

// event is something to tell.
type event struct{ kind, reason, message string }

// verdict is how a job is to end.
type verdict struct {
	failed          bool
	reason, message string
}

// plan decides the next step.
func plan(s *state) step {
	out := step{status: *s.j.Status.DeepCopy()}
	if finished(s.j) {
		for _, p := range s.pods {
			if tracked(p) {
				out.untrack = append(out.untrack, p)
			}
		}
		out.delete = s.active
		return out
	}
	st := &out.status
	var v *verdict
	if s.j.DeletionTimestamp == nil {
		s.begin(&out)
	}
	s.count(&out)
	if s.j.DeletionTimestamp == nil {
		v = s.verdict(st, &out)
	}
	switch {
	case s.j.DeletionTimestamp != nil: // Its pods are the garbage collector's, which waits for them to be let go.
	case v != nil:
		s.end(v, &out)
	case s.suspended():
		out.drop = s.active
	default:
		s.manage(&out)
	}
	going := slices.Concat(out.delete, out.drop)
	left := slices.DeleteFunc(slices.Clone(s.active), func(p *core.Pod) bool { return slices.Contains(going, p) })
	ready, terminating := int32(0), int32(len(s.terminating)+len(going))
	for _, p := range left {
		if podstate.Ready(p) {
			ready++
		}
	}
	st.Active, st.Ready, st.Terminating = int32(len(left)), &ready, &terminating
	return out
}

// begin notes when a job starts to run, and when it rests.
func (s *state) begin(out *step) {
	st := &out.status
	was := s.condition(batch.JobSuspended)
	switch {
	case s.suspended() && was == nil:
		s.set(st, batch.JobSuspended, core.ConditionTrue, "JobSuspended", "Job suspended")
		out.event = &event{core.EventTypeNormal, "Suspended", "Job suspended"}
	case !s.suspended() && was != nil:
		s.set(st, batch.JobSuspended, core.ConditionFalse, "JobResumed", "Job resumed")
		now := meta.NewTime(s.now)
		st.StartTime = &now
		out.event = &event{core.EventTypeNormal, "Resumed", "Job resumed"}
	case !s.suspended() && st.StartTime == nil:
		now := meta.NewTime(s.now)
		st.StartTime = &now
	}
}

// count moves the ends of pods into the status: from there they are noted and
// still tracked, to there they are counted.
func (s *state) count(out *step) {
	st, u := &out.status, uncounted(&out.status)
	there := uidSet(s.pods)
	settled := func(list []meta.UID, n *int32) []meta.UID {
		return slices.DeleteFunc(list, func(uid meta.UID) bool {
			if p := there[uid]; p != nil && tracked(p) {
				return false
			}
			*n++
			return true
		})
	}
	u.Failed = settled(u.Failed, &st.Failed)
	if s.indexed() {
		u.Succeeded = nil
		st.CompletedIndexes, st.Succeeded = s.done.String(), int32(len(s.done))
		if s.perIndex() {
			lost := s.lost.String()
			st.FailedIndexes = &lost
		}
	} else {
		u.Succeeded = settled(u.Succeeded, &st.Succeeded)
		for _, p := range s.succeeded {
			if len(u.Succeeded)+len(u.Failed) < maxUncounted {
				u.Succeeded = append(u.Succeeded, p.UID)
			}
		}
	}
	for _, p := range s.failed {
		switch {
		case !s.counts(p), s.cleared(p) && s.condition(batch.JobSuccessCriteriaMet) != nil:
			out.untrack = append(out.untrack, p) // as if it had never been
		case len(u.Succeeded)+len(u.Failed) < maxUncounted:
			u.Failed = append(u.Failed, p.UID)
		}
	}
	for _, p := range s.pods {
		if tracked(p) && s.outcome(p) != "" && s.noted(p) && !s.remembers(p) {
			out.untrack = append(out.untrack, p)
		}
	}
}

// remembers tells whether a failed pod is the only one that knows how often its
// index failed: it stays until a newer one has taken that over.
func (s *state) remembers(p *core.Pod) bool {
	i, ok := s.index(p)
	if !ok || !s.perIndex() || s.outcome(p) != core.PodFailed || s.done.has(i) || s.lost.has(i) || s.condition(batch.JobFailureTarget) != nil {
		return false
	}
	for _, o := range s.pods {
		if j, ok := s.index(o); ok && j == i && o != p && failures(o) > failures(p) {
			return false
		}
	}
	return true
}

// totals is how many pods succeeded and failed, counted or merely noted.
func totals(st *batch.JobStatus) (succeeded, failed int) {
	u := uncounted(st)
	return int(st.Succeeded) + len(u.Succeeded), int(st.Failed) + len(u.Failed)
}

// verdict tells whether the job's end is due, and how.
func (s *state) verdict(st *batch.JobStatus, out *step) *verdict {
	if c := s.condition(batch.JobFailureTarget); c != nil {
		return &verdict{true, c.Reason, c.Message}
	}
	if c := s.condition(batch.JobSuccessCriteriaMet); c != nil {
		return &verdict{false, c.Reason, c.Message}
	}
	succeeded, failed := totals(st)
	switch {
	case s.failJob != "":
		return &verdict{true, "PodFailurePolicy", s.failJob}
	case s.overdue(st, out):
		return &verdict{true, "DeadlineExceeded", "Job was active longer than specified deadline"}
	case s.j.Spec.BackoffLimit != nil && (failed > int(*s.j.Spec.BackoffLimit) || s.restartsOver(int(*s.j.Spec.BackoffLimit))):
		return &verdict{true, "BackoffLimitExceeded", "Job has reached the specified backoff limit"}
	case s.perIndex() && s.j.Spec.MaxFailedIndexes != nil && len(s.lost) > int(*s.j.Spec.MaxFailedIndexes):
		return &verdict{true, "MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes"}
	}
	if rule, met := s.policyMet(); met {
		return &verdict{false, "SuccessPolicy", "Matched rules at index " + strconv.Itoa(rule)}
	}
	reached := &verdict{false, "CompletionsReached", "Reached expected number of succeeded pods"}
	switch {
	case s.j.Spec.Completions == nil:
		if succeeded > 0 && len(s.active) == 0 {
			return reached
		}
	case s.perIndex() && len(s.lost) > 0 && len(s.done)+len(s.lost) >= s.completions():
		return &verdict{true, "FailedIndexes", "Job has failed indexes"}
	case succeeded >= s.completions():
		return reached
	}
	return nil
}

// overdue tells whether the job has run for longer than it may.
func (s *state) overdue(st *batch.JobStatus, out *step) bool {
	limit := s.j.Spec.ActiveDeadlineSeconds
	if limit == nil || st.StartTime == nil || s.suspended() {
		return false
	}
	left := st.StartTime.Add(time.Duration(*limit) * time.Second).Sub(s.now)
	if left > 0 {
		out.later(left)
	}
	return left <= 0
}

// restartsOver tells whether containers that restart in place have done so too
// often.
func (s *state) restartsOver(limit int) bool {
	if s.j.Spec.Template.Spec.RestartPolicy != core.RestartPolicyOnFailure {
		return false
	}
	n := 0
	for _, p := range s.active {
		if p.Status.Phase != core.PodRunning && p.Status.Phase != core.PodPending {
			continue
		}
		for _, c := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses) {
			n += int(c.RestartCount)
		}
	}
	if limit == 0 {
		return n > 0
	}
	return n >= limit
}

// policyMet is the first rule of the success policy that holds.
func (s *state) policyMet() (rule int, met bool) {
	if s.j.Spec.SuccessPolicy == nil {
		return 0, false
	}
	for i, r := range s.j.Spec.SuccessPolicy.Rules {
		have, need := len(s.done), 0
		if r.SucceededIndexes != nil {
			wanted := parseIndexes(*r.SucceededIndexes, s.completions())
			have, need = 0, len(wanted)
			for _, n := range wanted {
				if s.done.has(n) {
					have++
				}
			}
		}
		if r.SucceededCount != nil {
			need = int(*r.SucceededCount)
		}
		if have >= need {
			return i, true
		}
	}
	return 0, false
}

// end takes the job to its end: first the pods that still run have to go and
// every end has to be counted, and only then is the end final.
func (s *state) end(v *verdict, out *step) {
	st := &out.status
	interim, final := batch.JobSuccessCriteriaMet, batch.JobComplete
	if v.failed {
		interim, final = batch.JobFailureTarget, batch.JobFailed
	}
	s.set(st, interim, core.ConditionTrue, v.reason, v.message)
	out.delete = s.active
	u := uncounted(st)
	if len(s.active)+len(s.terminating)+len(u.Succeeded)+len(u.Failed) > 0 || s.open() {
		return
	}
	s.set(st, final, core.ConditionTrue, v.reason, v.message)
	if v.failed {
		out.event = &event{core.EventTypeWarning, v.reason, v.message}
		return
	}
	now := meta.NewTime(s.now)
	st.CompletionTime = &now
	out.event = &event{core.EventTypeNormal, "Completed", "Job completed"}
}

// open tells whether the end of a pod is not in the stored status yet.
func (s *state) open() bool {
	return slices.ContainsFunc(s.pods, func(p *core.Pod) bool { return tracked(p) && s.outcome(p) != "" && s.counts(p) })
}

// manage makes and deletes pods until as many run as should.
func (s *state) manage(out *step) {
	succeeded, _ := totals(&out.status)
	active := len(s.active)
	want := min(s.parallelism(), s.completions()-succeeded-len(s.lost))
	if s.j.Spec.Completions == nil && succeeded > 0 {
		want = min(active, s.parallelism()) // the others are let to end
	}
	want = max(0, want)
	if active > want {
		out.drop = replicas.FirstToGo(s.active, nil, active-want, s.now)
		return
	}
	room := want - active
	if s.waitsForEnd() {
		room -= len(s.terminating)
	}
	if room <= 0 {
		return
	}
	if s.indexed() {
		s.fillIndexes(min(room, burst), out)
		return
	}
	if wait := s.pause(nil); wait > 0 {
		out.later(wait)
		return
	}
	for range min(room, burst) {
		out.create = append(out.create, making{index: -1})
	}
}

// fillIndexes makes pods for the lowest indexes that need one.
func (s *state) fillIndexes(room int, out *step) {
	busy := map[int]bool{}
	for _, p := range s.active {
		if i, ok := s.index(p); ok {
			busy[i] = true
		}
	}
	if s.waitsForEnd() {
		for _, p := range s.terminating {
			if i, ok := s.index(p); ok {
				busy[i] = true
			}
		}
	}
	if !s.perIndex() {
		if wait := s.pause(nil); wait > 0 {
			out.later(wait)
			return
		}
	}
	for i := 0; i < s.completions() && room > 0; i++ {
		if busy[i] || s.done.has(i) || s.lost.has(i) {
			continue
		}
		m := making{index: i}
		if s.perIndex() {
			if wait := s.pause(&i); wait > 0 {
				out.later(wait)
				continue
			}
			m.failures, m.ignored = s.history(i)
		}
		out.create = append(out.create, m)
		room--
	}
}

// history is how often an index has failed so far.
func (s *state) history(i int) (failed, ignored int) {
	for _, p := range s.pods {
		if j, ok := s.index(p); !ok || j != i || s.outcome(p) != core.PodFailed {
			continue
		}
		was, _ := strconv.Atoi(p.Annotations[annotationIgnored])
		f, g := failures(p), was
		if s.counts(p) {
			f++
		} else {
			g++
		}
		if f+g > failed+ignored {
			failed, ignored = f, g
		}
	}
	return failed, ignored
}

// pause is how long the job, or one index of it, waits before the next try: the
// more failures in a row, the longer.
func (s *state) pause(index *int) time.Duration {
	var lastSuccess, lastFailure time.Time
	ended := map[meta.UID]time.Time{}
	if index == nil {
		maps.Copy(ended, s.ended)
	}
	for _, p := range s.pods {
		if s.outcome(p) == core.PodSucceeded && index == nil && endOf(p).After(lastSuccess) {
			lastSuccess = endOf(p)
		}
	}
	for _, p := range s.pods {
		if i, ok := s.index(p); index != nil && (!ok || i != *index) {
			continue
		}
		if s.outcome(p) == core.PodFailed {
			ended[p.UID] = endOf(p)
		}
	}
	n := 0
	for _, at := range ended {
		if !at.After(lastSuccess) {
			continue
		}
		n++
		if at.After(lastFailure) {
			lastFailure = at
		}
	}
	if n == 0 {
		return 0
	}
	wait := longestPause
	if n < 10 {
		wait = min(firstPause<<(n-1), longestPause)
	}
	return lastFailure.Add(wait).Sub(s.now)
}

func (out *step) later(wait time.Duration) {
	if wait > 0 && (out.again == 0 || wait < out.again) {
		out.again = wait
	}
}

// set puts a condition into the status unless it says the same already.
func (s *state) set(st *batch.JobStatus, t batch.JobConditionType, status core.ConditionStatus, reason, message string) {
	next := batch.JobCondition{Type: t, Status: status, Reason: reason, Message: message,
		LastProbeTime: meta.NewTime(s.now), LastTransitionTime: meta.NewTime(s.now)}
	for i := range st.Conditions {
		if st.Conditions[i].Type == t {
			if st.Conditions[i].Status != status || st.Conditions[i].Reason != reason {
				st.Conditions[i] = next
			}
			return
		}
	}
	st.Conditions = append(st.Conditions, next)
}
