package cgroup

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

func TestSize(t *testing.T) {
	v1 := func(shares, quota, period, memory string) *Manager {
		return tree(t, map[string]string{"cpu/p/cpu.shares": shares, "cpu/p/cpu.cfs_quota_us": quota, "cpu/p/cpu.cfs_period_us": period, "memory/p/memory.limit_in_bytes": memory})
	}
	v2 := func(weight, most, memory string) *Manager {
		return tree(t, map[string]string{"cgroup.controllers": "cpu memory", "p/cpu.weight": weight, "p/cpu.max": most, "p/memory.max": memory})
	}
	for name, c := range map[string]struct {
		m          *Manager
		want, hint Size
	}{
		"v1":                              {v1("102\n", "20000\n", "100000\n", "67108864\n"), Size{102, 20000, 67108864}, Size{}},
		"v1 without limits":               {v1("2", "-1", "100000", "9223372036854771712"), Size{2, 0, 0}, Size{}},
		"another period":                  {v1("2", "5000", "50000", "9223372036854771712"), Size{2, 10000, 0}, Size{}},
		"v1 counts whole pages":           {v1("2", "-1", "100000", "4096"), Size{2, 0, 5000}, Size{Memory: 5000}},
		"but not more":                    {v1("2", "-1", "100000", "4096"), Size{2, 0, 4096}, Size{Memory: 9000}},
		"v2":                              {v2("4\n", "20000 100000\n", "67108864\n"), Size{102, 20000, 67108864}, Size{102, 0, 0}},
		"v2 without limits":               {v2("1", "max 100000", "max"), Size{2, 0, 0}, Size{Shares: 2}},
		"a weight that is not the wanted": {v2("40", "max 100000", "max"), Size{1025, 0, 0}, Size{102, 0, 0}},
	} {
		if got, err := c.m.Size("/p", c.hint); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, c.want)
		}
	}
	if _, err := v2("many", "max 100000", "max").Size("/p", Size{}); err == nil {
		t.Error("a weight that is no number was read")
	}
	if _, err := v1("2", "-1", "100000", "0").Size("/q", Size{}); err == nil {
		t.Error("a cgroup that is not there was read")
	}
}

// A pod's cgroup in use is widened only, and fitted when nothing in it has more.
func TestCreateAndFit(t *testing.T) {
	for name, m := range map[string]*Manager{"v1": tree(t, nil), "v2": tree(t, map[string]string{"cgroup.controllers": "cpu memory"})} {
		pod := func(cpu, memory string) *core.Pod {
			p := &core.Pod{Spec: core.PodSpec{Containers: []core.Container{{Name: "c"}}}}
			p.UID = "u"
			p.Spec.Containers[0].Resources.Limits = core.ResourceList{core.ResourceCPU: quantity.MustParse(cpu), core.ResourceMemory: quantity.MustParse(memory)}
			return p
		}
		parent := Parent("u", core.PodQOSBurstable)
		step := func(what string, p *core.Pod, want Size, does func() error) {
			t.Helper()
			if err := does(); err != nil {
				t.Fatalf("%s, %s: %v", name, what, err)
			}
			got, err := m.Size(parent, want)
			if err != nil || got != want {
				t.Errorf("%s, %s: held to %+v, %v; want %+v", name, what, got, err, want)
			}
		}
		create := func(p *core.Pod) func() error {
			return func() error { _, err := m.Create(p, core.PodQOSBurstable); return err }
		}
		first, second := pod("1", "64Mi"), pod("500m", "128Mi")
		step("new", first, Size{1024, 100000, 64 << 20}, create(first))
		step("empty yet", second, Size{512, 50000, 128 << 20}, create(second))
		step("and back", first, Size{1024, 100000, 64 << 20}, create(first))
		for _, controller := range []string{"", "cpu", "memory"} {
			if err := os.MkdirAll(filepath.Join(m.Root, controller, parent, "container"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		step("in use", second, Size{1024, 100000, 128 << 20}, create(second))
		step("fitted", second, Size{512, 50000, 128 << 20}, func() error { return m.Fit(second, core.PodQOSBurstable) })
	}
}
