package deployment

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func deploymentOf(replicas int32, surge, unavailable string) *apps.Deployment {
	d := &apps.Deployment{}
	d.Namespace, d.Name, d.UID, d.Generation = "default", "web", "d-uid", 1
	d.Spec.Replicas = &replicas
	d.Spec.Selector = &meta.LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	d.Spec.Strategy.Type = apps.RollingUpdateDeploymentStrategyType
	d.Spec.Strategy.RollingUpdate = &apps.RollingUpdateDeployment{MaxSurge: number(surge), MaxUnavailable: number(unavailable)}
	setImage(d, "web:1")
	return d
}

func number(s string) *meta.IntOrString {
	x := meta.FromString(s)
	if n, err := strconv.Atoi(s); err == nil {
		x = meta.FromInt(int32(n))
	}
	return &x
}

func setImage(d *apps.Deployment, image string) {
	d.Generation++
	d.Spec.Template.Labels = map[string]string{"app": "web"}
	d.Spec.Template.Spec.Containers = []core.Container{{Name: "web", Image: image}}
}

// world obeys: what the plan says happens, and pods become available in time.
type world struct {
	t    *testing.T
	d    *apps.Deployment
	sets map[string]*apps.ReplicaSet
	now  time.Time
	// ending is how many pods of each replica set have not ended yet.
	ending map[string]int32
}

func newWorld(t *testing.T, d *apps.Deployment) *world {
	return &world{t: t, d: d, sets: map[string]*apps.ReplicaSet{}, ending: map[string]int32{}, now: start}
}

func (w *world) list() []*apps.ReplicaSet { return slices.Collect(maps.Values(w.sets)) }

func (w *world) plan() step {
	return plan(newState(w.d, w.list(), func(rs *apps.ReplicaSet) bool { return rs.Status.Replicas+w.ending[rs.Name] > 0 }, w.now))
}

// step takes one step of the controller; a crash comes after n writes.
func (w *world) step(n int) (idle bool) {
	s := w.plan()
	writes := 0
	do := func(f func()) {
		if writes++; writes <= n {
			f()
		}
	}
	if s.create != nil {
		do(func() {
			rs := s.create
			rs.UID, rs.CreationTimestamp, rs.Generation = meta.UID(rs.Name), meta.NewTime(w.now), 1
			if w.sets[rs.Name] != nil {
				w.t.Fatalf("a replica set is made twice: %s", rs.Name)
			}
			w.sets[rs.Name] = rs
		})
	}
	for _, c := range s.change {
		do(func() { c.set.Generation++; w.sets[c.set.Name] = c.set })
	}
	for _, rs := range s.remove {
		do(func() { delete(w.sets, rs.Name) })
	}
	if s.revision != "" && w.d.Annotations[AnnotationRevision] != s.revision {
		do(func() {
			w.d.Annotations = map[string]string{AnnotationRevision: s.revision}
		})
	}
	same := fmt.Sprintf("%+v", w.d.Status) == fmt.Sprintf("%+v", s.status)
	if !same {
		do(func() { w.d.Status = s.status })
	}
	return writes == 0
}

// pods lets some pods of every replica set come and go.
func (w *world) pods(random *rand.Rand) {
	for _, rs := range w.sets {
		st, want := &rs.Status, replicasOf(rs)
		st.ObservedGeneration = rs.Generation
		if st.Replicas > want {
			st.Replicas = want
			st.AvailableReplicas = min(st.AvailableReplicas, want)
		}
		st.Replicas = want
		if st.AvailableReplicas < want {
			st.AvailableReplicas += random.Int32N(want - st.AvailableReplicas + 1)
		}
		st.ReadyReplicas = st.AvailableReplicas
	}
	w.now = w.now.Add(time.Second)
}

// settle runs until nothing is left to do and every replica is there.
func (w *world) settle(random *rand.Rand, check func()) {
	w.t.Helper()
	for range 2000 {
		idle := w.step(random.IntN(5))
		if check != nil {
			check()
		}
		if idle && w.whole() {
			return
		}
		w.pods(random)
	}
	w.t.Fatalf("does not come to rest: %+v", w.d.Status)
}

func (w *world) whole() bool {
	s := newState(w.d, w.list(), nil, w.now)
	return s.complete(s.counts()) && len(active(s.old)) == 0
}

// TestRolloutsKeepTheBounds rolls deployments of every size from template to
// template, rescaled and crashed on the way, and asks that there are never too
// many replicas nor too few available ones.
func TestRolloutsKeepTheBounds(t *testing.T) {
	bounds := []string{"0", "1", "3", "25%", "50%", "100%"}
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 2))
		d := deploymentOf(1+random.Int32N(20), bounds[random.IntN(6)], bounds[random.IntN(6)])
		w := newWorld(t, d)
		w.settle(random, nil)
		for version := range 3 {
			setImage(d, fmt.Sprintf("web:%d", version+2))
			w.settle(random, func() {
				s := newState(d, w.list(), nil, w.now)
				if n := sum(s.all(), replicasOf); n > s.wanted()+s.maxSurge() {
					t.Fatalf("seed %d: %d replicas, at most %d+%d allowed", seed, n, s.wanted(), s.maxSurge())
				}
				promised := sum(s.all(), func(rs *apps.ReplicaSet) int32 { return min(available(rs), replicasOf(rs)) })
				if promised < s.wanted()-s.maxUnavailable() {
					t.Fatalf("seed %d: %d available, %d-%d needed", seed, promised, s.wanted(), s.maxUnavailable())
				}
			})
		}
		n := random.Int32N(20)
		d.Spec.Replicas = &n
		d.Generation++
		setImage(d, "web:last")
		w.settle(random, nil)
		if c := condition(d.Status.Conditions, apps.DeploymentProgressing); c == nil || c.Reason != reasonComplete {
			t.Fatalf("seed %d: at rest with conditions %+v", seed, d.Status.Conditions)
		}
	}
}

func TestRecreateNeverRunsTwoRevisions(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 3))
		d := deploymentOf(4, "0", "0")
		d.Spec.Strategy = apps.DeploymentStrategy{Type: apps.RecreateDeploymentStrategyType}
		w := newWorld(t, d)
		w.settle(random, nil)
		setImage(d, "web:2")
		w.settle(random, func() {
			if n := len(active(w.list())); n > 1 {
				t.Fatalf("seed %d: %d revisions run", seed, n)
			}
		})
	}
}

// TestUndo goes back to an earlier template: its replica set is used again,
// as the newest revision, and remembers which it was.
func TestUndo(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 4))
	d := deploymentOf(2, "1", "0")
	w := newWorld(t, d)
	w.settle(random, nil)
	first := w.plan()
	setImage(d, "web:2")
	w.settle(random, nil)
	setImage(d, "web:1")
	w.settle(random, nil)
	if len(w.sets) != 2 || d.Annotations[AnnotationRevision] != "3" || first.revision != "1" {
		t.Fatalf("%d replica sets, revision %s", len(w.sets), d.Annotations[AnnotationRevision])
	}
	for _, rs := range w.sets {
		switch rs.Spec.Template.Spec.Containers[0].Image {
		case "web:1":
			if rs.Annotations[AnnotationRevision] != "3" || rs.Annotations[AnnotationHistory] != "1" {
				t.Errorf("annotations of the first revision: %v", rs.Annotations)
			}
		case "web:2":
			if rs.Annotations[AnnotationRevision] != "2" {
				t.Errorf("annotations of the second revision: %v", rs.Annotations)
			}
		}
	}
}

func TestHistoryIsLimited(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 5))
	d, limit := deploymentOf(1, "1", "0"), int32(2)
	d.Spec.RevisionHistoryLimit = &limit
	w := newWorld(t, d)
	for i := range 6 {
		setImage(d, fmt.Sprintf("web:%d", i))
		w.settle(random, nil)
	}
	var kept []int64
	for _, rs := range w.sets {
		kept = append(kept, revisionOf(rs))
	}
	slices.Sort(kept)
	if !slices.Equal(kept, []int64{4, 5, 6}) {
		t.Errorf("revisions kept: %v", kept)
	}
}

// TestProportionalScaling is the example that users are given: 10 replicas
// with a surge of 3 and 2 that may be missing, stuck at 8 old and 5 new, are
// scaled to 15.
func TestProportionalScaling(t *testing.T) {
	d := deploymentOf(10, "3", "2")
	w := newWorld(t, d)
	random := rand.New(rand.NewPCG(1, 6))
	w.settle(random, nil)
	setImage(d, "web:broken")
	for range 10 { // the new pods never become available
		w.step(9)
		for _, rs := range w.sets {
			rs.Status.Replicas, rs.Status.ObservedGeneration = replicasOf(rs), rs.Generation
			rs.Status.AvailableReplicas = min(rs.Status.AvailableReplicas, replicasOf(rs))
		}
	}
	s := newState(d, w.list(), nil, w.now)
	if replicasOf(s.fresh) != 5 || replicasOf(s.old[0]) != 8 {
		t.Fatalf("stuck at %d old and %d new", replicasOf(s.old[0]), replicasOf(s.fresh))
	}
	n := int32(15)
	d.Spec.Replicas = &n
	w.step(9)
	s = newState(d, w.list(), nil, w.now)
	if replicasOf(s.fresh) != 7 || replicasOf(s.old[0]) != 11 {
		t.Errorf("scaled to %d old and %d new, want 11 and 7", replicasOf(s.old[0]), replicasOf(s.fresh))
	}
}

func TestDeadline(t *testing.T) {
	d, seconds := deploymentOf(1, "1", "0"), int32(60)
	d.Spec.ProgressDeadlineSeconds = &seconds
	w := newWorld(t, d)
	for range 5 {
		w.step(9)
	}
	s := w.plan()
	if c := condition(s.status.Conditions, apps.DeploymentProgressing); c.Status != core.ConditionTrue || s.again <= 0 || s.again > 62*time.Second {
		t.Fatalf("%+v, again in %v", c, s.again)
	}
	w.now = w.now.Add(2 * time.Minute)
	c := condition(w.plan().status.Conditions, apps.DeploymentProgressing)
	if c.Status != core.ConditionFalse || c.Reason != reasonTimedOut || c.Message != fmt.Sprintf("ReplicaSet %q has timed out progressing.", w.list()[0].Name) {
		t.Errorf("%+v", c)
	}
}

func TestPause(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 7))
	d := deploymentOf(4, "1", "0")
	w := newWorld(t, d)
	w.settle(random, nil)
	d.Spec.Paused = true
	setImage(d, "web:2")
	for range 5 {
		w.step(9)
		w.pods(random)
	}
	if len(w.sets) != 1 {
		t.Fatalf("a paused deployment made a replica set")
	}
	if c := condition(d.Status.Conditions, apps.DeploymentProgressing); c.Reason != reasonPaused {
		t.Errorf("%+v", c)
	}
	n := int32(6)
	d.Spec.Replicas = &n
	w.step(9)
	if got := replicasOf(w.list()[0]); got != 6 {
		t.Errorf("a paused deployment scales to %d, want 6", got)
	}
	d.Spec.Paused = false
	w.settle(random, nil)
}

// TestStaleStatusSparesNoMore: a replica set that is still to shrink counts with
// what will be left of it, whatever its status says of before.
func TestStaleStatusSparesNoMore(t *testing.T) {
	d := deploymentOf(3, "1", "1")
	set := func(replicas, available int32) *apps.ReplicaSet {
		rs := &apps.ReplicaSet{}
		rs.Spec.Replicas, rs.Status.Replicas, rs.Status.AvailableReplicas = &replicas, available, available
		return rs
	}
	s := &state{d: d, fresh: set(2, 1), old: []*apps.ReplicaSet{set(2, 3)}}
	var out step
	s.shrink(&out)
	if len(out.change) != 1 || replicasOf(out.change[0].set) != 1 {
		t.Errorf("the old set goes to %+v, want 1", out.change)
	}
}

// What changed last stands last: that is where people and programs look.
func TestChangedConditionsMoveToTheEnd(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	st := &apps.DeploymentStatus{}
	expect := func(want ...apps.DeploymentConditionType) {
		t.Helper()
		for i, c := range st.Conditions {
			if len(want) != len(st.Conditions) || c.Type != want[i] {
				t.Fatalf("%v, want %v", st.Conditions, want)
			}
		}
	}
	setCondition(st, apps.DeploymentAvailable, core.ConditionTrue, "a", "", now)
	setCondition(st, apps.DeploymentProgressing, core.ConditionTrue, "b", "", now)
	expect(apps.DeploymentAvailable, apps.DeploymentProgressing)
	setCondition(st, apps.DeploymentAvailable, core.ConditionTrue, "a", "", now)
	expect(apps.DeploymentAvailable, apps.DeploymentProgressing)
	setCondition(st, apps.DeploymentAvailable, core.ConditionFalse, "c", "", now)
	expect(apps.DeploymentProgressing, apps.DeploymentAvailable)
	s := &state{now: now.Add(time.Minute)}
	s.touch(st, "b", "again")
	expect(apps.DeploymentAvailable, apps.DeploymentProgressing)
	if c := condition(st.Conditions, apps.DeploymentProgressing); !c.LastTransitionTime.Time.Equal(now) || !c.LastUpdateTime.Time.Equal(s.now) {
		t.Errorf("%+v: want it updated and not in transition", c)
	}
}
