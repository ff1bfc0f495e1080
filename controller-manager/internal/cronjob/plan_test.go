package cronjob

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/ownership"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func ptr[T any](v T) *T { return &v }

func cronJob(schedule string, edit ...func(*batch.CronJob)) *batch.CronJob {
	c := &batch.CronJob{}
	c.Namespace, c.Name, c.UID = "default", "tick", "cron-uid"
	c.CreationTimestamp = meta.NewTime(noon.Add(-time.Hour))
	c.Spec.Schedule, c.Spec.ConcurrencyPolicy = schedule, batch.AllowConcurrent
	c.Spec.JobTemplate.Annotations = map[string]string{"a": "b"}
	for _, e := range edit {
		e(c)
	}
	return c
}

func lastRun(t time.Time) func(*batch.CronJob) {
	return func(c *batch.CronJob) { c.Status.LastScheduleTime = ptr(meta.NewTime(t)) }
}

// job is one of c's, ended with a condition or running.
func job(c *batch.CronJob, due time.Time, end batch.JobConditionType) *batch.Job {
	j := jobFor(c, due)
	j.UID = meta.UID(j.Name)
	j.Status.StartTime = ptr(meta.NewTime(due))
	if end != "" {
		j.Status.Conditions = []batch.JobCondition{{Type: end, Status: core.ConditionTrue}}
	}
	if end == batch.JobComplete {
		j.Status.CompletionTime = ptr(meta.NewTime(due.Add(time.Minute)))
	}
	return j
}

func reasons(s step) string {
	var out []string
	for _, e := range s.events {
		out = append(out, e.reason)
	}
	return strings.Join(out, " ")
}

func TestWhen(t *testing.T) {
	for _, c := range []struct {
		name  string
		cron  *batch.CronJob
		now   time.Time
		start string // the time of the start, or ""
		said  string
		again time.Duration
	}{
		{"not yet", cronJob("30 * * * *", lastRun(noon.Add(-30*time.Minute))), noon, "", "", 30*time.Minute + 100*time.Millisecond},
		{"due now", cronJob("0 * * * *", lastRun(noon.Add(-time.Hour))), noon.Add(time.Second), "12:00", "", time.Hour - time.Second + 100*time.Millisecond},
		{"never run before", cronJob("30 * * * *"), noon, "11:30", "", 30*time.Minute + 100*time.Millisecond},
		{"several missed, the last is made up for", cronJob("*/10 * * * *", lastRun(noon.Add(-time.Hour))), noon.Add(5 * time.Minute), "12:00", "", 5*time.Minute + 100*time.Millisecond},
		{"very many missed", cronJob("* * * * *", lastRun(noon.AddDate(-1, 0, 0))), noon, "12:00", "TooManyMissedTimes", time.Minute + 100*time.Millisecond},
		{"too late", cronJob("0 * * * *", lastRun(noon.Add(-time.Hour)), func(c *batch.CronJob) { c.Spec.StartingDeadlineSeconds = ptr(int64(10)) }), noon.Add(time.Minute), "", "", 59*time.Minute + 100*time.Millisecond},
		{"within the deadline", cronJob("0 * * * *", lastRun(noon.Add(-time.Hour)), func(c *batch.CronJob) { c.Spec.StartingDeadlineSeconds = ptr(int64(100)) }), noon.Add(time.Minute), "12:00", "", 59*time.Minute + 100*time.Millisecond},
		{"suspended", cronJob("* * * * *", func(c *batch.CronJob) { c.Spec.Suspend = ptr(true) }), noon, "", "", 0},
		{"no schedule", cronJob("every day"), noon, "", "UnparseableSchedule", 0},
		{"never", cronJob("0 0 31 2 *"), noon, "", "InvalidSchedule", 0},
		{"in a time zone", cronJob("0 9 * * *", lastRun(noon.AddDate(0, 0, -1)), func(c *batch.CronJob) { c.Spec.TimeZone = ptr("Asia/Tokyo") }), noon, "00:00", "", 12*time.Hour + 100*time.Millisecond},
		{"no such zone", cronJob("0 9 * * *", func(c *batch.CronJob) { c.Spec.TimeZone = ptr("Mars/Base") }), noon, "", "UnparseableSchedule", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := plan(c.cron, nil, c.now)
			got := ""
			if s.start != nil {
				got = s.start.UTC().Format("15:04")
			}
			if got != c.start || reasons(s) != c.said || s.again != c.again {
				t.Errorf("start %q, said %q, again %v; want %q, %q, %v", got, reasons(s), s.again, c.start, c.said, c.again)
			}
		})
	}
}

func TestConcurrency(t *testing.T) {
	for policy, want := range map[batch.ConcurrencyPolicy]string{
		batch.AllowConcurrent:   "start 12:00, delete []",
		batch.ForbidConcurrent:  "start never, delete [] JobAlreadyActive",
		batch.ReplaceConcurrent: "start 12:00, delete [tick-29540100]",
	} {
		c := cronJob("0 * * * *", lastRun(noon.Add(-time.Hour)), func(c *batch.CronJob) { c.Spec.ConcurrencyPolicy = policy })
		running := job(c, noon.Add(-time.Hour), "")
		running.Name = "tick-29540100"
		s := plan(c, []*batch.Job{running}, noon)
		start := "never"
		if s.start != nil {
			start = s.start.UTC().Format("15:04")
		}
		names := []string{}
		for _, j := range s.delete {
			names = append(names, j.Name)
		}
		if got := strings.TrimSpace(fmt.Sprintf("start %s, delete %v %s", start, names, reasons(s))); got != want {
			t.Errorf("%s: %s, want %s", policy, got, want)
		}
		want := 1
		if policy == batch.ReplaceConcurrent { // else it would be told of as missing
			want = 0
		}
		if len(s.status.Active) != want {
			t.Errorf("%s: active %v", policy, s.status.Active)
		}
	}
}

// TestStartedOnce: a crash between the job's start and its note in the status
// starts no second one.
func TestStartedOnce(t *testing.T) {
	c := cronJob("0 * * * *", lastRun(noon.Add(-time.Hour)))
	if s := plan(c, []*batch.Job{job(c, noon, "")}, noon.Add(time.Second)); s.start != nil {
		t.Errorf("a second job starts for %v", s.start)
	}
}

func TestHistory(t *testing.T) {
	c := cronJob("0 * * * *", lastRun(noon), func(c *batch.CronJob) {
		c.Spec.SuccessfulJobsHistoryLimit, c.Spec.FailedJobsHistoryLimit = ptr(int32(1)), ptr(int32(0))
		c.Status.Active = []core.ObjectReference{{UID: meta.UID(jobName(c, noon.Add(-time.Hour)))}}
	})
	done := []*batch.Job{job(c, noon.Add(-3*time.Hour), batch.JobComplete), job(c, noon.Add(-2*time.Hour), batch.JobFailed), job(c, noon.Add(-time.Hour), batch.JobComplete)}
	s := plan(c, done, noon.Add(time.Minute))
	var names []string
	for _, j := range s.delete {
		names = append(names, j.Name)
	}
	if want := done[0].Name + " " + done[1].Name; strings.Join(names, " ") != want {
		t.Errorf("deletes %v, want %s", names, want)
	}
	if reasons(s) != "SawCompletedJob" || len(s.status.Active) != 0 || !s.status.LastSuccessfulTime.Equal(noon.Add(-59*time.Minute)) {
		t.Errorf("said %q, status %+v", reasons(s), s.status)
	}
}

// TestNoHistory: a job that is not kept ends without a word, but not unnoticed.
func TestNoHistory(t *testing.T) {
	c := cronJob("0 * * * *", lastRun(noon), func(c *batch.CronJob) {
		c.Spec.SuccessfulJobsHistoryLimit = ptr(int32(0))
		c.Status.Active = []core.ObjectReference{{UID: meta.UID(jobName(c, noon))}}
	})
	s := plan(c, []*batch.Job{job(c, noon, batch.JobComplete)}, noon.Add(2*time.Minute))
	if len(s.delete) != 1 || reasons(s) != "" || len(s.status.Active) != 0 || s.status.LastSuccessfulTime == nil {
		t.Errorf("deletes %d, said %q, status %+v", len(s.delete), reasons(s), s.status)
	}
}

func TestJobFor(t *testing.T) {
	c := cronJob("0 * * * *")
	j := jobFor(c, noon)
	if j.Name != fmt.Sprintf("tick-%d", noon.Unix()/60) || j.Annotations["a"] != "b" || j.Annotations[annotationScheduled] != "2026-03-01T12:00:00Z" ||
		c.Spec.JobTemplate.Annotations[annotationScheduled] != "" || j.OwnerReferences[0].UID != ownership.Reference(c).UID {
		t.Errorf("%+v", j.ObjectMeta)
	}
}

func TestJobsThatComeAndGoByHand(t *testing.T) {
	c := cronJob("0 0 1 1 *", lastRun(noon))
	byHand := job(c, noon, "")
	byHand.Name, byHand.UID = "mine", "mine"
	delete(byHand.Annotations, annotationScheduled)
	c.Status.Active = []core.ObjectReference{{Name: "gone", UID: "gone"}}
	s := plan(c, []*batch.Job{byHand}, noon)
	if got := reasons(s); got != "UnexpectedJob MissingJob" {
		t.Errorf("events %q", got)
	}
	if len(s.status.Active) != 0 {
		t.Errorf("active %v", s.status.Active)
	}
}

func TestScheduledTimeIsToldInTheZone(t *testing.T) {
	c := cronJob("0 0 1 1 *", func(c *batch.CronJob) { c.Spec.TimeZone = ptr("America/New_York") })
	if got := jobFor(c, time.Date(2026, 1, 1, 5, 0, 0, 0, time.UTC)).Annotations[annotationScheduled]; got != "2026-01-01T00:00:00-05:00" {
		t.Errorf("%s", got)
	}
}
