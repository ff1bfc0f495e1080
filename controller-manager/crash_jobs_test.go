package controllermanager

import (
	"fmt"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// hasCondition says whether a job has ended as t says.
func hasCondition(j *batch.Job, t batch.JobConditionType) bool {
	for _, c := range j.Status.Conditions {
		if c.Type == t && c.Status == core.ConditionTrue {
			return true
		}
	}
	return false
}

// settledJob says whether nothing is left to count.
func settledJob(j *batch.Job) bool {
	u := j.Status.UncountedTerminatedPods
	return j.Status.Active == 0 && (u == nil || len(u.Succeeded)+len(u.Failed) == 0)
}

// released wants no pod to wait for being counted.
func (s *stage) released() error {
	return s.until(func() error {
		l, err := client.Of[*core.Pod](s.client).List(s.ctx, s.ns, client.ListOptions{})
		for _, p := range l.Items {
			if len(p.Finalizers) > 0 {
				err = fmt.Errorf("pod %s has the finalizers %v", p.Name, p.Finalizers)
			}
		}
		return err
	})
}

// jobStory: five successes, two at a time, each counted once.
func jobStory(s *stage) error {
	return steps(
		func() error {
			return create[*batch.Job](s, `{"metadata":{"name":"work"},"spec":{"completions":5,"parallelism":2,`+podTemplate("work", "Succeeded")+`}}`)
		},
		func() error {
			return untilStatus(s, "work", func(j *batch.Job) bool { return hasCondition(j, batch.JobComplete) && settledJob(j) })
		},
		func() error {
			return untilStatus(s, "work", func(j *batch.Job) bool {
				return j.Status.Succeeded == 5 && j.Status.Failed == 0 && j.Status.CompletionTime != nil
			})
		},
		s.released,
		func() error { return s.counted(5, 2) },
	)
}

// indexedStory: every index once.
func indexedStory(s *stage) error {
	return steps(
		func() error {
			return create[*batch.Job](s, `{"metadata":{"name":"work"},"spec":{"completionMode":"Indexed","completions":4,"parallelism":2,`+podTemplate("work", "Succeeded")+`}}`)
		},
		func() error {
			return untilStatus(s, "work", func(j *batch.Job) bool {
				return hasCondition(j, batch.JobComplete) && settledJob(j) && j.Status.Succeeded == 4 && j.Status.CompletedIndexes == "0-3"
			})
		},
		s.released,
		func() error { return s.counted(4, 2) },
	)
}

// failedStory: one failure too many.
func failedStory(s *stage) error {
	return steps(
		func() error {
			return create[*batch.Job](s, `{"metadata":{"name":"work"},"spec":{"backoffLimit":0,"completions":3,"parallelism":1,`+podTemplate("work", "Failed")+`}}`)
		},
		func() error {
			return untilStatus(s, "work", func(j *batch.Job) bool {
				return hasCondition(j, batch.JobFailed) && settledJob(j) && j.Status.Failed == 1 && j.Status.Succeeded == 0
			})
		},
		s.released,
		func() error { return s.counted(1, 1) },
	)
}

// cronStory: a run was missed, and is made up for, once.
func cronStory(s *stage) error {
	last := meta.NewTime(time.Now().AddDate(0, 0, -400))
	b, _ := last.MarshalJSON()
	return steps(
		func() error {
			return create[*batch.CronJob](s, `{"metadata":{"name":"tick"},"spec":{"suspend":true,"schedule":"0 0 1 1 *","jobTemplate":{"spec":{`+podTemplate("work", "Succeeded")+`}}}}`)
		},
		func() error {
			return patch[*batch.CronJob](s, "tick", `{"status":{"lastScheduleTime":`+string(b)+`}}`, client.Subresource("status"))
		},
		func() error { return patch[*batch.CronJob](s, "tick", `{"spec":{"suspend":false}}`) },
		func() error {
			return untilStatus(s, "tick", func(c *batch.CronJob) bool {
				return len(c.Status.Active) == 0 && c.Status.LastSuccessfulTime != nil && c.Status.LastScheduleTime != nil && c.Status.LastScheduleTime.After(last.Time)
			})
		},
		func() error {
			l, err := client.Of[*batch.Job](s.client).List(s.ctx, s.ns, client.ListOptions{})
			if err == nil && (len(l.Items) != 1 || l.Items[0].Status.Succeeded != 1) {
				err = fmt.Errorf("%d jobs", len(l.Items))
			}
			return err
		},
		s.released,
		func() error { return s.counted(1, 1) },
	)
}

// ttlStory: a job that has ended goes by itself.
func ttlStory(s *stage) error {
	return steps(
		func() error {
			return create[*batch.Job](s, `{"metadata":{"name":"work"},"spec":{"ttlSecondsAfterFinished":0,"completions":2,"parallelism":2,`+podTemplate("work", "Succeeded")+`}}`)
		},
		func() error { return untilGone[*batch.Job](s, "work") },
		s.released,
		func() error { return s.counted(2, 2) },
	)
}

// adoptedStory: a pod that was there before its job counts, once; the rest is
// made.
func adoptedStory(s *stage) error {
	return steps(
		func() error {
			return create[*core.Pod](s, fmt.Sprintf(`{"metadata":{"name":"orphan","labels":{"app":"work"},"annotations":{%q:"Succeeded"}},
				"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i:1"}]}}`, annotationOutcome))
		},
		func() error {
			return create[*batch.Job](s, `{"metadata":{"name":"work"},"spec":{"completions":3,"parallelism":2,"manualSelector":true,"selector":{"matchLabels":{"app":"work"}},`+podTemplate("work", "Succeeded")+`}}`)
		},
		func() error {
			return untilStatus(s, "work", func(j *batch.Job) bool {
				return hasCondition(j, batch.JobComplete) && settledJob(j) && j.Status.Succeeded == 3 && j.Status.Failed == 0
			})
		},
		s.released,
		func() error { return s.counted(3, 3) },
	)
}

// deletedStory: a job with running pods is deleted, and waited for.
func deletedStory(s *stage) error {
	return steps(
		func() error {
			return create[*batch.Job](s, `{"metadata":{"name":"work"},"spec":{"completions":2,"parallelism":2,`+strings.Replace(podTemplate("work", ""), `"spec":{`, `"spec":{"restartPolicy":"Never",`, 1)+`}}`)
		},
		func() error {
			return untilStatus(s, "work", func(j *batch.Job) bool { return j.Status.Active == 2 && j.Status.Ready != nil && *j.Status.Ready == 2 })
		},
		func() error {
			return client.Of[*batch.Job](s.client).Delete(s.ctx, s.ns, "work", client.Propagation(meta.DeletePropagationForeground))
		},
		func() error { return untilGone[*batch.Job](s, "work") },
		s.released,
		func() error { return s.counted(2, 2) },
	)
}
