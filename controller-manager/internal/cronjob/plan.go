package cronjob

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/pilothouse/pilothouse/controller-manager/internal/ownership"
	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// annotationScheduled says on a job for when it was started.
const annotationScheduled = "batch.kubernetes.io/cronjob-scheduled-timestamp"

// step is what to do next for one cron job.
type step struct {
	start  *time.Time   // for which time to start a job
	delete []*batch.Job // jobs that are replaced, or history that is no longer kept
	status batch.CronJobStatus
	events []event
	again  time.Duration // 0 for never
}

type event struct{ kind, reason, message string }

func (out *step) say(kind, reason, format string, args ...any) {
	out.events = append(out.events, event{kind, reason, fmt.Sprintf(format, args...)})
}

// plan decides the next step. jobs are those that c controls.
func plan(c *batch.CronJob, jobs []*batch.Job, now time.Time) step {
	var out step
	out.status = *c.Status.DeepCopy()
	out.forget(c, jobs)
	active := out.follow(c, jobs)
	if c.DeletionTimestamp != nil || c.Spec.Suspend != nil && *c.Spec.Suspend {
		return out
	}
	schedule, err := parse(c)
	if err != nil {
		out.say(core.EventTypeWarning, "UnparseableSchedule", "unparseable schedule: %q : %s", c.Spec.Schedule, err)
		return out
	}
	next := schedule.Next(now)
	if next.IsZero() {
		out.say(core.EventTypeWarning, "InvalidSchedule", "invalid schedule: %s : time difference between two schedules is less than 1 second", c.Spec.Schedule)
		return out
	}
	out.again = next.Sub(now) + 100*time.Millisecond
	due, missed := latest(schedule, since(c, now), now)
	if due.IsZero() {
		return out
	}
	if missed > 100 {
		out.say(core.EventTypeWarning, "TooManyMissedTimes", "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew")
	}
	if d := c.Spec.StartingDeadlineSeconds; d != nil && due.Add(time.Duration(*d)*time.Second).Before(now) {
		out.say(core.EventTypeWarning, "MissSchedule", "Missed scheduled time to start a job: %s", due.UTC().Format(time.RFC1123Z))
		return out
	}
	if c.Status.LastScheduleTime != nil && !due.After(c.Status.LastScheduleTime.Time) {
		return out
	}
	if name := jobName(c, due); slices.ContainsFunc(jobs, func(j *batch.Job) bool { return j.Name == name }) {
		at := meta.NewTime(due) // It was started, and a crash or a lost answer kept that from being written down.
		out.status.LastScheduleTime = &at
		return out
	}
	switch {
	case c.Spec.ConcurrencyPolicy == batch.ForbidConcurrent && len(active) > 0:
		out.say(core.EventTypeNormal, "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid")
		return out
	case c.Spec.ConcurrencyPolicy == batch.ReplaceConcurrent:
		out.delete = append(out.delete, active...)
		out.status.Active = nil // none of them will be missed
	}
	out.start = &due
	return out
}

// follow brings the list of active jobs and the time of the last success up to
// date.
func (out *step) follow(c *batch.CronJob, jobs []*batch.Job) (active []*batch.Job) {
	was := map[meta.UID]bool{}
	for _, r := range c.Status.Active {
		was[r.UID] = true
	}
	out.status.Active = nil
	for _, j := range jobs {
		end := ended(j)
		was := take(was, j.UID)
		switch {
		case end == "" && !was && j.Annotations[annotationScheduled] == "":
			// Somebody made it by hand: it runs beside the schedule.
			out.say(core.EventTypeWarning, "UnexpectedJob", "Saw a job that the controller did not create or forgot: %s", j.Name)
		case end == "" && j.DeletionTimestamp == nil:
			active = append(active, j)
			out.status.Active = append(out.status.Active, reference(j))
		case end != "" && was && !slices.Contains(out.delete, j): // what goes at once is not spoken of
			out.say(core.EventTypeNormal, "SawCompletedJob", "Saw completed job: %s, condition: %v", j.Name, end)
		}
		if t := j.Status.CompletionTime; end == batch.JobComplete && t != nil &&
			(out.status.LastSuccessfulTime == nil || t.After(out.status.LastSuccessfulTime.Time)) {
			out.status.LastSuccessfulTime = t
		}
	}
	for _, r := range c.Status.Active {
		if was[r.UID] {
			out.say(core.EventTypeNormal, "MissingJob", "Active job went missing: %v", r.Name)
		}
	}
	slices.SortFunc(out.status.Active, func(a, b core.ObjectReference) int { return cmp.Compare(a.Name, b.Name) })
	if !meta.Equal(bare(c.Status.Active), bare(out.status.Active)) {
		return active
	}
	out.status.Active = c.Status.Active // only versions differ
	return active
}

// take tells whether a set holds a UID, and takes it out.
func take(set map[meta.UID]bool, uid meta.UID) bool {
	was := set[uid]
	delete(set, uid)
	return was
}

// bare is the references without what changes with every write.
func bare(refs []core.ObjectReference) []core.ObjectReference {
	out := slices.Clone(refs)
	for i := range out {
		out[i].ResourceVersion = ""
	}
	return out
}

func reference(j *batch.Job) core.ObjectReference {
	return core.ObjectReference{APIVersion: "batch/v1", Kind: "Job", Namespace: j.Namespace, Name: j.Name, UID: j.UID, ResourceVersion: j.ResourceVersion}
}

// ended is the condition that ended a job; empty while it runs.
func ended(j *batch.Job) batch.JobConditionType {
	for _, c := range j.Status.Conditions {
		if (c.Type == batch.JobComplete || c.Type == batch.JobFailed) && c.Status == core.ConditionTrue {
			return c.Type
		}
	}
	return ""
}

// forget drops the oldest ended jobs beyond those to keep of either kind.
func (out *step) forget(c *batch.CronJob, jobs []*batch.Job) {
	for end, limit := range map[batch.JobConditionType]*int32{batch.JobComplete: c.Spec.SuccessfulJobsHistoryLimit, batch.JobFailed: c.Spec.FailedJobsHistoryLimit} {
		if limit == nil {
			continue
		}
		var list []*batch.Job
		for _, j := range jobs {
			if ended(j) == end && j.DeletionTimestamp == nil {
				list = append(list, j)
			}
		}
		slices.SortFunc(list, func(a, b *batch.Job) int {
			return cmp.Or(started(a).Compare(started(b)), cmp.Compare(a.Name, b.Name))
		})
		out.delete = append(out.delete, list[:max(0, len(list)-int(*limit))]...)
	}
	slices.SortFunc(out.delete, func(a, b *batch.Job) int { return cmp.Compare(a.Name, b.Name) })
}

func started(j *batch.Job) time.Time {
	if j.Status.StartTime == nil {
		return time.Time{}
	}
	return j.Status.StartTime.Time
}

// parse reads the schedule in its time zone.
func parse(c *batch.CronJob) (cron.Schedule, error) {
	text := c.Spec.Schedule
	if c.Spec.TimeZone != nil {
		if _, err := time.LoadLocation(*c.Spec.TimeZone); err != nil {
			return nil, err
		}
		text = "TZ=" + *c.Spec.TimeZone + " " + text
	}
	return cron.ParseStandard(text)
}

// since is from when on starts may have been missed.
func since(c *batch.CronJob, now time.Time) time.Time {
	from := c.CreationTimestamp.Time
	if c.Status.LastScheduleTime != nil {
		from = c.Status.LastScheduleTime.Time
	}
	if d := c.Spec.StartingDeadlineSeconds; d != nil {
		if earliest := now.Add(-time.Duration(*d) * time.Second); earliest.After(from) {
			from = earliest
		}
	}
	return from
}

// latest is the last time after from, and not after now, at which the schedule
// fires, and about how often it has fired since. It is zero when it has not.
// Looking back in growing steps, it costs a few looks also after a long absence.
func latest(s cron.Schedule, from, now time.Time) (due time.Time, missed int64) {
	first := s.Next(from)
	if first.IsZero() || first.After(now) {
		return time.Time{}, 0
	}
	for back := time.Minute; ; back *= 2 {
		begin := now.Add(-back)
		if begin.Before(from) {
			begin = from
		}
		t := s.Next(begin)
		if t.IsZero() || t.After(now) {
			continue
		}
		for n := s.Next(t); !n.IsZero() && !n.After(now); n = s.Next(t) {
			t = n
		}
		if every := s.Next(first).Sub(first); every > 0 {
			missed = int64(t.Sub(first)/every) + 1
		}
		return t, missed
	}
}

// jobName is the name of the job for a time: a second try finds the first.
func jobName(c *batch.CronJob, due time.Time) string {
	return fmt.Sprintf("%s-%d", c.Name, due.Unix()/60)
}

// jobFor is the job to start for a time.
func jobFor(c *batch.CronJob, due time.Time) *batch.Job {
	t := c.Spec.JobTemplate.DeepCopy()
	j := &batch.Job{Spec: t.Spec}
	j.Namespace, j.Name = c.Namespace, jobName(c, due)
	j.Labels, j.Annotations = t.Labels, maps.Clone(t.Annotations)
	if j.Annotations == nil {
		j.Annotations = map[string]string{}
	}
	if c.Spec.TimeZone != nil {
		if zone, err := time.LoadLocation(*c.Spec.TimeZone); err == nil {
			due = due.In(zone)
		}
	}
	j.Annotations[annotationScheduled] = due.Format(time.RFC3339)
	j.OwnerReferences = []meta.OwnerReference{ownership.Reference(c)}
	return j
}

// controls tells whether j is one of c's.
func controls(c *batch.CronJob, j *batch.Job) bool {
	owner := podstate.Controller(j)
	return owner != nil && owner.UID == c.UID
}
