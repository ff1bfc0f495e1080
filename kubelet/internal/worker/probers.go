package worker

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/kubelet/internal/probe"
	"github.com/pilothouse/pilothouse/proto/core"
)

// syncProbers has each running container probed by one goroutine per probe,
// and nothing else.
func (w *worker) syncProbers(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	wanted := map[string]bool{}
	pod := w.currentLocked()
	if w.rt != nil && w.rt.Sandbox() != nil && !terminal(pod.Status.Phase) {
		for i := range w.rt.Containers {
			run := &w.rt.Containers[i]
			c := containerOf(pod, run.Name)
			if c == nil || run.State != cri.Running || run != w.rt.Find(run.Name) {
				continue
			}
			for _, p := range []struct {
				kind  string
				probe *core.Probe
			}{{"Startup", c.StartupProbe}, {"Readiness", c.ReadinessProbe}, {"Liveness", c.LivenessProbe}} {
				if p.probe == nil || w.mem.Stopping(pod) && p.kind != "Readiness" {
					continue
				}
				wanted[run.ID+p.kind] = true
				w.ensureProber(ctx, pod, c, run, p.kind, p.probe)
			}
		}
	}
	for key, cancel := range w.probers {
		if !wanted[key] {
			cancel()
			delete(w.probers, key)
		}
	}
}

// ensureProber starts a prober unless it runs; w.mu is held. A container that
// was found running by a new kubelet keeps the verdict that was last reported.
func (w *worker) ensureProber(ctx context.Context, pod *core.Pod, c *core.Container, run *cri.Container, kind string, p *core.Probe) {
	key := run.ID + kind
	if w.probers[key] != nil {
		return
	}
	if _, known := w.mem.Probes[run.ID]; !known {
		var r ProbeResult
		for _, list := range [][]core.ContainerStatus{w.pod.Status.ContainerStatuses, w.pod.Status.InitContainerStatuses} {
			if old := reportedFor(list, c.Name); old != nil && old.ContainerID == w.m.Host.RuntimeName+"://"+run.ID {
				r.Ready = old.Ready
				r.Started = old.Started != nil && *old.Started
			}
		}
		w.mem.Probes[run.ID] = r
	}
	ctx, cancel := context.WithCancel(ctx)
	w.probers[key] = cancel
	target := probe.Target{Container: c, Exec: w.exec(run.ID)}
	if ips := w.ipsLocked(); len(ips) > 0 {
		target.IP = ips[0]
	}
	id, started := run.ID, run.Started
	w.wg.Go(func() { w.probe(ctx, target, id, started, kind, p) })
}

// probe asks again and again until ctx ends, or until a startup probe passes.
func (w *worker) probe(ctx context.Context, t probe.Target, id string, started time.Time, kind string, p *core.Probe) {
	period := max(time.Duration(p.PeriodSeconds)*time.Second, time.Second)
	timeout := max(time.Duration(p.TimeoutSeconds)*time.Second, time.Second)
	initial := time.Until(started.Add(time.Duration(p.InitialDelaySeconds) * time.Second))
	if initial <= 0 && time.Since(started) > period { // a new kubelet must not ask all its containers at once
		initial = rand.N(period)
	}
	wait(ctx, initial)
	count := probe.NewCount(p)
	begun, quick := time.Now(), 50*time.Millisecond
	for ctx.Err() == nil {
		if kind != "Startup" && t.Container.StartupProbe != nil && !w.result(id).Started {
			wait(ctx, min(period, 200*time.Millisecond))
			continue
		}
		err := probe.Ask(ctx, t, p.ProbeHandler, timeout)
		if ctx.Err() != nil {
			return
		}
		// A container that is just coming up is asked at a faster pace, and
		// its noes do not count: it is ready as soon as it can be, not at the
		// next full period.
		if kind != "Liveness" && err != nil && time.Since(begun) < period && !w.result(id).Ready {
			wait(ctx, min(quick, period))
			quick *= 2
			continue
		}
		if err != nil {
			w.event(t.Container, "Warning", "Unhealthy", "%s probe failed: %s", kind, err)
		}
		if count.Add(err == nil) && w.verdict(id, t.Container, kind, p, err == nil) {
			return
		}
		wait(ctx, period)
	}
}

func (w *worker) result(id string) ProbeResult {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.mem.Probes[id]
}

// verdict notes what a probe has decided; done ends the prober.
func (w *worker) verdict(id string, c *core.Container, kind string, p *core.Probe, ok bool) (done bool) {
	old := w.result(id)
	r := old
	switch {
	case kind == "Startup" && ok:
		r.Started, done = true, true
	case kind == "Readiness":
		r.Ready = ok
	case !ok:
		what := "liveness"
		if kind == "Startup" {
			what = "startup"
		}
		r.Unfit, r.Grace, done = "Container "+c.Name+" failed "+what+" probe, will be restarted", p.TerminationGracePeriodSeconds, true
	}
	if r != old {
		w.update(func(m *Memory) { m.Probes[id] = r })
	}
	return done
}
