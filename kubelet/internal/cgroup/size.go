package cgroup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/kubelet/internal/launch"
	"github.com/pilothouse/pilothouse/proto/core"
)

// Size is what the kernel holds a cgroup to.
type Size struct {
	// Shares is the CPU weight as the first version of cgroups counts it, 1024
	// for a whole processor.
	Shares int64
	// Quota is the CPU time in microseconds of each launch.QuotaPeriod, 0 for
	// as much as there is.
	Quota int64
	// Memory is in bytes, 0 for as much as there is.
	Memory int64
}

// ContainerSize is what a container's resources come to.
func ContainerSize(c *core.Container) Size {
	l := of(c)
	return Size{launch.Shares(l.request), launch.Quota(l.cpu), l.memory}
}

// PodSize is what the resources of all containers of a pod come to.
func PodSize(pod *core.Pod) Size {
	l := limitsOf(pod)
	return Size{launch.Shares(l.request), launch.Quota(l.cpu), l.memory}
}

// widest is the larger of two sizes in each respect.
func widest(a, b Size) Size {
	most := func(a, b int64) int64 {
		if a == 0 || b == 0 {
			return 0
		}
		return max(a, b)
	}
	return Size{max(a.Shares, b.Shares), most(a.Quota, b.Quota), most(a.Memory, b.Memory)}
}

// Container is a container's cgroup, as the runtime makes it below its pod's.
func Container(parent, id string) string { return filepath.Join(parent, id) }

// Size reads what a cgroup is held to. What the kernel keeps only roughly is
// given as in want when it may be that.
func (m *Manager) Size(path string, want Size) (Size, error) {
	var s Size
	var err error
	if m.unified() {
		s, err = m.sizeV2(path, want)
	} else {
		s, err = m.sizeV1(path)
	}
	if page := int64(os.Getpagesize()); s.Memory == want.Memory/page*page {
		s.Memory = want.Memory
	}
	return s, err
}

func (m *Manager) sizeV1(path string) (Size, error) {
	read := func(controller, file string) (int64, error) {
		return signed(filepath.Join(m.Root, controller, path, file))
	}
	shares, err := read("cpu", "cpu.shares")
	if err != nil {
		return Size{}, err
	}
	quota, err := read("cpu", "cpu.cfs_quota_us")
	if err != nil {
		return Size{}, err
	}
	period, err := read("cpu", "cpu.cfs_period_us")
	if err != nil {
		return Size{}, err
	}
	memory, err := read("memory", "memory.limit_in_bytes")
	if memory >= unlimited {
		memory = 0
	}
	return Size{shares, perPeriod(quota, period), memory}, err
}

// unlimited is about what the first version says of memory without a limit:
// the largest number of whole pages.
const unlimited = 1 << 62

// perPeriod is a quota of another period in ours.
func perPeriod(quota, period int64) int64 {
	if quota <= 0 || period <= 0 {
		return 0
	}
	return quota * launch.QuotaPeriod / period
}

func (m *Manager) sizeV2(path string, want Size) (Size, error) {
	dir := filepath.Join(m.Root, path)
	w, err := signed(filepath.Join(dir, "cpu.weight"))
	if err != nil {
		return Size{}, err
	}
	s := Size{Shares: 2 + ((w-1)*262142+9998)/9999} // the least that comes to this weight
	if w == weight(want.Shares) {
		s.Shares = want.Shares
	}
	text, err := os.ReadFile(filepath.Join(dir, "cpu.max"))
	if err != nil {
		return Size{}, err
	}
	if f := strings.Fields(string(text)); len(f) == 2 && f[0] != "max" {
		quota, err := strconv.ParseInt(f[0], 10, 64)
		if err != nil {
			return Size{}, fmt.Errorf("%s/cpu.max: %w", dir, err)
		}
		period, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			return Size{}, fmt.Errorf("%s/cpu.max: %w", dir, err)
		}
		s.Quota = perPeriod(quota, period)
	}
	s.Memory, err = signed(filepath.Join(dir, "memory.max"))
	return s, err
}

// weight is a number of shares as the second version of cgroups counts it.
func weight(shares int64) int64 { return 1 + (shares-2)*9999/262142 }

// signed reads a file that holds a number, or "max", which is given as 0.
func signed(path string) (int64, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	text := strings.TrimSpace(string(b))
	if text == "max" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return n, nil
}

// hold has the kernel hold a cgroup to a size. Bounds that the size does not
// have are left alone.
func (m *Manager) hold(path string, s Size) error {
	var all error
	set := func(controller, file, value string) {
		name := filepath.Join(m.Root, controller, path, file)
		if err := os.WriteFile(name, []byte(value), 0o644); err != nil {
			all = errors.Join(all, fmt.Errorf("set %s to %s: %w", name, value, err))
		}
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	if m.unified() {
		set("", "cpu.weight", number(weight(s.Shares)))
		if s.Quota > 0 {
			set("", "cpu.max", fmt.Sprintf("%d %d", s.Quota, int64(launch.QuotaPeriod)))
		}
		if s.Memory > 0 {
			set("", "memory.max", number(s.Memory))
		}
		if m.PidsLimit > 0 {
			set("", "pids.max", number(m.PidsLimit))
		}
		return all
	}
	set("cpu", "cpu.shares", number(s.Shares))
	if s.Quota > 0 {
		set("cpu", "cpu.cfs_period_us", number(launch.QuotaPeriod))
		set("cpu", "cpu.cfs_quota_us", number(s.Quota))
	}
	if s.Memory > 0 {
		set("memory", "memory.limit_in_bytes", number(s.Memory))
	}
	if m.PidsLimit > 0 {
		set("pids", "pids.max", number(m.PidsLimit))
	}
	return all
}
