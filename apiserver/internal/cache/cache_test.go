package cache

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/etcd/etcdtest"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/proto/selector"
)

var pods = Resource{
	Name: "pods", Prefix: "/registry/pods/", Namespaced: true, APIVersion: "v1", Kind: "Pod",
	Fields: []Field{
		{Name: "spec.nodeName", Indexed: true},
		{Name: "status.phase"},
		{Name: "spec.hostNetwork", Default: "false"},
	},
}

var nodes = Resource{Name: "nodes", Prefix: "/registry/minions/", APIVersion: "v1", Kind: "Node"}

// house is a cache on an etcd of its own.
type house struct {
	*testing.T
	*Cache
	store *store.Store
	pods  *Table
}

func newHouse(t *testing.T, soleWriter bool) *house {
	e := etcdtest.Start(t)
	s := store.New(e.Client())
	c := New(e.Client(), s, Options{Resources: []Resource{pods, nodes}, SoleWriter: soleWriter, Log: etcdtest.Log(t)})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	if err := c.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &house{T: t, Cache: c, store: s, pods: c.Table("pods")}
}

// pod is the JSON of a pod as it is stored.
func pod(ns, name, node, labels string) []byte {
	return fmt.Appendf(nil, `{"kind":"Pod","apiVersion":"v1","metadata":{"name":%q,"namespace":%q,"uid":"uid-%s","labels":{%s}},"spec":{"nodeName":%q}}`,
		name, ns, name, labels, node)
}

func (h *house) create(ns, name, node, labels string) int64 {
	h.Helper()
	rev, err := h.store.Create(h.Context(), h.pods.Key(ns, name), pod(ns, name, node, labels), 0)
	if err != nil {
		h.Fatalf("create %s: %v", name, err)
	}
	return rev
}

func (h *house) update(ns, name, node, labels string) int64 {
	h.Helper()
	key := h.pods.Key(ns, name)
	_, rev, err := h.store.Get(h.Context(), key)
	if err != nil {
		h.Fatal(err)
	}
	rev, err = h.store.Update(h.Context(), key, pod(ns, name, node, labels), rev, 0)
	if err != nil {
		h.Fatalf("update %s: %v", name, err)
	}
	return rev
}

func (h *house) remove(ns, name string) int64 {
	h.Helper()
	key := h.pods.Key(ns, name)
	_, rev, err := h.store.Get(h.Context(), key)
	if err != nil {
		h.Fatal(err)
	}
	rev, err = h.store.Delete(h.Context(), key, rev)
	if err != nil {
		h.Fatal(err)
	}
	return rev
}

func labels(t testing.TB, s string) selector.Labels {
	l, err := selector.ParseLabels(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func fields(t testing.TB, s string) selector.Fields {
	f, err := selector.ParseFields(s)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (h *house) list(o ListOptions) (names string, l *List) {
	h.Helper()
	l, err := h.pods.List(h.Context(), o)
	if err != nil {
		h.Fatalf("list %+v: %v", o, err)
	}
	var all []string
	for o := range l.All() {
		all = append(all, o.Name)
	}
	return strings.Join(all, " "), l
}

// next is the next event as "TYPE name".
func (h *house) next(w *Watch) string {
	h.Helper()
	ctx, cancel := context.WithTimeout(h.Context(), 10*time.Second)
	defer cancel()
	e, err := w.Next(ctx)
	if err != nil {
		return err.Error()
	}
	if e.Type == Bookmark {
		return "BOOKMARK"
	}
	return e.Type.String() + " " + e.Object.Name
}

func (h *house) expect(w *Watch, want ...string) {
	h.Helper()
	for _, want := range want {
		if got := h.next(w); got != want {
			h.Fatalf("event %q, want %q", got, want)
		}
	}
}

func (h *house) watch(o WatchOptions) *Watch {
	h.Helper()
	w, err := h.pods.Watch(h.Context(), o)
	if err != nil {
		h.Fatalf("watch %+v: %v", o, err)
	}
	h.Cleanup(w.Close)
	return w
}

func rv(rev int64) string { return fmt.Sprint(rev) }

func TestReadYourWrites(t *testing.T) {
	for _, sole := range []bool{true, false} {
		t.Run(fmt.Sprintf("soleWriter=%v", sole), func(t *testing.T) {
			h := newHouse(t, sole)
			for i := range 200 {
				rev := h.create("default", fmt.Sprintf("p%03d", i), "", "")
				o, err := h.pods.Fetch(t.Context(), "default", fmt.Sprintf("p%03d", i), "")
				if err != nil || o == nil || o.Rev != rev {
					t.Fatalf("pod %d was written at %d and read as %+v, %v", i, rev, o, err)
				}
			}
			key := h.pods.Key("default", "p007")
			value, rev, err := h.store.Get(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			o := h.pods.Get("default", "p007")
			if got, want := string(o.JSON()), string(WithRevision(value, rev)); got != want {
				t.Errorf("JSON is %s, want %s", got, want)
			}
			roomy := append(make([]byte, 0, len(value)+RevisionRoom), value...)
			if given := GiveRevision(roomy, rev); string(given) != string(o.JSON()) || &given[0] != &roomy[0] {
				t.Errorf("JSON given its revision is %s, want %s in the same memory", given, o.JSON())
			}
			if !o.Holds(value) || o.Holds(append(value, ' ')) || string(o.Stored()) != string(value) {
				t.Errorf("the object does not know what is stored")
			}
		})
	}
}

// Another program's writes under other keys must not hold consistent reads up.
func TestConsistentReadPastForeignWrites(t *testing.T) {
	h := newHouse(t, false)
	if _, err := h.store.Create(t.Context(), "/elsewhere/x", []byte("1"), 0); err != nil {
		t.Fatal(err)
	}
	if err := h.WaitCurrent(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestListSelects(t *testing.T) {
	h := newHouse(t, true)
	h.create("a", "p1", "n1", `"app":"x","tier":"1"`)
	h.create("a", "p2", "n2", `"app":"x"`)
	h.create("b", "p3", "n1", `"app":"y"`)
	h.create("a-b", "p4", "", ``)
	for _, test := range []struct {
		options ListOptions
		want    string
	}{
		{ListOptions{}, "p4 p1 p2 p3"},
		{ListOptions{Namespace: "a"}, "p1 p2"},
		{ListOptions{Namespace: "none"}, ""},
		{ListOptions{Labels: labels(t, "app=x")}, "p1 p2"},
		{ListOptions{Labels: labels(t, "app=x,tier!=1")}, "p2"},
		{ListOptions{Labels: labels(t, "app in (x,y),!tier")}, "p2 p3"},
		{ListOptions{Labels: labels(t, "!app")}, "p4"},
		{ListOptions{Labels: labels(t, "tier>0")}, "p1"},
		{ListOptions{Labels: selector.Nothing()}, ""},
		{ListOptions{Fields: fields(t, "spec.nodeName=n1")}, "p1 p3"},
		{ListOptions{Namespace: "b", Fields: fields(t, "spec.nodeName=n1")}, "p3"},
		{ListOptions{Fields: fields(t, "spec.nodeName=")}, "p4"},
		{ListOptions{Fields: fields(t, "spec.nodeName!=n1")}, "p4 p2"},
		{ListOptions{Fields: fields(t, "metadata.name=p2")}, "p2"},
		{ListOptions{Namespace: "a", Fields: fields(t, "metadata.name=p2")}, "p2"},
		{ListOptions{Fields: fields(t, "metadata.namespace=b")}, "p3"},
		{ListOptions{Namespace: "a", Fields: fields(t, "metadata.namespace=b")}, ""},
		{ListOptions{Fields: fields(t, "spec.hostNetwork=false,status.phase=")}, "p4 p1 p2 p3"},
	} {
		if got, _ := h.list(test.options); got != test.want {
			t.Errorf("%+v: %q, want %q", test.options, got, test.want)
		}
	}
	var invalid *InvalidSelectorError
	if _, err := h.pods.List(t.Context(), ListOptions{Fields: fields(t, "spec.foo=1")}); !errors.As(err, &invalid) {
		t.Errorf("an unknown field gives %v", err)
	}
	h.update("a", "p1", "n2", `"app":"y"`)
	if got, _ := h.list(ListOptions{Labels: labels(t, "app=x")}); got != "p2" {
		t.Errorf("after p1 left the label: %q", got)
	}
	if got, _ := h.list(ListOptions{Fields: fields(t, "spec.nodeName=n2")}); got != "p1 p2" {
		t.Errorf("after p1 moved: %q", got)
	}
}

func TestPagesAreOfOneRevision(t *testing.T) {
	h := newHouse(t, true)
	for i := range 5 {
		h.create("default", fmt.Sprintf("p%d", i), "", "")
	}
	got, l := h.list(ListOptions{Limit: 2})
	if got != "p0 p1" || l.Remaining == nil || *l.Remaining != 3 {
		t.Fatalf("first page %q, remaining %v", got, l.Remaining)
	}
	first := l.Revision
	h.remove("default", "p2")
	h.create("default", "p11", "", "")
	token := l.Continue
	for _, forget := range []bool{false, true} {
		if forget {
			h.pods.saved = savedSnapshots{}
		}
		got, l = h.list(ListOptions{Limit: 2, Continue: token})
		if got != "p2 p3" || l.Revision != first || *l.Remaining != 1 {
			t.Fatalf("second page %q at %d, want %d", got, l.Revision, first)
		}
	}
	got, l = h.list(ListOptions{Limit: 2, Continue: l.Continue})
	if got != "p4" || l.Continue != "" || l.Remaining != nil {
		t.Fatalf("last page %q, continue %q", got, l.Continue)
	}
	if got, l := h.list(ListOptions{ResourceVersion: rv(first), Match: MatchExact}); got != "p0 p1 p2 p3 p4" || l.Revision != first {
		t.Errorf("exactly %d: %q at %d", first, got, l.Revision)
	}
	if err := h.WaitCurrent(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ := h.list(ListOptions{ResourceVersion: rv(first), Match: MatchNotOlderThan}); got != "p0 p1 p11 p3 p4" {
		t.Errorf("not older than %d: %q", first, got)
	}
}

// When memory has forgotten a revision etcd is asked; when etcd has, the client
// is told 410 with a token that goes on inconsistently.
func TestOldRevisions(t *testing.T) {
	h := newHouse(t, true)
	for i := range 4 {
		h.create("default", fmt.Sprintf("p%d", i), "", "")
	}
	_, l := h.list(ListOptions{Limit: 1})
	last := h.remove("default", "p1")
	if err := h.WaitCurrent(t.Context()); err != nil {
		t.Fatal(err)
	}
	forget := func() {
		h.pods.saved = savedSnapshots{}
		h.pods.log.reset(last)
	}
	forget()
	if got, _ := h.list(ListOptions{Limit: 3, Continue: l.Continue}); got != "p1 p2 p3" {
		t.Errorf("read from etcd: %q", got)
	}
	forget()
	if _, err := h.kv.Compact(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	var expired *ExpiredError
	_, err := h.pods.List(t.Context(), ListOptions{Limit: 3, Continue: l.Continue})
	if !errors.As(err, &expired) || expired.Continue == "" {
		t.Fatalf("a compacted page gives %v", err)
	}
	if got, l := h.list(ListOptions{Limit: 3, Continue: expired.Continue}); got != "p2 p3" || l.Continue != "" {
		t.Errorf("inconsistent rest: %q", got)
	}
	if got, l := h.list(ListOptions{Limit: 1, Continue: expired.Continue}); got != "p2" || l.Remaining == nil || *l.Remaining != 1 {
		t.Errorf("a page of the inconsistent rest: %q, remaining %v", got, l.Remaining)
	}
	if _, err := h.pods.List(t.Context(), ListOptions{ResourceVersion: rv(l.Revision), Match: MatchExact}); !errors.As(err, &expired) {
		t.Errorf("an exact list of a compacted revision gives %v", err)
	}
	if _, err := h.pods.Watch(t.Context(), WatchOptions{ResourceVersion: rv(l.Revision)}); !errors.As(err, &expired) || !strings.HasPrefix(err.Error(), "too old resource version: ") {
		t.Errorf("a watch of a forgotten revision gives %v", err)
	}
	if _, err := h.pods.List(t.Context(), ListOptions{Continue: "nonsense"}); err == nil {
		t.Errorf("a nonsense token is taken")
	}
}

// What etcd has compacted away has expired for everybody, also where memory still
// has it: because nothing changed since, or because somebody has just asked for it.
func TestCompactedPages(t *testing.T) {
	h := newHouse(t, true)
	for i := range 4 {
		h.create("default", fmt.Sprintf("p%d", i), "", "")
	}
	_, before := h.list(ListOptions{Limit: 1})
	h.create("default", "p4", "", "")
	_, after := h.list(ListOptions{Limit: 1})
	node := []byte(`{"kind":"Node","apiVersion":"v1","metadata":{"name":"n1","uid":"n"}}`)
	last, err := h.store.Create(t.Context(), h.Table("nodes").Key("", "n1"), node, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.WaitFor(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	for _, l := range []*List{before, after} {
		if got, _ := h.list(ListOptions{Limit: 1, Continue: l.Continue}); got != "p1" {
			t.Fatalf("the second page is %q", got)
		}
	}
	if _, err := h.kv.Compact(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]*List{"kept for its pages": before, "as it is now": after} {
		var expired *ExpiredError
		if _, err := h.pods.List(t.Context(), ListOptions{Limit: 1, Continue: l.Continue}); !errors.As(err, &expired) || expired.Continue == "" {
			t.Errorf("a compacted page of the state %s gives %v", name, err)
		}
	}
}

func TestWatch(t *testing.T) {
	h := newHouse(t, true)
	start := h.create("default", "p1", "", `"app":"x"`)
	all := h.watch(WatchOptions{})
	app := h.watch(WatchOptions{Labels: labels(t, "app=x")})
	node := h.watch(WatchOptions{Fields: fields(t, "spec.nodeName=n1"), ResourceVersion: rv(start)})
	named := h.watch(WatchOptions{Namespace: "default", Name: "p2", ResourceVersion: rv(start)})
	elsewhere := h.watch(WatchOptions{Namespace: "other", ResourceVersion: rv(start)})
	h.create("default", "p2", "", `"app":"y"`)
	h.update("default", "p2", "n1", `"app":"x"`)
	h.update("default", "p1", "", `"app":"y"`)
	gone := h.remove("default", "p2")
	h.create("other", "p3", "", "")
	h.expect(all, "ADDED p1", "ADDED p2", "MODIFIED p2", "MODIFIED p1")
	e, err := all.Next(t.Context())
	if err != nil || e.Type != Deleted || e.Object.Rev != gone {
		t.Fatalf("%+v, %v", e, err)
	}
	var scratch []byte
	want := fmt.Sprintf(`{"type":"DELETED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p2","namespace":"default","uid":"uid-p2","resourceVersion":"%d","labels":{"app":"x"}},"spec":{"nodeName":"n1"}}}`+"\n", gone)
	if got := string(e.JSON(&scratch)); got != want {
		t.Errorf("got %swant %s", got, want)
	}
	h.expect(all, "ADDED p3")
	h.expect(app, "ADDED p1", "ADDED p2", "DELETED p1", "DELETED p2")
	h.expect(node, "ADDED p2", "DELETED p2")
	h.expect(named, "ADDED p2", "MODIFIED p2", "DELETED p2")
	h.expect(elsewhere, "ADDED p3")
}

func TestWatchResumes(t *testing.T) {
	h := newHouse(t, true)
	h.create("default", "p1", "", "")
	rev := h.create("default", "p2", "", "")
	h.update("default", "p1", "n", "")
	h.remove("default", "p2")
	w := h.watch(WatchOptions{ResourceVersion: rv(rev)})
	h.expect(w, "MODIFIED p1", "DELETED p2")
	elsewhere := h.watch(WatchOptions{Namespace: "other", ResourceVersion: rv(rev)})
	if elsewhere.Pending() {
		t.Error("there is nothing to come, so there must be a flush")
	}
}

func TestInitialEventsAndBookmarks(t *testing.T) {
	h := newHouse(t, true)
	h.create("default", "p1", "", "")
	rev := h.update("default", "p1", "n1", "")
	yes, no := true, false
	plain := h.watch(WatchOptions{})
	h.expect(plain, "ADDED p1")
	if plain.Pending() {
		t.Error("after the last initial event there must be a flush")
	}
	w := h.watch(WatchOptions{SendInitialEvents: &yes, Bookmarks: true})
	h.expect(w, "ADDED p1")
	e, err := w.Next(t.Context())
	if err != nil || e.Type != Bookmark || !e.InitialEnd || e.Rev < rev {
		t.Fatalf("%+v, %v", e, err)
	}
	if w.Pending() {
		t.Error("after the last initial event there must be a flush")
	}
	var scratch []byte
	want := fmt.Sprintf(`{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"%d","creationTimestamp":null,"annotations":{"k8s.io/initial-events-end":"true"}}}}`+"\n", e.Rev)
	if got := string(e.JSON(&scratch)); got != want {
		t.Errorf("got %swant %s", got, want)
	}
	later := h.watch(WatchOptions{SendInitialEvents: &no, Bookmarks: true})
	h.create("default", "p2", "", "")
	h.expect(w, "ADDED p2")
	h.expect(later, "ADDED p2")
	w.Remind()
	h.expect(w, "BOOKMARK")
}

// A watch that nobody reads loses its queue, not its place.
func TestSlowWatchCatchesUp(t *testing.T) {
	h := newHouse(t, true)
	rev := h.create("default", "p", "", "")
	w := h.watch(WatchOptions{ResourceVersion: rv(rev)})
	const many = 3*queueLimit + 10
	var last int64
	for i := range many {
		last = h.update("default", "p", fmt.Sprintf("n%d", i), "")
	}
	if err := h.WaitFor(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	for i := range many {
		e, err := w.Next(t.Context())
		if err != nil || e.Object.Field("spec.nodeName") != fmt.Sprintf("n%d", i) {
			t.Fatalf("event %d: %+v, %v", i, e, err)
		}
	}
	if w.Pending() {
		t.Error("something is left over")
	}
	slow := h.watch(WatchOptions{ResourceVersion: rv(rev)})
	h.pods.mu.Lock()
	h.pods.log.reset(last)
	h.pods.mu.Unlock()
	var expired *ExpiredError
	if _, err := slow.Next(t.Context()); !errors.As(err, &expired) {
		t.Errorf("a watch that the log has left behind gives %v", err)
	}
	for _, got := range h.Stats() {
		if got.Resource == "pods" && (got.Terminated != 1 || got.Told != many || got.Revision < last) {
			t.Errorf("what the table did is counted as %+v", got)
		}
	}
}

// TestStats counts two changes, of which one watch is told of both and began with
// nothing, and another began with one object and is told of the second.
func TestStats(t *testing.T) {
	h := newHouse(t, true)
	all := h.watch(WatchOptions{})
	h.create("default", "p1", "", "")
	h.expect(all, "ADDED p1")
	later := h.watch(WatchOptions{})
	h.expect(later, "ADDED p1")
	h.update("default", "p1", "n1", "")
	h.expect(all, "MODIFIED p1")
	h.expect(later, "MODIFIED p1")
	for range 2 {
		if _, err := h.pods.List(t.Context(), ListOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.pods.List(t.Context(), ListOptions{ResourceVersion: "0"}); err != nil {
		t.Fatal(err)
	}
	for _, got := range h.Stats() {
		if got.Resource != "pods" {
			continue
		}
		if got.Loads != 1 || got.Received != 2 || got.Told != 3 || got.Initial != 1 || got.Terminated != 0 || got.Fresh != 2 || got.Watches != 2 || got.Objects != 1 {
			t.Errorf("what the table did is counted as %+v", got)
		}
	}
}

func TestTablesComeAndGo(t *testing.T) {
	h := newHouse(t, true)
	crd := Resource{Name: "crontabs.stable.example.com", Prefix: "/registry/stable.example.com/crontabs/", Namespaced: true, APIVersion: "stable.example.com/v1", Kind: "CronTab"}
	if _, err := h.store.Create(t.Context(), crd.Prefix+"default/before", []byte(`{"metadata":{"name":"before"}}`), 0); err != nil {
		t.Fatal(err)
	}
	if err := h.WaitCurrent(t.Context()); err != nil {
		t.Fatal(err)
	}
	table, err := h.Add(t.Context(), crd)
	if err != nil {
		t.Fatal(err)
	}
	w, err := table.Watch(t.Context(), WatchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.store.Create(t.Context(), crd.Prefix+"default/after", []byte(`{"metadata":{"name":"after"}}`), 0); err != nil {
		t.Fatal(err)
	}
	h.expect(w, "ADDED before", "ADDED after")
	h.Remove(crd.Name)
	h.expect(w, ErrClosed.Error())
	if h.Table(crd.Name) != nil {
		t.Error("the table is still there")
	}
}

func TestFutureRevision(t *testing.T) {
	h := newHouse(t, true)
	rev := h.create("default", "p", "", "")
	go func() { h.create("default", "q", "", "") }()
	if got, _ := h.list(ListOptions{ResourceVersion: rv(rev + 1)}); got != "p q" {
		t.Errorf("a list of the next revision: %q", got)
	}
	var tooNew *TooNewError
	if _, err := h.pods.List(t.Context(), ListOptions{ResourceVersion: rv(rev + 1000)}); !errors.As(err, &tooNew) {
		t.Errorf("a list of the far future gives %v", err)
	}
	var bad *InvalidRevisionError
	if _, err := h.pods.List(t.Context(), ListOptions{ResourceVersion: "abc"}); !errors.As(err, &bad) {
		t.Errorf("resourceVersion=abc gives %v", err)
	}
}
