package nftables

import (
	"context"
	"fmt"
	"testing"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/netnstest"
	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
)

// services makes n services with two to four endpoints each.
func services(n int) []*table.Port {
	list := make([]*table.Port, n)
	for i := range list {
		var endpoints []string
		for e := range 2 + i%3 {
			endpoints = append(endpoints, fmt.Sprintf("10.244.%d.%d:%d", i>>8, i&0xff, 8000+e))
		}
		list[i] = webPort(i, endpoints...)
	}
	return list
}

// BenchmarkUpdate changes the endpoints of one service among many, in the kernel.
func BenchmarkUpdate(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10000} {
		b.Run(fmt.Sprintf("endpoints/services=%d", n), func(b *testing.B) {
			few, more := webPort(1, "10.1.0.1:80", "10.1.0.2:80"), webPort(1, "10.1.0.1:80", "10.1.0.2:80", "10.1.0.3:80")
			benchmark(b, n, func(i int) table.Change {
				if i%2 == 0 {
					return table.Change{Name: few.Name, Old: few, New: more}
				}
				return table.Change{Name: few.Name, Old: more, New: few}
			})
		})
		b.Run(fmt.Sprintf("service/services=%d", n), func(b *testing.B) {
			extra := webPort(60000, "10.1.0.1:80", "10.1.0.2:80")
			benchmark(b, n, func(i int) table.Change {
				if i%2 == 0 {
					return table.Change{Name: extra.Name, New: extra}
				}
				return table.Change{Name: extra.Name, Old: extra}
			})
		})
	}
}

func benchmark(b *testing.B, n int, change func(i int) table.Change) {
	ns := netnstest.New(b, "bench")
	ns.Do(func() {
		ctx := context.Background()
		p, err := New(ctx, Config{})
		if err == nil {
			err = p.Rebuild(ctx, services(n))
		}
		b.ResetTimer()
		for i := 0; i < b.N && err == nil; i++ {
			err = p.Apply(ctx, []table.Change{change(i)})
		}
		if err != nil {
			b.Error(err)
		}
	})
}

// BenchmarkRebuild loads everything at once, as at the start.
func BenchmarkRebuild(b *testing.B) {
	ns := netnstest.New(b, "bench")
	ports := services(10000)
	ns.Do(func() {
		ctx := context.Background()
		p, err := New(ctx, Config{})
		for i := 0; i < b.N && err == nil; i++ {
			err = p.Rebuild(ctx, ports)
		}
		if err != nil {
			b.Error(err)
		}
	})
}
