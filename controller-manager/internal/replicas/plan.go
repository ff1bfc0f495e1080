package replicas

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// burst is the most pods that one step makes or deletes; what is left over
// is the next step's.
const burst = 500

// step is what to do next for one set. Its parts are independent of
// each other: a crash after any of them leaves a state from which the next
// plan goes on.
type step struct {
	adopt   []*core.Pod // free pods that match, to be made ours
	release []*core.Pod // our pods that no longer match, to be let go
	create  int         // pods to make
	delete  []*core.Pod // pods to delete, in order
	status  Status
	again   time.Duration // when a replica becomes available by age alone; 0 for never
}

// plan decides the next step of a set. pods are those of its namespace that it
// controls or that match its selector and have no controller; relatives are
// the pods of the sets it shares an owner with; gone are the uids of pods whose
// deletion this process has asked for and the cache may not show yet: true if
// that was answered. Where it was not, the same pods are the first to be deleted,
// since another one could be one too many.
func plan(set Set, pods, relatives []*core.Pod, gone map[meta.UID]bool, now time.Time) step {
	m := set.Object.GetObjectMeta()
	var s step
	var replicas, doubtful []*core.Pod
	for _, p := range pods {
		owner := podstate.Controller(p)
		ours := owner != nil && owner.UID == m.UID
		fits := set.matches(p.Labels)
		switch {
		case !ours && owner != nil, !ours && !fits:
			continue
		case ours && !fits:
			if p.DeletionTimestamp == nil && m.DeletionTimestamp == nil {
				s.release = append(s.release, p)
			}
			continue
		}
		if !podstate.Active(p) || gone[p.UID] {
			continue
		}
		if !ours {
			if m.DeletionTimestamp != nil {
				continue
			}
			s.adopt = append(s.adopt, p)
		}
		if _, asked := gone[p.UID]; asked {
			doubtful = append(doubtful, p)
		}
		replicas = append(replicas, p)
	}
	if m.DeletionTimestamp == nil {
		switch diff := set.Replicas - len(replicas); {
		case diff > 0:
			s.create = min(diff, burst)
		case diff < 0:
			s.delete = firstToGo(replicas, doubtful, relatives, min(-diff, burst), now)
		}
	}
	s.status, s.again = statusOf(set, replicas, now)
	return s
}

// statusOf counts replicas. The conditions are left as they are: only the
// step's outcome can change them.
func statusOf(set Set, replicas []*core.Pod, now time.Time) (Status, time.Duration) {
	st := Status{
		Replicas:           int32(len(replicas)),
		ObservedGeneration: set.Object.GetObjectMeta().Generation,
		Conditions:         set.Status.Conditions,
	}
	var again time.Duration
	template := selector.FromMap(set.Template.Labels)
	for _, p := range replicas {
		if !template.Empty() && template.Matches(p.Labels) {
			st.FullyLabeled++
		}
		if podstate.Ready(p) {
			st.Ready++
		}
		ok, wait := podstate.Available(p, set.MinReady, now)
		if ok {
			st.Available++
		}
		if wait > 0 && (again == 0 || wait < again) {
			again = wait
		}
	}
	return st, again
}

// firstToGo picks n replicas to delete: the doubtful ones and then as FirstToGo.
func firstToGo(replicas, doubtful, relatives []*core.Pod, n int, now time.Time) []*core.Pod {
	if len(doubtful) == 0 {
		return FirstToGo(replicas, relatives, n, now)
	}
	again := FirstToGo(doubtful, relatives, min(n, len(doubtful)), now)
	rest := slices.DeleteFunc(slices.Clone(replicas), func(p *core.Pod) bool { return slices.Contains(doubtful, p) })
	return append(again, FirstToGo(rest, relatives, n-len(again), now)...)
}

// FirstToGo picks the n replicas whose loss hurts least. Their relatives count
// where nodes are compared by how crowded they are.
func FirstToGo(replicas, relatives []*core.Pod, n int, now time.Time) []*core.Pod {
	onNode := map[string]int{}
	for _, p := range slices.Concat(replicas, relatives) {
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

// podFor is a new pod from the set's template.
func podFor(set Set, owner meta.OwnerReference) *core.Pod {
	m := set.Object.GetObjectMeta()
	t := set.Template.DeepCopy()
	p := &core.Pod{Spec: t.Spec}
	p.Namespace, p.GenerateName = m.Namespace, m.Name+"-"
	p.Labels, p.Annotations, p.Finalizers = t.Labels, t.Annotations, t.Finalizers
	p.OwnerReferences = []meta.OwnerReference{owner}
	return p
}

// failure says which kind of action failed, for the ReplicaFailure condition.
type failure struct{ reason, message string }

// conditionsAfter is old with the ReplicaFailure condition as f says: set
// when an action failed, taken away when none did.
func conditionsAfter(old []Condition, f failure, now time.Time) []Condition {
	var out []Condition
	for _, o := range old {
		if o.Type != replicaFailure {
			out = append(out, o)
		} else if f.reason == o.Reason && o.Status == core.ConditionTrue {
			return old
		}
	}
	if f.reason != "" {
		out = append(out, Condition{
			Type: replicaFailure, Status: core.ConditionTrue,
			LastTransitionTime: meta.NewTime(now), Reason: f.reason, Message: f.message,
		})
	}
	return out
}
