package garbagecollector

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pilothouse/pilothouse/controller-manager/internal/catalog"
	"github.com/pilothouse/pilothouse/proto/meta"
)

var pods = catalog.Resource{Path: "/api/v1", Version: "v1", Name: "pods", Kind: "Pod", Namespaced: true}

// object1 is an object owned by owners; those with a leading "!" block.
func object1(uid string, owners ...string) *item {
	i := &item{uid: meta.UID(uid), resource: &pods, namespace: "default", name: uid}
	yes := true
	for _, o := range owners {
		r := meta.OwnerReference{APIVersion: "v1", Kind: "Pod", Name: o, UID: meta.UID(o)}
		if o[0] == '!' {
			r.Name, r.UID, r.BlockOwnerDeletion = o[1:], meta.UID(o[1:]), &yes
		}
		i.owners = append(i.owners, r)
	}
	return i
}

func with(i *item, f func(*item)) *item { f(i); return i }
func foreground(i *item)                { i.deleting, i.foreground = true, true }
func orphaning(i *item)                 { i.deleting, i.orphan = true, true }

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		name       string
		item       *item
		owners     []ownerState
		dependents []*item
		want       step
	}{
		{name: "no owners", item: object1("a")},
		{name: "a living owner", item: object1("a", "o"), owners: []ownerState{alive}},
		{name: "its owner is gone", item: object1("a", "o"), owners: []ownerState{absent}, want: step{action: remove, policy: meta.DeletePropagationBackground}},
		{name: "one of two owners is gone", item: object1("a", "o", "p"), owners: []ownerState{absent, alive}, want: step{action: removeOwners, owners: []meta.UID{"o"}}},
		{name: "one owner waits, one lives", item: object1("a", "o", "p"), owners: []ownerState{waiting, alive}, want: step{action: removeOwners, owners: []meta.UID{"o"}}},
		{name: "its owner waits for it", item: object1("a", "o"), owners: []ownerState{waiting}, want: step{action: remove, policy: meta.DeletePropagationBackground}},
		{name: "its owner waits for it and its own", item: object1("a", "o"), owners: []ownerState{waiting}, dependents: []*item{object1("b", "!a")}, want: step{action: remove, policy: meta.DeletePropagationForeground}},
		{name: "it is going already", item: with(object1("a", "o"), func(i *item) { i.deleting = true }), owners: []ownerState{absent}},
		{name: "it waits for a dependent", item: with(object1("a"), foreground), dependents: []*item{object1("b", "!a")}},
		{name: "its dependents do not block it", item: with(object1("a"), foreground), dependents: []*item{object1("b", "a")}, want: step{action: dropForeground}},
		{name: "its dependents are gone", item: with(object1("a"), foreground), want: step{action: dropForeground}},
		{name: "two wait for each other", item: with(object1("a", "!b"), foreground), owners: []ownerState{waiting}, dependents: []*item{with(object1("b", "!a"), foreground)}, want: step{action: dropForeground}},
		{name: "three wait for each other", item: with(object1("a", "!c"), foreground), owners: []ownerState{waiting},
			dependents: []*item{with(object1("b", "!a"), foreground), with(object1("c", "!b"), foreground)}, want: step{action: dropForeground}},
		{name: "one of three does not wait yet", item: with(object1("a", "!c"), foreground), owners: []ownerState{alive},
			dependents: []*item{with(object1("b", "!a"), foreground), object1("c", "!b")}},
		{name: "a ring of others holds it back", item: with(object1("a", "o"), foreground), owners: []ownerState{alive},
			dependents: []*item{with(object1("b", "!a", "!c"), foreground), with(object1("c", "!b"), foreground)}},
		{name: "it leaves orphans", item: with(object1("a"), orphaning), dependents: []*item{object1("b", "!a")}, want: step{action: orphanDependents}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGraph()
			for _, i := range append(c.dependents, c.item) {
				g.put(i)
			}
			got := plan(c.item, c.owners, g.dependentsOf)
			if got.action != c.want.action || got.policy != c.want.policy || !slices.Equal(got.owners, c.want.owners) {
				t.Errorf("plan = %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestReferencesNameOneNamespace(t *testing.T) {
	owner, r := object1("o"), object1("a", "o").owners[0]
	if !owner.is(&r, "default") {
		t.Error("an owner in the same namespace is refused")
	}
	if owner.is(&r, "elsewhere") {
		t.Error("an owner in another namespace is accepted")
	}
}

// TestOtherResourcesStay: what one resource has is not what all of its group
// and version have.
func TestOtherResourcesStay(t *testing.T) {
	g := newGraph()
	g.put(object1("a"))
	other := with(object1("b"), func(i *item) {
		i.resource = &catalog.Resource{Path: pods.Path, Version: "v1", Name: "secrets", Kind: "Secret", Namespaced: true}
	})
	g.put(other)
	if of := g.of(pods); len(of) != 1 || !of["a"] {
		t.Errorf("the pods are %v", of)
	}
}

func TestGraphWakesThoseWhoseTurnItIs(t *testing.T) {
	g := newGraph()
	woken := func(uids []meta.UID) string {
		slices.Sort(uids)
		return fmt.Sprint(slices.Compact(uids))
	}
	g.put(object1("o"))
	if got := woken(g.put(object1("a", "!o"))); got != "[a]" {
		t.Errorf("a new dependent wakes %s", got)
	}
	if got := g.put(object1("a", "!o")); got != nil {
		t.Errorf("no change wakes %v", got)
	}
	if got := woken(g.put(with(object1("o"), foreground))); got != "[a o]" {
		t.Errorf("an owner that waits wakes %s", got)
	}
	if got := woken(g.drop("a")); got != "[o]" {
		t.Errorf("a dependent that is gone wakes %s", got)
	}
	g.put(object1("b", "o"))
	if got := woken(g.drop("o")); got != "[b]" {
		t.Errorf("an owner that is gone wakes %s", got)
	}
	if n := len(g.dependentsOf("o")); n != 1 {
		t.Errorf("%d dependents of an owner that is gone, want 1", n)
	}
	g.drop("b")
	if len(g.items)+len(g.dependents) != 0 {
		t.Errorf("an empty graph holds %v and %v", g.items, g.dependents)
	}
}

// TestConverges deletes objects of a random forest in random ways and runs
// the collector to rest: nothing may be left whose owners are all gone, unless
// it was orphaned, and nothing with a living owner or none may have gone.
func TestConverges(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 4))
		w := &world{graph: newGraph(), random: random}
		for n := range 25 {
			var owners []string
			for range random.IntN(3) {
				if n > 0 {
					owner := fmt.Sprint(random.IntN(n))
					if random.IntN(2) == 0 {
						owner = "!" + owner
					}
					if !slices.Contains(owners, owner) {
						owners = append(owners, owner)
					}
				}
			}
			w.graph.put(object1(fmt.Sprint(n), owners...))
		}
		for range 4 {
			w.remove(meta.UID(fmt.Sprint(random.IntN(25))), []meta.DeletionPropagation{
				meta.DeletePropagationBackground, meta.DeletePropagationForeground, meta.DeletePropagationOrphan}[random.IntN(3)])
			w.rest(t, seed)
		}
		for uid, i := range w.graph.items {
			if i.deleting {
				t.Fatalf("seed %d: %s waits for ever", seed, uid)
			}
			for _, r := range i.owners {
				if w.graph.items[r.UID] == nil {
					t.Fatalf("seed %d: %s is left with owner %s, which is gone", seed, uid, r.UID)
				}
			}
		}
		for uid := range w.collected {
			if w.collected[uid] {
				t.Fatalf("seed %d: %s was collected though it had a living owner or none", seed, uid)
			}
		}
	}
}

// world is an API server that obeys.
type world struct {
	graph     *graph
	random    *rand.Rand
	collected map[meta.UID]bool // true when it should not have been
}

func (w *world) remove(uid meta.UID, policy meta.DeletionPropagation) {
	i := w.graph.get(uid)
	if i == nil || i.deleting {
		return
	}
	c := *i
	switch c.deleting = true; policy {
	case meta.DeletePropagationForeground:
		c.foreground = true
	case meta.DeletePropagationOrphan:
		c.orphan = true
	default:
		w.graph.drop(uid)
		return
	}
	w.graph.put(&c)
}

// rest syncs objects in random order until nothing has anything to do.
func (w *world) rest(t *testing.T, seed uint64) {
	t.Helper()
	for range 1000 {
		var uids []meta.UID
		for uid := range w.graph.items {
			uids = append(uids, uid)
		}
		slices.Sort(uids)
		w.random.Shuffle(len(uids), func(i, j int) { uids[i], uids[j] = uids[j], uids[i] })
		busy := false
		for _, uid := range uids {
			busy = w.sync(uid) || busy
		}
		if !busy {
			return
		}
	}
	t.Fatalf("seed %d: does not come to rest", seed)
}

func (w *world) sync(uid meta.UID) bool {
	i := w.graph.get(uid)
	if i == nil {
		return false
	}
	states := make([]ownerState, len(i.owners))
	living := len(i.owners) == 0
	for n, r := range i.owners {
		states[n] = absent
		if owner := w.graph.get(r.UID); owner != nil {
			states[n] = stateOf(owner)
			living = living || states[n] == alive
		}
	}
	s := plan(i, states, w.graph.dependentsOf)
	c := *i
	switch s.action {
	case nothing:
		return false
	case removeOwners:
		c.owners = slices.DeleteFunc(slices.Clone(i.owners), func(r meta.OwnerReference) bool { return slices.Contains(s.owners, r.UID) })
		w.graph.put(&c)
	case remove:
		if w.collected == nil {
			w.collected = map[meta.UID]bool{}
		}
		w.collected[uid] = living
		w.remove(uid, s.policy)
	case dropForeground:
		w.graph.drop(uid)
	case orphanDependents:
		for _, d := range w.graph.dependentsOf(uid) {
			e := *d
			e.owners = slices.DeleteFunc(slices.Clone(d.owners), func(r meta.OwnerReference) bool { return r.UID == uid })
			w.graph.put(&e)
		}
		w.graph.drop(uid)
	}
	return true
}
