package nftables

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/netnstest"
	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
)

func manyEndpoints(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("10.244.%d.%d:80", i>>8, i&0xff)
	}
	return list
}

// One service with a thousand endpoints is legal, and shrinking it again too.
func TestThousandEndpoints(t *testing.T) {
	ns := netnstest.New(t, "large")
	ns.Do(func() {
		ctx := context.Background()
		p, err := New(ctx, Config{})
		if err == nil {
			err = p.Rebuild(ctx, nil)
		}
		big, small := webPort(1, manyEndpoints(1000)...), webPort(1, manyEndpoints(3)...)
		if err == nil {
			err = p.Apply(ctx, []table.Change{{Name: big.Name, New: big}})
		}
		if err != nil {
			t.Error(err)
			return
		}
		if state := kernelState(t); !strings.Contains(state, "10.244.3.231") {
			t.Error("the thousandth endpoint is not in the kernel")
		}
		if err := p.Apply(ctx, []table.Change{{Name: big.Name, Old: big, New: small}}); err != nil {
			t.Error(err)
		}
		if state := kernelState(t); strings.Contains(state, "10.244.3.231") {
			t.Error("the thousandth endpoint is still in the kernel")
		}
	})
}

// BenchmarkUpdateLargeService changes one endpoint of many of one service.
func BenchmarkUpdateLargeService(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("endpoints=%d", n), func(b *testing.B) {
			all := manyEndpoints(n + 1)
			more, few := webPort(1, all...), webPort(1, all[:n]...)
			benchmark(b, 10, func(i int) table.Change {
				if i%2 == 0 {
					return table.Change{Name: more.Name, New: more}
				}
				return table.Change{Name: more.Name, Old: more, New: few}
			})
		})
	}
}
