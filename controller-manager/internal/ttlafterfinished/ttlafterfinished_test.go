package ttlafterfinished

import (
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestLeft(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	ttl := int32(60)
	j := &batch.Job{}
	if _, ends := left(j, now); ends {
		t.Error("a job without a limit goes")
	}
	j.Spec.TTLSecondsAfterFinished = &ttl
	if _, ends := left(j, now); ends {
		t.Error("a job that runs goes")
	}
	j.Status.Conditions = []batch.JobCondition{{Type: batch.JobFailed, Status: core.ConditionTrue, LastTransitionTime: meta.NewTime(now.Add(-20 * time.Second))}}
	if wait, ends := left(j, now); !ends || wait != 40*time.Second {
		t.Errorf("%v, %v", wait, ends)
	}
	if wait, ends := left(j, now.Add(time.Hour)); !ends || wait > 0 {
		t.Errorf("%v, %v", wait, ends)
	}
}
