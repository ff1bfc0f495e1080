package cache

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/tidwall/btree"
)

// Resource declares a table: where its objects lie in etcd and what of them
// selectors may ask for.
type Resource struct {
	// Name is what the resource is called in texts, such as "pods" or
	// "deployments.apps". It is unique.
	Name string
	// Prefix is the etcd key that its objects lie below, with a slash at the
	// end: "/registry/pods/".
	Prefix string
	// Namespaced says that keys are namespace/name below the prefix.
	Namespaced bool
	// APIVersion and Kind are those of the stored objects, for bookmarks.
	APIVersion, Kind string
	// Fields are the fields that selectors may ask for beside metadata.name
	// and metadata.namespace.
	Fields []Field
	// Decrypt turns what etcd holds into JSON; nil means it is JSON.
	Decrypt func(key string, value []byte) ([]byte, error)
	// Refresh makes of an object that was stored under other rules, such as an
	// older schema, what it is under those of now. It returns nil for one that is
	// as it should be; just says that it has been written a moment ago.
	Refresh func(value []byte, just bool) []byte
}

// Field is a selectable field.
type Field struct {
	// Name is what selectors call it, such as "spec.nodeName".
	Name string
	// Paths are where its value is found in the JSON; the first that is not
	// empty wins. None means Name.
	Paths []string
	// Default is its value where the JSON has none.
	Default string
	// Indexed says that lists and watches for one value of the field should
	// cost only the objects that have it.
	Indexed bool
}

// Table holds the objects of one resource.
type Table struct {
	res     Resource
	cache   *Cache
	lift    *lifter
	slots   [][]int // per declared field, the lifter's slots of its paths
	single  bool    // every field has one path, so slots are fields
	byName  map[string]int
	indexes []int // of indexed fields
	// typeHead is how the canonical JSON of an object begins.
	typeHead []byte
	// first and second pack the objects' JSON and their second encoding.
	first, second packer

	mu      sync.RWMutex
	objects btree.Map[string, *Object]
	index   *btree.BTreeG[indexEntry]
	last    int64 // the revision of the latest change
	log     changeLog
	watches watchSet
	closed  bool
	// young are the latest changes, a ring: what only new versions need is let
	// go of when they leave it.
	young [youngMost]*change
	born  int
	did   counts
	// followers are told of every change.
	followers []func(old, new *Object)

	// view is the snapshot of the current state, made when first asked for
	// and dropped by the next change.
	view  atomic.Pointer[snapshot]
	saved savedSnapshots
}

// youngMost is how many changes of a table are young. Watches that keep up are
// told of them from bytes that are there.
const youngMost = 128

// indexEntry says that the object at key is found by the term.
type indexEntry struct {
	term term
	key  string
}

func (a indexEntry) less(b indexEntry) bool {
	if a.term != b.term {
		return a.term < b.term
	}
	return a.key < b.key
}

// snapshot is a table's state at one moment. It never changes.
type snapshot struct {
	last    int64
	objects *btree.Map[string, *Object]
	index   *btree.BTreeG[indexEntry] // nil if it was not kept
}

func newTable(c *Cache, res Resource) *Table {
	t := &Table{
		res: res, cache: c, single: true,
		byName:   map[string]int{"metadata.name": fieldName},
		typeHead: []byte(`{"kind":"` + res.Kind + `","apiVersion":"` + res.APIVersion + `",`),
	}
	if res.Namespaced || len(res.Fields) == 0 { // what declares fields of its own says so itself
		t.byName["metadata.namespace"] = fieldNamespace
	}
	var paths []string
	for i, f := range res.Fields {
		at := f.Paths
		if len(at) == 0 {
			at = []string{f.Name}
		}
		var slots []int
		for _, p := range at {
			slots = append(slots, len(paths))
			paths = append(paths, p)
		}
		t.slots = append(t.slots, slots)
		t.single = t.single && len(slots) == 1
		t.byName[f.Name] = firstDeclared + i
		if f.Indexed {
			t.indexes = append(t.indexes, firstDeclared+i)
		}
	}
	t.lift = newLifter(paths)
	t.index = btree.NewBTreeGOptions(indexEntry.less, btree.Options{NoLocks: true})
	return t
}

// Resource is the table's declaration.
func (t *Table) Resource() Resource { return t.res }

// Key is the etcd key of an object.
func (t *Table) Key(namespace, name string) string {
	if !t.res.Namespaced {
		return t.res.Prefix + name
	}
	return t.res.Prefix + namespace + "/" + name
}

// HasField says whether selectors may ask for the field.
func (t *Table) HasField(name string) bool {
	_, ok := t.byName[name]
	return ok
}

func (t *Table) fieldIndex(name string) (int, bool) {
	i, ok := t.byName[name]
	return i, ok
}

func (t *Table) indexed(i int) bool { return slices.Contains(t.indexes, i) }

// declared makes the fields' values of what the lifter found.
func (t *Table) declared(found []string) []string {
	if t.single {
		for i := range found {
			if found[i] == "" {
				found[i] = t.res.Fields[i].Default
			}
		}
		return found
	}
	out := make([]string, len(t.res.Fields))
	for i, slots := range t.slots {
		out[i] = t.res.Fields[i].Default
		for _, s := range slots {
			if found[s] != "" {
				out[i] = found[s]
				break
			}
		}
	}
	return out
}

// Get is the object as the cache has it now, or nil.
func (t *Table) Get(namespace, name string) *Object {
	key := name
	if t.res.Namespaced {
		key = namespace + "/" + name
	}
	t.mu.RLock()
	o, _ := t.objects.Get(key)
	t.mu.RUnlock()
	return o
}

// Len is how many objects there are.
func (t *Table) Len() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.objects.Len()
}

// current is a snapshot that has at least everything up to rev, if the cache
// had reached rev before the call.
func (t *Table) current() *snapshot {
	if v := t.view.Load(); v != nil {
		return v
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.currentLocked()
}

func (t *Table) currentLocked() *snapshot {
	if v := t.view.Load(); v != nil {
		return v
	}
	v := &snapshot{last: t.last, objects: t.objects.Copy(), index: t.index.Copy()}
	t.view.Store(v)
	return v
}

// update is one change as it comes from etcd: obj is nil for a deletion.
type update struct {
	key string
	rev int64
	obj *Object
}

// apply makes changes of one or more whole revisions, in order.
func (t *Table) apply(updates []update) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.view.Store(nil)
	for _, u := range updates {
		if c := t.set(u); c != nil {
			t.log.add(c)
			t.grow(c)
			t.watches.dispatch(c, t.log.next()-1)
			t.tell(c.prev, c.cur)
		}
		t.last = max(t.last, u.rev)
	}
}

// grow makes the oldest of the young changes make room for c.
func (t *Table) grow(c *change) {
	at := &t.young[t.born%youngMost]
	if *at != nil {
		(*at).age()
	}
	*at, t.born = c, t.born+1
}

// set changes the tree and its indexes and tells what changed, or nil.
func (t *Table) set(u update) *change {
	var prev *Object
	if u.obj == nil {
		prev, _ = t.objects.Delete(u.key)
		if prev == nil {
			return nil
		}
		t.unindex(prev)
		return &change{rev: u.rev, prev: prev}
	}
	prev, _ = t.objects.Set(u.key, u.obj)
	switch {
	case prev == nil:
		t.addToIndex(u.obj)
	case !sameListTerms(prev, u.obj):
		t.unindex(prev)
		t.addToIndex(u.obj)
	}
	return &change{rev: u.rev, cur: u.obj, prev: prev}
}

func (t *Table) addToIndex(o *Object) {
	o.listTerms(func(at term) { t.index.Set(indexEntry{at, o.key}) })
}

func (t *Table) unindex(o *Object) {
	o.listTerms(func(at term) { t.index.Delete(indexEntry{at, o.key}) })
}

// load fills an empty table.
func (t *Table) load(objects []*Object, rev int64) {
	t.did.loads.Add(1)
	t.mu.Lock()
	defer t.mu.Unlock()
	slices.SortFunc(objects, func(a, b *Object) int { return cmp.Compare(a.key, b.key) })
	for _, o := range objects {
		t.objects.Load(o.key, o)
		t.addToIndex(o)
	}
	t.last = rev
	t.log.reset(rev)
	t.view.Store(nil)
	t.tellAll(true)
}

// relative is key without the prefix.
func (t *Table) relative(key string) string { return strings.TrimPrefix(key, t.res.Prefix) }
