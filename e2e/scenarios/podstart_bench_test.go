package scenarios

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
)

// BenchmarkPodStart is the time from the create of a pod to its Ready, through
// the API server, the scheduler and a kubelet, with the image present. The
// runtime's own part of it is measured by the kubelet's BenchmarkRuntimeFloor.
func BenchmarkPodStart(b *testing.B) {
	cfg, err := client.ConfigFromKubeconfig(cluster.Kubeconfig(), "")
	if err != nil {
		b.Fatal(err)
	}
	c, err := client.New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	pods := client.Of[*core.Pod](c)
	var grace int64
	n := 0
	for b.Loop() {
		name := fmt.Sprintf("start-%d", n)
		n++
		p := &core.Pod{}
		p.Name, p.Namespace = name, "default"
		p.Spec.TerminationGracePeriodSeconds = &grace
		p.Spec.Containers = []core.Container{{Name: "c", Image: "busybox:1.35", Command: []string{"sleep", "3600"}}}
		made, err := pods.Create(ctx, p)
		if err != nil {
			b.Fatal(err)
		}
		w, err := pods.Watch(ctx, "default", client.ListOptions{FieldSelector: "metadata.name=" + name, ResourceVersion: made.ResourceVersion})
		if err != nil {
			b.Fatal(err)
		}
		for {
			e, err := w.Next(ctx)
			if err != nil {
				b.Fatal(err)
			}
			if ready(e.Object) {
				break
			}
		}
		b.StopTimer()
		if err := pods.Delete(ctx, "default", name); err != nil {
			b.Fatal(err)
		}
		for {
			if _, err := pods.Get(ctx, "default", name); client.IsNotFound(err) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
	}
}

func ready(p *core.Pod) bool {
	for _, c := range p.Status.Conditions {
		if c.Type == core.PodReady {
			return c.Status == core.ConditionTrue
		}
	}
	return false
}
