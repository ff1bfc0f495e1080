package informer_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/internal/apitest"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type object = map[string]any

func path(name string) string { return "/api/v1/namespaces/default/configmaps/" + name }

// recorder writes down what OnChange is told.
type recorder struct {
	sync.Mutex
	lines []string
	known map[string]string // by what was told: version by name
	t     *testing.T
}

// change checks that each change fits to what was told before.
func (r *recorder) change(old, new *core.ConfigMap) {
	r.Lock()
	defer r.Unlock()
	describe := func(o *core.ConfigMap) string {
		if o == nil {
			return "-"
		}
		return o.Name + "@" + o.ResourceVersion
	}
	r.lines = append(r.lines, describe(old)+" -> "+describe(new))
	switch {
	case old == nil:
		if v, ok := r.known[new.Name]; ok {
			r.t.Errorf("%s was added, but was there as %s", describe(new), v)
		}
	case new == nil:
		if _, ok := r.known[old.Name]; !ok {
			r.t.Errorf("%s was removed, but was not there", describe(old))
		}
		delete(r.known, old.Name)
		return
	default:
		if r.known[old.Name] != old.ResourceVersion {
			r.t.Errorf("%s was changed, but was there as %s", describe(old), r.known[old.Name])
		}
	}
	r.known[new.Name] = new.ResourceVersion
}

func (r *recorder) all() []string {
	r.Lock()
	defer r.Unlock()
	return slices.Clone(r.lines)
}

// start runs an informer until the test ends.
func start(t *testing.T, s *apitest.Server, o informer.Options[*core.ConfigMap]) (*informer.Informer[*core.ConfigMap], *recorder) {
	t.Helper()
	i := informer.New(s.NewClient(), o)
	r := &recorder{known: map[string]string{}, t: t}
	i.OnChange(r.change)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- i.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-i.Synced():
	case <-time.After(10 * time.Second):
		t.Fatal("not synced after ten seconds")
	}
	return i, r
}

func waitFor(t *testing.T, i *informer.Informer[*core.ConfigMap], version string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := i.WaitFor(ctx, version); err != nil {
		t.Fatal(err)
	}
}

// eventually fails the test when f is not true within ten seconds.
func eventually(t *testing.T, f func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); !f(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("not so after ten seconds")
		}
	}
}

func uid(u string) object { return object{"metadata": object{"uid": u}} }

func TestChangesInOrder(t *testing.T) {
	s := apitest.New(t)
	s.Put(path("a"), uid("1"))
	i, r := start(t, s, informer.Options[*core.ConfigMap]{})
	s.Put(path("b"), uid("2"))
	s.Put(path("a"), uid("1"))
	waitFor(t, i, s.Delete(path("b")))
	want := []string{"- -> a@11", "- -> b@12", "a@11 -> a@13", "b@14 -> -"}
	// The cache is told before the callbacks are.
	eventually(t, func() bool { return len(r.all()) >= len(want) })
	if got := r.all(); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if o, ok := i.Get("default", "a"); !ok || o.ResourceVersion != "13" {
		t.Errorf("a is %+v, %v", o, ok)
	}
	if _, ok := i.Get("default", "b"); ok || i.Len() != 1 {
		t.Errorf("b is still there, of %d", i.Len())
	}
}

func TestIndexes(t *testing.T) {
	s := apitest.New(t)
	s.Put(path("a"), object{"data": object{"team": "db"}})
	s.Put("/api/v1/namespaces/other/configmaps/b", object{"data": object{"team": "db"}})
	i, _ := start(t, s, informer.Options[*core.ConfigMap]{Indexes: map[string]func(*core.ConfigMap) []string{
		"team": func(m *core.ConfigMap) []string { return []string{m.Data["team"]} },
	}})
	count := func(db, web int) {
		t.Helper()
		if got := len(i.ByIndex("team", "db")); got != db {
			t.Errorf("%d of team db, want %d", got, db)
		}
		if got := len(i.ByIndex("team", "web")); got != web {
			t.Errorf("%d of team web, want %d", got, web)
		}
	}
	count(2, 0)
	if got := i.ByNamespace("other"); len(got) != 1 || got[0].Name != "b" {
		t.Errorf("in the other namespace: %v", got)
	}
	waitFor(t, i, s.Put(path("a"), object{"data": object{"team": "web"}}))
	count(1, 1)
	waitFor(t, i, s.Delete(path("a")))
	count(1, 0)
}

func TestWaitForEndsWithItsContext(t *testing.T) {
	s := apitest.New(t)
	i, _ := start(t, s, informer.Options[*core.ConfigMap]{})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := i.WaitFor(ctx, "999"); err == nil {
		t.Error("a revision that never was has been reached")
	}
	if err := i.WaitFor(t.Context(), ""); err != nil {
		t.Error(err)
	}
}

func TestAReplacedObjectEndsAndBegins(t *testing.T) {
	s := apitest.New(t)
	s.Put(path("a"), uid("1"))
	i, r := start(t, s, informer.Options[*core.ConfigMap]{})
	// The informer misses the deletion: cut off while the history is lost.
	s.Lock()
	s.Before = func(w http.ResponseWriter, _ *http.Request) bool {
		apitest.Refuse(w, 503, "ServiceUnavailable", "down")
		return true
	}
	s.Unlock()
	s.CutWatches()
	s.Delete(path("a"))
	version := s.Put(path("a"), uid("2"))
	s.Compact()
	s.Lock()
	s.Before = nil
	s.Unlock()
	waitFor(t, i, version)
	want := []string{"- -> a@11", "a@11 -> -", "- -> a@13"}
	if got := r.all(); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestResync(t *testing.T) {
	s := apitest.New(t)
	s.Put(path("a"), uid("1"))
	_, r := start(t, s, informer.Options[*core.ConfigMap]{Resync: 20 * time.Millisecond})
	eventually(t, func() bool { return len(r.all()) >= 3 })
	if got := r.all()[1]; got != "a@11 -> a@11" {
		t.Errorf("a resync says %q", got)
	}
}

func TestRunTwice(t *testing.T) {
	s := apitest.New(t)
	i, _ := start(t, s, informer.Options[*core.ConfigMap]{})
	if err := i.Run(t.Context()); err == nil {
		t.Error("a second Run must be refused")
	}
}

// TestBadLuck: whatever happens to the connections and to the history, what
// was told adds up to what there is.
func TestBadLuck(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	s := apitest.New(t)
	i, r := start(t, s, informer.Options[*core.ConfigMap]{})
	there := map[string]string{}
	for range 300 {
		name := fmt.Sprintf("m%d", rnd.IntN(20))
		if _, ok := there[name]; ok && rnd.IntN(3) == 0 {
			s.Delete(path(name))
			delete(there, name)
		} else {
			there[name] = s.Put(path(name), uid(name))
		}
		switch rnd.IntN(25) {
		case 0:
			s.CutWatches()
		case 1:
			s.CloseClientConnections()
		case 2:
			s.Compact()
		}
	}
	last := s.Put(path("last"), uid("last"))
	there["last"] = last
	waitFor(t, i, last)
	if i.Len() != len(there) {
		t.Errorf("the cache holds %d objects, there are %d", i.Len(), len(there))
	}
	for name, version := range there {
		if o, ok := i.GetKey(meta.Key{Namespace: "default", Name: name}); !ok || o.ResourceVersion != version {
			t.Errorf("%s: in the cache %v, there is %s", name, o, version)
		}
	}
	eventually(t, func() bool {
		r.Lock()
		defer r.Unlock()
		return fmt.Sprint(r.known) == fmt.Sprint(there)
	})
}
