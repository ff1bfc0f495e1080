package statefulset

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/revision"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func setOf(replicas int32) *apps.StatefulSet {
	set := &apps.StatefulSet{}
	set.Namespace, set.Name, set.UID, set.Generation = "default", "web", "set-uid", 1
	set.Spec.Replicas = &replicas
	set.Spec.ServiceName = "inner"
	set.Spec.Selector = &meta.LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	set.Spec.Template.Labels = map[string]string{"app": "web"}
	set.Spec.UpdateStrategy.Type = apps.RollingUpdateStatefulSetStrategyType
	return set
}

// world obeys: what the plan says happens, and pods become ready in time.
type world struct {
	t       *testing.T
	set     *apps.StatefulSet
	pods    map[int]*core.Pod
	current string
	update  string
	made    int
	log     []string
}

func newWorld(t *testing.T, set *apps.StatefulSet) *world {
	return &world{t: t, set: set, pods: map[int]*core.Pod{}, current: "r1", update: "r1"}
}

func (w *world) step(random *rand.Rand) (idle bool) {
	s := plan(&state{set: w.set, pods: w.pods, current: w.current, update: w.update, now: start.Add(time.Hour)})
	if w.set.Spec.PodManagementPolicy != apps.ParallelPodManagement && len(s.create)+len(s.delete) > 1 {
		w.t.Fatalf("an ordered set makes %v and deletes %d pods at once", s.create, len(s.delete))
	}
	for _, p := range s.delete {
		now := meta.NewTime(start)
		p.DeletionTimestamp = &now
		w.log = append(w.log, "-"+p.Name)
	}
	for _, m := range s.create {
		if w.pods[m.ordinal] != nil {
			w.t.Fatalf("two pods have the number %d", m.ordinal)
		}
		p := podFor(w.set, m.ordinal, &w.set.Spec.Template, m.revision)
		w.made++
		p.UID, p.Status.Phase = meta.UID(fmt.Sprint(w.made)), core.PodPending
		w.pods[m.ordinal] = p
		w.log = append(w.log, "+"+p.Name+"@"+m.revision)
	}
	w.set.Status = s.status
	w.current = s.status.CurrentRevision
	for n, p := range w.pods {
		switch {
		case random.IntN(2) == 0:
		case p.DeletionTimestamp != nil:
			delete(w.pods, n)
		case p.Status.Phase == core.PodPending:
			ready(p)
		}
	}
	return len(s.create)+len(s.delete) == 0
}

func ready(p *core.Pod) {
	p.Status.Phase = core.PodRunning
	p.Status.Conditions = []core.PodCondition{{Type: core.PodReady, Status: core.ConditionTrue, LastTransitionTime: meta.NewTime(start)}}
}

func (w *world) settle(random *rand.Rand) {
	w.t.Helper()
	for range 1000 {
		if w.step(random) && int(w.set.Status.AvailableReplicas) == wanted(w.set) && len(w.pods) == wanted(w.set) && !w.leaving() {
			w.step(random)
			return
		}
	}
	w.t.Fatalf("does not come to rest: %+v", w.set.Status)
}

// leaving tells whether a pod is on its way out.
func (w *world) leaving() bool {
	for _, p := range w.pods {
		if p.DeletionTimestamp != nil {
			return true
		}
	}
	return false
}

func (w *world) said(want ...string) {
	w.t.Helper()
	if !slices.Equal(w.log, want) {
		w.t.Errorf("it did %v, should have done %v", w.log, want)
	}
	w.log = nil
}

func TestUpAndDownInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	w := newWorld(t, setOf(3))
	w.settle(random)
	w.said("+web-0@r1", "+web-1@r1", "+web-2@r1")
	*w.set.Spec.Replicas = 1
	w.settle(random)
	w.said("-web-2", "-web-1")
	w.set.Spec.Ordinals = &apps.StatefulSetOrdinals{Start: 5}
	w.settle(random)
	w.said("+web-5@r1", "-web-0")
}

func TestHaltsOnAnUnhealthyPod(t *testing.T) {
	w := newWorld(t, setOf(3))
	w.pods[0] = podFor(w.set, 0, &w.set.Spec.Template, "r1")
	ready(w.pods[0])
	w.pods[0].Status.Conditions[0].Status = core.ConditionFalse
	s := plan(&state{set: w.set, pods: w.pods, current: "r1", update: "r1", now: start})
	if len(s.create)+len(s.delete) != 0 || s.status.Replicas != 1 || s.status.ReadyReplicas != 0 {
		t.Errorf("%+v", s)
	}
	w.set.Spec.PodManagementPolicy = apps.ParallelPodManagement
	if s := plan(&state{set: w.set, pods: w.pods, current: "r1", update: "r1", now: start}); len(s.create) != 2 {
		t.Errorf("a parallel set makes %v", s.create)
	}
}

func TestFailedPodsComeBack(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	w := newWorld(t, setOf(2))
	w.settle(random)
	w.log = nil
	w.pods[0].Status.Phase = core.PodFailed
	w.settle(random)
	w.said("-web-0", "+web-0@r1")
}

func TestUpdateInReverse(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 3))
	w := newWorld(t, setOf(3))
	w.settle(random)
	w.log, w.update = nil, "r2"
	w.settle(random)
	w.said("-web-2", "+web-2@r2", "-web-1", "+web-1@r2", "-web-0", "+web-0@r2")
	if st := w.set.Status; st.CurrentRevision != "r2" || st.UpdatedReplicas != 3 || st.CurrentReplicas != 3 {
		t.Errorf("status %+v", st)
	}
}

// TestPartition: numbers below it keep their template, also when their pods are
// deleted in the middle of an update.
func TestPartition(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 4))
	w := newWorld(t, setOf(3))
	w.settle(random)
	partition := int32(2)
	w.set.Spec.UpdateStrategy.RollingUpdate = &apps.RollingUpdateStatefulSetStrategy{Partition: &partition}
	w.log, w.update = nil, "r2"
	w.settle(random)
	w.said("-web-2", "+web-2@r2")
	delete(w.pods, 0)
	delete(w.pods, 2)
	w.settle(random)
	w.said("+web-0@r1", "+web-2@r2")
	if st := w.set.Status; st.CurrentRevision != "r1" || st.UpdateRevision != "r2" || st.CurrentReplicas != 2 || st.UpdatedReplicas != 1 {
		t.Errorf("status %+v", st)
	}
}

func TestOnDelete(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 5))
	w := newWorld(t, setOf(2))
	w.settle(random)
	w.set.Spec.UpdateStrategy = apps.StatefulSetUpdateStrategy{Type: apps.OnDeleteStatefulSetStrategyType}
	w.log, w.update = nil, "r2"
	w.settle(random)
	w.said()
	delete(w.pods, 1)
	w.settle(random)
	w.said("+web-1@r2")
}

// TestParallelConverges runs parallel sets of random sizes through changes.
func TestParallelConverges(t *testing.T) {
	for seed := range uint64(100) {
		random := rand.New(rand.NewPCG(seed, 6))
		w := newWorld(t, setOf(random.Int32N(10)))
		w.set.Spec.PodManagementPolicy = apps.ParallelPodManagement
		w.settle(random)
		w.update = "r2"
		*w.set.Spec.Replicas = random.Int32N(10)
		w.settle(random)
		for range 100 {
			w.step(random)
		}
		for n, p := range w.pods {
			if p.Labels[revision.Label] != "r2" {
				t.Fatalf("seed %d: pod %d is of %s", seed, n, p.Labels[revision.Label])
			}
		}
	}
}

func TestIdentity(t *testing.T) {
	set := setOf(3)
	claim := core.PersistentVolumeClaim{}
	claim.Name = "data"
	set.Spec.VolumeClaimTemplates = []core.PersistentVolumeClaim{claim}
	p := podFor(set, 2, &set.Spec.Template, "r1")
	if p.Name != "web-2" || p.Spec.Hostname != "web-2" || p.Spec.Subdomain != "inner" || p.Labels[labelPodName] != "web-2" || p.Labels[labelIndex] != "2" ||
		p.Spec.Volumes[0].PersistentVolumeClaim.ClaimName != "data-web-2" {
		t.Errorf("%+v", p)
	}
	if identify(set, p) {
		t.Error("a new pod lacks some of its identity")
	}
	delete(p.Labels, labelPodName)
	if !identify(set, p) || p.Labels[labelPodName] != "web-2" {
		t.Error("a pod does not get its label back")
	}
	for name, want := range map[string]int{"web-0": 0, "web-12": 12, "web-01": -1, "web-": -1, "web-x": -1, "other-1": -1, "web--1": -1} {
		if got := ordinal(set, name); got != want {
			t.Errorf("ordinal of %s is %d, want %d", name, got, want)
		}
	}
}

func TestClaimsGoWith(t *testing.T) {
	set := setOf(1)
	pod := func(n int) *core.Pod {
		p := podFor(set, n, &set.Spec.Template, "r1")
		p.UID = "pod-uid"
		return p
	}
	claim := &core.PersistentVolumeClaim{}
	claim.OwnerReferences = []meta.OwnerReference{{Kind: "Other", Name: "x", UID: "other"}}
	policy := &apps.StatefulSetPersistentVolumeClaimRetentionPolicy{}
	set.Spec.PersistentVolumeClaimRetentionPolicy = policy
	const keep, remove = apps.RetainPersistentVolumeClaimRetentionPolicyType, apps.DeletePersistentVolumeClaimRetentionPolicyType
	for _, c := range []struct {
		deleted, scaled apps.PersistentVolumeClaimRetentionPolicyType
		number          int
		want            string
	}{
		{keep, keep, 0, ""}, {keep, keep, 5, ""}, {remove, keep, 0, kind}, {remove, keep, 5, kind},
		{keep, remove, 0, ""}, {keep, remove, 5, "Pod"}, {remove, remove, 0, kind}, {remove, remove, 5, "Pod"},
	} {
		policy.WhenDeleted, policy.WhenScaled = c.deleted, c.scaled
		owners := claimOwners(set, claim, pod(c.number))
		got := ""
		if len(owners) == 2 {
			got = owners[1].Kind
		}
		if owners[0].Kind != "Other" || got != c.want {
			t.Errorf("%+v: owners %+v", c, owners)
		}
	}
}

// TestGoingPodsServe: a pod that is being deleted counts as ready until its
// kubelet says otherwise, but is of no revision any more, and those before it
// wait for its end.
func TestGoingPodsServe(t *testing.T) {
	w := newWorld(t, setOf(2))
	for n := range 2 {
		w.pods[n] = podFor(w.set, n, &w.set.Spec.Template, "r1")
		ready(w.pods[n])
	}
	now := meta.NewTime(start)
	w.pods[1].DeletionTimestamp = &now
	s := plan(&state{set: w.set, pods: w.pods, current: "r1", update: "r2", now: start.Add(time.Hour)})
	st := s.status
	if st.Replicas != 2 || st.ReadyReplicas != 2 || st.AvailableReplicas != 2 || st.CurrentReplicas != 1 || st.UpdatedReplicas != 0 || len(s.delete) != 0 {
		t.Errorf("deletes %d, status %+v", len(s.delete), st)
	}
}
