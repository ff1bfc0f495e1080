package scheduler

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/event"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/policy"
	"github.com/pilothouse/pilothouse/scheduler/internal/backlog"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/placement"
	"github.com/pilothouse/pilothouse/scheduler/internal/preemption"
)

// Scheduler gives nodes to pods.
type Scheduler struct {
	cfg   *Config
	pods  client.Resource[*core.Pod]
	watch struct {
		pods       *informer.Informer[*core.Pod]
		nodes      *informer.Informer[*core.Node]
		namespaces *informer.Informer[*core.Namespace]
		budgets    *informer.Informer[*policy.PodDisruptionBudget]
	}
	storage  storageWatch
	kin      kinWatch
	choosers map[string]*placement.Chooser // by spec.schedulerName
	// recorders tell events as coming from that name; there may be none.
	recorders map[string]*event.Recorder
	steps     []step
	rescue    rescue
	outbox    chan func(context.Context) // bindings and conditions to send
	aside     sync.WaitGroup             // bindings that take their time

	// mu is held over a whole decision: no change comes between looking and
	// parking, so none that could have helped is missed.
	mu      sync.Mutex
	cluster *cluster.Cluster
	backlog *backlog.Backlog
	letters []func(context.Context) // to be posted after the decision
	wake    chan struct{}           // has room for one: something may be there to try

	budgets   *preemption.Budgets
	nominated map[meta.UID]*nomination // pods that wait for room that is being made
	doomed    map[meta.UID]bool        // pods that were sent away and are still there
}

// senders is how many bindings are on their way at once.
const senders = 32

// New makes a scheduler for the pods that have one of profiles' names.
func New(c *client.Client, profiles map[string]placement.Profile, cfg *Config) *Scheduler {
	s := &Scheduler{
		cfg: cfg, pods: client.Of[*core.Pod](c), recorders: map[string]*event.Recorder{},
		choosers: map[string]*placement.Chooser{}, rescue: noRescue,
		outbox:  make(chan func(context.Context), 10000),
		cluster: cluster.New(), backlog: backlog.New(), wake: make(chan struct{}, 1),
	}
	for name, profile := range profiles {
		s.choosers[name] = placement.New(profile)
	}
	s.backlog.Longest = cfg.ParkedFor
	s.watch.pods = informer.New(c, informer.Options[*core.Pod]{FieldSelector: "status.phase!=Succeeded,status.phase!=Failed"})
	s.watch.nodes = informer.New(c, informer.Options[*core.Node]{})
	s.watch.namespaces = informer.New(c, informer.Options[*core.Namespace]{})
	s.watch.pods.OnChange(s.podChanged)
	s.watch.nodes.OnChange(s.nodeChanged)
	s.watch.namespaces.OnChange(s.namespaceChanged)
	s.watchStorage(c)
	s.watchKin(c)
	s.watchBudgets(c)
	return s
}

// record has s tell users what it does; end ends that.
func (s *Scheduler) record(c *client.Client) (end func()) {
	for name := range s.choosers {
		s.recorders[name] = event.NewRecorder(c, name, "")
	}
	return func() {
		for _, r := range s.recorders {
			r.Close()
		}
	}
}

// Run schedules until ctx ends; bindings on their way are finished first.
func (s *Scheduler) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	defer s.aside.Wait()
	wg.Go(func() { _ = s.watch.namespaces.Run(ctx) })
	wg.Go(func() { _ = s.watch.nodes.Run(ctx) })
	wg.Go(func() { _ = s.watch.pods.Run(ctx) })
	wg.Go(func() { _ = s.watch.budgets.Run(ctx) })
	wg.Go(func() { _ = s.storage.claims.Run(ctx) })
	wg.Go(func() { _ = s.storage.volumes.Run(ctx) })
	wg.Go(func() { _ = s.storage.classes.Run(ctx) })
	for range senders {
		wg.Go(func() { s.send(ctx) })
	}
	kin := s.runKin(ctx, &wg)
	// Nodes and all that runs on them must be known before the first decision.
	for _, synced := range append(kin, s.watch.namespaces.Synced(), s.watch.nodes.Synced(), s.watch.pods.Synced(), s.watch.budgets.Synced(),
		s.storage.claims.Synced(), s.storage.volumes.Synced(), s.storage.classes.Synced()) {
		select {
		case <-synced:
		case <-ctx.Done():
			return nil
		}
	}
	slog.Info("Scheduling", "nodes", s.watch.nodes.Len(), "pods", s.watch.pods.Len())
	wg.Go(func() { s.wakeOld(ctx) })
	s.loop(ctx)
	return nil
}

// loop decides, one pod after the other.
func (s *Scheduler) loop(ctx context.Context) {
	for ctx.Err() == nil {
		wait, ok := s.next(ctx, time.Now())
		if ok {
			continue
		}
		t := time.NewTimer(wait)
		select {
		case <-s.wake:
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

// wakeOld is the safety net for pods that wait for what has happened already.
func (s *Scheduler) wakeOld(ctx context.Context) {
	tick := time.NewTicker(min(30*time.Second, s.cfg.ParkedFor))
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.mu.Lock()
			s.backlog.WakeOld(time.Now())
			s.mu.Unlock()
			s.nudge()
		case <-ctx.Done():
			return
		}
	}
}

// nudge has the loop look at the backlog.
func (s *Scheduler) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// next decides about one pod; false when there is none to try now, with how
// long there may be none.
func (s *Scheduler) next(ctx context.Context, now time.Time) (wait time.Duration, ok bool) {
	s.mu.Lock()
	e, wait := s.backlog.Pop(now)
	observeBacklog(s.backlog)
	if e == nil {
		s.mu.Unlock()
		return wait, false
	}
	found := s.decide(ctx, e, now)
	letters := s.letters
	s.letters = nil
	s.mu.Unlock()
	// Not with the lock held: those who send may need it.
	for _, f := range letters {
		s.post(ctx, f)
	}
	observe(found, time.Since(now))
	return 0, true
}

// decide finds a node for a pod, or parks it. The lock is held: what is to be
// sent is only posted.
func (s *Scheduler) decide(ctx context.Context, e *backlog.Entry, now time.Time) bool {
	p := e.Pod
	chooser := s.choosers[p.Spec.SchedulerName]
	n, failure := s.choose(p, chooser)
	if failure != nil {
		message := failure.Message + s.rescue(ctx, p, chooser, failure)
		if s.nominated[p.UID] != nil {
			s.backlog.Placed(e, now)
		}
		s.backlog.Park(e, maps.Clone(failure.Filters), now)
		s.refuse(ctx, p.Pod, message)
		return false
	}
	if err := s.reserve(p, n); err != nil {
		s.backlog.Pause(e, now)
		s.refuse(ctx, p.Pod, err.Error())
		return false
	}
	// The node object may be replaced once the lock is given back, and so may
	// the pod.
	node, object := n.Name, p.Pod
	s.dismiss(p.UID)
	s.cluster.SetPod(p, node)
	s.happened(&cluster.Event{Happening: cluster.PodPlaced, Node: n, Pod: p})
	s.backlog.Placed(e, now)
	bind := func(ctx context.Context) { s.bind(ctx, e, p, object, node) }
	if s.slow(p) {
		s.aside.Go(func() { bind(ctx) })
	} else {
		s.letters = append(s.letters, bind)
	}
	return true
}

// refuse tells users why a pod has no node.
func (s *Scheduler) refuse(ctx context.Context, p *core.Pod, message string) {
	s.recorders[p.Spec.SchedulerName].Eventf(p, core.EventTypeWarning, "FailedScheduling", "%s", message)
	if conditionChanged(p, message) {
		s.letters = append(s.letters, func(ctx context.Context) { s.markUnschedulable(ctx, p, message) })
	}
}

// post hands work to the senders; it waits only when thousands are queued.
func (s *Scheduler) post(ctx context.Context, f func(context.Context)) {
	select {
	case s.outbox <- f:
	case <-ctx.Done():
	}
}
