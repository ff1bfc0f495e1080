package quota

import (
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

const (
	requestsPrefix = "requests."
	hugePrefix     = "hugepages-"
)

// podResources are what pods use beside huge pages and what vendors sell.
var podResources = []core.ResourceName{core.ResourcePods, core.ResourceCPU, core.ResourceMemory, core.ResourceEphemeralStorage,
	core.ResourceRequestsCPU, core.ResourceRequestsMemory, core.ResourceRequestsEphemeralStorage,
	core.ResourceLimitsCPU, core.ResourceLimitsMemory, core.ResourceLimitsEphemeralStorage}

// computed are the resources of which every container must say how much it
// wants once a quota counts them.
var computed = []core.ResourceName{core.ResourceCPU, core.ResourceMemory, core.ResourceRequestsCPU, core.ResourceRequestsMemory,
	core.ResourceLimitsCPU, core.ResourceLimitsMemory}

func isPodResource(n core.ResourceName) bool {
	return slices.Contains(podResources, n) || strings.HasPrefix(string(n), hugePrefix) || strings.HasPrefix(string(n), requestsPrefix+hugePrefix) ||
		strings.HasPrefix(string(n), requestsPrefix) && vendors(n)
}

// vendors says whether n belongs to a vendor and not to the system.
func vendors(n core.ResourceName) bool {
	return strings.Contains(string(n), "/") && !strings.Contains(string(n), core.ResourceDefaultNamespacePrefix)
}

// podUsage adds what a pod uses while it lives.
func podUsage(used core.ResourceList, p *core.Pod, now time.Time) {
	if !Living(p, now) {
		return
	}
	used[core.ResourcePods] = quantity.FromInt(1, quantity.DecimalSI)
	asked(used, core.PodRequests(p), core.PodLimits(p))
}

// Living says whether a pod still uses what it asked for: it has not ended, and
// its time to go, which it has twice, is not over. A pod on a lost node must not
// keep its owner from a replacement.
func Living(p *core.Pod, now time.Time) bool {
	if p.Status.Phase == core.PodFailed || p.Status.Phase == core.PodSucceeded {
		return false
	}
	end, ok := Overdue(p)
	return !ok || !now.After(end)
}

// Overdue is when a pod that is being deleted stops to count although it is
// still there.
func Overdue(p *core.Pod) (time.Time, bool) {
	if p.DeletionTimestamp == nil || p.DeletionGracePeriodSeconds == nil {
		return time.Time{}, false
	}
	return p.DeletionTimestamp.Add(time.Duration(*p.DeletionGracePeriodSeconds) * time.Second), true
}

// asked writes requests and limits under the names that quotas have for them.
func asked(used, requests, limits core.ResourceList) {
	for _, n := range []core.ResourceName{core.ResourceCPU, core.ResourceMemory, core.ResourceEphemeralStorage} {
		if q, ok := requests[n]; ok {
			used[n], used[requestsPrefix+n] = q, q
		}
		if q, ok := limits[n]; ok {
			used["limits."+n] = q
		}
	}
	for n, q := range requests {
		switch {
		case strings.HasPrefix(string(n), hugePrefix):
			used[n], used[requestsPrefix+n] = q, q
		case core.IsExtendedResource(n):
			used[requestsPrefix+n] = q
		}
	}
}
