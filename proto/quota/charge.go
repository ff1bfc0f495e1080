package quota

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// Change is what a write does to one object.
type Change struct {
	// Resource names the object's kind: "pods", "widgets.example.com".
	Resource string
	// Old is what was there and New what will be; nil for nothing.
	Old, New meta.Object
	// Bounded says that the write is refused when it goes beyond a quota. Others
	// are only booked: a status that tells what is the case, a deletion.
	Bounded bool
	// Now is the moment of the write.
	Now time.Time
}

// Bounded says whether quotas can refuse a write: a creation, or an update that
// can ask for more of what quotas add up.
func Bounded(resource, subresource string, create bool) bool {
	switch {
	case create:
		return subresource == ""
	case resource == "pods":
		return subresource == "resize"
	}
	return subresource == "" && (resource == "services" || resource == "persistentvolumeclaims")
}

// counted are the resources that q bounds and the change can use, in order.
func counted(q *core.ResourceQuota, c Change) []core.ResourceName {
	var out []core.ResourceName
	for n := range q.Status.Hard {
		if concerns(c.Resource, n) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// Sound says what is wrong with an object that q counts, or with q: what has to
// be settled before any quota is charged.
func Sound(q *core.ResourceQuota, c Change) error {
	if !c.Bounded || c.New == nil || !InScope(&q.Spec, c.New) {
		return nil
	}
	counted := counted(q, c)
	if p, ok := c.New.(*core.Pod); ok {
		if missing := unspecified(p, counted); missing != "" {
			return fmt.Errorf("failed quota: %s: must specify %s", q.Name, missing)
		}
	}
	for _, n := range counted {
		if _, ok := q.Status.Used[n]; !ok {
			return fmt.Errorf("status unknown for quota: %s, resources: %s", q.Name, join(counted))
		}
	}
	return nil
}

// Charge is q's usage after a sound change. Resources that do not change are
// not in it. The error, if any, is why q does not allow the change.
func Charge(q *core.ResourceQuota, c Change) (core.ResourceList, error) {
	counted := counted(q, c)
	if len(counted) == 0 {
		return nil, nil
	}
	var before, after core.ResourceList
	if c.Old != nil && InScope(&q.Spec, c.Old) {
		before = Usage(c.Resource, c.Old, c.Now)
	}
	if c.New != nil && InScope(&q.Spec, c.New) {
		after = Usage(c.Resource, c.New, c.Now)
	}
	used, asked := core.ResourceList{}, core.ResourceList{}
	for _, n := range counted {
		more := after[n].Sub(before[n])
		if more.IsZero() {
			continue
		}
		have, known := q.Status.Used[n]
		if !known {
			continue // It has not been counted yet; whoever counts will see this too.
		}
		if asked[n] = more; more.Sign() < 0 && have.Add(more).Sign() < 0 {
			used[n] = quantity.FromInt(0, have.Format())
			continue
		}
		used[n] = have.Add(more)
	}
	if c.Bounded {
		if err := within(q, used, asked); err != nil {
			return nil, err
		}
	}
	return used, nil
}

// unspecified names what containers must say and do not, and which.
func unspecified(p *core.Pod, counted []core.ResourceName) string {
	lacking := map[core.ResourceName][]string{}
	for _, list := range [][]core.Container{p.Spec.Containers, p.Spec.InitContainers} {
		for i := range list {
			c := &list[i]
			said := core.ResourceList{}
			asked(said, c.Resources.Requests, c.Resources.Limits)
			for _, n := range counted {
				if _, ok := said[n]; !ok && slices.Contains(computed, n) {
					lacking[n] = append(lacking[n], c.Name)
				}
			}
		}
	}
	var parts []string
	for _, n := range slices.Sorted(maps.Keys(lacking)) {
		names := lacking[n]
		slices.Sort(names)
		parts = append(parts, fmt.Sprintf("%s for: %s", n, strings.Join(slices.Compact(names), ",")))
	}
	return strings.Join(parts, "; ")
}

// within refuses a change that takes more than q leaves.
func within(q *core.ResourceQuota, used, asked core.ResourceList) error {
	var beyond []core.ResourceName
	for n, u := range used {
		if asked[n].Sign() > 0 && u.Cmp(q.Status.Hard[n]) > 0 {
			beyond = append(beyond, n)
		}
	}
	if len(beyond) == 0 {
		return nil
	}
	slices.Sort(beyond)
	return fmt.Errorf("exceeded quota: %s, requested: %s, used: %s, limited: %s", q.Name,
		amounts(asked, beyond), amounts(q.Status.Used, beyond), amounts(q.Status.Hard, beyond))
}

func amounts(l core.ResourceList, names []core.ResourceName) string {
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = fmt.Sprintf("%s=%s", n, l[n])
	}
	return strings.Join(parts, ",")
}

func join(names []core.ResourceName) string {
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = string(n)
	}
	return strings.Join(parts, ",")
}
