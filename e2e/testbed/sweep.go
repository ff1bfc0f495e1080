package testbed

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"time"
)

// Sweep removes everything that a bed of this name made, whether it is whole,
// half made or left behind by a run that died: processes, namespaces, links,
// cgroups, mounts, folders.
func (c *Config) Sweep(ctx context.Context) error {
	prefix := c.Name + "-"
	deadline := time.Now().Add(10 * time.Second)
	for pids := cgroupPids(prefix); len(pids) > 0; pids = cgroupPids(prefix) {
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d processes of the test-bed cannot be killed", len(pids))
		}
		time.Sleep(20 * time.Millisecond)
	}
	spaces, _ := filepath.Glob("/run/netns/" + prefix + "*")
	for _, s := range spaces {
		if _, err := sh(ctx, "ip", "netns", "del", filepath.Base(s)); err != nil {
			return err
		}
	}
	_, _ = sh(ctx, "ip", "link", "del", c.Name+"0") // gone already when its peer's namespace went
	if err := removeCgroups(prefix); err != nil {
		return fmt.Errorf("remove cgroups: %w", err)
	}
	c.removeMountPoints()
	if err := unmountBelow(c.State); err != nil {
		return err
	}
	return os.RemoveAll(c.State)
}

// mountPoints lists the folders of this machine that beds made to mount their
// hosts' disks on. All beds share it: a folder may go only with the last one,
// because removing it takes it away from hosts that have it mounted.
const mountPoints = "/var/lib/pilothouse-mountpoints"

// makeMountPoint makes a folder of this machine that hosts mount their disk
// on, and notes each part that was not there before.
func (c *Config) makeMountPoint(dir string) error {
	var made []string
	for d := dir; !exists(d); d = filepath.Dir(d) {
		made = append(made, d)
	}
	if len(made) == 0 {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(mountPoints, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = fmt.Fprintln(f, strings.Join(made, "\n"))
	return err
}

// removeMountPoints removes the folders that makeMountPoint noted, as far as
// they are empty, once no bed is left.
func (c *Config) removeMountPoints() {
	if others, _ := filepath.Glob("/run/netns/*-lan"); len(others) > 0 {
		return
	}
	b, err := os.ReadFile(mountPoints)
	if err != nil {
		return
	}
	defer os.Remove(mountPoints)
	dirs := strings.Fields(string(b))
	sort.Slice(dirs, func(i, j int) bool { return len(dirs[i]) > len(dirs[j]) })
	for _, d := range dirs {
		_ = os.Remove(d)
	}
}

// unmountBelow unmounts whatever is mounted below dir in this mount namespace.
func unmountBelow(dir string) error {
	b, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return err
	}
	lines := strings.Split(string(b), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		f := strings.Fields(lines[i])
		if len(f) > 1 && strings.HasPrefix(f[1], dir+"/") {
			if err := syscall.Unmount(f[1], syscall.MNT_FORCE); err != nil {
				return fmt.Errorf("unmount %s: %w", f[1], err)
			}
		}
	}
	return nil
}
