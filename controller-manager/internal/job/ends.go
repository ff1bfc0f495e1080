package job

import (
	"maps"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ends remembers when pods of jobs failed, for as long as that matters for the
// next try: a pod that was deleted is gone once it is counted, and its job
// pauses all the same. A controller that was started again knows of those only
// that are still there, and tries sooner.
type ends struct {
	mu   sync.Mutex
	jobs map[meta.Key]*jobEnds
}

type jobEnds struct {
	uid    meta.UID
	failed map[meta.UID]time.Time
}

// note adds pods that failed, and returns all of the job that are remembered.
func (e *ends) note(j *batch.Job, failed []*core.Pod, now time.Time) map[meta.UID]time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	known := e.jobs[meta.KeyOf(j)]
	if known == nil || known.uid != j.UID {
		if len(failed) == 0 {
			return nil
		}
		known = &jobEnds{j.UID, map[meta.UID]time.Time{}}
		if e.jobs == nil {
			e.jobs = map[meta.Key]*jobEnds{}
		}
		e.jobs[meta.KeyOf(j)] = known
	}
	maps.DeleteFunc(known.failed, func(_ meta.UID, at time.Time) bool { return now.Sub(at) > longestPause })
	for _, p := range failed {
		if _, ok := known.failed[p.UID]; !ok {
			known.failed[p.UID] = endOf(p)
		}
	}
	return maps.Clone(known.failed)
}

// forget is for a job that is over.
func (e *ends) forget(key meta.Key) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.jobs, key)
}
