package worker

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client/event"
	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// worker looks after one pod.
type worker struct {
	m    *Manager
	uid  meta.UID
	log  *slog.Logger
	wake chan struct{} // holds one wake-up at most
	wg   sync.WaitGroup

	mu       sync.Mutex
	pod      *core.Pod       // as the API has it
	agreed   *core.Pod       // the same, with what the node has agreed to give it
	last     *core.PodStatus // as last computed
	mem      *Memory
	volumes  map[string]string // name -> directory, once set up
	rt       *cri.Pod          // as last read
	messages map[string]string // termination messages by container id
	probers  map[string]context.CancelFunc
	told     map[string]bool // events that are written once per container run
	giveUp   func()          // ends a wait that has no point any more, when the pod is to stop
}

func newWorker(m *Manager, pod *core.Pod) *worker {
	w := &worker{
		m: m, uid: pod.UID, log: m.Log.With("pod", pod.Namespace+"/"+pod.Name), wake: make(chan struct{}, 1),
		pod: pod, agreed: pod, mem: NewMemory(), messages: map[string]string{}, probers: map[string]context.CancelFunc{}, told: map[string]bool{},
	}
	w.mem.StartTime = time.Now()
	w.mem.Departed = m.Depart == nil
	return w
}

func (w *worker) wakeUp() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *worker) set(pod *core.Pod) {
	w.mu.Lock()
	if !sameMeta(w.pod, pod) {
		w.mem.SetUpDone = false // downward API files show labels and annotations
	}
	w.pod, w.agreed = pod, w.mem.Allocated.granted(pod)
	if pod.DeletionTimestamp != nil && w.mem.Departing.IsZero() && w.giveUp != nil {
		w.giveUp()
	}
	w.mu.Unlock()
	w.wakeUp()
}

func sameMeta(a, b *core.Pod) bool {
	return sameMap(a.Labels, b.Labels) && sameMap(a.Annotations, b.Annotations)
}

func sameMap(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if o, ok := b[k]; !ok || o != v {
			return false
		}
	}
	return true
}

func (w *worker) stop(s *Stop) {
	w.mu.Lock()
	if w.mem.Stop == nil || s.Gone {
		w.mem.Stop = s
	}
	if w.giveUp != nil {
		w.giveUp()
	}
	w.mu.Unlock()
	w.wakeUp()
}

// refresh has the volumes set up again, at once even after a failure: what was
// missing may be there now.
func (w *worker) refresh() {
	w.mu.Lock()
	w.mem.SetUpDone, w.mem.SetUpFailure = false, nil
	w.mu.Unlock()
	w.wakeUp()
}

func (w *worker) get() *core.Pod {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pod
}

// current is the pod with the status as the worker last worked it out, which
// may be ahead of what the API server holds.
func (w *worker) current() *core.Pod {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.currentLocked()
}

func (w *worker) currentLocked() *core.Pod {
	p := *w.agreed
	if w.last == nil {
		return &p
	}
	ended := terminal(p.Status.Phase)
	st := *w.last
	if ended && !terminal(st.Phase) {
		st.Phase, st.Reason, st.Message = p.Status.Phase, p.Status.Reason, p.Status.Message
	}
	st.Conditions = append(owned(st.Conditions), foreign(p.Status.Conditions)...)
	p.Status = st
	return &p
}

// ours are the conditions that the kubelet writes.
var ours = map[core.PodConditionType]bool{
	core.PodReadyToStartContainers: true, core.PodInitialized: true, core.ContainersReady: true, core.PodReady: true, core.PodScheduled: true,
	core.PodResizePending: true, core.PodResizeInProgress: true,
}

func owned(list []core.PodCondition) (out []core.PodCondition) {
	for _, c := range list {
		if ours[c.Type] {
			out = append(out, c)
		}
	}
	return out
}

func foreign(list []core.PodCondition) (out []core.PodCondition) {
	for _, c := range list {
		if !ours[c.Type] {
			out = append(out, c)
		}
	}
	return out
}

// refreshEvery is how often files that show API objects are checked even when
// no change was seen; tokens are renewed then.
const refreshEvery = 75 * time.Second

// loop takes one step after the other until the pod is gone or ctx ends.
func (w *worker) loop(ctx context.Context) {
	defer w.wg.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for ctx.Err() == nil {
		rt, err := w.m.Runtime.Pod(ctx, w.uid)
		if err != nil {
			if ctx.Err() == nil {
				w.log.Warn("cannot read the pod's state from the runtime", "error", err)
			}
			w.sleep(ctx, time.Second)
			continue
		}
		w.agree()
		step := w.plan(rt)
		if step.Action == Wait {
			w.tellResized()
			w.syncProbers(ctx) // first: it recalls what was reported of probes before a restart
			w.publish()
			if w.over() {
				return
			}
			w.sleep(ctx, step.After)
			continue
		}
		w.log.Debug("step", "action", step.Action.String(), "container", nameOf(step.Container), "id", step.ID)
		w.take(ctx, step)
	}
}

func nameOf(c *core.Container) string {
	if c == nil {
		return ""
	}
	return c.Name
}

// plan takes the runtime's state into account and asks for the next step.
func (w *worker) plan(rt *cri.Pod) Step {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rt = rt
	w.forget(rt)
	now := time.Now()
	pod := w.currentLocked()
	w.size(pod, rt)
	w.mem.CheckDeadline(pod, now)
	w.mem.Held = w.m.Fenced != nil && atMostOnce(pod) && w.m.Fenced()
	return Plan(pod, rt, w.mem, now)
}

// forget drops memories of containers that exist no more.
func (w *worker) forget(rt *cri.Pod) {
	alive := map[string]bool{}
	if rt != nil {
		for _, c := range rt.Containers {
			alive[c.ID] = true
		}
		for _, s := range rt.Sandboxes {
			alive[s.ID] = true
		}
	}
	drop(w.mem.Kills, alive)
	drop(w.mem.PostStart, alive)
	drop(w.mem.HookFailed, alive)
	drop(w.mem.Probes, alive)
	drop(w.mem.Stopped, alive)
	drop(w.mem.Sizes, alive)
	drop(w.messages, alive)
}

func drop[V any](m map[string]V, alive map[string]bool) {
	for id := range m {
		if !alive[id] {
			delete(m, id)
		}
	}
}

// publish works out the status and hands it on.
func (w *worker) publish() {
	w.mu.Lock()
	pod := w.currentLocked()
	host := w.m.Host
	host.Message = w.message
	st := Status(pod, w.rt, w.mem, host, time.Now())
	w.last = st
	object := w.pod
	gone := w.mem.Stop != nil && w.mem.Stop.Gone || w.mem.FinishDone
	w.tellBackoffs(st)
	w.mu.Unlock()
	if !gone {
		w.m.Report.Report(object, st)
	}
}

// tellBackoffs writes one event per run that waits for its restart.
func (w *worker) tellBackoffs(st *core.PodStatus) {
	for _, list := range [][]core.ContainerStatus{st.InitContainerStatuses, st.ContainerStatuses} {
		for _, s := range list {
			if s.State.Waiting == nil || s.State.Waiting.Reason != "CrashLoopBackOff" || w.told[s.ContainerID] {
				continue
			}
			w.told[s.ContainerID] = true
			w.m.Events.Record(about(w.pod, s.Name), "Warning", "BackOff",
				fmt.Sprintf("Back-off restarting failed container %s in pod %s_%s(%s)", s.Name, w.pod.Name, w.pod.Namespace, w.pod.UID))
		}
	}
}

// over says that the worker has nothing left to look after.
func (w *worker) over() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.mem.FinishDone
}

// sleep waits for a wake-up, or for d when it is not 0.
func (w *worker) sleep(ctx context.Context, d time.Duration) {
	if d == 0 || d > refreshEvery {
		d = refreshEvery
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-w.wake:
	case <-t.C:
		if d == refreshEvery {
			w.mu.Lock()
			w.mem.SetUpDone = false
			w.mu.Unlock()
		}
	}
}

// update changes the memory and has the pod looked at again.
func (w *worker) update(f func(m *Memory)) {
	w.mu.Lock()
	f(w.mem)
	w.mu.Unlock()
	w.wakeUp()
}

// event writes an event about the pod, or about one of its containers.
func (w *worker) event(c *core.Container, kind, reason, format string, args ...any) {
	name := ""
	if c != nil {
		name = c.Name
	}
	w.m.Events.Record(about(w.get(), name), kind, reason, fmt.Sprintf(format, args...))
}

// about names a pod as events do, and with a container's name that part of it.
func about(pod *core.Pod, container string) core.ObjectReference {
	r := event.Reference(pod)
	if container == "" {
		return r
	}
	named := func(c core.Container) bool { return c.Name == container }
	switch {
	case slices.ContainsFunc(pod.Spec.Containers, named):
		r.FieldPath = "spec.containers{" + container + "}"
	case slices.ContainsFunc(pod.Spec.InitContainers, named):
		r.FieldPath = "spec.initContainers{" + container + "}"
	case slices.ContainsFunc(pod.Spec.EphemeralContainers, func(c core.EphemeralContainer) bool { return c.Name == container }):
		r.FieldPath = "spec.ephemeralContainers{" + container + "}"
	}
	return r
}
