package replicationcontroller

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// What owner references call a ReplicationController.
const (
	apiVersion = "v1"
	kind       = "ReplicationController"
)

// burst is the most pods that one step makes or deletes; what is left over
// is the next step's.
const burst = 500

// step is what to do next for one controller. Its parts are independent of
// each other: a crash after any of them leaves a state from which the next
// plan goes on.
type step struct {
	adopt   []*core.Pod // free pods that match, to be made ours
	release []*core.Pod // our pods that no longer match, to be let go
	create  int         // pods to make
	delete  []*core.Pod // pods to delete, in order
	status  core.ReplicationControllerStatus
	again   time.Duration // when a replica becomes available by age alone; 0 for never
}

// plan decides the next step of rc. pods are those of its namespace that it
// controls or that match its selector and have no controller; gone are the
// uids of pods whose deletion this process has asked for and the cache may
// not show yet.
func plan(rc *core.ReplicationController, pods []*core.Pod, gone map[meta.UID]bool, now time.Time) step {
	var s step
	var replicas []*core.Pod
	for _, p := range pods {
		owner := podstate.Controller(p)
		ours := owner != nil && owner.UID == rc.UID
		fits := matches(rc.Spec.Selector, p.Labels)
		switch {
		case !ours && owner != nil, !ours && !fits:
			continue
		case ours && !fits:
			if p.DeletionTimestamp == nil && rc.DeletionTimestamp == nil {
				s.release = append(s.release, p)
			}
			continue
		}
		if !podstate.Active(p) || gone[p.UID] {
			continue
		}
		if !ours {
			if rc.DeletionTimestamp != nil {
				continue
			}
			s.adopt = append(s.adopt, p)
		}
		replicas = append(replicas, p)
	}
	if rc.DeletionTimestamp == nil {
		want := wanted(rc)
		switch diff := want - len(replicas); {
		case diff > 0:
			s.create = min(diff, burst)
		case diff < 0:
			s.delete = firstToGo(replicas, min(-diff, burst), now)
		}
	}
	s.status, s.again = statusOf(rc, replicas, now)
	return s
}

// wanted is the number of replicas asked for; one when the field is absent.
func wanted(rc *core.ReplicationController) int {
	if rc.Spec.Replicas == nil {
		return 1
	}
	return int(*rc.Spec.Replicas)
}

// matches tells whether labels carry every pair of a non-empty selector.
func matches(selector, labels map[string]string) bool {
	for k, v := range selector {
		if got, ok := labels[k]; !ok || got != v {
			return false
		}
	}
	return len(selector) > 0
}

// statusOf counts replicas. The conditions are left as they are: only the
// step's outcome can change them.
func statusOf(rc *core.ReplicationController, replicas []*core.Pod, now time.Time) (core.ReplicationControllerStatus, time.Duration) {
	st := core.ReplicationControllerStatus{
		Replicas:           int32(len(replicas)),
		ObservedGeneration: rc.Generation,
		Conditions:         rc.Status.Conditions,
	}
	var again time.Duration
	minReady := time.Duration(rc.Spec.MinReadySeconds) * time.Second
	for _, p := range replicas {
		if rc.Spec.Template != nil && len(rc.Spec.Template.Labels) > 0 && matches(rc.Spec.Template.Labels, p.Labels) {
			st.FullyLabeledReplicas++
		}
		if podstate.Ready(p) {
			st.ReadyReplicas++
		}
		ok, wait := podstate.Available(p, minReady, now)
		if ok {
			st.AvailableReplicas++
		}
		if wait > 0 && (again == 0 || wait < again) {
			again = wait
		}
	}
	return st, again
}

// firstToGo picks the n replicas whose loss hurts least.
func firstToGo(replicas []*core.Pod, n int, now time.Time) []*core.Pod {
	onNode := map[string]int{}
	for _, p := range replicas {
		if p.Spec.NodeName != "" {
			onNode[p.Spec.NodeName]++
		}
	}
	order := slices.Clone(replicas)
	slices.SortStableFunc(order, func(a, b *core.Pod) int { return compareForDeletion(a, b, onNode, now) })
	return order[:n]
}

// compareForDeletion is negative when a should go before b: unassigned before
// assigned, pending before running, not ready before ready, cheap before
// dear, crowded nodes first, then the younger, the more often restarted.
func compareForDeletion(a, b *core.Pod, onNode map[string]int, now time.Time) int {
	if c := compareBool(a.Spec.NodeName == "", b.Spec.NodeName == ""); c != 0 {
		return c
	}
	if c := cmp.Compare(phaseRank(a), phaseRank(b)); c != 0 {
		return c
	}
	if c := compareBool(!podstate.Ready(a), !podstate.Ready(b)); c != 0 {
		return c
	}
	if c := cmp.Compare(costOf(a), costOf(b)); c != 0 {
		return c
	}
	if c := cmp.Compare(onNode[b.Spec.NodeName], onNode[a.Spec.NodeName]); c != 0 {
		return c
	}
	if c := compareYounger(podstate.ReadySince(a), podstate.ReadySince(b), now); c != 0 {
		return c
	}
	if c := cmp.Compare(podstate.Restarts(b), podstate.Restarts(a)); c != 0 {
		return c
	}
	if c := compareYounger(a.CreationTimestamp.Time, b.CreationTimestamp.Time, now); c != 0 {
		return c
	}
	return cmp.Compare(a.UID, b.UID)
}

// compareBool puts true first.
func compareBool(a, b bool) int {
	switch {
	case a && !b:
		return -1
	case b && !a:
		return 1
	}
	return 0
}

func phaseRank(p *core.Pod) int {
	switch p.Status.Phase {
	case core.PodRunning:
		return 2
	case core.PodUnknown:
		return 1
	}
	return 0
}

func costOf(p *core.Pod) int32 {
	n, err := strconv.ParseInt(p.Annotations[core.AnnotationPodDeletionCost], 10, 32)
	if err != nil {
		return 0
	}
	return int32(n)
}

// compareYounger puts the younger first, by age in powers of two: among pods
// of about the same age the choice stays even, so that not all the newest go
// at once. An unknown time is youngest.
func compareYounger(a, b, now time.Time) int {
	return cmp.Compare(ageClass(a, now), ageClass(b, now))
}

func ageClass(t, now time.Time) int {
	if t.IsZero() {
		return -1
	}
	n := 0
	for age := now.Sub(t) / time.Second; age > 0; age >>= 1 {
		n++
	}
	return n
}

// podFor is a new pod from rc's template.
func podFor(rc *core.ReplicationController) *core.Pod {
	p := &core.Pod{}
	p.Namespace, p.GenerateName = rc.Namespace, rc.Name+"-"
	if t := rc.Spec.Template; t != nil {
		t = t.DeepCopy()
		p.Labels, p.Annotations, p.Finalizers, p.Spec = t.Labels, t.Annotations, t.Finalizers, t.Spec
	}
	p.OwnerReferences = []meta.OwnerReference{ownerReference(rc)}
	return p
}

// ownerReference names rc as the controller of a pod.
func ownerReference(rc *core.ReplicationController) meta.OwnerReference {
	yes := true
	return meta.OwnerReference{APIVersion: apiVersion, Kind: kind, Name: rc.Name, UID: rc.UID, Controller: &yes, BlockOwnerDeletion: &yes}
}

// failure says which kind of action failed, for the ReplicaFailure condition.
type failure struct{ reason, message string }

// conditionsAfter is old with the ReplicaFailure condition as f says: set
// when an action failed, taken away when none did.
func conditionsAfter(old []core.ReplicationControllerCondition, f failure, now time.Time) []core.ReplicationControllerCondition {
	var out []core.ReplicationControllerCondition
	for _, o := range old {
		if o.Type != core.ReplicationControllerReplicaFailure {
			out = append(out, o)
		} else if f.reason == o.Reason && o.Status == core.ConditionTrue {
			return old
		}
	}
	if f.reason != "" {
		out = append(out, core.ReplicationControllerCondition{
			Type: core.ReplicationControllerReplicaFailure, Status: core.ConditionTrue,
			LastTransitionTime: meta.NewTime(now), Reason: f.reason, Message: f.message,
		})
	}
	return out
}
