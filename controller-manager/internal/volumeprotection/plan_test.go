package volumeprotection

import (
	"slices"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestPlan(t *testing.T) {
	const f = core.FinalizerClaimProtection
	gone := meta.NewTime(time.Unix(1, 0))
	for _, c := range []struct {
		name       string
		finalizers []string
		deleted    *meta.Time
		used       bool
		want       planned
		left       []string
	}{
		{"a new one is protected", []string{"a/b"}, nil, false, protect, []string{"a/b", f}},
		{"a protected one stays so", []string{f}, nil, false, leave, []string{f}},
		{"a deleted one that is in use stays", []string{f}, &gone, true, leave, []string{f}},
		{"a deleted one is released", []string{"a/b", f}, &gone, false, release, []string{"a/b"}},
		{"a deleted one is not protected anew", []string{"a/b"}, &gone, true, leave, []string{"a/b"}},
	} {
		m := &meta.ObjectMeta{Finalizers: c.finalizers, DeletionTimestamp: c.deleted}
		got := plan(m, f, func() bool { return c.used })
		got.set(m, f)
		if got != c.want || !slices.Equal(m.Finalizers, c.left) {
			t.Errorf("%s: got %v and %v, want %v and %v", c.name, got, m.Finalizers, c.want, c.left)
		}
	}
}

func TestUses(t *testing.T) {
	pod := func(node string, phase core.PodPhase) *core.Pod {
		p := &core.Pod{}
		p.Name, p.Spec.NodeName, p.Status.Phase = "p", node, phase
		p.Spec.Volumes = []core.Volume{{Name: "data"}, {Name: "scratch"}}
		p.Spec.Volumes[0].PersistentVolumeClaim = &core.PersistentVolumeClaimVolumeSource{ClaimName: "claim"}
		p.Spec.Volumes[1].Ephemeral = &core.EphemeralVolumeSource{}
		return p
	}
	for _, c := range []struct {
		pod   *core.Pod
		claim string
		want  bool
	}{
		{pod("", core.PodPending), "claim", false},
		{pod("n", core.PodRunning), "claim", true},
		{pod("n", core.PodRunning), "other", false},
		{pod("n", core.PodRunning), "p-scratch", true},
		{pod("n", core.PodSucceeded), "claim", true},
		{pod("n", core.PodSucceeded), "p-scratch", false},
	} {
		if got := uses([]*core.Pod{c.pod}, c.claim); got != c.want {
			t.Errorf("a pod on %q, %s, uses %s: %v", c.pod.Spec.NodeName, c.pod.Status.Phase, c.claim, got)
		}
	}
}
