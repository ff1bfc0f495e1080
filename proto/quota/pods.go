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
	asked(used, podRequests(p), podLimits(p))
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

// podRequests is what a pod asks for in all.
func podRequests(p *core.Pod) core.ResourceList {
	sum := together(p, func(c *core.Container, st *core.ContainerStatus) core.ResourceList {
		return held(p, c.Resources.Requests, st)
	})
	if r := p.Spec.Resources; r != nil {
		for n, q := range r.Requests {
			sum[n] = q // The pod's own figure is for all its containers.
		}
	}
	add(sum, p.Spec.Overhead)
	return sum
}

// podLimits is the most that a pod may use in all.
func podLimits(p *core.Pod) core.ResourceList {
	sum := together(p, func(c *core.Container, _ *core.ContainerStatus) core.ResourceList { return c.Resources.Limits })
	if r := p.Spec.Resources; r != nil {
		for n, q := range r.Limits {
			sum[n] = q
		}
	}
	for n, q := range p.Spec.Overhead {
		if have, ok := sum[n]; ok && !have.IsZero() {
			sum[n] = have.Add(q)
		}
	}
	return sum
}

// held is what a container has of its node: what it asks for, or what it was
// given if that is more and a resize has not come through yet.
func held(p *core.Pod, requests core.ResourceList, st *core.ContainerStatus) core.ResourceList {
	if st == nil || len(st.AllocatedResources) == 0 {
		return requests
	}
	out := core.ResourceList{}
	if !infeasible(p) {
		atLeast(out, requests)
	}
	atLeast(out, st.AllocatedResources)
	if st.Resources != nil {
		atLeast(out, st.Resources.Requests)
	}
	return out
}

// infeasible says whether the node has refused the pod's resize for good.
func infeasible(p *core.Pod) bool {
	for i := range p.Status.Conditions {
		if c := &p.Status.Conditions[i]; c.Type == "PodResizePending" && c.Status == core.ConditionTrue {
			return c.Reason == "Infeasible"
		}
	}
	return false
}

// together adds up what containers need that run at the same time; of those
// that run one after the other the largest counts.
func together(p *core.Pod, of func(*core.Container, *core.ContainerStatus) core.ResourceList) core.ResourceList {
	sum := core.ResourceList{}
	for i := range p.Spec.Containers {
		c := &p.Spec.Containers[i]
		add(sum, of(c, statusOf(p.Status.ContainerStatuses, c.Name)))
	}
	beside, peak := core.ResourceList{}, core.ResourceList{}
	for i := range p.Spec.InitContainers {
		c := &p.Spec.InitContainers[i]
		now := core.ResourceList{}
		add(now, beside)
		stays := c.RestartPolicy != nil && *c.RestartPolicy == core.ContainerRestartPolicyAlways
		if stays {
			add(now, of(c, statusOf(p.Status.InitContainerStatuses, c.Name)))
			beside = now
		} else {
			add(now, of(c, nil))
		}
		atLeast(peak, now)
	}
	add(sum, beside)
	atLeast(sum, peak)
	return sum
}

func statusOf(all []core.ContainerStatus, name string) *core.ContainerStatus {
	for i := range all {
		if all[i].Name == name {
			return &all[i]
		}
	}
	return nil
}

func add(sum, l core.ResourceList) {
	for n, q := range l {
		if have, ok := sum[n]; ok {
			q = have.Add(q)
		}
		sum[n] = q
	}
}

func atLeast(l, least core.ResourceList) {
	for n, q := range least {
		if have, ok := l[n]; !ok || have.Cmp(q) < 0 {
			l[n] = q
		}
	}
}
