package kubeproxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// notebook is a ruleset that writes down what it is asked to do.
type notebook struct {
	mu    sync.Mutex
	lines []string
	fail  int // so many calls fail
}

func (n *notebook) write(format string, args ...any) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.fail > 0 {
		n.fail--
		n.lines = append(n.lines, "refused")
		return errors.New("the kernel said no")
	}
	n.lines = append(n.lines, fmt.Sprintf(format, args...))
	return nil
}

func (n *notebook) Rebuild(_ context.Context, ports []*table.Port) error {
	return n.write("rebuild %d", len(ports))
}

func (n *notebook) Apply(_ context.Context, changes []table.Change) error {
	return n.write("apply %d", len(changes))
}

func (n *notebook) Watch(context.Context, func()) error { return nil }

// read waits until the loop rests and returns what was written since the last read.
func (n *notebook) read() []string {
	synctest.Wait()
	n.mu.Lock()
	defer n.mu.Unlock()
	lines := n.lines
	n.lines = nil
	return lines
}

func expectLines(t *testing.T, n *notebook, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, n.read()); d != "" {
		t.Errorf("asked of the kernel (-want +got):\n%s", d)
	}
}

func web(i int) *core.Service {
	s := &core.Service{Spec: core.ServiceSpec{ClusterIP: fmt.Sprintf("10.96.0.%d", i), Ports: []core.ServicePort{{Port: 80}}}}
	s.Name, s.Namespace = fmt.Sprintf("web%d", i), "default"
	return s
}

func startLoop(t *testing.T, minSync time.Duration) (*loop, *notebook, chan struct{}) {
	n := &notebook{}
	l := newLoop("node1", []backend{{n, false}}, minSync, slog.New(slog.NewTextHandler(t.Output(), nil)))
	synced := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.run(ctx, synced) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l, n, synced
}

func TestNothingBeforeInformersAreComplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, n, synced := startLoop(t, 0)
		l.service(meta.KeyOf(web(1)), web(1))
		expectLines(t, n)
		l.service(meta.KeyOf(web(2)), web(2))
		close(synced)
		expectLines(t, n, "rebuild 2")
		l.service(meta.KeyOf(web(3)), web(3))
		expectLines(t, n, "apply 1")
		l.service(meta.KeyOf(web(3)), web(3))
		expectLines(t, n) // no difference
	})
}

func TestBurstIsOneTransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, n, synced := startLoop(t, time.Second)
		close(synced)
		expectLines(t, n, "rebuild 0")
		for i := range 50 {
			l.service(meta.KeyOf(web(i)), web(i))
		}
		expectLines(t, n) // within the least time between two
		time.Sleep(time.Second)
		expectLines(t, n, "apply 50")
	})
}

func TestRefusedRulesAreMadeAfresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, n, synced := startLoop(t, 0)
		close(synced)
		expectLines(t, n, "rebuild 0")
		n.fail = 2
		l.service(meta.KeyOf(web(1)), web(1))
		expectLines(t, n, "refused")
		time.Sleep(retryAfter)
		expectLines(t, n, "refused")
		time.Sleep(2 * retryAfter)
		expectLines(t, n, "rebuild 1")
		if l.health().Late {
			t.Error("healthy again, but late")
		}
	})
}

func TestTamperedRulesAreRestored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, n, synced := startLoop(t, 0)
		l.service(meta.KeyOf(web(1)), web(1))
		close(synced)
		expectLines(t, n, "rebuild 1")
		l.tampered()
		expectLines(t, n, "rebuild 1")
		for range 5 { // somebody goes on
			l.tampered()
			expectLines(t, n)
		}
		time.Sleep(restorePause)
		expectLines(t, n, "rebuild 1")
	})
}

func TestLateWhenTheKernelGoesOnRefusing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, n, synced := startLoop(t, 0)
		n.fail = 1 << 30
		close(synced)
		time.Sleep(lateAfter / 2)
		if l.health().Late {
			t.Error("late already")
		}
		time.Sleep(lateAfter)
		if !l.health().Late {
			t.Error("the proxy has had no rules for long, but calls itself healthy")
		}
	})
}
