package iptables

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/netnstest"
	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
)

// BenchmarkUpdate changes the endpoints of one service among many, in the kernel.
func BenchmarkUpdate(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("services=%d", n), func(b *testing.B) {
			ns := netnstest.New(b, "bench")
			ports := make([]*table.Port, n)
			for i := range ports {
				ports[i] = webPort(i, "10.244.1.1:80", "10.244.1.2:80")
			}
			more := webPort(1, "10.244.1.1:80", "10.244.1.2:80", "10.244.1.3:80")
			ns.Do(func() {
				ctx := context.Background()
				p, err := New(ctx, Config{}, time.Minute)
				if err == nil {
					err = p.Rebuild(ctx, ports)
				}
				b.ResetTimer()
				for i := 0; i < b.N && err == nil; i++ {
					ch := table.Change{Name: more.Name, New: more}
					if i%2 == 1 {
						ch.New = ports[1]
					}
					err = p.Apply(ctx, []table.Change{ch})
				}
				if err != nil {
					b.Error(err)
				}
			})
		})
	}
}
