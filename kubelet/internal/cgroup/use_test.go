package cgroup

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// tree writes files below a folder of its own.
func tree(t *testing.T, files map[string]string) *Manager {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return &Manager{Root: root}
}

func TestUse(t *testing.T) {
	v1 := tree(t, map[string]string{
		"cpuacct/kubepods/podx/cpuacct.usage":          "1500000000\n",
		"memory/kubepods/podx/memory.usage_in_bytes":   "5000\n",
		"memory/kubepods/podx/memory.stat":             "cache 10\ninactive_file 1\ntotal_inactive_file 2000\n",
		"cpuacct/cpuacct.usage":                        "7\n",
		"memory/memory.usage_in_bytes":                 "100\n",
		"memory/memory.stat":                           "total_inactive_file 200\n",
		"cpuacct/kubepods/broken/cpuacct.usage":        "many\n",
		"cpuacct/kubepods/cpuonly/cpuacct.usage":       "1\n",
		"memory/kubepods/cpuonly/memory.stat":          "total_inactive_file 1\n",
		"cpuacct/kubepods/nostat/cpuacct.usage":        "1\n",
		"memory/kubepods/nostat/memory.stat":           "cache 1\n",
		"memory/kubepods/nostat/memory.usage_in_bytes": "1\n",
	})
	v2 := tree(t, map[string]string{
		"cgroup.controllers":           "cpu memory",
		"kubepods/podx/cpu.stat":       "usage_usec 1500000\nuser_usec 1\n",
		"kubepods/podx/memory.current": "5000\n",
		"kubepods/podx/memory.stat":    "anon 1\ninactive_file 2000\n",
	})
	want := Use{1500 * time.Millisecond, 3000}
	for name, m := range map[string]*Manager{"v1": v1, "v2": v2} {
		if got, err := m.Use("/kubepods/podx"); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, want)
		}
		if got, err := m.Use("/kubepods/gone"); err == nil {
			t.Errorf("%s: a cgroup that is not there uses %+v", name, got)
		}
	}
	if got, err := v1.Use("/"); err != nil || got != (Use{7, 0}) {
		t.Errorf("the node uses %+v: %v", got, err)
	}
	for _, bad := range []string{"broken", "cpuonly", "nostat"} {
		if got, err := v1.Use("/kubepods/" + bad); err == nil {
			t.Errorf("%s uses %+v", bad, got)
		}
	}
}
