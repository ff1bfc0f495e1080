package daemonset

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/ownership"
	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/controller-manager/internal/revision"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// burst is the most pods that one step makes or deletes.
const burst = 250

// state is a daemon set, its pods, and the nodes that there are.
type state struct {
	ds    *apps.DaemonSet
	nodes []*core.Node
	pods  map[string][]*core.Pod // by the node that they are for
	hash  string                 // of the present template
	now   time.Time
	// ready says whether a node's failed pod may be replaced already, and when
	// not yet, after what time.
	ready func(node string) time.Duration
	// desired is how many nodes should have a pod.
	desired int
	// soon is when a pod becomes available by age alone; 0 for never.
	soon time.Duration
}

// step is what to do next for one daemon set.
type step struct {
	create []string // nodes that need a pod
	delete []*core.Pod
	ended  []*core.Pod // those of delete that ended by themselves
	status apps.DaemonSetStatus
	again  time.Duration // 0 for never
}

// nodeFor is the node that a pod is on or is to go to.
func nodeFor(p *core.Pod) string {
	if p.Spec.NodeName != "" {
		return p.Spec.NodeName
	}
	a := p.Spec.Affinity
	if a == nil || a.NodeAffinity == nil || a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return ""
	}
	for _, t := range a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms {
		for _, f := range t.MatchFields {
			if f.Key == "metadata.name" && f.Operator == core.NodeSelectorOpIn && len(f.Values) == 1 {
				return f.Values[0]
			}
		}
	}
	return ""
}

// runs tells whether a pod of ds should be on n, and whether one that is there
// may stay.
func runs(ds *apps.DaemonSet, n *core.Node) (should, may bool) {
	spec := &ds.Spec.Template.Spec
	if spec.NodeName != "" && spec.NodeName != n.Name || !spec.Wants(n) {
		return false, false
	}
	tolerations := slices.Concat(spec.Tolerations, tolerations(spec.HostNetwork))
	should, may = true, true
	for i := range n.Spec.Taints {
		t := &n.Spec.Taints[i]
		if t.Effect == core.TaintEffectPreferNoSchedule || t.Tolerated(tolerations) {
			continue
		}
		should = false
		if t.Effect == core.TaintEffectNoExecute {
			may = false
		}
	}
	return should, may
}

// tolerations are those that every daemon pod has: daemons run on nodes that
// are in trouble, and on those that take no other pods.
func tolerations(hostNetwork bool) []core.Toleration {
	out := []core.Toleration{
		{Key: core.TaintNodeNotReady, Operator: core.TolerationOpExists, Effect: core.TaintEffectNoExecute},
		{Key: core.TaintNodeUnreachable, Operator: core.TolerationOpExists, Effect: core.TaintEffectNoExecute},
		{Key: core.TaintNodeDiskPressure, Operator: core.TolerationOpExists, Effect: core.TaintEffectNoSchedule},
		{Key: core.TaintNodeMemoryPressure, Operator: core.TolerationOpExists, Effect: core.TaintEffectNoSchedule},
		{Key: core.TaintNodePIDPressure, Operator: core.TolerationOpExists, Effect: core.TaintEffectNoSchedule},
		{Key: core.TaintNodeUnschedulable, Operator: core.TolerationOpExists, Effect: core.TaintEffectNoSchedule},
	}
	if hostNetwork {
		out = append(out, core.Toleration{Key: core.TaintNodeNetworkUnavailable, Operator: core.TolerationOpExists, Effect: core.TaintEffectNoSchedule})
	}
	return out
}

// plan decides the next step.
func plan(s *state) step {
	var out step
	out.status = s.count()
	s.desired = int(out.status.DesiredNumberScheduled)
	if s.soon > 0 {
		out.later(s.soon)
	}
	if s.ds.DeletionTimestamp != nil {
		return out
	}
	known := map[string]bool{}
	for _, n := range s.nodes {
		known[n.Name] = true
		s.place(n, &out)
	}
	for node, pods := range s.pods {
		if node != "" && !known[node] {
			for _, p := range pods { // the node is gone and the pod has nowhere to go
				if p.Spec.NodeName == "" && p.DeletionTimestamp == nil {
					out.delete = append(out.delete, p)
				}
			}
		}
	}
	if len(out.create)+len(out.delete) == 0 && s.ds.Spec.UpdateStrategy.Type != apps.OnDeleteDaemonSetStrategyType {
		s.roll(&out)
	}
	slices.Sort(out.create)
	out.create = out.create[:min(len(out.create), burst)]
	out.delete = out.delete[:min(len(out.delete), burst)]
	return out
}

// place sees to it that there is one pod on a node that should have one, and
// none on a node that must not.
func (s *state) place(n *core.Node, out *step) {
	should, may := runs(s.ds, n)
	pods := s.pods[n.Name]
	if !may {
		for _, p := range pods {
			if p.DeletionTimestamp == nil {
				out.delete = append(out.delete, p)
			}
		}
		return
	}
	if len(pods) == 0 {
		if should {
			out.create = append(out.create, n.Name)
		}
		return
	}
	var alive []*core.Pod
	for _, p := range pods {
		switch {
		case p.DeletionTimestamp != nil:
		case podstate.Terminal(p):
			if wait := s.ready(n.Name); wait > 0 {
				out.later(wait)
				continue
			}
			out.delete, out.ended = append(out.delete, p), append(out.ended, p)
		default:
			alive = append(alive, p)
		}
	}
	slices.SortFunc(alive, older)
	if s.surge() == 0 || s.ds.Spec.UpdateStrategy.Type == apps.OnDeleteDaemonSetStrategyType {
		if len(alive) > 1 {
			out.delete = append(out.delete, alive[1:]...)
		}
		return
	}
	// While a new pod takes over there may be one of each.
	var fresh, old []*core.Pod
	for _, p := range alive {
		if s.fresh(p) {
			fresh = append(fresh, p)
		} else {
			old = append(old, p)
		}
	}
	for _, group := range [][]*core.Pod{fresh, old} {
		if len(group) > 1 {
			out.delete = append(out.delete, group[1:]...)
		}
	}
	if len(fresh) > 0 && len(old) > 0 && !podstate.Ready(old[0]) { // nobody would miss it
		out.delete = append(out.delete, old[0])
	}
}

func (out *step) later(wait time.Duration) {
	if out.again == 0 || wait < out.again {
		out.again = wait
	}
}

// older puts the pods of a node in order: those that have come to it before
// those that are on their way, then by age.
func older(a, b *core.Pod) int {
	if there := a.Spec.NodeName != ""; there != (b.Spec.NodeName != "") {
		if there {
			return -1
		}
		return 1
	}
	return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
}

// fresh tells whether a pod is of the present template.
func (s *state) fresh(p *core.Pod) bool { return p.Labels[revision.Label] == s.hash }

// count is the status.
func (s *state) count() apps.DaemonSetStatus {
	st := apps.DaemonSetStatus{ObservedGeneration: s.ds.Generation, CollisionCount: s.ds.Status.CollisionCount, Conditions: s.ds.Status.Conditions}
	for _, n := range s.nodes {
		should, _ := runs(s.ds, n)
		there := s.pods[n.Name]
		if !should {
			if len(there) > 0 {
				st.NumberMisscheduled++
			}
			continue
		}
		st.DesiredNumberScheduled++
		if len(there) == 0 {
			continue
		}
		st.CurrentNumberScheduled++
		p := slices.MinFunc(there, older) // speaks for the node: while another takes over, the one that goes
		if podstate.Ready(p) {
			st.NumberReady++
			if s.available(p) {
				st.NumberAvailable++
			}
		}
		if s.fresh(p) {
			st.UpdatedNumberScheduled++
		}
	}
	st.NumberUnavailable = st.DesiredNumberScheduled - st.NumberAvailable
	return st
}

func (s *state) available(p *core.Pod) bool {
	ok, wait := podstate.Available(p, time.Duration(s.ds.Spec.MinReadySeconds)*time.Second, s.now)
	if wait > 0 && (s.soon == 0 || wait < s.soon) {
		s.soon = wait
	}
	return ok
}

// surge is how many nodes may have two pods during a rolling update.
func (s *state) surge() int {
	r := s.ds.Spec.UpdateStrategy.RollingUpdate
	if r == nil || r.MaxSurge == nil {
		return 0
	}
	return r.MaxSurge.Of(s.desired, true)
}

// unavailable is how many nodes may be without an available pod during a
// rolling update; 1 when nothing else could move.
func (s *state) unavailable() int {
	n := 1
	if r := s.ds.Spec.UpdateStrategy.RollingUpdate; r != nil && r.MaxUnavailable != nil {
		n = r.MaxUnavailable.Of(s.desired, true)
	}
	if n == 0 && s.surge() == 0 {
		return 1
	}
	return n
}

// podFor is a new pod for a node.
func podFor(ds *apps.DaemonSet, node, hash string) *core.Pod {
	t := ds.Spec.Template.DeepCopy()
	p := &core.Pod{Spec: t.Spec}
	p.Namespace, p.GenerateName = ds.Namespace, ds.Name+"-"
	p.Labels, p.Annotations, p.Finalizers = maps.Clone(t.Labels), t.Annotations, t.Finalizers
	if p.Labels == nil {
		p.Labels = map[string]string{}
	}
	p.Labels[revision.Label] = hash
	if g := ds.Annotations["deprecated.daemonset.template.generation"]; g != "" {
		p.Labels["pod-template-generation"] = g
	}
	p.OwnerReferences = []meta.OwnerReference{ownership.Reference(ds)}
	for _, o := range tolerations(p.Spec.HostNetwork) {
		if !slices.Contains(p.Spec.Tolerations, o) {
			p.Spec.Tolerations = append(p.Spec.Tolerations, o)
		}
	}
	p.Spec.Affinity = onto(p.Spec.Affinity, node)
	return p
}

// onto is an affinity that only that node fulfils.
func onto(a *core.Affinity, node string) *core.Affinity {
	if a == nil {
		a = &core.Affinity{}
	}
	if a.NodeAffinity == nil {
		a.NodeAffinity = &core.NodeAffinity{}
	}
	a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution = &core.NodeSelector{NodeSelectorTerms: []core.NodeSelectorTerm{{
		MatchFields: []core.NodeSelectorRequirement{{Key: "metadata.name", Operator: core.NodeSelectorOpIn, Values: []string{node}}},
	}}}
	return a
}
