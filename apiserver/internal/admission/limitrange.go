package admission

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
)

// annotationLimits tells what limit ranges have set on a pod.
const annotationLimits = "kubernetes.io/limit-ranger"

// limited says whether limit ranges look at a request.
func limited(r *Request) bool {
	if r.Old != nil && r.Old.GetObjectMeta().DeletionTimestamp != nil {
		return false
	}
	switch r.Object.(type) {
	case *core.Pod: // What a pod asks for can change by resize alone.
		return r.Operation == Create && r.Subresource == "" || r.Operation == Update && r.Subresource == "resize"
	case *core.PersistentVolumeClaim:
		return r.Subresource == "" && (r.Operation == Create || r.Operation == Update)
	}
	return false
}

// limitRanges are those of the request's namespace.
func (v *view) limitRanges(ctx context.Context, r *Request) ([]*core.LimitRange, error) {
	t := v.cache.Table("limitranges")
	if t.Len() == 0 {
		return nil, nil
	}
	l, err := t.List(ctx, cache.ListOptions{Namespace: r.Namespace, ResourceVersion: "0"})
	if err != nil {
		return nil, err
	}
	var out []*core.LimitRange
	for o := range l.All() {
		x := &core.LimitRange{}
		if err := codec.DecodeJSON(o.JSON(), x); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// limitDefaults fills in what a new pod's containers leave out and the
// namespace's limit ranges have a value for.
func (v *view) limitDefaults(ctx context.Context, r *Request) error {
	p, ok := r.Object.(*core.Pod)
	if !ok || !limited(r) {
		return nil
	}
	ranges, err := v.limitRanges(ctx, r)
	if err != nil {
		return err
	}
	for _, l := range ranges {
		setLimits(p, l)
	}
	return nil
}

// setLimits fills in from one limit range and notes it on the pod.
func setLimits(p *core.Pod, l *core.LimitRange) {
	requests, limits := core.ResourceList{}, core.ResourceList{}
	for i := range l.Spec.Limits {
		if item := &l.Spec.Limits[i]; item.Type == core.LimitTypeContainer {
			fill(requests, item.DefaultRequest)
			fill(limits, item.Default)
		}
	}
	var notes []string
	for _, group := range []struct {
		containers []core.Container
		what       string
	}{{p.Spec.Containers, "container"}, {p.Spec.InitContainers, "init container"}} {
		for i := range group.containers {
			c := &group.containers[i]
			for _, side := range []struct {
				have *core.ResourceList
				from core.ResourceList
				what string
			}{{&c.Resources.Requests, requests, "request"}, {&c.Resources.Limits, limits, "limit"}} {
				if *side.have == nil && len(side.from) > 0 {
					*side.have = core.ResourceList{}
				}
				if set := fill(*side.have, side.from); len(set) > 0 {
					notes = append(notes, fmt.Sprintf("%s %s for %s %s", strings.Join(set, ", "), side.what, group.what, c.Name))
				}
			}
		}
	}
	if len(notes) == 0 {
		return
	}
	if p.Annotations == nil {
		p.Annotations = map[string]string{}
	}
	p.Annotations[annotationLimits] = "LimitRanger plugin set: " + strings.Join(notes, "; ")
}

// fill adds to have what it lacks of from, and says what that was.
func fill(have, from core.ResourceList) (set []string) {
	for n, q := range from {
		if _, ok := have[n]; !ok {
			have[n] = q
			set = append(set, string(n))
		}
	}
	slices.Sort(set)
	return set
}

// limitsHold refuses what goes beyond the namespace's limit ranges.
func (v *view) limitsHold(ctx context.Context, r *Request) error {
	if !limited(r) {
		return nil
	}
	ranges, err := v.limitRanges(ctx, r)
	if err != nil {
		return err
	}
	for _, l := range ranges {
		var errs []string
		switch o := r.Object.(type) {
		case *core.Pod:
			errs = podBeyond(o, l)
		case *core.PersistentVolumeClaim:
			errs = claimBeyond(o, l)
		}
		switch len(errs) {
		case 0:
		case 1:
			return Forbidden(r, errs[0])
		default:
			return Forbidden(r, "["+strings.Join(errs, ", ")+"]")
		}
	}
	return nil
}

// podBeyond says where a pod goes beyond a limit range.
func podBeyond(p *core.Pod, l *core.LimitRange) (errs []string) {
	for i := range l.Spec.Limits {
		item := &l.Spec.Limits[i]
		switch item.Type {
		case core.LimitTypeContainer:
			for _, list := range [][]core.Container{p.Spec.Containers, p.Spec.InitContainers} {
				for j := range list {
					errs = append(errs, beyond(item, list[j].Resources.Requests, list[j].Resources.Limits)...)
				}
			}
		case core.LimitTypePod:
			requests := together(p, func(r *core.ResourceRequirements) core.ResourceList { return r.Requests })
			limits := together(p, func(r *core.ResourceRequirements) core.ResourceList { return r.Limits })
			errs = append(errs, beyond(item, requests, limits)...)
		}
	}
	return errs
}

// claimBeyond says where a claim goes beyond a limit range. Claims have no
// limits of their own: the most that they may ask for is held against what they
// ask for.
func claimBeyond(c *core.PersistentVolumeClaim, l *core.LimitRange) (errs []string) {
	requests := c.Spec.Resources.Requests
	for i := range l.Spec.Limits {
		item := &l.Spec.Limits[i]
		if item.Type != core.LimitTypePersistentVolumeClaim {
			continue
		}
		for _, n := range names(item.Min) {
			errs = append(errs, below(item, n, requests, nil)...)
		}
		for _, n := range names(item.Max) {
			most := item.Max[n]
			req, ok := requests[n]
			switch {
			case !ok:
				errs = append(errs, fmt.Sprintf("maximum %s usage per %s is %s.  No request is specified", n, item.Type, most))
			case req.Cmp(most) > 0:
				errs = append(errs, fmt.Sprintf("maximum %s usage per %s is %s, but request is %s", n, item.Type, most, req))
			}
		}
	}
	return errs
}

// together is what a pod's containers ask for in all: those that run at the same
// time are added up, and of those that run one after the other the largest
// counts.
func together(p *core.Pod, of func(*core.ResourceRequirements) core.ResourceList) core.ResourceList {
	sum := core.ResourceList{}
	for i := range p.Spec.Containers {
		add(sum, of(&p.Spec.Containers[i].Resources))
	}
	beside := core.ResourceList{} // init containers that stay
	peak := core.ResourceList{}
	for i := range p.Spec.InitContainers {
		c := &p.Spec.InitContainers[i]
		now := core.ResourceList{}
		add(now, beside)
		add(now, of(&c.Resources))
		if c.RestartPolicy != nil && *c.RestartPolicy == core.ContainerRestartPolicyAlways {
			beside = now
		}
		atLeast(peak, now)
	}
	add(sum, beside)
	atLeast(sum, peak)
	return sum
}

func add(sum, l core.ResourceList) {
	for n, q := range l {
		sum[n] = sum[n].Add(q)
	}
}

func atLeast(l, least core.ResourceList) {
	for n, q := range least {
		if have, ok := l[n]; !ok || have.Cmp(q) < 0 {
			l[n] = q
		}
	}
}
