package scheduling

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// BenchmarkWithServer has the scheduler bind pods through the API server:
// they are all there before it starts, and the clock stops when the last one's
// binding has come by the watch. What is measured is mostly the API server, its
// etcd, and the watch.
func BenchmarkWithServer(b *testing.B) {
	for _, w := range []struct {
		name        string
		nodes, pods int
		change      func(p *core.Pod, i int)
	}{
		{"5000-on-1000", 1000, 5000, func(*core.Pod, int) {}},
		{"5000-on-1000-alone-and-spread", 1000, 5000, func(p *core.Pod, i int) {
			p.Labels = map[string]string{"app": fmt.Sprint("app-", i%10)}
			own := &meta.LabelSelector{MatchLabels: p.Labels}
			p.Spec.Affinity = &core.Affinity{PodAntiAffinity: &core.PodAntiAffinity{
				RequiredDuringSchedulingIgnoredDuringExecution: []core.PodAffinityTerm{{TopologyKey: core.LabelHostname, LabelSelector: own}},
			}}
			p.Spec.TopologySpreadConstraints = []core.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: core.LabelTopologyZone,
				WhenUnsatisfiable: core.DoNotSchedule, LabelSelector: own}}
		}},
	} {
		b.Run(w.name, func(b *testing.B) {
			parallel(b, w.nodes, func(i int) { newNode(b, fmt.Sprintf("bench-%d", i), fmt.Sprintf("zone-%d", i%3), nil) })
			for b.Loop() {
				b.StopTimer()
				ns := namespace(b)
				parallel(b, w.pods, func(i int) {
					newPod(b, ns, fmt.Sprintf("p%d", i), func(p *core.Pod) {
						p.Spec.SchedulerName = "bench"
						p.Spec.Containers[0].Resources.Requests[core.ResourceCPU] = quantity.MustParse("10m")
						w.change(p, i)
					})
				})
				done := watchBound(b, ns, w.pods)
				b.StartTimer()
				began := time.Now()
				scheduler := newScheduler("--scheduler-name=bench")
				if err := scheduler.Start(); err != nil {
					b.Fatal(err)
				}
				<-done
				b.ReportMetric(float64(w.pods)/time.Since(began).Seconds(), "pods/s")
				scheduler.End(syscall.SIGTERM)
			}
		})
	}
}

// watchBound closes done when so many pods of a namespace have a node.
func watchBound(b *testing.B, ns string, pods int) (done chan struct{}) {
	b.Helper()
	done = make(chan struct{})
	in := informer.New(testbed.client, informer.Options[*core.Pod]{Namespace: ns})
	left := pods
	in.OnChange(func(old, p *core.Pod) {
		if p != nil && p.Spec.NodeName != "" && (old == nil || old.Spec.NodeName == "") {
			if left--; left == 0 {
				close(done)
			}
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = in.Run(ctx) }()
	b.Cleanup(func() { cancel(); <-ended })
	<-in.Synced()
	return done
}

// parallel calls f for the numbers below n, some at a time.
func parallel(b *testing.B, n int, f func(i int)) {
	b.Helper()
	var wg sync.WaitGroup
	numbers := make(chan int)
	for range 16 {
		wg.Go(func() {
			for i := range numbers {
				f(i)
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	wg.Wait()
}
