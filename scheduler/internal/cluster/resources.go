package cluster

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
)

// Resources is an amount of each resource: CPU in thousandths of a core, the
// others in bytes or pieces.
type Resources struct {
	MilliCPU, Memory, EphemeralStorage, Pods int64
	// Extended are the resources that only some nodes have, such as devices
	// and huge pages.
	Extended map[core.ResourceName]int64
}

// resourcesOf reads a list.
func resourcesOf(l core.ResourceList) Resources {
	var r Resources
	for name, q := range l {
		switch name {
		case core.ResourceCPU:
			r.MilliCPU = q.MilliValue()
		case core.ResourceMemory:
			r.Memory = q.Value()
		case core.ResourceEphemeralStorage:
			r.EphemeralStorage = q.Value()
		case core.ResourcePods:
			r.Pods = q.Value()
		default:
			r.extend(name, q.Value())
		}
	}
	return r
}

func (r *Resources) extend(name core.ResourceName, n int64) {
	if r.Extended == nil {
		r.Extended = map[core.ResourceName]int64{}
	}
	r.Extended[name] = n
}

// add adds o, times sign, to r.
func (r *Resources) add(o *Resources, sign int64) {
	r.MilliCPU += sign * o.MilliCPU
	r.Memory += sign * o.Memory
	r.EphemeralStorage += sign * o.EphemeralStorage
	r.Pods += sign * o.Pods
	for name, n := range o.Extended {
		r.extend(name, r.Extended[name]+sign*n)
	}
}

// plus is the sum of r and o; neither is changed.
func (r Resources) plus(o Resources) Resources {
	var sum Resources
	sum.add(&r, 1)
	sum.add(&o, 1)
	return sum
}

// atLeast raises r to o where that is more.
func (r *Resources) atLeast(o Resources) {
	r.MilliCPU = max(r.MilliCPU, o.MilliCPU)
	r.Memory = max(r.Memory, o.Memory)
	r.EphemeralStorage = max(r.EphemeralStorage, o.EphemeralStorage)
	for name, n := range o.Extended {
		r.extend(name, max(r.Extended[name], n))
	}
}

// What scores take a container for that asks for nothing: without it such
// pods would all look free and pile up.
const (
	guessedMilliCPU = 100
	guessedMemory   = 200 << 20
)

// requestOf is what one container asks for, or still holds while it shrinks;
// scored fills in guesses.
func requestOf(p *core.Pod, c *core.Container, statuses []core.ContainerStatus, scored bool) Resources {
	var st *core.ContainerStatus
	if i := slices.IndexFunc(statuses, func(s core.ContainerStatus) bool { return s.Name == c.Name }); i >= 0 {
		st = &statuses[i]
	}
	r := resourcesOf(core.HeldRequests(p, c.Resources.Requests, st))
	if !scored {
		return r
	}
	if _, ok := c.Resources.Requests[core.ResourceCPU]; !ok {
		r.MilliCPU = guessedMilliCPU
	}
	if _, ok := c.Resources.Requests[core.ResourceMemory]; !ok {
		r.Memory = guessedMemory
	}
	return r
}

// podRequest is what a pod needs at its hungriest: all containers together
// with the sidecars (init containers that keep running), or one init
// container with the sidecars started before it; and the runtime's overhead.
func podRequest(p *core.Pod, scored bool) Resources {
	spec := &p.Spec
	var running, sidecars, starting Resources
	for i := range spec.Containers {
		running = running.plus(requestOf(p, &spec.Containers[i], p.Status.ContainerStatuses, scored))
	}
	for i := range spec.InitContainers {
		c := &spec.InitContainers[i]
		r := requestOf(p, c, p.Status.InitContainerStatuses, scored)
		if c.RestartPolicy != nil && *c.RestartPolicy == core.ContainerRestartPolicyAlways {
			sidecars = sidecars.plus(r)
			starting.atLeast(sidecars)
			continue
		}
		starting.atLeast(sidecars.plus(r))
	}
	total := running.plus(sidecars)
	total.atLeast(starting)
	if spec.Resources != nil {
		whole := resourcesOf(spec.Resources.Requests)
		if whole.MilliCPU > 0 {
			total.MilliCPU = whole.MilliCPU
		}
		if whole.Memory > 0 {
			total.Memory = whole.Memory
		}
	}
	total = total.plus(resourcesOf(spec.Overhead))
	total.Pods = 1
	return total
}

// write writes r down; equal amounts give equal texts.
func (r *Resources) write(b *strings.Builder) {
	var buf [20]byte
	for _, n := range [...]int64{r.MilliCPU, r.Memory, r.EphemeralStorage} {
		b.Write(strconv.AppendInt(buf[:0], n, 10))
		b.WriteByte(' ')
	}
	if len(r.Extended) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(r.Extended)) {
		b.WriteString(string(name))
		b.WriteByte('=')
		b.Write(strconv.AppendInt(buf[:0], r.Extended[name], 10))
		b.WriteByte(' ')
	}
}
