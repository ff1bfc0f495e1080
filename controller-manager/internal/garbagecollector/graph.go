package garbagecollector

import (
	"maps"
	"slices"
	"sync"
	"unique"

	"github.com/pilothouse/pilothouse/controller-manager/internal/catalog"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// The finalizers by which an owner waits for what becomes of its dependents.
const (
	finalizerForeground = "foregroundDeletion"
	finalizerOrphan     = "orphan"
)

// item is what the graph keeps of one object.
type item struct {
	uid        meta.UID
	resource   *catalog.Resource
	namespace  string
	name       string
	owners     []meta.OwnerReference
	deleting   bool
	foreground bool // waits until its dependents are gone
	orphan     bool // waits until its dependents are let go
}

// itemOf is the graph's view of an object's metadata.
func itemOf(r *catalog.Resource, m *meta.ObjectMeta) *item {
	for i := range m.OwnerReferences { // Thousands say the same.
		o := &m.OwnerReferences[i]
		o.APIVersion, o.Kind, o.Name, o.UID = same(o.APIVersion), same(o.Kind), same(o.Name), meta.UID(same(string(o.UID)))
	}
	return &item{
		uid: m.UID, resource: r, namespace: same(m.Namespace), name: m.Name, owners: slices.Clip(m.OwnerReferences),
		deleting:   m.DeletionTimestamp != nil,
		foreground: slices.Contains(m.Finalizers, finalizerForeground),
		orphan:     slices.Contains(m.Finalizers, finalizerOrphan),
	}
}

func same(s string) string { return unique.Make(s).Value() }

// is tells whether reference r, made by an object in namespace, names i.
func (i *item) is(r *meta.OwnerReference, namespace string) bool {
	return i.resource.Kind == r.Kind && i.name == r.Name && i.resource.Group == groupOf(r.APIVersion) &&
		(!i.resource.Namespaced || i.namespace == namespace)
}

// same tells whether nothing that matters here differs.
func (i *item) same(o *item) bool {
	return i.deleting == o.deleting && i.foreground == o.foreground && i.orphan == o.orphan &&
		slices.EqualFunc(i.owners, o.owners, sameReference)
}

func sameReference(a, b meta.OwnerReference) bool { return a.UID == b.UID && blocks(&a) == blocks(&b) }

func blocks(r *meta.OwnerReference) bool { return r.BlockOwnerDeletion != nil && *r.BlockOwnerDeletion }

// graph is who owns whom, for all objects of the cluster. Owners need not be
// known for their dependents to be found. It may be used by several
// goroutines; items are never changed once they are in it.
type graph struct {
	mu         sync.Mutex
	items      map[meta.UID]*item
	dependents map[meta.UID]map[meta.UID]bool // by owner
}

func newGraph() *graph {
	return &graph{items: map[meta.UID]*item{}, dependents: map[meta.UID]map[meta.UID]bool{}}
}

// put takes in an object and tells whose turn it may be because of it: its
// own, its dependents' when it goes, and its owners' when it no longer holds
// them back.
func (g *graph) put(i *item) (wake []meta.UID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	old := g.items[i.uid]
	if old != nil && old.same(i) {
		g.items[i.uid] = i
		return nil
	}
	g.unlink(old)
	g.items[i.uid] = i
	for n := range i.owners {
		owner := i.owners[n].UID
		if g.dependents[owner] == nil {
			g.dependents[owner] = map[meta.UID]bool{}
		}
		g.dependents[owner][i.uid] = true
	}
	wake = append(wake, i.uid)
	if i.deleting {
		wake = slices.AppendSeq(wake, maps.Keys(g.dependents[i.uid]))
	}
	if old != nil {
		wake = append(wake, ownersOf(old)...)
	}
	return wake
}

// drop takes out an object that is gone.
func (g *graph) drop(uid meta.UID) (wake []meta.UID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	old := g.items[uid]
	if old == nil {
		return nil
	}
	g.unlink(old)
	delete(g.items, uid)
	return append(slices.Collect(maps.Keys(g.dependents[uid])), ownersOf(old)...)
}

func (g *graph) unlink(i *item) {
	if i == nil {
		return
	}
	for n := range i.owners {
		owner := i.owners[n].UID
		delete(g.dependents[owner], i.uid)
		if len(g.dependents[owner]) == 0 {
			delete(g.dependents, owner)
		}
	}
}

func ownersOf(i *item) []meta.UID {
	uids := make([]meta.UID, len(i.owners))
	for n := range i.owners {
		uids[n] = i.owners[n].UID
	}
	return uids
}

// get is the object of that uid, nil when it is not known.
func (g *graph) get(uid meta.UID) *item {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.items[uid]
}

// dependentsOf are the known objects that name uid as an owner.
func (g *graph) dependentsOf(uid meta.UID) []*item {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []*item
	for d := range g.dependents[uid] {
		out = append(out, g.items[d])
	}
	return out
}

// of lists the uids of the objects of one resource.
func (g *graph) of(r catalog.Resource) map[meta.UID]bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := map[meta.UID]bool{}
	for uid, i := range g.items {
		if i.resource.URL("", "") == r.URL("", "") {
			out[uid] = true
		}
	}
	return out
}
