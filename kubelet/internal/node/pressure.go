package node

import (
	"golang.org/x/sys/unix"
)

// Below these the machine is short of something.
const (
	minMemory   = 100 << 20 // bytes
	minDiskPart = 0.05      // of the file system
	maxPidsPart = 0.95
)

// ReadPressure looks at memory, at the file system of dir and at processes.
func ReadPressure(dir string) Pressure {
	var p Pressure
	if n, ok := meminfo("MemAvailable"); ok {
		p.Memory = n < minMemory
	}
	var fs unix.Statfs_t
	if unix.Statfs(dir, &fs) == nil && fs.Blocks > 0 {
		p.Disk = float64(fs.Bavail)/float64(fs.Blocks) < minDiskPart
	}
	if used, limit := pidsInUse(); limit > 0 {
		p.PID = float64(used) > maxPidsPart*float64(limit)
	}
	return p
}
