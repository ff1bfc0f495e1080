package launch

import (
	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/proto/core"
)

// The kernel's bounds and units for CPU weights and quotas.
const (
	minShares   = 2
	maxShares   = 262144
	quotaPeriod = 100000 // microseconds
	minQuota    = 1000
)

// Shares is the CPU weight of a request in thousandths of a CPU.
func Shares(milli int64) int64 { return min(max(milli*1024/1000, minShares), maxShares) }

// Quota is how many microseconds of each period a limit allows, 0 for no limit.
func Quota(milli int64) int64 {
	if milli <= 0 {
		return 0
	}
	return max(milli*quotaPeriod/1000, minQuota)
}

// QuotaPeriod is the period in microseconds that Quota counts in.
const QuotaPeriod = quotaPeriod

// Resources are a container's limits as the runtime wants them.
func Resources(c *core.Container, allocatable core.ResourceList) *pb.LinuxContainerResources {
	request, ok := c.Resources.Requests[core.ResourceCPU]
	limit := c.Resources.Limits[core.ResourceCPU]
	if !ok {
		request = limit
	}
	memory := c.Resources.Limits[core.ResourceMemory]
	out := &pb.LinuxContainerResources{
		CpuShares: Shares(request.MilliValue()), CpuPeriod: quotaPeriod, CpuQuota: Quota(limit.MilliValue()),
		MemoryLimitInBytes: memory.Value(), OomScoreAdj: oomScore(c, allocatable),
	}
	return out
}

// oomScore says how soon the kernel kills the container when the machine runs
// out of memory: the less it asked for, the sooner.
func oomScore(c *core.Container, allocatable core.ResourceList) int64 {
	request, limit := c.Resources.Requests[core.ResourceMemory], c.Resources.Limits[core.ResourceMemory]
	cpuRequest, cpuLimit := c.Resources.Requests[core.ResourceCPU], c.Resources.Limits[core.ResourceCPU]
	switch {
	case !limit.IsZero() && !cpuLimit.IsZero() && request.Cmp(limit) == 0 && cpuRequest.Cmp(cpuLimit) == 0:
		return -997
	case request.IsZero() && limit.IsZero() && cpuRequest.IsZero() && cpuLimit.IsZero():
		return 1000
	}
	total := allocatable[core.ResourceMemory]
	if total.IsZero() {
		return 999
	}
	score := 1000 - 1000*request.Value()/total.Value()
	return min(max(score, 3), 999)
}
