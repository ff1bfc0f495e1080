package apiserver_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// BenchmarkCreateUnderQuota creates pods, many at a time, where there is no
// quota at all, where another namespace has one, and where one counts them.
func BenchmarkCreateUnderQuota(b *testing.B) {
	s := testserver.Start(b, nil)
	c := s.Client(b)
	bounded := func(ns string) {
		q := &core.ResourceQuota{}
		q.Namespace, q.Name = ns, "q"
		q.Spec.Hard = core.ResourceList{"pods": quantity.MustParse("1M"), "requests.cpu": quantity.MustParse("1M"), "count/pods": quantity.MustParse("1M")}
		made, err := client.Of[*core.ResourceQuota](c).Create(b.Context(), q)
		if err != nil {
			b.Fatal(err)
		}
		made.Status.Hard, made.Status.Used = made.Spec.Hard, core.ResourceList{}
		for n := range made.Spec.Hard {
			made.Status.Used[n] = quantity.FromInt(0, quantity.DecimalSI)
		}
		if _, err := client.Of[*core.ResourceQuota](c).UpdateStatus(b.Context(), made); err != nil {
			b.Fatal(err)
		}
	}
	var n atomic.Int64
	for _, ns := range []string{"none", "elsewhere", "here"} {
		space := &core.Namespace{}
		space.Name = ns
		if _, err := client.Of[*core.Namespace](c).Create(b.Context(), space); err != nil {
			b.Fatal(err)
		}
		account := &core.ServiceAccount{}
		account.Namespace, account.Name = ns, "default"
		if _, err := client.Of[*core.ServiceAccount](c).Create(b.Context(), account); err != nil {
			b.Fatal(err)
		}
		switch ns {
		case "elsewhere":
			bounded("default")
		case "here":
			bounded(ns)
		}
		b.Run(ns, func(b *testing.B) {
			b.SetParallelism(16)
			b.RunParallel(func(pb *testing.PB) {
				pods := client.Of[*core.Pod](c)
				for pb.Next() {
					p := &core.Pod{}
					p.Namespace, p.Name = ns, fmt.Sprint("p", n.Add(1))
					p.Spec.Containers = []core.Container{{Name: "c", Image: "i"}}
					p.Spec.Containers[0].Resources.Requests = core.ResourceList{"cpu": quantity.MustParse("10m")}
					if _, err := pods.Create(b.Context(), p); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
