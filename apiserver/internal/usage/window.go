package usage

import (
	"slices"
	"strings"
	"time"
)

// Resolution is how often kubelets are asked.
const Resolution = 15 * time.Second

// fresh is how long a container must have run for its start to count as a first
// look, when nothing else is known of it.
const fresh = 10 * time.Second

// Use is how much something used between two looks.
type Use struct {
	// At is the time of the second look.
	At time.Time
	// Window is the time between the two.
	Window time.Duration
	// CPU is in billionths of a processor, on average.
	CPU uint64
	// Memory is in bytes, at the second look.
	Memory uint64
}

// Container is how much one container used.
type Container struct {
	// Name is the container's.
	Name string
	Use
}

// known is what is known of a node.
type known struct {
	last report
	node Use // without a window: not known
	pods map[podKey][]Container
}

// podKey names a pod of a node.
type podKey struct{ namespace, name string }

// next is what is known after another look. A container whose use is not known
// leaves its whole pod unknown: a part of it would look like less.
func (k *known) next(now report) *known {
	out := &known{last: now, pods: map[podKey][]Container{}}
	prev := &known{}
	if k != nil {
		prev = k
	}
	if !now.node.at.IsZero() {
		if u, ok := between(prev.last.node, now.node); ok {
			out.node = u
		} else if now.node.at.Equal(prev.last.node.at) {
			out.node = prev.node
		}
	}
	unknown := map[podKey]bool{}
	for c, p := range now.containers {
		pod := podKey{c.namespace, c.pod}
		u, ok := of(c, prev, *p)
		if !ok {
			unknown[pod] = true
			continue
		}
		out.pods[pod] = append(out.pods[pod], Container{c.name, u})
	}
	for pod := range unknown {
		delete(out.pods, pod)
	}
	for _, cs := range out.pods {
		slices.SortFunc(cs, func(a, b Container) int { return strings.Compare(a.Name, b.Name) })
	}
	return out
}

// of is what a container used until p: since its start if that was lately,
// otherwise since the look before, if it has not been started anew since.
func of(c container, prev *known, p point) (Use, bool) {
	if age := p.at.Sub(p.start); !p.start.IsZero() && age >= fresh && age < Resolution {
		return between(point{at: p.start}, p)
	}
	before := prev.last.containers[c]
	if before == nil || !p.start.Before(before.at) {
		return Use{}, false
	}
	if p.at.Equal(before.at) { // The runtime has not looked again; neither have we.
		for _, u := range prev.pods[podKey{c.namespace, c.pod}] {
			if u.Name == c.name {
				return u.Use, true
			}
		}
	}
	return between(*before, p)
}

// between is what was used from one look to the next.
func between(a, b point) (Use, bool) {
	if a.at.IsZero() || !b.at.After(a.at) || b.cpu < a.cpu {
		return Use{}, false
	}
	w := b.at.Sub(a.at)
	return Use{At: b.at, Window: w, CPU: uint64(float64(b.cpu-a.cpu) / w.Seconds()), Memory: b.memory}, true
}
