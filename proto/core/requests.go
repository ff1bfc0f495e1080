package core

// PodRequests is what a pod asks for in all.
func PodRequests(p *Pod) ResourceList {
	sum := together(p, func(c *Container, st *ContainerStatus) ResourceList {
		return HeldRequests(p, c.Resources.Requests, st)
	})
	if r := p.Spec.Resources; r != nil {
		for n, q := range r.Requests {
			sum[n] = q // The pod's own figure is for all its containers.
		}
	}
	addTo(sum, p.Spec.Overhead)
	return sum
}

// PodLimits is the most that a pod may use in all.
func PodLimits(p *Pod) ResourceList {
	sum := together(p, func(c *Container, _ *ContainerStatus) ResourceList { return c.Resources.Limits })
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

// HeldRequests is what a container has of its node: what it asks for, or what it
// was given if that is more and a resize has not come through yet. st is nil for a
// container without a status.
func HeldRequests(p *Pod, requests ResourceList, st *ContainerStatus) ResourceList {
	if st == nil || len(st.AllocatedResources) == 0 ||
		SameAmounts(requests, st.AllocatedResources) && (st.Resources == nil || SameAmounts(requests, st.Resources.Requests)) {
		return requests
	}
	out := ResourceList{}
	if !infeasible(p) {
		atLeast(out, requests)
	}
	atLeast(out, st.AllocatedResources)
	if st.Resources != nil {
		atLeast(out, st.Resources.Requests)
	}
	return out
}

// SameAmounts says whether two lists hold the same amounts.
func SameAmounts(a, b ResourceList) bool {
	if len(a) != len(b) {
		return false
	}
	for n, q := range a {
		if o, ok := b[n]; !ok || q.Cmp(o) != 0 {
			return false
		}
	}
	return true
}

// infeasible says whether the node has refused the pod's resize for good.
func infeasible(p *Pod) bool {
	for i := range p.Status.Conditions {
		if c := &p.Status.Conditions[i]; c.Type == PodResizePending && c.Status == ConditionTrue {
			return c.Reason == PodReasonInfeasible
		}
	}
	return false
}

// together adds up what containers need that run at the same time; of those
// that run one after the other the largest counts.
func together(p *Pod, of func(*Container, *ContainerStatus) ResourceList) ResourceList {
	sum := ResourceList{}
	for i := range p.Spec.Containers {
		c := &p.Spec.Containers[i]
		addTo(sum, of(c, statusOf(p.Status.ContainerStatuses, c.Name)))
	}
	beside, peak := ResourceList{}, ResourceList{}
	for i := range p.Spec.InitContainers {
		c := &p.Spec.InitContainers[i]
		now := ResourceList{}
		addTo(now, beside)
		stays := c.RestartPolicy != nil && *c.RestartPolicy == ContainerRestartPolicyAlways
		if stays {
			addTo(now, of(c, statusOf(p.Status.InitContainerStatuses, c.Name)))
			beside = now
		} else {
			addTo(now, of(c, nil))
		}
		atLeast(peak, now)
	}
	addTo(sum, beside)
	atLeast(sum, peak)
	return sum
}

func statusOf(all []ContainerStatus, name string) *ContainerStatus {
	for i := range all {
		if all[i].Name == name {
			return &all[i]
		}
	}
	return nil
}

func addTo(sum, l ResourceList) {
	for n, q := range l {
		if have, ok := sum[n]; ok {
			q = have.Add(q)
		}
		sum[n] = q
	}
}

func atLeast(l, least ResourceList) {
	for n, q := range least {
		if have, ok := l[n]; !ok || have.Cmp(q) < 0 {
			l[n] = q
		}
	}
}
