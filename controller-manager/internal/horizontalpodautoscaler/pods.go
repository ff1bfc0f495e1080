package horizontalpodautoscaler

import (
	"fmt"
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/core"
)

// sample is what was measured of one pod.
type sample struct {
	at     time.Time
	window time.Duration
	value  int64 // in thousandths
}

// samples are those of many pods, by name.
type samples map[string]sample

// groups says how the pods of a target count.
type groups struct {
	ready                     int
	unready, missing, ignored []string
}

// group sorts the pods. A pod that is going counts for nothing; one that has not
// become ready yet is unready, and for CPU so is one whose sample is of the time
// when it was starting; one without a sample is missing.
func group(pods []*core.Pod, measured samples, resource core.ResourceName, set Settings, now time.Time) groups {
	var g groups
	for _, p := range pods {
		if p.DeletionTimestamp != nil || p.Status.Phase == core.PodFailed {
			g.ignored = append(g.ignored, p.Name)
			continue
		}
		if p.Status.Phase == core.PodPending {
			g.unready = append(g.unready, p.Name)
			continue
		}
		s, ok := measured[p.Name]
		switch {
		case !ok:
			g.missing = append(g.missing, p.Name)
		case resource == core.ResourceCPU && starting(p, s, set, now):
			g.unready = append(g.unready, p.Name)
		default:
			g.ready++
		}
	}
	return g
}

// starting says that a pod's use of CPU is no measure yet: it is starting, or was
// in the time that the sample is of.
func starting(p *core.Pod, s sample, set Settings, now time.Time) bool {
	ready := podstate.Condition(p, core.PodReady)
	if ready == nil || p.Status.StartTime == nil {
		return true
	}
	began := p.Status.StartTime.Time
	if began.Add(set.CPUInitialization).After(now) {
		return ready.Status == core.ConditionFalse || s.at.Before(ready.LastTransitionTime.Time.Add(s.window))
	}
	// It has never been ready: what went unready later is under load.
	return ready.Status == core.ConditionFalse && began.Add(set.InitialReadiness).After(ready.LastTransitionTime.Time)
}

// requests is how much of a resource each pod asks for, or one container of it.
func requests(pods []*core.Pod, container string, resource core.ResourceName) (map[string]int64, error) {
	out := make(map[string]int64, len(pods))
	for _, p := range pods {
		if r := p.Spec.Resources; r != nil && container == "" {
			if q, ok := r.Requests[resource]; ok {
				out[p.Name] = q.MilliValue()
				continue
			}
		}
		sum := int64(0)
		add := func(c *core.Container) error {
			if container != "" && c.Name != container {
				return nil
			}
			q, ok := c.Resources.Requests[resource]
			if !ok {
				return fmt.Errorf("missing request for %s in container %s of Pod %s", resource, c.Name, p.Name)
			}
			sum += q.MilliValue()
			return nil
		}
		for i := range p.Spec.Containers {
			if err := add(&p.Spec.Containers[i]); err != nil {
				return nil, err
			}
		}
		for i := range p.Spec.InitContainers { // those that go on beside the others
			if c := &p.Spec.InitContainers[i]; c.RestartPolicy != nil && *c.RestartPolicy == core.ContainerRestartPolicyAlways {
				if err := add(c); err != nil {
					return nil, err
				}
			}
		}
		out[p.Name] = sum
	}
	return out, nil
}

// readyPods counts the pods that run and are ready.
func readyPods(pods []*core.Pod) (int, error) {
	if len(pods) == 0 {
		return 0, errNoPods
	}
	n := 0
	for _, p := range pods {
		if p.Status.Phase == core.PodRunning && podstate.Ready(p) {
			n++
		}
	}
	return n, nil
}
