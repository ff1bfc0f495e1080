package usage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// kubelet says that the node uses half a processor and 1 GiB.
func kubelet(began time.Time) string {
	now := time.Now()
	return fmt.Sprintf("node_cpu_usage_seconds_total %f %d\nnode_memory_working_set_bytes %d\n", now.Sub(began).Seconds()/2, now.UnixMilli(), 1<<30)
}

// TestAsking: kubelets are asked when somebody wants to know, every 15 seconds,
// until nobody has wanted to know for a while.
func TestAsking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Who sleeps here may wake at the very moment of a look, which goes first.
		sleep := func(d time.Duration) { time.Sleep(d); synctest.Wait() }
		began := time.Now().Add(-time.Hour)
		var looks atomic.Int32
		down := atomic.Bool{}
		m := New(func(context.Context) ([]string, error) { return []string{"a", "b"}, nil },
			func(_ context.Context, node, path string) (io.ReadCloser, error) {
				if path != "/metrics/resource" {
					t.Errorf("asked for %s", path)
				}
				if node == "a" {
					looks.Add(1)
				}
				if node == "b" || down.Load() {
					return nil, errors.New("down")
				}
				return io.NopCloser(strings.NewReader(kubelet(began))), nil
			}, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); _ = m.Run(ctx) }()
		sleep(time.Hour)
		if n := looks.Load(); n != 0 {
			t.Errorf("%d looks that nobody wanted", n)
		}
		if err := m.Wait(ctx); err != nil || looks.Load() != 2 {
			t.Errorf("after the first question: %d looks, %v", looks.Load(), err)
		}
		u, ok := m.Node("a")
		if !ok || u.CPU != 5e8 || u.Memory != 1<<30 || u.Window != first {
			t.Errorf("a uses %+v (known: %v)", u, ok)
		}
		if u, ok := m.Node("b"); ok {
			t.Errorf("b, which does not answer, uses %+v", u)
		}
		sleep(time.Minute)
		if u, _ := m.Node("a"); u.Window != Resolution || time.Since(u.At) > Resolution || u.CPU != 5e8 {
			t.Errorf("a minute later a uses %+v", u)
		}
		down.Store(true)
		sleep(Resolution)
		if u, ok := m.Node("a"); ok {
			t.Errorf("while it does not answer, a uses %+v", u)
		}
		down.Store(false)
		sleep(2 * idle)
		n := looks.Load()
		sleep(time.Hour)
		if looks.Load() != n || m.nodes != nil {
			t.Errorf("%d looks an hour later", looks.Load()-n)
		}
		if err := m.Wait(ctx); err != nil || looks.Load() != n+2 {
			t.Errorf("after another question: %d looks, %v", looks.Load()-n, err)
		}
		cancel()
		<-done
		if err := m.Wait(ctx); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
