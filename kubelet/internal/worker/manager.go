package worker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/kubelet/internal/cgroup"
	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/kubelet/internal/launch"
	"github.com/pilothouse/pilothouse/kubelet/internal/volume"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Recorder writes events about pods.
type Recorder interface {
	Eventf(o meta.Object, eventType, reason, format string, args ...any)
	Record(about core.ObjectReference, eventType, reason, message string)
}

// Reporter tells the API server about pods.
type Reporter interface {
	// Report takes the pod's newest status; it returns at once.
	Report(pod *core.Pod, st *core.PodStatus)
	// Finish waits until the last status is written and then removes the
	// pod's object for good. It returns nil when there is no such object.
	Finish(ctx context.Context, pod *core.Pod) error
	// Forget drops what is remembered of a pod.
	Forget(uid meta.UID)
}

// Secrets finds the credentials to pull a pod's images with.
type Secrets interface {
	PullCredentials(ctx context.Context, pod *core.Pod, image string) []cri.Credentials
}

// Manager has one worker per pod.
type Manager struct {
	Runtime *cri.Client
	Prepare *launch.Preparer
	Volumes *volume.Volumes
	Cgroups *cgroup.Manager
	Events  Recorder
	Report  Reporter
	Secrets Secrets
	Host    Host
	Log     *slog.Logger
	// Relist is how often everything is looked at even without an event.
	Relist time.Duration
	// Admit says why a new pod cannot run on this node, "" when it can. It
	// may be nil.
	Admit func(pod *core.Pod, others []*core.Pod) (reason, message string)

	// Ended is called after a pod has left this node; it may be nil.
	Ended func()
	// Depart returns once no node sends new connections to a deleted pod and
	// nobody waits for its answer, or after most. container is a running one
	// in the pod's own network, "" when it has none. With nil nobody waits.
	Depart func(ctx context.Context, pod *core.Pod, container string, most time.Duration)
	// Fenced says whether pods that must not run twice may not run now.
	Fenced func() bool

	mu      sync.Mutex
	ctx     context.Context
	workers map[meta.UID]*worker
	// resizing is held while a pod is given more of the node, before mu.
	resizing sync.Mutex
	wg       sync.WaitGroup
}

// Run looks after the pods until ctx ends. It waits for its workers, but the
// pods go on: nobody is disturbed by a kubelet that stops. ready is closed
// once Set may be called.
func (m *Manager) Run(ctx context.Context, ready chan<- struct{}) {
	m.mu.Lock()
	m.ctx = ctx
	m.workers = map[meta.UID]*worker{}
	m.mu.Unlock()
	close(ready)
	m.wg.Go(func() { m.Runtime.Events(ctx, m.Log, m.Wake) })
	m.relist(ctx)
	m.wg.Wait()
}

// relist wakes everybody now and then: the net below the events.
func (m *Manager) relist(ctx context.Context) {
	t := time.NewTicker(m.Relist)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			m.Wake("")
		}
	}
}

// Set tells that a pod should be on this node, as it is now.
func (m *Manager) Set(pod *core.Pod) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if w := m.workers[pod.UID]; w != nil {
		w.set(pod)
		return
	}
	m.start(pod, nil)
}

// Remove tells that a pod's object is gone: what runs of it is stopped.
func (m *Manager) Remove(uid meta.UID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if w := m.workers[uid]; w != nil {
		w.stop(&Stop{Gone: true})
	}
}

// Stop ends a pod for a reason of the node's own; its object stays, in phase.
func (m *Manager) Stop(uid meta.UID, s *Stop) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if w := m.workers[uid]; w != nil {
		w.stop(s)
	}
}

// CleanUp stops and removes what the runtime holds of pods that nobody wants:
// they were deleted while the kubelet was down. Call it when all sources have
// told what they know.
func (m *Manager) CleanUp(ctx context.Context) error {
	pods, err := m.Runtime.Pods(ctx)
	if err != nil {
		return err
	}
	cgroups, _ := m.Cgroups.Pods()
	m.mu.Lock()
	defer m.mu.Unlock()
	for uid, p := range pods {
		if m.workers[uid] == nil {
			m.Log.Info("a pod in the runtime is wanted no more", "pod", p.Namespace+"/"+p.Name, "uid", uid)
			m.start(orphan(p), &Stop{Gone: true})
		}
	}
	for _, uid := range cgroups {
		if m.workers[uid] == nil && pods[uid] == nil {
			if err := m.Cgroups.Remove(uid); err != nil {
				m.Log.Warn("a cgroup stays behind", "uid", uid, "error", err)
			}
		}
	}
	return m.removeLeftovers()
}

// StopFenced stops the pods that must not run twice: those with a worker by
// waking it, and those that a new kubelet has not heard of yet by themselves.
func (m *Manager) StopFenced(ctx context.Context) error {
	pods, err := m.Runtime.Pods(ctx)
	if err != nil {
		return err
	}
	var all error
	for uid, p := range pods {
		s := p.Sandbox()
		if s == nil || s.Annotations[cri.AnnotationAtMostOnce] != "true" || !p.Alive() {
			continue
		}
		m.mu.Lock()
		w := m.workers[uid]
		m.mu.Unlock()
		if w != nil {
			w.wakeUp()
			continue
		}
		for _, c := range p.Containers {
			if c.State == cri.Running {
				_, err := m.Runtime.Runtime.StopContainer(ctx, &pb.StopContainerRequest{ContainerId: c.ID, Timeout: fencedGrace})
				all = errors.Join(all, err)
			}
		}
		_, err := m.Runtime.Runtime.StopPodSandbox(ctx, &pb.StopPodSandboxRequest{PodSandboxId: s.ID})
		all = errors.Join(all, err)
	}
	return all
}

// fencedGrace is how many seconds a container has to end on a node that is cut
// off, when its own grace is not known.
const fencedGrace = 5

// orphan makes a pod out of what the runtime knows of one.
func orphan(p *cri.Pod) *core.Pod {
	pod := &core.Pod{}
	pod.UID, pod.Namespace, pod.Name = p.UID, p.Namespace, p.Name
	grace := int64(1)
	pod.Spec.TerminationGracePeriodSeconds = &grace
	return pod
}

// start makes a worker; m.mu is held.
func (m *Manager) start(pod *core.Pod, stop *Stop) {
	w := newWorker(m, pod)
	w.mem.Stop = stop
	if stop == nil && m.Admit != nil && pod.DeletionTimestamp == nil && !terminal(pod.Status.Phase) && pod.Status.StartTime == nil {
		if reason, message := m.Admit(pod, m.holdersLocked(pod.UID)); reason != "" {
			w.mem.Stop = &Stop{Phase: core.PodFailed, Reason: reason, Message: rejected + message}
			m.Events.Eventf(pod, "Warning", reason, "%s", message)
		}
	}
	m.workers[pod.UID] = w
	m.wg.Go(func() {
		w.loop(m.ctx)
		m.mu.Lock()
		delete(m.workers, pod.UID)
		m.mu.Unlock()
		m.Report.Forget(pod.UID)
		if m.Ended != nil && m.ctx.Err() == nil {
			m.Ended()
		}
	})
}

// Wake has one pod looked at, or all of them when uid is empty.
func (m *Manager) Wake(uid meta.UID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if uid != "" {
		if w := m.workers[uid]; w != nil {
			w.wakeUp()
		}
		return
	}
	for _, w := range m.workers {
		w.wakeUp()
	}
}

// Refresh has the volumes of one pod, or of all pods, brought up to date.
func (m *Manager) Refresh(concerned func(*core.Pod) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range m.workers {
		if pod := w.get(); volume.Live(pod) && concerned(pod) {
			w.refresh()
		}
	}
}

// Pods are the pods of this node, each with its newest status.
func (m *Manager) Pods() []*core.Pod {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.podsLocked()
}

func (m *Manager) podsLocked() []*core.Pod {
	var out []*core.Pod
	for _, w := range m.workers {
		out = append(out, w.current())
	}
	return out
}

// holdersLocked are the pods that hold some of the node, but for one.
func (m *Manager) holdersLocked(but meta.UID) []*core.Pod {
	var out []*core.Pod
	for uid, w := range m.workers {
		w.mu.Lock()
		if p := w.currentLocked(); uid != but && !w.mem.TornDown && !terminal(p.Status.Phase) && p.Spec.Containers != nil {
			out = append(out, p)
		}
		w.mu.Unlock()
	}
	return out
}

// Pod finds a pod by name.
func (m *Manager) Pod(namespace, name string) (*core.Pod, bool) {
	for _, p := range m.Pods() {
		if p.Namespace == namespace && p.Name == name {
			return p, true
		}
	}
	return nil, false
}
