// Package podstate answers what several controllers ask of a pod: is it
// ready, since when, does it still count, who controls it. Every function is
// pure and takes the present time where it matters.
package podstate

import (
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Condition is p's condition of type t, or nil.
func Condition(p *core.Pod, t core.PodConditionType) *core.PodCondition {
	for i := range p.Status.Conditions {
		if p.Status.Conditions[i].Type == t {
			return &p.Status.Conditions[i]
		}
	}
	return nil
}

// Ready tells whether p's Ready condition is True.
func Ready(p *core.Pod) bool {
	c := Condition(p, core.PodReady)
	return c != nil && c.Status == core.ConditionTrue
}

// ReadySince is when p last became ready; zero when it is not.
func ReadySince(p *core.Pod) time.Time {
	c := Condition(p, core.PodReady)
	if c == nil || c.Status != core.ConditionTrue {
		return time.Time{}
	}
	return c.LastTransitionTime.Time
}

// Available tells whether p has been ready for minReady. When it is ready
// but not for long enough, wait is the time that is left; otherwise zero.
func Available(p *core.Pod, minReady time.Duration, now time.Time) (ok bool, wait time.Duration) {
	if !Ready(p) {
		return false, 0
	}
	since := ReadySince(p)
	if minReady == 0 {
		return true, 0
	}
	if since.IsZero() {
		return false, minReady
	}
	if left := since.Add(minReady).Sub(now); left > 0 {
		return false, left
	}
	return true, 0
}

// Terminal tells whether p has ended for good: none of its containers will
// ever run again.
func Terminal(p *core.Pod) bool {
	return p.Status.Phase == core.PodSucceeded || p.Status.Phase == core.PodFailed
}

// Active tells whether p counts as a replica: it has not ended and nobody has
// asked for its deletion.
func Active(p *core.Pod) bool { return !Terminal(p) && p.DeletionTimestamp == nil }

// Controller is the one owner of o that controls it, or nil.
func Controller(o meta.Object) *meta.OwnerReference {
	refs := o.GetObjectMeta().OwnerReferences
	for i := range refs {
		if refs[i].Controller != nil && *refs[i].Controller {
			return &refs[i]
		}
	}
	return nil
}

// Restarts is the largest restart count among p's containers.
func Restarts(p *core.Pod) (n int32) {
	for i := range p.Status.ContainerStatuses {
		n = max(n, p.Status.ContainerStatuses[i].RestartCount)
	}
	return n
}

// AtMostOneAnnotation is on pods of which two must never run at once: "true"
// keeps the pod until its node is sure to have stopped it.
const AtMostOneAnnotation = "pilothouse.io/at-most-one"

// AtMostOne tells whether two of p must never run at the same time: it says so
// itself, or it has an identity in a StatefulSet.
func AtMostOne(p *core.Pod) bool {
	if p.Annotations[AtMostOneAnnotation] == "true" {
		return true
	}
	owner := Controller(p)
	return owner != nil && owner.Kind == "StatefulSet"
}

// Grace is how long p may take to stop.
func Grace(p *core.Pod) time.Duration {
	if s := p.Spec.TerminationGracePeriodSeconds; s != nil {
		return time.Duration(*s) * time.Second
	}
	return core.DefaultTerminationGraceSeconds * time.Second
}
