package table

import (
	"fmt"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// selectorText is a selector as users write it.
func selectorText(s *meta.LabelSelector) string {
	l, err := selector.FromLabelSelector(s)
	if err != nil {
		return "<error>"
	}
	return orNone(l.String())
}

// count is an optional number; 0 when there is none.
func count(n *int32) int64 {
	if n == nil {
		return 0
	}
	return int64(*n)
}

func deploymentCells(d *apps.Deployment, now time.Time) []any {
	names, images := containerNames(&d.Spec.Template.Spec)
	return []any{d.Name, fmt.Sprintf("%d/%d", d.Status.ReadyReplicas, count(d.Spec.Replicas)), int64(d.Status.UpdatedReplicas),
		int64(d.Status.AvailableReplicas), age(d.CreationTimestamp, now), names, images, selectorText(d.Spec.Selector)}
}

func replicaSetCells(s *apps.ReplicaSet, now time.Time) []any {
	names, images := containerNames(&s.Spec.Template.Spec)
	return []any{s.Name, count(s.Spec.Replicas), int64(s.Status.Replicas), int64(s.Status.ReadyReplicas), age(s.CreationTimestamp, now),
		names, images, selectorText(s.Spec.Selector)}
}

func statefulSetCells(s *apps.StatefulSet, now time.Time) []any {
	names, images := containerNames(&s.Spec.Template.Spec)
	return []any{s.Name, fmt.Sprintf("%d/%d", s.Status.ReadyReplicas, count(s.Spec.Replicas)), age(s.CreationTimestamp, now), names, images}
}

func daemonSetCells(d *apps.DaemonSet, now time.Time) []any {
	names, images := containerNames(&d.Spec.Template.Spec)
	s := &d.Status
	return []any{d.Name, int64(s.DesiredNumberScheduled), int64(s.CurrentNumberScheduled), int64(s.NumberReady),
		int64(s.UpdatedNumberScheduled), int64(s.NumberAvailable), labelText(d.Spec.Template.Spec.NodeSelector),
		age(d.CreationTimestamp, now), names, images, selectorText(d.Spec.Selector)}
}

func revisionCells(r *apps.ControllerRevision, now time.Time) []any {
	controller := "<none>"
	for _, o := range r.OwnerReferences {
		if o.Controller != nil && *o.Controller {
			group, _, grouped := strings.Cut(o.APIVersion, "/")
			controller = o.Kind
			if grouped {
				controller += "." + group
			}
			controller = strings.ToLower(controller) + "/" + o.Name
		}
	}
	return []any{r.Name, controller, r.Revision, age(r.CreationTimestamp, now)}
}

func jobCells(j *batch.Job, now time.Time) []any {
	names, images := containerNames(&j.Spec.Template.Spec)
	took := ""
	if start := j.Status.StartTime; start != nil {
		end := now
		if j.Status.CompletionTime != nil {
			end = j.Status.CompletionTime.Time
		}
		took = duration(end.Sub(start.Time))
	}
	return []any{j.Name, jobState(j), jobCompletions(j), took, age(j.CreationTimestamp, now), names, images, selectorText(j.Spec.Selector)}
}

// jobState sums a job up in one word.
func jobState(j *batch.Job) string {
	has := func(t batch.JobConditionType) bool {
		for _, c := range j.Status.Conditions {
			if c.Type == t {
				return c.Status == core.ConditionTrue
			}
		}
		return false
	}
	switch {
	case has(batch.JobComplete):
		return "Complete"
	case has(batch.JobFailed):
		return "Failed"
	case j.DeletionTimestamp != nil:
		return "Terminating"
	case has(batch.JobSuspended):
		return "Suspended"
	case has(batch.JobFailureTarget):
		return "FailureTarget"
	case has(batch.JobSuccessCriteriaMet):
		return "SuccessCriteriaMet"
	}
	return "Running"
}

func jobCompletions(j *batch.Job) string {
	switch n := count(j.Spec.Parallelism); {
	case j.Spec.Completions != nil:
		return fmt.Sprintf("%d/%d", j.Status.Succeeded, *j.Spec.Completions)
	case n > 1:
		return fmt.Sprintf("%d/1 of %d", j.Status.Succeeded, n)
	}
	return fmt.Sprintf("%d/1", j.Status.Succeeded)
}

func cronJobCells(c *batch.CronJob, now time.Time) []any {
	names, images := containerNames(&c.Spec.JobTemplate.Spec.Template.Spec)
	zone, suspended, last := "<none>", "<unset>", "<none>"
	if c.Spec.TimeZone != nil {
		zone = *c.Spec.TimeZone
	}
	if c.Spec.Suspend != nil {
		suspended = "False"
		if *c.Spec.Suspend {
			suspended = "True"
		}
	}
	if c.Status.LastScheduleTime != nil {
		last = age(*c.Status.LastScheduleTime, now)
	}
	return []any{c.Name, c.Spec.Schedule, zone, suspended, int64(len(c.Status.Active)), last, age(c.CreationTimestamp, now),
		names, images, selectorText(c.Spec.JobTemplate.Spec.Selector)}
}
