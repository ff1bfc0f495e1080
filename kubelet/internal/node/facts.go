package node

import (
	"bufio"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/pilothouse/pilothouse/client/version"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// Machine is what the node's hardware and system are.
type Machine struct {
	CPUs                               int64
	Memory                             int64 // bytes
	Disk                               int64 // bytes of the file system of the kubelet's directory
	MachineID, SystemUUID, BootID      string
	Kernel, OSImage, OS, Arch, Version string
}

// ReadMachine asks the system. A memory limit on the kubelet's own cgroup
// bounds what the node has: that is how small hosts are made on a large one.
func ReadMachine(rootDir string) Machine {
	m := Machine{
		CPUs: int64(runtime.NumCPU()), Memory: memTotal(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		MachineID: line("/etc/machine-id"), SystemUUID: line("/sys/class/dmi/id/product_uuid"), BootID: line("/proc/sys/kernel/random/boot_id"),
		Kernel: line("/proc/sys/kernel/osrelease"), OSImage: osImage(), Version: version.Get().GitVersion,
	}
	if m.SystemUUID == "" {
		m.SystemUUID = m.MachineID
	}
	if limit, err := strconv.ParseInt(line("/sys/fs/cgroup/memory/memory.limit_in_bytes"), 10, 64); err == nil && limit > 0 && limit < m.Memory {
		m.Memory = limit
	}
	var fs unix.Statfs_t
	if unix.Statfs(rootDir, &fs) == nil {
		m.Disk = int64(fs.Blocks) * fs.Bsize
	}
	return m
}

func line(path string) string {
	b, _ := os.ReadFile(path)
	return strings.TrimSpace(string(b))
}

func memTotal() int64 {
	n, _ := meminfo("MemTotal")
	return n
}

// meminfo reads one line of /proc/meminfo in bytes.
func meminfo(name string) (int64, bool) {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if words := strings.Fields(s.Text()); len(words) > 1 && words[0] == name+":" {
			n, err := strconv.ParseInt(words[1], 10, 64)
			return n << 10, err == nil
		}
	}
	return 0, false
}

func osImage() string {
	b, _ := os.ReadFile("/etc/os-release")
	for l := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(l), "PRETTY_NAME="); ok {
			return strings.Trim(v, `"`)
		}
	}
	return runtime.GOOS
}

// Capacity is what the machine has, and Allocatable what pods may have of it:
// less what is reserved for the system.
func (m Machine) Capacity(maxPods int) core.ResourceList {
	return core.ResourceList{
		core.ResourceCPU:              quantity.FromInt(m.CPUs, quantity.DecimalSI),
		core.ResourceMemory:           quantity.FromInt(m.Memory>>10<<10, quantity.BinarySI),
		core.ResourceEphemeralStorage: quantity.FromInt(m.Disk>>10<<10, quantity.BinarySI),
		core.ResourcePods:             quantity.FromInt(int64(maxPods), quantity.DecimalSI),
	}
}

// Allocatable is the capacity less what is reserved.
func Allocatable(capacity, reserved core.ResourceList) core.ResourceList {
	out := core.ResourceList{}
	for name, q := range capacity {
		if r, ok := reserved[name]; ok {
			if q = q.Sub(r); q.Sign() < 0 {
				q = quantity.Quantity{}
			}
		}
		out[name] = q
	}
	return out
}

// pidsInUse counts processes against the most there may be.
func pidsInUse() (used, limit int64) {
	matches, _ := filepath.Glob("/proc/[0-9]*")
	limit, _ = strconv.ParseInt(line("/proc/sys/kernel/pid_max"), 10, 64)
	return int64(len(matches)), limit
}
