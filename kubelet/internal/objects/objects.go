// Package objects fetches what pods refer to: ConfigMaps, Secrets, Services
// and tokens. A ConfigMap or Secret is watched, by itself, from the first time
// a pod of this node asks for it until none has asked for a while; so a node
// sees only the secrets that its own pods use, and sees their changes at once.
package objects

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/kubelet/internal/launch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Store hands out objects. Run must be running for it to have any.
type Store struct {
	client   *client.Client
	changed  func(kind string, key meta.Key)
	services *informer.Informer[*core.Service]

	mu         sync.Mutex
	ctx        context.Context
	configMaps map[meta.Key]*watched[*core.ConfigMap]
	secrets    map[meta.Key]*watched[*core.Secret]
	wg         sync.WaitGroup
}

// watched is one object under watch.
type watched[T meta.Object] struct {
	informer *informer.Informer[T]
	stop     context.CancelFunc
	used     time.Time
}

// New makes a store; changed is called, with "ConfigMap" or "Secret", when an
// object that was asked for changes. It must not block.
func New(ctx context.Context, c *client.Client, changed func(kind string, key meta.Key)) *Store {
	return &Store{
		client: c, changed: changed, ctx: ctx,
		services:   informer.New(c, informer.Options[*core.Service]{}),
		configMaps: map[meta.Key]*watched[*core.ConfigMap]{},
		secrets:    map[meta.Key]*watched[*core.Secret]{},
	}
}

// idle is how long an object is watched after it was last asked for; live
// volumes ask more often.
const idle = 5 * time.Minute

// Run follows the services and lets go of what is not used, until the context
// given to New ends.
func (s *Store) Run() {
	s.wg.Go(func() { _ = s.services.Run(s.ctx) })
	t := time.NewTicker(time.Minute)
	defer t.Stop()
	for {
		select {
		case <-s.ctx.Done():
			s.wg.Wait()
			return
		case <-t.C:
			s.mu.Lock()
			sweep(s.configMaps)
			sweep(s.secrets)
			s.mu.Unlock()
		}
	}
}

func sweep[T meta.Object](m map[meta.Key]*watched[T]) {
	for key, w := range m {
		if time.Since(w.used) > idle {
			w.stop()
			delete(m, key)
		}
	}
}

// Release lets go at once of the objects that used says no pod of the node
// uses any more: the API server would refuse to show them.
func (s *Store) Release(used func(kind string, key meta.Key) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	release(s.configMaps, "ConfigMap", used)
	release(s.secrets, "Secret", used)
}

func release[T meta.Object](m map[meta.Key]*watched[T], kind string, used func(string, meta.Key) bool) {
	for key, w := range m {
		if !used(kind, key) {
			w.stop()
			delete(m, key)
		}
	}
}

// ConfigMap is the newest version of a ConfigMap.
func (s *Store) ConfigMap(ctx context.Context, namespace, name string) (*core.ConfigMap, error) {
	return get(ctx, s, s.configMaps, "ConfigMap", meta.Key{Namespace: namespace, Name: name})
}

// Secret is the newest version of a Secret.
func (s *Store) Secret(ctx context.Context, namespace, name string) (*core.Secret, error) {
	return get(ctx, s, s.secrets, "Secret", meta.Key{Namespace: namespace, Name: name})
}

func get[T meta.Object](ctx context.Context, s *Store, m map[meta.Key]*watched[T], kind string, key meta.Key) (T, error) {
	s.mu.Lock()
	w := m[key]
	if w == nil {
		ctx, stop := context.WithCancel(s.ctx)
		w = &watched[T]{stop: stop, informer: informer.New(s.client, informer.Options[T]{Namespace: key.Namespace, FieldSelector: "metadata.name=" + key.Name})}
		w.informer.OnChange(func(_, _ T) { s.changed(kind, key) })
		s.wg.Go(func() { _ = w.informer.Run(ctx) })
		m[key] = w
	}
	w.used = time.Now()
	s.mu.Unlock()
	var none T
	select {
	case <-w.informer.Synced():
	case <-ctx.Done():
		return none, fmt.Errorf("failed to sync %s %s: %w", kind, key, ctx.Err())
	}
	if o, ok := w.informer.Get(key.Namespace, key.Name); ok {
		return o, nil
	}
	return none, launch.ErrNotFound
}

// Services are all services, once they are known.
func (s *Store) Services(ctx context.Context) ([]*core.Service, error) {
	select {
	case <-s.services.Synced():
		return s.services.List(), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(servicesTimeout):
		return nil, fmt.Errorf("services have not yet been read at least once, cannot construct envvars")
	}
}

const servicesTimeout = 10 * time.Second
