package cache

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/etcd/etcdtest"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
)

// typical is a pod of the size that pods have once the server has filled in
// its defaults and the kubelet its status.
func typical(b testing.TB) []byte {
	b.Helper()
	value, err := os.ReadFile("testdata/pod.json")
	if err != nil {
		b.Fatal(err)
	}
	return bytes.TrimSpace(value)
}

func filled(b *testing.B, n int) *Table {
	value := typical(b)
	c := New(etcdtest.Start(b).Client(), nil, Options{Resources: []Resource{pods}})
	t := c.Table("pods")
	objects := make([]*Object, n)
	for i := range objects {
		objects[i] = newObject(t, fmt.Sprintf("ns%d/pod-%d", i%50, i), value, int64(i+1), Added)
	}
	t.load(objects, int64(n))
	c.progress.advance(int64(n))
	return t
}

func BenchmarkNewObject(b *testing.B) {
	t := newTable(nil, pods)
	value := typical(b)
	b.SetBytes(int64(len(value)))
	b.ReportAllocs()
	for b.Loop() {
		if newObject(t, "default/web", value, 12345, Added) == nil {
			b.Fatal("no object")
		}
	}
}

func BenchmarkGet(b *testing.B) {
	t := filled(b, 30000)
	b.ReportAllocs()
	for b.Loop() {
		if t.Get("ns7/", "pod-7") != nil || t.Get("ns7", "pod-7") == nil {
			b.Fatal("wrong answer")
		}
	}
}

func BenchmarkList30000(b *testing.B) {
	t := filled(b, 30000)
	b.ReportAllocs()
	for b.Loop() {
		l, err := t.List(b.Context(), ListOptions{ResourceVersion: "0"})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for o := range l.All() {
			n += len(o.JSON())
		}
	}
}

// A change among a thousand kubelets' watches and twenty broad ones.
func BenchmarkDispatch(b *testing.B) {
	t := filled(b, 1000)
	value := typical(b)
	ctx, cancel := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	for i := range 1020 {
		o := WatchOptions{ResourceVersion: "1000"}
		if i < 1000 {
			o.Fields = fields(b, fmt.Sprintf("spec.nodeName=node%d", i))
		}
		w, err := t.Watch(ctx, o)
		if err != nil {
			b.Fatal(err)
		}
		wg.Go(func() {
			defer w.Close()
			for {
				if _, err := w.Next(ctx); err != nil {
					return
				}
			}
		})
	}
	rev := int64(1000)
	b.ReportAllocs()
	for b.Loop() {
		rev++
		key := fmt.Sprintf("ns%d/pod-%d", rev%50, rev%1000)
		t.apply([]update{{key: key, rev: rev, obj: newObject(t, key, value, rev, Modified)}})
	}
	cancel()
	wg.Wait()
}

// What 30,000 pods cost, beside their own bytes.
func BenchmarkMemory30000(b *testing.B) {
	value := typical(b)
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		t := filled(b, 30000)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/30000, "heap-B/pod")
		b.ReportMetric(float64(len(value)), "own-B/pod")
		runtime.KeepAlive(t)
	}
}

// Create, and read back consistently, on a member with fsync off.
func BenchmarkCreateAndFetch(b *testing.B) {
	value := typical(b)
	e := etcdtest.Start(b)
	s := store.New(e.Client())
	c := New(e.Client(), s, Options{Resources: []Resource{pods}, SoleWriter: true, Log: etcdtest.Log(b)})
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error)
	go func() { done <- c.Run(ctx) }()
	if err := c.Ready(ctx); err != nil {
		b.Fatal(err)
	}
	t := c.Table("pods")
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		i++
		name := fmt.Sprintf("pod-%d", i)
		if _, err := s.Create(ctx, t.Key("default", name), value, 0); err != nil {
			b.Fatal(err)
		}
		if o, err := t.Fetch(ctx, "default", name, ""); o == nil || err != nil {
			b.Fatal(o, err)
		}
	}
	cancel()
	<-done
}
