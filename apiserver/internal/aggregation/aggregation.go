// Package aggregation makes other API servers part of this one. An APIService
// says that a version of a group is served behind a service: requests for it are
// passed on, with the user's name in headers that the other server believes
// (proxy.go); whether it answers is looked at all the time and told in the
// APIService's status (check.go); what it says of itself goes into this server's
// discovery and OpenAPI documents (describe.go). Every version that this server
// serves itself has an APIService too, made by local.go.
package aggregation

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/apiregistration"
	"github.com/pilothouse/pilothouse/proto/codec"
)

// Config is what an Aggregator needs.
type Config struct {
	// Cache has the APIServices, the services and their endpoints.
	Cache *cache.Cache
	// Resolve finds where a service is served, as host:port.
	Resolve func(ctx context.Context, namespace, name string, port int32) (string, error)
	// Certificate is what this server shows to the others.
	Certificate func() (cert, key []byte)
	// API is this server's own handler of resources, for the APIServices.
	API http.Handler
	// Changed is told when what is aggregated has changed.
	Changed func()
	// Log is for what goes wrong.
	Log *slog.Logger
}

// Aggregator passes requests on to other API servers. It is a
// prometheus.Collector of whether they can be reached.
type Aggregator struct {
	Config
	// routes are the versions that others serve; nil while there are none.
	routes atomic.Pointer[map[groupVersion]*extension]

	mu    sync.Mutex
	all   map[string]*extension // by the APIService's name
	kick  chan struct{}         // something may have changed
	local *localServices
}

// groupVersion names a version of a group.
type groupVersion struct{ group, version string }

// New follows the APIServices of the cache.
func New(c Config) *Aggregator {
	a := &Aggregator{Config: c, all: map[string]*extension{}, kick: make(chan struct{}, 1)}
	a.local = newLocalServices(a)
	c.Cache.Table("apiservices.apiregistration.k8s.io").Follow(func(old, now *cache.Object) { a.apply(old, now) })
	for _, table := range []string{"services", "endpoints"} {
		c.Cache.Table(table).Follow(func(old, now *cache.Object) {
			o := now
			if o == nil {
				o = old
			}
			a.touched(o.Namespace, o.Name)
		})
	}
	return a
}

// apply takes over a change of an APIService.
func (a *Aggregator) apply(old, now *cache.Object) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now == nil {
		a.remove(old.Name)
		a.local.gone(old.Name)
		return
	}
	s := &apiregistration.APIService{}
	if err := codec.DecodeJSON(now.JSON(), s); err != nil {
		a.Log.Error("a stored APIService cannot be read", "name", now.Name, "error", err)
		return
	}
	if s.Spec.Service == nil {
		a.remove(s.Name)
		return
	}
	have := a.all[s.Name]
	if have == nil || !have.sameSpec(s) {
		a.remove(s.Name)
		have = newExtension(a, s)
		a.all[s.Name] = have
		a.publish()
		a.wake()
	}
	if have.observe(s) {
		a.wake()
	}
}

// remove forgets an extension.
func (a *Aggregator) remove(name string) {
	x := a.all[name]
	if x == nil {
		return
	}
	x.stop()
	delete(a.all, name)
	a.publish()
	a.wake()
}

// publish makes the routes of what is there.
func (a *Aggregator) publish() {
	if len(a.all) == 0 {
		a.routes.Store(nil)
		return
	}
	routes := make(map[groupVersion]*extension, len(a.all))
	for _, x := range a.all {
		routes[x.at] = x
	}
	a.routes.Store(&routes)
}

// touched looks anew at the extensions behind a service.
func (a *Aggregator) touched(namespace, name string) {
	if a.routes.Load() == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, x := range a.all {
		if ref := x.spec.Service; ref.Namespace == namespace && ref.Name == name {
			x.look()
		}
	}
}

// wake makes Run look.
func (a *Aggregator) wake() {
	select {
	case a.kick <- struct{}{}:
	default:
	}
}

// Run keeps the APIServices of this server and looks after the others until ctx
// ends.
func (a *Aggregator) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { a.local.run(ctx) })
	for {
		a.mu.Lock()
		for _, x := range a.all {
			if !x.started {
				x.started = true
				wg.Go(func() { x.run(ctx) })
			}
		}
		a.mu.Unlock()
		a.Changed()
		select {
		case <-ctx.Done():
			return nil
		case <-a.kick:
		}
	}
}

// extensions are all that are there.
func (a *Aggregator) extensions() []*extension {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make([]*extension, 0, len(a.all))
	for x := range maps.Values(a.all) {
		out = append(out, x)
	}
	return out
}
