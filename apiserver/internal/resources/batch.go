package resources

import (
	"maps"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// batchResources are jobs and what starts them by the clock.
func batchResources() []*Resource {
	job := Resource{Kind: named("batch/v1", "Job"), Prefix: "/registry/jobs/"}
	job.Fields = []cache.Field{{Name: "status.successful", Paths: []string{"status.succeeded"}, Default: "0"}}
	job.Subresources = []Subresource{part("status", keepJobSpec, batch.ValidateJobStatusUpdate)}
	cron := Resource{Kind: named("batch/v1", "CronJob"), Prefix: "/registry/cronjobs/"}
	cron.Subresources = []Subresource{part("status", keepCronJobSpec, batch.ValidateCronJobStatusUpdate)}
	job.Warnings = warnings(aboutJob)
	cron.Warnings = about(true, field.New("spec", "jobTemplate", "spec", "template"), func(c *batch.CronJob) *core.PodTemplateSpec {
		return &c.Spec.JobTemplate.Spec.Template
	})
	return []*Resource{
		kind[*batch.CronJob]{batch.SetCronJobDefaults, newCronJob, keepCronJobStatus, batch.ValidateCronJob, batch.ValidateCronJobUpdate}.on(cron),
		kind[*batch.Job]{batch.SetJobDefaults, newJob, keepJobStatus, batch.ValidateJob, batch.ValidateJobUpdate}.on(job),
	}
}

func newJob(j *batch.Job) {
	j.Status, j.Generation = batch.JobStatus{}, 1
	if j.Spec.ManualSelector == nil || !*j.Spec.ManualSelector {
		selectOwnPods(j)
	}
	if len(j.Labels) == 0 {
		j.Labels = maps.Clone(j.Spec.Template.Labels)
	}
}

// selectOwnPods marks the pods of a job by its name and uid, and lets it select
// those. What the client has set itself stays: validation then finds where that
// does not fit.
func selectOwnPods(j *batch.Job) {
	// Where the job has its labels from the template, the two are one map and
	// the job gets the new ones too.
	t := &j.Spec.Template
	if t.Labels == nil {
		t.Labels = map[string]string{}
	}
	for key, value := range map[string]string{
		batch.LabelJobName: j.Name, batch.LegacyLabelJobName: j.Name,
		batch.LabelControllerUID: string(j.UID), batch.LegacyLabelControllerUID: string(j.UID),
	} {
		// A label made from a generated name that was taken is made anew.
		if was, set := t.Labels[key]; !set || j.GenerateName != "" && strings.HasPrefix(was, j.GenerateName) {
			t.Labels[key] = value
		}
	}
	if j.Spec.Selector == nil {
		j.Spec.Selector = &meta.LabelSelector{}
	}
	if _, set := j.Spec.Selector.MatchLabels[batch.LabelControllerUID]; !set {
		labels := maps.Clone(j.Spec.Selector.MatchLabels)
		if labels == nil {
			labels = map[string]string{}
		}
		labels[batch.LabelControllerUID] = string(j.UID)
		j.Spec.Selector.MatchLabels = labels
	}
}

func keepJobStatus(j, old *batch.Job) {
	j.Status = old.Status
	bump(&j.ObjectMeta, &old.ObjectMeta, j.Spec, old.Spec)
}

func keepJobSpec(j, old *batch.Job) { keepMetaButOwn(j, old); j.Spec = old.Spec }

func newCronJob(c *batch.CronJob) { c.Status, c.Generation = batch.CronJobStatus{}, 1 }

func keepCronJobStatus(c, old *batch.CronJob) {
	c.Status = old.Status
	bump(&c.ObjectMeta, &old.ObjectMeta, c.Spec, old.Spec)
}

func keepCronJobSpec(c, old *batch.CronJob) { keepMetaButOwn(c, old); c.Spec = old.Spec }
