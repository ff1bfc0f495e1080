package controllermanager

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/controller-manager/internal/catalog"
	"github.com/pilothouse/pilothouse/proto/core"
)

// row is a short story that controllers live through, and what has to be true
// in the end however often they die on the way.
type row struct {
	name        string
	controllers []string
	script      func(s *stage) error
	groups      string // what discovery tells of groups; empty for what is true
	account     bool   // the namespace gets no service account: a controller makes it
	tune        func(*Config)
}

// stage is where one run of a row plays.
type stage struct {
	*row
	ctx    context.Context
	ns     string
	client *client.Client
	world  *world
	faults *faults
}

// patience is how long anything in a script may take.
const patience = 30 * time.Second

// until waits until f returns nil; its last error is what is wrong.
func (s *stage) until(f func() error) error {
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := f()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

// bed is what all runs share.
type bed struct {
	kubeconfig string
	url        string
	client     *client.Client
	world      *world
	resources  map[string]bool
	runs       atomic.Int64
}

// TestControllersCrash runs every controller with each of its writes failing
// in each way: lost on the way, carried out without an answer, and the process
// killed before and after; and many more runs with several of these at random.
func TestControllersCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("needs an API server: make test-integration")
	}
	was := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	t.Cleanup(func() { slog.SetDefault(was) })
	b := newBed(t)
	for i := range rows {
		r := &rows[i]
		t.Run(r.name, func(t *testing.T) { b.everyFault(t, r) })
	}
}

// everyFault plays a row once without faults and then with each.
func (b *bed) everyFault(t *testing.T, r *row) {
	began := time.Now()
	writes, err := b.play(t.Context(), r, nil)
	if err != nil {
		t.Fatalf("without any fault: %v", err)
	}
	if len(writes) == 0 {
		t.Fatal("the controllers write nothing")
	}
	var plans []map[int]fault
	for n := 1; n <= len(writes); n++ {
		for _, f := range []fault{lost, unanswered, crashBefore, crashAfter} {
			plans = append(plans, map[int]fault{n: f})
		}
	}
	const most, random = 44, 10
	if len(plans) > most { // Long stories are sampled, another part each time.
		rand.Shuffle(len(plans), func(i, j int) { plans[i], plans[j] = plans[j], plans[i] })
		plans = plans[:most]
	}
	for range random {
		plan := map[int]fault{}
		for n := 1; n <= 2*len(writes); n++ {
			if rand.IntN(4) == 0 {
				plan[n] = fault(1 + rand.IntN(4))
			}
		}
		plans = append(plans, plan)
	}
	var wg sync.WaitGroup
	turns := make(chan struct{}, 8)
	for _, plan := range plans {
		turns <- struct{}{}
		if t.Failed() {
			break
		}
		wg.Go(func() {
			defer func() { <-turns }()
			if did, err := b.play(t.Context(), r, plan); err != nil {
				t.Errorf("with %v: %v\nwrites: %s", plan, err, strings.Join(did, "\n        "))
			}
		})
	}
	wg.Wait()
	t.Logf("%d writes, %d runs, %v", len(writes), len(plans)+1, time.Since(began).Round(time.Millisecond))
}

// play runs a row's script with faults, and returns what the controllers wrote.
func (b *bed) play(ctx context.Context, r *row, plan map[int]fault) ([]string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &stage{row: r, ctx: ctx, client: b.client, world: b.world, ns: fmt.Sprintf("run-%d", b.runs.Add(1))}
	s.faults = &faults{namespace: s.ns, resources: b.resources, groups: r.groups, plan: plan, crashed: make(chan struct{}, 1)}
	ns := &core.Namespace{}
	ns.Name = s.ns
	if _, err := client.Of[*core.Namespace](s.client).Create(ctx, ns); err != nil {
		return nil, err
	}
	if !r.account {
		sa := &core.ServiceAccount{}
		sa.Namespace, sa.Name = s.ns, "default"
		if _, err := client.Of[*core.ServiceAccount](s.client).Create(ctx, sa); err != nil {
			return nil, err
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- b.lives(ctx, s) }()
	err := r.script(s)
	if made, _, _, twins := s.world.tally(s.ns); err == nil && twins != "" {
		err = fmt.Errorf("%d pods, and two lived at once as %s", made, twins)
	}
	cancel()
	if lived := <-ended; err == nil && lived != nil {
		err = lived
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	return slices.Clone(s.faults.done), err
}

// lives runs the controllers, and again each time that they have crashed.
func (b *bed) lives(ctx context.Context, s *stage) error {
	cfg := DefaultConfig()
	cfg.Controllers = s.controllers
	if s.tune != nil {
		s.tune(&cfg)
	}
	for ctx.Err() == nil {
		life, die := context.WithCancel(ctx)
		c, err := b.connect(s.faults)
		if err != nil {
			die()
			return err
		}
		done := make(chan error, 1)
		go func() { done <- runControllers(life, cfg, c, nil, keys{}) }()
		select {
		case <-s.faults.crashed:
		case <-ctx.Done():
		case err = <-done:
			done <- nil
		}
		die()
		<-done
		s.faults.flying.Wait()
		c.Close()
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("the controllers ended: %w", err)
		}
	}
	return nil
}

// connect makes a client, through f if there is one.
func (b *bed) connect(f *faults) (*client.Client, error) {
	cfg, err := client.ConfigFromKubeconfig(b.kubeconfig, "")
	if err != nil {
		return nil, err
	}
	cfg.Host = b.url
	if f != nil {
		cfg.Wrap = f.wrap
	}
	return client.New(cfg)
}

// newBed starts an API server and the world around it.
func newBed(t *testing.T) *bed {
	dir := t.TempDir()
	bin := filepath.Join(os.Getenv("PILOTHOUSE_BIN"), "kube-apiserver")
	if os.Getenv("PILOTHOUSE_BIN") == "" {
		bin = filepath.Join(dir, "kube-apiserver")
		build := exec.Command("go", "build", "-o", bin, "./cmd/kube-apiserver")
		build.Dir = filepath.Join("..", "apiserver")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("build the API server: %v\n%s", err, out)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(addr)
	server := exec.Command(bin, "--data-dir="+dir, "--bind-address=127.0.0.1", "--secure-port="+port, "--max-requests-inflight=0", "--max-mutating-requests-inflight=0")
	server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGTERM)
		_ = server.Wait()
	})
	b := &bed{kubeconfig: filepath.Join(dir, "admin.kubeconfig"), url: "https://" + addr, resources: map[string]bool{}}
	s := &stage{ctx: t.Context()}
	if err := s.until(func() error {
		if b.client, err = b.connect(nil); err != nil {
			return err
		}
		_, err = b.client.Raw().Do(t.Context(), "GET", "/readyz", nil, "", nil)
		return err
	}); err != nil {
		t.Fatalf("wait for the API server: %v", err)
	}
	all, err := catalog.New(b.client).Resources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		b.resources[r.Name] = b.resources[r.Name] || r.Namespaced
	}
	ctx, cancel := context.WithCancel(context.Background())
	if b.world, err = newWorld(ctx, b.client); err != nil {
		cancel()
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); b.world.run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return b
}
