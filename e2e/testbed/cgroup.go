package testbed

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const cgroupRoot = "/sys/fs/cgroup"

// cgroupMount is one mounted cgroup hierarchy.
type cgroupMount struct {
	dir     string // where it is mounted
	fstype  string // "cgroup" or "cgroup2"
	options string // what to mount it with again in a host
}

// cgroupMounts lists the hierarchies of this machine: one on a cgroup v2
// machine, a dozen on one with v1.
func cgroupMounts() ([]cgroupMount, error) {
	b, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return nil, err
	}
	var all []cgroupMount
	for _, line := range strings.Split(string(b), "\n") {
		f := strings.Fields(line)
		if len(f) < 4 || (f[2] != "cgroup" && f[2] != "cgroup2") || !strings.HasPrefix(f[1], cgroupRoot) {
			continue
		}
		var keep []string
		for _, o := range strings.Split(f[3], ",") {
			switch {
			case strings.HasPrefix(o, "name="):
				keep = append(keep, "none", o)
			case o != "rw" && o != "ro" && o != "nosuid" && o != "nodev" && o != "noexec" && o != "relatime" && o != "seclabel" && f[2] == "cgroup" && o != "xattr":
				keep = append(keep, o)
			}
		}
		all = append(all, cgroupMount{dir: f[1], fstype: f[2], options: strings.Join(keep, ",")})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no cgroup hierarchy is mounted below %s", cgroupRoot)
	}
	return all, nil
}

// joinCgroups makes the cgroup called name in every hierarchy and moves this
// process into it.
func joinCgroups(name string) error {
	mounts, err := cgroupMounts()
	if err != nil {
		return err
	}
	for _, m := range mounts {
		dir := filepath.Join(m.dir, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		// A new cpuset is empty and takes no process until it is filled.
		for _, f := range []string{"cpuset.cpus", "cpuset.mems"} {
			if b, err := os.ReadFile(filepath.Join(m.dir, f)); err == nil && m.fstype == "cgroup" {
				_ = os.WriteFile(filepath.Join(dir, f), b, 0o644)
			}
		}
		procs := filepath.Join(dir, "cgroup.procs")
		if m.fstype == "cgroup2" && exists(filepath.Join(dir, "host", "cgroup.procs")) {
			procs = filepath.Join(dir, "host", "cgroup.procs")
		}
		if err := os.WriteFile(procs, []byte("0"), 0o644); err != nil {
			return fmt.Errorf("join cgroup %s: %w", dir, err)
		}
	}
	return nil
}

// leaveRootCgroup moves this process out of the root of its cgroup v2
// namespace into a child, because a v2 cgroup that hands controllers to
// children may hold no process itself.
func leaveRootCgroup() error {
	if !exists(cgroupRoot + "/cgroup.controllers") {
		return nil
	}
	dir := cgroupRoot + "/host"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(dir+"/cgroup.procs", []byte("0"), 0o644)
}

// cgroupPids lists every process of the cgroups whose name begins with prefix.
func cgroupPids(prefix string) []int {
	seen := map[int]bool{}
	eachCgroup(prefix, func(dir string) {
		b, _ := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
		for _, s := range strings.Fields(string(b)) {
			var pid int
			if _, err := fmt.Sscan(s, &pid); err == nil && pid > 0 {
				seen[pid] = true
			}
		}
	})
	pids := make([]int, 0, len(seen))
	for p := range seen {
		pids = append(pids, p)
	}
	return pids
}

// removeCgroups removes the cgroups whose name begins with prefix. The kernel
// keeps a cgroup busy for a moment after its last process is gone.
func removeCgroups(prefix string) error {
	deadline := time.Now().Add(5 * time.Second)
	for {
		var left error
		eachCgroup(prefix, func(dir string) {
			if err := os.Remove(dir); err != nil && !os.IsNotExist(err) {
				left = err
			}
		})
		if left == nil || time.Now().After(deadline) {
			return left
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// eachCgroup calls f for the cgroups whose name begins with prefix and for all
// below them, children first.
func eachCgroup(prefix string, f func(dir string)) {
	mounts, _ := cgroupMounts()
	for _, m := range mounts {
		tops, _ := filepath.Glob(filepath.Join(m.dir, prefix+"*"))
		for _, top := range tops {
			var dirs []string
			_ = filepath.WalkDir(top, func(p string, d os.DirEntry, err error) error {
				if err == nil && d.IsDir() {
					dirs = append(dirs, p)
				}
				return nil
			})
			for i := len(dirs) - 1; i >= 0; i-- {
				f(dirs[i])
			}
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
