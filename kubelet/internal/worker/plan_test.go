package worker

import (
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/kubelet/internal/cgroup"
	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// pod makes a pod of containers; a name such as "init:a" or "side:a" makes an
// init container or a sidecar.
func pod(policy core.RestartPolicy, names ...string) *core.Pod {
	p := &core.Pod{}
	p.Name, p.Namespace, p.UID = "web", "default", "u1"
	p.Spec.RestartPolicy = policy
	always := core.ContainerRestartPolicyAlways
	for _, n := range names {
		kind, name, ok := strings.Cut(n, ":")
		switch {
		case !ok:
			p.Spec.Containers = append(p.Spec.Containers, core.Container{Name: n, Image: "x"})
		case kind == "init":
			p.Spec.InitContainers = append(p.Spec.InitContainers, core.Container{Name: name, Image: "x"})
		case kind == "side":
			p.Spec.InitContainers = append(p.Spec.InitContainers, core.Container{Name: name, Image: "x", RestartPolicy: &always})
		}
	}
	return p
}

// runtime makes the runtime's state: "a:running", "a:exit0", "a:exit1", newest
// first, in a ready sandbox.
func runtime(runs ...string) *cri.Pod {
	rt := &cri.Pod{UID: "u1", Sandboxes: []cri.Sandbox{{ID: "s1", Ready: true, IPs: []string{"10.244.1.2"}}}}
	for _, r := range runs {
		name, state, _ := strings.Cut(r, ":")
		c := cri.Container{ID: name + "-1", Name: name, SandboxID: "s1", Created: now.Add(-time.Hour), Started: now.Add(-time.Hour), Hash: Hash(&core.Container{Name: name, Image: "x"})}
		switch state {
		case "running":
			c.State = cri.Running
		case "created":
			c.State = cri.Created
		default:
			c.State, c.Finished, c.ExitCode = cri.Exited, now.Add(-time.Second), int32(state[len(state)-1]-'0')
			c.Started = now.Add(-10 * time.Second)
		}
		rt.Containers = append(rt.Containers, c)
	}
	return rt
}

// ready is the memory of a pod that is set up and whose images are there.
func ready(names ...string) *Memory {
	m := NewMemory()
	m.SetUpDone, m.Departed = true, true
	for _, n := range names {
		m.Pulls[n] = &PullState{Ref: "sha256:1"}
	}
	return m
}

func deleted(p *core.Pod, grace int64) *core.Pod {
	t := meta.NewTime(now)
	p.DeletionTimestamp, p.DeletionGracePeriodSeconds = &t, &grace
	return p
}

func TestPlan(t *testing.T) {
	always, onFailure, never := core.RestartPolicyAlways, core.RestartPolicyOnFailure, core.RestartPolicyNever
	stopped := func(m *Memory) *Memory { m.Stopped["s1"] = true; return m }
	tornDown := func(m *Memory) *Memory { m.TornDown = true; return stopped(m) }
	with := func(m *Memory, f func(*Memory)) *Memory { f(m); return m }
	notReady := func(rt *cri.Pod) *cri.Pod { rt.Sandboxes[0].Ready = false; return rt }
	asks := func(p *core.Pod, cpu string, policy ...core.ContainerResizePolicy) *core.Pod {
		c := &p.Spec.Containers[0]
		c.ResizePolicy = policy
		c.Resources.Limits = core.ResourceList{core.ResourceCPU: quantity.MustParse(cpu), core.ResourceMemory: quantity.MustParse("64Mi")}
		return p
	}
	has := func(m *Memory, pod, container cgroup.Size) *Memory {
		m.PodSize, m.Sizes["a-1"] = &pod, container
		return m
	}
	small, large := cgroup.Size{Shares: 102, Quota: 10000, Memory: 64 << 20}, cgroup.Size{Shares: 1024, Quota: 100000, Memory: 64 << 20}
	restart := func(r core.ResourceName) core.ContainerResizePolicy {
		return core.ContainerResizePolicy{ResourceName: r, RestartPolicy: core.RestartContainer}
	}
	backoff := func(rt *cri.Pod, d time.Duration) *cri.Pod { rt.Containers[0].Backoff = d; return rt }

	for name, c := range map[string]struct {
		pod  *core.Pod
		rt   *cri.Pod
		m    *Memory
		want string // action, container or id
	}{
		"a new pod is set up first":                  {pod(always, "a"), nil, NewMemory(), "set up"},
		"then it gets a sandbox":                     {pod(always, "a"), nil, ready(), "new sandbox"},
		"then its image":                             {pod(always, "a"), runtime(), ready(), "pull a"},
		"a pull under way is waited for":             {pod(always, "a"), runtime(), with(ready(), func(m *Memory) { m.Pulls["a"] = &PullState{Busy: true} }), "wait"},
		"a failed pull is waited out":                {pod(always, "a"), runtime(), with(ready(), func(m *Memory) { m.Pulls["a"] = &PullState{Failure: &Failure{Until: now.Add(time.Minute)}} }), "wait 1m0s"},
		"and tried again":                            {pod(always, "a"), runtime(), with(ready(), func(m *Memory) { m.Pulls["a"] = &PullState{Failure: &Failure{Until: now}} }), "pull a"},
		"then it starts":                             {pod(always, "a"), runtime(), ready("a"), "start a"},
		"two containers start one after the other":   {pod(always, "a", "b"), runtime("a:running"), ready("b"), "start b"},
		"a waiting image does not hold up the other": {pod(always, "a", "b"), runtime(), with(ready("b"), func(m *Memory) { m.Pulls["a"] = &PullState{Busy: true} }), "start b"},
		"all running":                                {pod(always, "a"), runtime("a:running"), ready(), "wait"},
		"a container between create and start":       {pod(always, "a"), runtime("a:created"), ready(), "remove dead a-1"},

		"it has what it asks for":             {asks(pod(always, "a"), "1"), runtime("a:running"), has(ready(), large, large), "wait"},
		"it is to have more":                  {asks(pod(always, "a"), "1"), runtime("a:running"), has(ready(), large, small), "resize"},
		"or less":                             {asks(pod(always, "a"), "100m"), runtime("a:running"), has(ready(), large, large), "resize"},
		"what it has is not known":            {asks(pod(always, "a"), "1"), runtime("a:running"), ready(), "wait"},
		"after a failure it is waited":        {asks(pod(always, "a"), "1"), runtime("a:running"), with(has(ready(), large, small), func(m *Memory) { m.ResizeFailure = &Failure{Until: now.Add(time.Minute)} }), "wait 1m0s"},
		"it must be restarted for CPU":        {asks(pod(always, "a"), "1", restart(core.ResourceCPU)), runtime("a:running"), has(ready(), large, small), "kill a-1"},
		"but not when its memory changes":     {asks(pod(always, "a"), "1", restart(core.ResourceMemory)), runtime("a:running"), has(ready(), large, small), "resize"},
		"the pod shrinks with its containers": {asks(pod(always, "a"), "100m"), runtime("a:running"), has(ready(), large, small), "resize"},
		"not before the last of them":         {asks(pod(always, "a"), "100m", restart(core.ResourceCPU)), runtime("a:running"), with(has(ready(), large, large), func(m *Memory) { m.Kills["a-1"] = KillState{} }), "wait"},
		"a deleted pod is not resized":        {deleted(asks(pod(always, "a"), "1"), 30), runtime("a:running"), has(ready(), large, small), "kill a-1"},

		"an init container goes first":             {pod(always, "init:i", "a"), runtime(), ready("i", "a"), "start i"},
		"the app waits for it":                     {pod(always, "init:i", "a"), runtime("i:running"), ready("a"), "wait"},
		"and starts after it":                      {pod(always, "init:i", "a"), runtime("i:exit0"), ready("a"), "start a"},
		"a failed one runs again":                  {pod(always, "init:i", "a"), runtime("i:exit1"), ready("i"), "start i"},
		"but not with Never":                       {pod(never, "init:i", "a"), runtime("i:exit1"), ready("i"), "stop sandbox s1"},
		"the second waits for the first":           {pod(always, "init:i", "init:j", "a"), runtime("i:running"), ready("j"), "wait"},
		"a sidecar lets the next start":            {pod(always, "side:i", "a"), runtime("i:running"), ready("a"), "start a"},
		"a dead sidecar runs again beside the app": {pod(always, "side:i", "a"), runtime("a:running", "i:exit0"), ready("i"), "start i"},
		"an init container is not run twice":       {pod(always, "init:i", "a"), runtime("a:running"), ready("i"), "wait"},
		"a sidecar does not keep an ended pod":     {pod(never, "side:i", "a"), runtime("a:exit0", "i:running"), ready(), "kill i-1"},
		"an exited one runs again under Always":    {pod(always, "a"), runtime("a:exit0"), ready("a"), "start a"},
		"under OnFailure only after a failure":     {pod(onFailure, "a"), runtime("a:exit1"), ready("a"), "start a"},
		"not after success":                        {pod(onFailure, "a"), runtime("a:exit0"), ready("a"), "stop sandbox s1"},
		"a crash loop is waited out":               {pod(always, "a"), backoff(runtime("a:exit1"), 20*time.Second), ready("a"), "wait 19s"},
		"a failed liveness probe kills":            {pod(always, "a"), runtime("a:running"), with(ready(), func(m *Memory) { m.Probes["a-1"] = ProbeResult{Unfit: "no"} }), "kill a-1"},
		"once":                                     {pod(always, "a"), runtime("a:running"), with(ready(), func(m *Memory) { m.Probes["a-1"] = ProbeResult{Unfit: "no"}; m.Kills["a-1"] = KillState{} }), "wait"},
		"a failed postStart hook kills":            {pod(always, "a"), runtime("a:running"), with(ready(), func(m *Memory) { m.HookFailed["a-1"] = "no" }), "kill a-1"},
		"a dead sandbox is stopped":                {pod(always, "a"), notReady(runtime("a:exit1")), ready("a"), "stop sandbox s1"},
		"and replaced":                             {pod(always, "a"), notReady(runtime("a:exit1")), stopped(ready("a")), "new sandbox"},
		"what runs in a dead sandbox is killed":    {pod(always, "a"), notReady(runtime("a:running")), ready("a"), "kill a-1"},
		"a new sandbox runs the init containers again": {pod(always, "init:i", "a"), func() *cri.Pod {
			rt := runtime("a:exit1", "i:exit0")
			rt.Sandboxes = append([]cri.Sandbox{{ID: "s2", Ready: true, Attempt: 1}}, rt.Sandboxes...)
			return rt
		}(), ready("i"), "start i"},

		"a deleted pod first serves on":           {deleted(pod(always, "a"), 30), runtime("a:running"), with(ready(), func(m *Memory) { m.Departed = false }), "depart"},
		"until the proxies have let go of it":     {deleted(pod(always, "a"), 30), runtime("a:running"), with(ready(), func(m *Memory) { m.Departed, m.Departing = false, now }), "wait"},
		"but not when it is stopped anyway":       {deleted(pod(always, "a"), 30), runtime("a:running"), with(ready(), func(m *Memory) { m.Departed, m.Stop = false, &Stop{} }), "kill a-1"},
		"nor when the node must not run it":       {deleted(pod(always, "a"), 30), runtime("a:running"), with(ready(), func(m *Memory) { m.Departed, m.Held = false, true }), "kill a-1"},
		"nor when nothing of it runs":             {deleted(pod(always, "a"), 30), runtime("a:exit1"), with(ready(), func(m *Memory) { m.Departed = false }), "stop sandbox s1"},
		"a deleted pod's containers are killed":   {deleted(pod(always, "a"), 30), runtime("a:running"), ready(), "kill a-1"},
		"the kill is waited for":                  {deleted(pod(always, "a"), 30), runtime("a:running"), with(ready(), func(m *Memory) { m.Kills["a-1"] = KillState{Deadline: now.Add(30 * time.Second)} }), "wait"},
		"a shorter grace kills sooner":            {deleted(pod(always, "a"), 1), runtime("a:running"), with(ready(), func(m *Memory) { m.Kills["a-1"] = KillState{Deadline: now.Add(30 * time.Second)} }), "kill a-1"},
		"sidecars go last":                        {deleted(pod(always, "side:i", "a"), 30), runtime("i:running", "a:running"), ready(), "kill a-1"},
		"then its sandbox":                        {deleted(pod(always, "a"), 30), runtime("a:exit0"), ready(), "stop sandbox s1"},
		"then its volumes":                        {deleted(pod(always, "a"), 30), runtime("a:exit0"), stopped(ready()), "tear down"},
		"then its records and its object":         {deleted(pod(always, "a"), 30), runtime("a:exit0"), tornDown(ready()), "finish"},
		"a pod deleted before it began":           {deleted(pod(always, "a"), 30), nil, NewMemory(), "tear down"},
		"an ended pod keeps its records":          {pod(never, "a"), runtime("a:exit0"), tornDown(ready()), "wait"},
		"a pod whose object is gone":              {pod(always, "a"), runtime("a:running"), with(ready(), func(m *Memory) { m.Stop = &Stop{Gone: true} }), "kill a-1"},
		"a pod reported as failed stays so":       {func() *core.Pod { p := pod(always, "a"); p.Status.Phase = core.PodFailed; return p }(), nil, NewMemory(), "tear down"},
		"a pod held back on a cut off node stops": {pod(always, "a"), runtime("a:running"), with(ready(), func(m *Memory) { m.Held = true }), "kill a-1"},
		"with its sandbox":                        {pod(always, "a"), runtime("a:exit0"), with(ready(), func(m *Memory) { m.Held = true }), "stop sandbox s1"},
		"and does not come back by itself":        {pod(always, "a"), notReady(runtime("a:exit0")), with(ready(), func(m *Memory) { m.Held = true }), "wait"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := describe(Plan(c.pod, c.rt, c.m, now)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func describe(s Step) string {
	switch {
	case s.Action == Wait && s.After > 0:
		return "wait " + s.After.String()
	case s.ID != "":
		return s.Action.String() + " " + s.ID
	case s.Container != nil:
		return s.Action.String() + " " + s.Container.Name
	}
	return s.Action.String()
}

func TestBackoffDoublesAndIsForgotten(t *testing.T) {
	var got []time.Duration
	d := time.Duration(0)
	for range 8 {
		got = append(got, d)
		d = NextBackoff(d, time.Second)
	}
	want := []time.Duration{0, 10 * time.Second, 20 * time.Second, 40 * time.Second, 80 * time.Second, 160 * time.Second, 300 * time.Second, 300 * time.Second}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("restart %d waits %s, want %s", i, got[i], want[i])
		}
	}
	if d := NextBackoff(300*time.Second, 11*time.Minute); d != 0 {
		t.Errorf("after a calm run the pause is %s, want none", d)
	}
}

func TestOldRunsAreRemoved(t *testing.T) {
	rt := runtime("a:running", "a:exit1", "a:exit1")
	for i := range rt.Containers {
		rt.Containers[i].ID = []string{"new", "last", "old"}[i]
	}
	if got := describe(Plan(pod(core.RestartPolicyAlways, "a"), rt, ready(), now)); got != "remove dead old" {
		t.Errorf("got %q", got)
	}
}

func TestDeadline(t *testing.T) {
	p := pod(core.RestartPolicyAlways, "a")
	seconds := int64(60)
	p.Spec.ActiveDeadlineSeconds = &seconds
	start := meta.NewTime(now.Add(-59 * time.Second))
	p.Status.StartTime = &start
	m := ready()
	m.CheckDeadline(p, now)
	if got := describe(Plan(p, runtime("a:running"), m, now)); got != "wait 1s" {
		t.Errorf("a second before the deadline: %q", got)
	}
	m.CheckDeadline(p, now.Add(time.Second))
	if got := describe(Plan(p, runtime("a:running"), m, now)); got != "kill a-1" {
		t.Errorf("at the deadline: %q", got)
	}
	st := Status(p, runtime("a:exit1"), m, Host{}, now)
	if st.Phase != core.PodFailed || st.Reason != "DeadlineExceeded" {
		t.Errorf("the status is %s %q", st.Phase, st.Reason)
	}
}

func TestTheWaitIsPartOfTheGrace(t *testing.T) {
	m := ready()
	m.Departed = false
	p, rt := deleted(pod(core.RestartPolicyAlways, "a"), 30), runtime("a:running")
	if s := Plan(p, rt, m, now); s.Action != Depart || s.Grace != 15*time.Second {
		t.Fatalf("%v for %v, want half of the grace to depart", s.Action, s.Grace)
	}
	m.Departing = now
	m.Departed = true
	if s := Plan(p, rt, m, now.Add(2*time.Second)); s.Action != Kill || s.Grace != 28*time.Second {
		t.Errorf("%v with %v, want the rest of the grace for the end", s.Action, s.Grace)
	}
	if s := Plan(deleted(p, 1), rt, m, now.Add(2*time.Second)); s.Grace != time.Second {
		t.Errorf("a grace of %v, want a second at least", s.Grace)
	}
}
