package cgroup

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Use is what a cgroup and all below it have used.
type Use struct {
	// CPU is the processor time since the cgroup was made.
	CPU time.Duration
	// WorkingSet is the memory that cannot be taken back at once, in bytes: all of
	// it but files that nobody has read lately.
	WorkingSet uint64
}

// Use reads what a cgroup has used, given as Parent gives it; "/" is the whole
// node.
func (m *Manager) Use(parent string) (Use, error) {
	if m.unified() {
		return useV2(filepath.Join(m.Root, parent), parent == "/")
	}
	cpu, err := number(filepath.Join(m.Root, "cpuacct", parent, "cpuacct.usage"))
	if err != nil {
		return Use{}, err
	}
	dir := filepath.Join(m.Root, "memory", parent)
	usage, err := number(filepath.Join(dir, "memory.usage_in_bytes"))
	if err != nil {
		return Use{}, err
	}
	idle, err := keyed(filepath.Join(dir, "memory.stat"), "total_inactive_file")
	return Use{time.Duration(cpu), usage - min(idle, usage)}, err
}

func useV2(dir string, whole bool) (Use, error) {
	cpu, err := keyed(filepath.Join(dir, "cpu.stat"), "usage_usec")
	if err != nil {
		return Use{}, err
	}
	usage, err := number(filepath.Join(dir, "memory.current"))
	if whole && os.IsNotExist(err) { // The root of a machine does not count its memory.
		usage, err = machineMemory()
	}
	if err != nil {
		return Use{}, err
	}
	idle, err := keyed(filepath.Join(dir, "memory.stat"), "inactive_file")
	return Use{time.Duration(cpu) * time.Microsecond, usage - min(idle, usage)}, err
}

// machineMemory is how much of the machine's memory is taken.
func machineMemory() (uint64, error) {
	total, err := keyed("/proc/meminfo", "MemTotal:")
	if err != nil {
		return 0, err
	}
	free, err := keyed("/proc/meminfo", "MemFree:")
	return (total - min(free, total)) << 10, err
}

// number reads a file that holds one.
func number(path string) (uint64, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(string(bytes.TrimSpace(b)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return n, nil
}

// keyed reads the number behind a word at the beginning of a line.
func keyed(path, key string) (uint64, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		if f := strings.Fields(lines.Text()); len(f) >= 2 && f[0] == key {
			return strconv.ParseUint(f[1], 10, 64)
		}
	}
	return 0, fmt.Errorf("%s has no %s", path, key)
}
