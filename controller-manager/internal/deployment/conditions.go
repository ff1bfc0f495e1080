package deployment

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Reasons of conditions.
const (
	reasonAvailable   = "MinimumReplicasAvailable"
	reasonUnavailable = "MinimumReplicasUnavailable"
	reasonCreated     = "NewReplicaSetCreated"
	reasonFound       = "FoundNewReplicaSet"
	reasonUpdated     = "ReplicaSetUpdated"
	reasonComplete    = "NewReplicaSetAvailable"
	reasonTimedOut    = "ProgressDeadlineExceeded"
	reasonPaused      = "DeploymentPaused"
	reasonResumed     = "DeploymentResumed"
)

// counts is the status's numbers.
func (s *state) counts() apps.DeploymentStatus {
	all := s.all()
	st := apps.DeploymentStatus{
		ObservedGeneration: s.d.Generation,
		Replicas:           sum(all, func(rs *apps.ReplicaSet) int32 { return rs.Status.Replicas }),
		ReadyReplicas:      sum(all, func(rs *apps.ReplicaSet) int32 { return rs.Status.ReadyReplicas }),
		AvailableReplicas:  sum(all, available),
		CollisionCount:     s.d.Status.CollisionCount,
	}
	if s.fresh != nil {
		st.UpdatedReplicas = s.fresh.Status.Replicas
	}
	st.UnavailableReplicas = max(0, sum(all, replicasOf)-st.AvailableReplicas)
	return st
}

// status is the counts with their conditions, and when to look again because
// the deadline will have passed.
func (s *state) status() (apps.DeploymentStatus, time.Duration) {
	st := s.counts()
	st.Conditions = slices.Clone(s.d.Status.Conditions)
	if st.AvailableReplicas >= s.wanted()-s.maxUnavailable() {
		s.set(&st, apps.DeploymentAvailable, core.ConditionTrue, reasonAvailable, "Deployment has minimum availability.")
	} else {
		s.set(&st, apps.DeploymentAvailable, core.ConditionFalse, reasonUnavailable, "Deployment does not have minimum availability.")
	}
	again := s.progress(&st)
	s.failure(&st)
	return st, again
}

// failure takes over what a replica set says of pods that it cannot make.
func (s *state) failure(st *apps.DeploymentStatus) {
	sets := s.all()
	slices.Reverse(sets)
	for _, rs := range sets {
		for _, c := range rs.Status.Conditions {
			if c.Type == apps.ReplicaSetReplicaFailure && c.Status == core.ConditionTrue {
				s.set(st, apps.DeploymentReplicaFailure, core.ConditionTrue, c.Reason, c.Message)
				return
			}
		}
	}
	st.Conditions = slices.DeleteFunc(st.Conditions, func(c apps.DeploymentCondition) bool { return c.Type == apps.DeploymentReplicaFailure })
}

// progress words how the rollout gets on.
func (s *state) progress(st *apps.DeploymentStatus) time.Duration {
	deadline, has := s.deadline()
	if !has {
		st.Conditions = slices.DeleteFunc(st.Conditions, func(c apps.DeploymentCondition) bool { return c.Type == apps.DeploymentProgressing })
		return 0
	}
	was := condition(s.d.Status.Conditions, apps.DeploymentProgressing)
	switch paused := was != nil && was.Reason == reasonPaused; {
	case s.d.Spec.Paused && !paused && (was == nil || was.Reason != reasonTimedOut):
		s.set(st, apps.DeploymentProgressing, core.ConditionUnknown, reasonPaused, "Deployment is paused")
		return 0
	case s.d.Spec.Paused:
		return 0
	case paused:
		s.set(st, apps.DeploymentProgressing, core.ConditionUnknown, reasonResumed, "Deployment is resumed")
		return deadline
	}
	name := s.name()
	switch {
	case was != nil && was.Reason == reasonComplete && st.Replicas == st.UpdatedReplicas && s.fresh != nil:
	case s.complete(*st):
		s.set(st, apps.DeploymentProgressing, core.ConditionTrue, reasonComplete, name+" has successfully progressed.")
	case s.creating:
		s.touch(st, reasonCreated, fmt.Sprintf("Created new replica set %q", s.d.Name+"-"+hash(s.d)))
		return deadline
	case was == nil && s.fresh == nil:
		return 0
	case was == nil:
		s.touch(st, reasonFound, fmt.Sprintf("Found new replica set %q", s.fresh.Name))
		return deadline
	case s.advanced(st):
		s.touch(st, reasonUpdated, name+" is progressing.")
		return deadline
	case was.Reason == reasonComplete:
		return 0 // it lost pods, and nothing rolls
	case was.Reason != reasonTimedOut && s.now.After(was.LastUpdateTime.Add(deadline)):
		s.set(st, apps.DeploymentProgressing, core.ConditionFalse, reasonTimedOut, name+" has timed out progressing.")
	case was.Reason != reasonTimedOut:
		return was.LastUpdateTime.Add(deadline).Sub(s.now) + time.Second
	}
	return 0
}

// name is whom the messages speak of.
func (s *state) name() string {
	if s.fresh == nil {
		return fmt.Sprintf("Deployment %q", s.d.Name)
	}
	return fmt.Sprintf("ReplicaSet %q", s.fresh.Name)
}

// deadline is how long a rollout may go without progress.
func (s *state) deadline() (time.Duration, bool) {
	n := s.d.Spec.ProgressDeadlineSeconds
	if n == nil {
		return 600 * time.Second, true
	}
	return time.Duration(*n) * time.Second, *n != math.MaxInt32
}

// complete tells whether all replicas are of the present template and
// available.
func (s *state) complete(st apps.DeploymentStatus) bool {
	want := s.wanted()
	return s.fresh != nil && st.UpdatedReplicas == want && st.Replicas == want && st.AvailableReplicas == want
}

// advanced tells whether the rollout is further than when it was last written
// down.
func (s *state) advanced(st *apps.DeploymentStatus) bool {
	was := s.d.Status
	return st.UpdatedReplicas > was.UpdatedReplicas || st.Replicas-st.UpdatedReplicas < was.Replicas-was.UpdatedReplicas ||
		st.ReadyReplicas > was.ReadyReplicas || st.AvailableReplicas > was.AvailableReplicas
}

// touch sets the Progressing condition to True with the time of now, which is
// what the deadline counts from.
func (s *state) touch(st *apps.DeploymentStatus, reason, message string) {
	next := apps.DeploymentCondition{Type: apps.DeploymentProgressing, Status: core.ConditionTrue, Reason: reason, Message: message,
		LastUpdateTime: meta.NewTime(s.now), LastTransitionTime: meta.NewTime(s.now)}
	if was := condition(st.Conditions, next.Type); was != nil && was.Status == next.Status {
		next.LastTransitionTime = was.LastTransitionTime
	}
	latest(st, next)
}

// set puts a condition into st unless it says the same already.
func (s *state) set(st *apps.DeploymentStatus, t apps.DeploymentConditionType, status core.ConditionStatus, reason, message string) {
	setCondition(st, t, status, reason, message, s.now)
}

func setCondition(st *apps.DeploymentStatus, t apps.DeploymentConditionType, status core.ConditionStatus, reason, message string, now time.Time) {
	next := apps.DeploymentCondition{Type: t, Status: status, Reason: reason, Message: message,
		LastUpdateTime: meta.NewTime(now), LastTransitionTime: meta.NewTime(now)}
	if was := condition(st.Conditions, t); was != nil {
		if was.Status == status && was.Reason == reason {
			return
		}
		if was.Status == status {
			next.LastTransitionTime = was.LastTransitionTime
		}
	}
	latest(st, next)
}

// latest puts a condition at the end, where readers look for what is new.
func latest(st *apps.DeploymentStatus, c apps.DeploymentCondition) {
	st.Conditions = append(slices.DeleteFunc(st.Conditions, func(o apps.DeploymentCondition) bool { return o.Type == c.Type }), c)
}

func condition(list []apps.DeploymentCondition, t apps.DeploymentConditionType) *apps.DeploymentCondition {
	for i := range list {
		if list[i].Type == t {
			return &list[i]
		}
	}
	return nil
}

// failed says in the status that the step could not be taken.
func (out *step) failed(_ *apps.Deployment, reason, message string, now time.Time) {
	setCondition(&out.status, apps.DeploymentProgressing, core.ConditionFalse, reason, message, now)
}
