package worker

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/pilothouse/pilothouse/kubelet/internal/cgroup"
	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Memory is what a worker knows about its pod beyond the spec and the
// runtime's state. All of it may be lost at any time: after a restart of the
// kubelet it starts empty and what matters is done again or found again.
type Memory struct {
	SetUpDone bool
	TornDown  bool
	// FinishDone: the records are removed and the API object is gone.
	FinishDone bool

	SetUpFailure   *Failure
	SandboxFailure *Failure
	FinishFailure  *Failure
	StartFailures  map[string]*Failure // by container name
	Pulls          map[string]*PullState
	Kills          map[string]KillState // by container id, while under way
	Stopped        map[string]bool      // sandbox ids that were stopped with success
	PostStart      map[string]bool      // container ids whose postStart hook still runs
	HookFailed     map[string]string    // container id -> why its postStart hook failed
	Starting       string               // the container id between create and start
	Probes         map[string]ProbeResult
	Stop           *Stop
	// Allocated is what the node has agreed to give the containers, nil while
	// that has not been looked up; ResizePending is why it is not what the pod
	// asks for now.
	Allocated     Allocation
	ResizePending *ResizePending
	// Sizes are what the kernel holds running containers to, by container id,
	// and PodSize the whole pod; what is not there is not known.
	Sizes         map[string]cgroup.Size
	PodSize       *cgroup.Size
	ResizeFailure *Failure
	// Resizing: the pod was given other resources and not all of it has them.
	Resizing bool
	// Departing is when the wait began for all nodes to let go of a pod that
	// was deleted; Departed says that it is over, or that nobody waits.
	Departing time.Time
	Departed  bool
	// Held: the node is cut off and this pod must not run twice, so it must
	// not run here for now.
	Held      bool
	StartTime time.Time // when the kubelet first saw the pod
}

// NewMemory is the memory of a worker that knows nothing yet.
func NewMemory() *Memory {
	return &Memory{
		StartFailures: map[string]*Failure{}, Pulls: map[string]*PullState{}, Kills: map[string]KillState{},
		Stopped: map[string]bool{}, PostStart: map[string]bool{}, HookFailed: map[string]string{}, Probes: map[string]ProbeResult{},
		Sizes: map[string]cgroup.Size{},
	}
}

// Failure is a step that failed: what the status shows, and when to try again.
type Failure struct {
	Reason, Message string
	Until           time.Time
	Count           int
}

// PullState is how far a container's image has come. With neither Busy nor
// Failure the image is there.
type PullState struct {
	Busy    bool
	Ref     string
	Failure *Failure
}

// KillState is a kill under way.
type KillState struct {
	Deadline time.Time // when SIGKILL comes
	Reason   string
}

// ProbeResult is what the probes last said of a container.
type ProbeResult struct {
	Started bool   // the startup probe passed, or there is none
	Ready   bool   // the readiness probe passes, or there is none
	Unfit   string // why it must be restarted, "" when it need not
	Grace   *int64 // the failed probe's own grace period
}

// Stop is why a pod is being stopped while its object is not being deleted.
type Stop struct {
	Phase           core.PodPhase // the phase it will have, "" to let the containers decide
	Reason, Message string
	Gone            bool // the object no longer exists: clean up, there is nobody to tell
	Grace           *int64
	At              time.Time
}

// Stopping says whether the pod is to be taken down.
func (m *Memory) Stopping(pod *core.Pod) bool { return pod.DeletionTimestamp != nil || m.Stop != nil }

// Deleted says whether the pod's records are to be removed once it is down.
func (m *Memory) Deleted(pod *core.Pod) bool {
	return pod.DeletionTimestamp != nil || m.Stop != nil && m.Stop.Gone
}

// StopGrace is how long the containers have from now on.
func (m *Memory) StopGrace(pod *core.Pod, now time.Time) time.Duration {
	g := grace(pod)
	if pod.DeletionGracePeriodSeconds != nil {
		g = time.Duration(*pod.DeletionGracePeriodSeconds) * time.Second
	}
	if m.Stop != nil && m.Stop.Grace != nil {
		if s := time.Duration(*m.Stop.Grace) * time.Second; s < g || pod.DeletionGracePeriodSeconds == nil {
			g = s
		}
	}
	if !m.Departing.IsZero() {
		g -= now.Sub(m.Departing) // the wait is part of the grace
	}
	return max(g, time.Second)
}

// StopReason is the text of the Killing event.
func (m *Memory) StopReason(container string) string { return "Stopping container " + container }

// killing says whether a kill of the container is under way.
func (m *Memory) killing(id string) bool {
	_, ok := m.Kills[id]
	return ok
}

// mayKill says whether a kill is due: none is under way, or the one under way
// would take longer than now allowed.
func (m *Memory) mayKill(id string, grace time.Duration, now time.Time) bool {
	k, ok := m.Kills[id]
	return !ok || now.Add(grace).Before(k.Deadline.Add(-time.Second))
}

// unfit says why a running container must be restarted.
func (m *Memory) unfit(c *core.Container, run *cri.Container) (why string, grace *int64) {
	if f := m.HookFailed[run.ID]; f != "" {
		return "FailedPostStartHook", nil
	}
	r := m.Probes[run.ID]
	return r.Unfit, r.Grace
}

// started says whether a running container has passed its start: its hook has
// ended and its startup probe has passed.
func (m *Memory) started(c *core.Container, run *cri.Container) bool {
	if m.PostStart[run.ID] {
		return false
	}
	return c.StartupProbe == nil || m.Probes[run.ID].Started
}

// ready says whether a running container counts as ready.
func (m *Memory) ready(c *core.Container, run *cri.Container) bool {
	return m.started(c, run) && (c.ReadinessProbe == nil || m.Probes[run.ID].Ready)
}

// deadline is how long the pod may still run, 0 when that is not limited.
func (m *Memory) deadline(pod *core.Pod, now time.Time) time.Duration {
	d := pod.Spec.ActiveDeadlineSeconds
	if d == nil {
		return 0
	}
	return max(m.startTime(pod).Add(time.Duration(*d)*time.Second).Sub(now), time.Millisecond)
}

func (m *Memory) startTime(pod *core.Pod) time.Time {
	if pod.Status.StartTime != nil && !pod.Status.StartTime.IsZero() {
		return pod.Status.StartTime.Time
	}
	return m.StartTime
}

// CheckDeadline starts the pod's end when it has run for too long.
func (m *Memory) CheckDeadline(pod *core.Pod, now time.Time) {
	if m.Stop != nil || pod.Spec.ActiveDeadlineSeconds == nil || terminal(pod.Status.Phase) {
		return
	}
	if m.deadline(pod, now) <= time.Millisecond {
		m.Stop = &Stop{Phase: core.PodFailed, Reason: "DeadlineExceeded", Message: "Pod was active on the node longer than the specified deadline", At: now}
	}
}

// grace is the pod's own grace period.
func grace(pod *core.Pod) time.Duration {
	if g := pod.Spec.TerminationGracePeriodSeconds; g != nil {
		return time.Duration(*g) * time.Second
	}
	return 30 * time.Second
}

func graceOr(seconds *int64, pod *core.Pod) time.Duration {
	if seconds != nil {
		return time.Duration(*seconds) * time.Second
	}
	return grace(pod)
}

// The pauses between restarts of a container that keeps dying.
const (
	firstBackoff = 10 * time.Second
	maxBackoff   = 300 * time.Second
	calmAfter    = 10 * time.Minute // a run this long wipes the slate clean
)

// NextBackoff is the pause that will follow a new run, when the run before it
// was to be followed by last and took ran. The first restart is at once.
func NextBackoff(last, ran time.Duration) time.Duration {
	switch {
	case ran >= calmAfter:
		return 0
	case last == 0:
		return firstBackoff
	}
	return min(2*last, maxBackoff)
}

// Hash tells whether a container's definition changed so that it must be
// restarted: its name and image, as only the image may change in place.
func Hash(c *core.Container) string {
	b, _ := json.Marshal([]string{c.Name, c.Image})
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:4])
}

// atMostOnce says whether a pod must never run twice at the same time in the
// cluster: it is a member of a StatefulSet, or says so itself.
func atMostOnce(pod *core.Pod) bool {
	if pod.Annotations[cri.AnnotationAtMostOnce] == "true" {
		return true
	}
	for _, o := range pod.OwnerReferences {
		if o.Kind == "StatefulSet" && o.Controller != nil && *o.Controller {
			return true
		}
	}
	return false
}

// timePtr is t as the API writes it, nil when zero.
func timeOf(t time.Time) meta.Time { return meta.NewTime(t.UTC().Truncate(time.Second)) }
