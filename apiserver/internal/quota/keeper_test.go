package quota

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/etcd"
	"github.com/pilothouse/pilothouse/apiserver/internal/etcd/etcdtest"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
	uses "github.com/pilothouse/pilothouse/proto/quota"
)

// server is as much of an API server as charges need.
type server struct {
	store  *store.Store
	cache  *cache.Cache
	keeper *Keeper
}

func serve(t testing.TB, e *etcd.Etcd, alone bool) *server {
	s := &server{store: store.New(e.Client())}
	s.cache = cache.New(e.Client(), s.store, cache.Options{SoleWriter: alone, Log: etcdtest.Log(t), Resources: []cache.Resource{
		{Name: "resourcequotas", Prefix: "/registry/resourcequotas/", Namespaced: true, APIVersion: "v1", Kind: "ResourceQuota"},
		{Name: "pods", Prefix: "/registry/pods/", Namespaced: true, APIVersion: "v1", Kind: "Pod"},
	}})
	s.keeper = New(s.cache, etcdtest.Log(t))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.cache.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	if err := s.cache.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// quotaOf stores a quota of so many pods, counted already.
func quotaOf(t testing.TB, s *server, name string, pods int64) {
	q := &core.ResourceQuota{}
	q.Kind, q.APIVersion, q.Namespace, q.Name = "ResourceQuota", "v1", "ns", name
	q.Spec.Hard = core.ResourceList{core.ResourcePods: quantity.FromInt(pods, quantity.DecimalSI)}
	q.Status.Hard = q.Spec.Hard
	q.Status.Used = core.ResourceList{core.ResourcePods: quantity.FromInt(0, quantity.DecimalSI)}
	b, err := codec.EncodeJSON(q)
	if err != nil {
		t.Fatal(err)
	}
	rev, err := s.store.Create(t.Context(), "/registry/resourcequotas/ns/"+name, b, 0)
	if err == nil {
		err = s.cache.WaitFor(t.Context(), rev)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func podOf(name string) *core.Pod {
	p := &core.Pod{}
	p.Kind, p.APIVersion, p.Namespace, p.Name = "Pod", "v1", "ns", name
	return p
}

func (s *server) create(ctx context.Context, p *core.Pod) (rev int64, err error) {
	err = s.keeper.Charge(ctx, "ns", func() uses.Change {
		return uses.Change{Resource: "pods", New: p, Bounded: true, Now: time.Now()}
	}, func(ops []store.Op) (int64, error) {
		b, err := codec.EncodeJSON(p)
		if err != nil {
			return 0, err
		}
		rev, err = s.store.Create(ctx, "/registry/pods/ns/"+p.Name, b, 0, ops...)
		return rev, err
	})
	return rev, err
}

func (s *server) remove(ctx context.Context, p *core.Pod, rev int64) error {
	return s.keeper.Charge(ctx, "ns", func() uses.Change {
		return uses.Change{Resource: "pods", Old: p, Now: time.Now()}
	}, func(ops []store.Op) (int64, error) {
		return s.store.Delete(ctx, "/registry/pods/ns/"+p.Name, rev, ops...)
	})
}

// state is how many pods there are and how many the quota says, at one
// revision.
func state(t testing.TB, e *etcd.Etcd, name string) (pods, used int64) {
	resp, err := e.Client().Get(t.Context(), "/registry/resourcequotas/ns/"+name)
	if err != nil || len(resp.Kvs) != 1 {
		t.Fatalf("read the quota: %v, %v", resp, err)
	}
	q := &core.ResourceQuota{}
	if err := codec.DecodeJSON(resp.Kvs[0].Value, q); err != nil {
		t.Fatal(err)
	}
	n, err := e.Client().KV.Get(t.Context(), "/registry/pods/", clientv3.WithPrefix(), clientv3.WithRev(resp.Header.Revision), clientv3.WithCountOnly())
	if err != nil {
		t.Fatal(err)
	}
	return n.Count, q.Status.Used[core.ResourcePods].Value()
}

// TestCreatorsNeverOverrun: hundreds create and delete at the same time through
// two API servers; the quota is never overrun, always tells what there is, and
// ends exactly full.
func TestCreatorsNeverOverrun(t *testing.T) {
	const most, creators, each = 40, 300, 3
	e := etcdtest.Start(t)
	servers := []*server{serve(t, e, false), serve(t, e, false)}
	quotaOf(t, servers[0], "q", most)
	quotaOf(t, servers[0], "wide", 10*most)
	for _, s := range servers {
		if err := s.cache.WaitCurrent(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() {
		for ctx.Err() == nil {
			if pods, used := state(t, e, "q"); pods > most || used != pods {
				t.Errorf("%d pods, %d in use of %d", pods, used, most)
				return
			}
		}
	})
	var made, refused atomic.Int64
	var creating sync.WaitGroup
	for i := range creators {
		creating.Go(func() {
			s := servers[i%2]
			random := rand.New(rand.NewPCG(uint64(i), 1))
			for j := range each {
				p := podOf(fmt.Sprintf("p-%d-%d", i, j))
				rev, err := s.create(t.Context(), p)
				var no *RefusedError
				switch {
				case errors.As(err, &no):
					refused.Add(1)
				case err != nil:
					t.Errorf("create: %v", err)
				case j < each-1 && random.IntN(2) == 0:
					if err := s.remove(t.Context(), p, rev); err != nil {
						t.Errorf("remove: %v", err)
					}
				default:
					made.Add(1)
				}
			}
		})
	}
	creating.Wait()
	for i := 0; ; i++ { // Whoever came while others had not yet deleted may have left room.
		if _, err := servers[i%2].create(t.Context(), podOf(fmt.Sprintf("last-%d", i))); err != nil {
			break
		}
		made.Add(1)
	}
	stop()
	watching.Wait()
	pods, used := state(t, e, "q")
	if _, wide := state(t, e, "wide"); pods != most || used != most || wide != most || made.Load() != most {
		t.Errorf("%d pods, %d and %d in use, %d made; want %d", pods, used, wide, made.Load(), most)
	}
	if refused.Load() == 0 {
		t.Error("nobody was refused: the test shows nothing")
	}
}

// TestFailedWriteIsNotCharged: what was not written is not charged.
func TestFailedWriteIsNotCharged(t *testing.T) {
	e := etcdtest.Start(t)
	s := serve(t, e, true)
	quotaOf(t, s, "q", 2)
	if _, err := s.create(t.Context(), podOf("a")); err != nil {
		t.Fatal(err)
	}
	var exists *store.ExistsError
	if _, err := s.create(t.Context(), podOf("a")); !errors.As(err, &exists) {
		t.Fatalf("a second a: %v", err)
	}
	if pods, used := state(t, e, "q"); pods != 1 || used != 1 {
		t.Errorf("%d pods, %d in use", pods, used)
	}
}

// TestDeletedQuotaBoundsNothing: who still knows a quota that is gone finds out
// by its write.
func TestDeletedQuotaBoundsNothing(t *testing.T) {
	e := etcdtest.Start(t)
	s := serve(t, e, true)
	quotaOf(t, s, "q", 1)
	sp := s.keeper.space("ns")
	if _, err := e.Client().Delete(t.Context(), "/registry/resourcequotas/ns/q"); err != nil {
		t.Fatal(err)
	}
	q := &core.ResourceQuota{ObjectMeta: meta.ObjectMeta{Namespace: "ns", Name: "q"}}
	q.Status.Hard = core.ResourceList{core.ResourcePods: quantity.FromInt(5, quantity.DecimalSI)}
	q.Status.Used = core.ResourceList{core.ResourcePods: quantity.FromInt(0, quantity.DecimalSI)}
	s.keeper.Know(q, 1<<40) // The deletion is not heard.
	for _, name := range []string{"a", "b"} {
		if _, err := s.create(t.Context(), podOf(name)); err != nil {
			t.Errorf("create %s: %v", name, err)
		}
	}
	if n := sp.count(); n != 0 {
		t.Errorf("%d quotas are known", n)
	}
}
