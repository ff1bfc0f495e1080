package core

import "github.com/pilothouse/pilothouse/proto/quantity"

// QOSClassOf is the class that decides whose pods go first when a node runs
// short: Guaranteed if every container has limits for cpu and memory and
// requests as much, BestEffort if none asks for anything, else Burstable. The
// API server writes it into status when a pod is created.
func QOSClassOf(s *PodSpec) PodQOSClass {
	requests, limits := ResourceList{}, ResourceList{}
	allLimited := true
	for _, list := range [][]Container{s.Containers, s.InitContainers} {
		for i := range list {
			r := &list[i].Resources
			if s.Resources != nil {
				continue // the pod's own figures decide
			}
			addCompute(requests, r.Requests)
			allLimited = addCompute(limits, r.Limits) == len(podResources) && allLimited
		}
	}
	if s.Resources != nil {
		addCompute(requests, s.Resources.Requests)
		allLimited = addCompute(limits, s.Resources.Limits) == len(podResources)
	}
	if len(requests) == 0 && len(limits) == 0 {
		return PodQOSBestEffort
	}
	if !allLimited || len(requests) != len(limits) {
		return PodQOSBurstable
	}
	for n, q := range requests {
		if limits[n].Cmp(q) != 0 {
			return PodQOSBurstable
		}
	}
	return PodQOSGuaranteed
}

// addCompute adds the cpu and memory of l to sum and says how many of the two
// l names.
func addCompute(sum, l ResourceList) int {
	found := 0
	for _, n := range podResources {
		q, ok := l[n]
		if !ok || q.Cmp(quantity.Quantity{}) <= 0 {
			continue
		}
		found++
		sum[n] = sum[n].Add(q)
	}
	return found
}
