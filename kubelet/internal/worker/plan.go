package worker

import (
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/core"
)

// Action is what a pod needs done next.
type Action int

// The actions, in the order in which a pod usually meets them.
const (
	Wait          Action = iota // nothing until something changes, or until After
	SetUp                       // make the pod's directories, volumes and cgroup
	NewSandbox                  // make the namespaces and the network
	StopSandbox                 // take down a sandbox (ID) and what is left in it
	Pull                        // make sure that the container's image is present
	Start                       // create and start the container
	Depart                      // wait until no node sends new connections to the pod, for Grace at most
	Kill                        // stop a running container (ID) with its grace
	RemoveDead                  // remove the record of an old run (ID)
	RemoveSandbox               // remove an old sandbox (ID)
	Resize                      // change what running containers may use
	TearDown                    // unmount volumes and remove the cgroup: nothing runs any more
	Finish                      // the pod was deleted: remove all records, then tell the API server
)

// String names the action for logs.
func (a Action) String() string {
	return [...]string{"wait", "set up", "new sandbox", "stop sandbox", "pull", "start", "depart", "kill", "remove dead", "remove sandbox", "resize", "tear down", "finish"}[a]
}

// Step is the one next action for a pod, with what it needs.
type Step struct {
	Action    Action
	Container *core.Container // Pull, Start, Kill (nil for a container that the spec does not know)
	Kind      Kind            // of Container
	ID        string          // container or sandbox
	Restarts  int             // Start: what the new run's restart count will be
	Backoff   time.Duration   // Start: the pause that will follow the new run
	Grace     time.Duration   // Kill, Depart
	Reason    string          // Kill: why, for the event
	After     time.Duration   // Wait: look again at the latest after this time; 0 for only when something happens
}

// Kind is which of the three lists a container is in.
type Kind int

// Init containers run first, ephemeral ones are added for debugging.
const (
	App Kind = iota
	Init
	Ephemeral
)

// Plan decides the next step for a pod from its spec, the runtime's state and
// the worker's memory. It changes nothing and asks nobody, so it can be run
// again at any time; once nothing is left to do it answers Wait.
func Plan(pod *core.Pod, rt *cri.Pod, m *Memory, now time.Time) Step {
	if m.Stopping(pod) || finished(pod, rt, m) {
		return planStop(pod, rt, m, now)
	}
	if m.Held {
		return planHold(pod, rt, m, now)
	}
	if !m.SetUpDone {
		return afterFailure(m.SetUpFailure, now, Step{Action: SetUp})
	}
	s := rt.Sandbox()
	if s == nil || !s.Ready {
		return planSandbox(pod, rt, m, now)
	}
	next := Step{Action: Wait}
	for _, c := range planContainers(pod, rt, s, m, now) {
		if c.Action != Wait {
			return c
		}
		next.After = sooner(next.After, c.After)
	}
	if fit := planFit(pod, rt, m, now); fit.Action != Wait {
		return fit
	} else {
		next.After = sooner(next.After, fit.After)
	}
	if garbage := planGarbage(rt); garbage.Action != Wait {
		return garbage
	}
	if d := m.deadline(pod, now); d > 0 {
		next.After = sooner(next.After, d)
	}
	return next
}

// planSandbox clears away a dead sandbox and makes the next one.
func planSandbox(pod *core.Pod, rt *cri.Pod, m *Memory, now time.Time) Step {
	if s := rt.Sandbox(); s != nil {
		for _, c := range rt.Containers {
			if c.State == cri.Running && !m.killing(c.ID) {
				return Step{Action: Kill, ID: c.ID, Container: containerOf(pod, c.Name), Reason: "the pod's sandbox is gone"}
			}
			if m.killing(c.ID) {
				return Step{Action: Wait}
			}
		}
		if !m.Stopped[s.ID] {
			return Step{Action: StopSandbox, ID: s.ID}
		}
	}
	return afterFailure(m.SandboxFailure, now, Step{Action: NewSandbox})
}

// planContainers gives one step per container that may run now, in order:
// init containers one after the other, then all others at once.
func planContainers(pod *core.Pod, rt *cri.Pod, s *cri.Sandbox, m *Memory, now time.Time) []Step {
	var steps []Step
	initialized := appEverStarted(pod, rt, s)
	for i := range pod.Spec.InitContainers {
		c := &pod.Spec.InitContainers[i]
		if initialized && !Sidecar(c) {
			continue
		}
		step, done := planInit(pod, c, rt, s, m, now)
		steps = append(steps, step)
		if !done && !initialized {
			return steps
		}
	}
	for i := range pod.Spec.Containers {
		steps = append(steps, planContainer(pod, &pod.Spec.Containers[i], App, rt, s, m, now))
	}
	for i := range pod.Spec.EphemeralContainers {
		c := (*core.Container)(&pod.Spec.EphemeralContainers[i].EphemeralContainerCommon)
		if rt.Find(c.Name) == nil {
			steps = append(steps, planStart(c, Ephemeral, nil, m, now))
		}
	}
	return steps
}

// planInit decides about one init container; done says that the next may start.
func planInit(pod *core.Pod, c *core.Container, rt *cri.Pod, s *cri.Sandbox, m *Memory, now time.Time) (step Step, done bool) {
	run := current(rt, s, c.Name)
	if Sidecar(c) {
		return planContainer(pod, c, Init, rt, s, m, now), run != nil && run.State == cri.Running && m.started(c, run)
	}
	if run != nil && run.State == cri.Exited && run.ExitCode == 0 {
		return Step{Action: Wait}, true
	}
	return planContainer(pod, c, Init, rt, s, m, now), false
}

// planContainer decides about one container that should be running.
func planContainer(pod *core.Pod, c *core.Container, kind Kind, rt *cri.Pod, s *cri.Sandbox, m *Memory, now time.Time) Step {
	run := current(rt, s, c.Name)
	switch {
	case run == nil:
		return planStart(c, kind, rt.Find(c.Name), m, now)
	case run.State == cri.Created:
		if m.Starting == run.ID {
			return Step{Action: Wait}
		}
		return Step{Action: RemoveDead, ID: run.ID}
	case run.State == cri.Exited:
		if !restarts(pod, c, kind, run) {
			return Step{Action: Wait}
		}
		if wait := run.Finished.Add(run.Backoff).Sub(now); wait > 0 {
			return Step{Action: Wait, After: wait}
		}
		return planStart(c, kind, run, m, now)
	case m.killing(run.ID):
		return Step{Action: Wait}
	case run.State == cri.Unknown:
		return Step{Action: Kill, ID: run.ID, Container: c, Kind: kind, Reason: "the container's state is unknown"}
	}
	if why, grace := m.unfit(c, run); why != "" {
		return Step{Action: Kill, ID: run.ID, Container: c, Kind: kind, Reason: why, Grace: graceOr(grace, pod)}
	}
	if run.Hash != "" && run.Hash != Hash(c) {
		return Step{Action: Kill, ID: run.ID, Container: c, Kind: kind, Grace: grace(pod), Reason: "Container " + c.Name + " definition changed, will be restarted"}
	}
	return planResize(pod, c, kind, run, m, now)
}

// planStart pulls the image and then starts the next run after last (nil for
// the first).
func planStart(c *core.Container, kind Kind, last *cri.Container, m *Memory, now time.Time) Step {
	start := Step{Action: Start, Container: c, Kind: kind}
	if last != nil {
		start.Restarts = last.Restarts + 1
		start.Backoff = NextBackoff(last.Backoff, last.Finished.Sub(last.Started))
	}
	p := m.Pulls[c.Name]
	switch {
	case p == nil:
		return Step{Action: Pull, Container: c, Kind: kind}
	case p.Busy:
		return Step{Action: Wait}
	case p.Failure != nil:
		return afterFailure(p.Failure, now, Step{Action: Pull, Container: c, Kind: kind})
	}
	return afterFailure(m.StartFailures[c.Name], now, start)
}

// planHold stops all of a pod's containers but keeps what they left, so that
// the pod can go on once the node is in touch with its cluster again.
func planHold(pod *core.Pod, rt *cri.Pod, m *Memory, now time.Time) Step {
	if step, running := planKills(pod, rt, m, now); running {
		return step
	}
	if rt != nil {
		for _, s := range rt.Sandboxes {
			if s.Ready {
				return Step{Action: StopSandbox, ID: s.ID}
			}
		}
	}
	return Step{Action: Wait}
}

// planStop takes a pod down: its main containers first, then its sidecars from
// the last to the first, then the sandbox, and the rest.
func planStop(pod *core.Pod, rt *cri.Pod, m *Memory, now time.Time) Step {
	if step, departing := planDeparture(pod, rt, m, now); departing {
		return step
	}
	if step, running := planKills(pod, rt, m, now); running {
		return step
	}
	if rt != nil {
		for _, s := range rt.Sandboxes {
			if !m.Stopped[s.ID] {
				return Step{Action: StopSandbox, ID: s.ID}
			}
		}
	}
	if !m.TornDown {
		return afterFailure(m.SetUpFailure, now, Step{Action: TearDown})
	}
	if m.Deleted(pod) && !m.FinishDone {
		return afterFailure(m.FinishFailure, now, Step{Action: Finish})
	}
	return Step{Action: Wait}
}

// planDeparture has a deleted pod wait, while it goes on serving, until no node
// sends new connections to it. Half of its grace is left for its own end. A pod
// that is stopped for another reason as well does not wait.
func planDeparture(pod *core.Pod, rt *cri.Pod, m *Memory, now time.Time) (step Step, departing bool) {
	if m.Departed || m.Stop != nil || m.Held || pod.DeletionTimestamp == nil || len(m.Kills) > 0 || !anyRuns(rt) {
		return Step{}, false
	}
	if m.Departing.IsZero() {
		return Step{Action: Depart, Grace: m.StopGrace(pod, now) / 2}, true
	}
	return Step{Action: Wait}, true
}

func anyRuns(rt *cri.Pod) bool {
	return rt != nil && slices.ContainsFunc(rt.Containers, func(c cri.Container) bool { return c.State == cri.Running })
}

// planKills finds the next container to stop; running is false when none is
// left.
func planKills(pod *core.Pod, rt *cri.Pod, m *Memory, now time.Time) (step Step, running bool) {
	if rt == nil {
		return Step{}, false
	}
	budget := m.StopGrace(pod, now)
	var sidecars []*cri.Container
	for i := range rt.Containers {
		run := &rt.Containers[i]
		if run.State != cri.Running && run.State != cri.Unknown {
			continue
		}
		if c := containerOf(pod, run.Name); c != nil && Sidecar(c) {
			sidecars = append(sidecars, run)
			continue
		}
		running = true
		if m.mayKill(run.ID, budget, now) {
			return kill(pod, run, budget, m), true
		}
	}
	if running || len(sidecars) == 0 {
		return Step{Action: Wait}, running
	}
	for i := len(pod.Spec.InitContainers) - 1; i >= 0; i-- {
		for _, run := range sidecars {
			if run.Name != pod.Spec.InitContainers[i].Name {
				continue
			}
			if m.mayKill(run.ID, budget, now) {
				return kill(pod, run, budget, m), true
			}
			return Step{Action: Wait}, true
		}
	}
	return Step{Action: Wait}, true
}

func kill(pod *core.Pod, run *cri.Container, grace time.Duration, m *Memory) Step {
	return Step{Action: Kill, ID: run.ID, Container: containerOf(pod, run.Name), Grace: grace, Reason: m.StopReason(run.Name)}
}

// planGarbage removes all but the newest two runs of each container, and old
// sandboxes that hold none.
func planGarbage(rt *cri.Pod) Step {
	seen := map[string]int{}
	used := map[string]bool{}
	for _, c := range rt.Containers {
		if seen[c.Name]++; seen[c.Name] > 2 && c.State == cri.Exited {
			return Step{Action: RemoveDead, ID: c.ID}
		}
		used[c.SandboxID] = true
	}
	for i, s := range rt.Sandboxes {
		if i > 0 && !s.Ready && !used[s.ID] {
			return Step{Action: RemoveSandbox, ID: s.ID}
		}
	}
	return Step{Action: Wait}
}

// finished says that a pod has run to its end by its restart policy.
func finished(pod *core.Pod, rt *cri.Pod, m *Memory) bool {
	if terminal(pod.Status.Phase) {
		return true
	}
	switch Phase(pod, rt, m) {
	case core.PodSucceeded, core.PodFailed:
		return true
	}
	return false
}

func terminal(p core.PodPhase) bool { return p == core.PodSucceeded || p == core.PodFailed }

// restarts says whether a container that has exited is to run again.
func restarts(pod *core.Pod, c *core.Container, kind Kind, run *cri.Container) bool {
	if kind == Ephemeral {
		return false
	}
	if Sidecar(c) {
		return true
	}
	policy := pod.Spec.RestartPolicy
	if c.RestartPolicy != nil {
		policy = core.RestartPolicy(*c.RestartPolicy)
	}
	switch policy {
	case core.RestartPolicyNever:
		return false
	case core.RestartPolicyOnFailure:
		return run.ExitCode != 0
	}
	return kind == App || run.ExitCode != 0
}

// Sidecar says whether an init container keeps running beside the others.
func Sidecar(c *core.Container) bool {
	return c.RestartPolicy != nil && *c.RestartPolicy == core.ContainerRestartPolicyAlways
}

// current is the newest run of a container in the pod's present sandbox.
func current(rt *cri.Pod, s *cri.Sandbox, name string) *cri.Container {
	if c := rt.Find(name); c != nil && c.SandboxID == s.ID {
		return c
	}
	return nil
}

// appEverStarted says that the init containers are behind us in this sandbox.
func appEverStarted(pod *core.Pod, rt *cri.Pod, s *cri.Sandbox) bool {
	for i := range pod.Spec.Containers {
		if c := current(rt, s, pod.Spec.Containers[i].Name); c != nil && c.State != cri.Created {
			return true
		}
	}
	return false
}

// containerOf is the spec of a container in any of the pod's lists, or nil.
func containerOf(pod *core.Pod, name string) *core.Container {
	for i := range pod.Spec.Containers {
		if pod.Spec.Containers[i].Name == name {
			return &pod.Spec.Containers[i]
		}
	}
	for i := range pod.Spec.InitContainers {
		if pod.Spec.InitContainers[i].Name == name {
			return &pod.Spec.InitContainers[i]
		}
	}
	for i := range pod.Spec.EphemeralContainers {
		if pod.Spec.EphemeralContainers[i].Name == name {
			return (*core.Container)(&pod.Spec.EphemeralContainers[i].EphemeralContainerCommon)
		}
	}
	return nil
}

// sooner is the smaller of two waits, of which 0 means for ever.
func sooner(a, b time.Duration) time.Duration {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// afterFailure is step, or a wait while the failure of an earlier try is fresh.
func afterFailure(f *Failure, now time.Time, step Step) Step {
	if f != nil {
		if wait := f.Until.Sub(now); wait > 0 {
			return Step{Action: Wait, After: wait}
		}
	}
	return step
}
