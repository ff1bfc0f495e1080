package quota

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
)

// space is a namespace's quotas, as new as anybody here knows them: from the
// cache, from a write of ours that the cache has not seen yet, or from a write
// that tripped over another one.
type space struct {
	turn chan struct{} // holds one token: whose turn it is to write

	mu     sync.Mutex
	quotas []*kept // sorted by name
}

// kept is one version of a quota. It never changes.
type kept struct {
	name  string
	rev   int64
	raw   *cache.Object       // until it is looked at
	quota *core.ResourceQuota // without a resourceVersion, as it is stored
}

func newSpace() *space {
	s := &space{turn: make(chan struct{}, 1)}
	s.turn <- struct{}{}
	return s
}

// take waits for the turn to write, which leave passes on.
func (s *space) take(ctx context.Context) error {
	select {
	case <-s.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *space) leave() { s.turn <- struct{}{} }

func (s *space) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.quotas)
}

// heard takes in a version from the cache.
func (s *space) heard(o *cache.Object) { s.set(&kept{name: o.Name, rev: o.Rev, raw: o}) }

// put takes in a version from elsewhere.
func (s *space) put(q *core.ResourceQuota, rev int64) {
	q.ResourceVersion = ""
	s.set(&kept{name: q.Name, rev: rev, quota: q})
}

// wrote takes in what was just written.
func (s *space) wrote(b []booking, rev int64) {
	for _, x := range b {
		s.put(x.next, rev)
	}
}

func (s *space) set(k *kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.find(k.name)
	switch {
	case !ok:
		s.quotas = slices.Insert(s.quotas, i, k)
	case s.quotas[i].rev < k.rev:
		s.quotas[i] = k
	}
}

// drop forgets a quota whose last version was rev, and says whether none is left.
func (s *space) drop(name string, rev int64) (empty bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, ok := s.find(name); ok && s.quotas[i].rev <= rev {
		s.quotas = slices.Delete(slices.Clone(s.quotas), i, i+1)
	}
	return len(s.quotas) == 0
}

func (s *space) find(name string) (int, bool) {
	return slices.BinarySearchFunc(s.quotas, name, func(k *kept, name string) int { return cmp.Compare(k.name, name) })
}

// all are the quotas by name.
func (s *space) all() ([]*kept, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, k := range s.quotas {
		if k.quota != nil {
			continue
		}
		q := &core.ResourceQuota{}
		if err := codec.DecodeJSON(k.raw.JSON(), q); err != nil {
			return nil, err
		}
		q.ResourceVersion = ""
		s.quotas[i] = &kept{name: k.name, rev: k.rev, quota: q}
	}
	return slices.Clone(s.quotas), nil
}
