package leader

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/internal/apitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const lease = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/test"

func config(identity string) Config {
	cfg := Default("test")
	cfg.Identity = identity
	cfg.LeaseDuration, cfg.RenewDeadline, cfg.RetryPeriod = 2*time.Second, time.Second, 50*time.Millisecond
	return cfg
}

// candidate runs for the lease until stop; each term's context is sent.
func candidate(t *testing.T, c *client.Client, identity string) (terms chan context.Context, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	terms = make(chan context.Context, 10)
	done := make(chan error, 1)
	go func() {
		done <- Run(ctx, c, config(identity), func(ctx context.Context) error {
			terms <- ctx
			<-ctx.Done()
			return nil
		})
	}()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return terms, stop
}

func term(t *testing.T, terms chan context.Context) context.Context {
	t.Helper()
	select {
	case ctx := <-terms:
		return ctx
	case <-time.After(10 * time.Second):
		t.Fatal("nobody leads")
		return nil
	}
}

func spec(s *apitest.Server) map[string]any { return s.Object(lease)["spec"].(map[string]any) }

func TestOneLeadsAndHandsOver(t *testing.T) {
	s := apitest.New(t)
	first, stop := candidate(t, s.NewClient(), "first")
	term(t, first)
	second, _ := candidate(t, s.NewClient(), "second")
	if holder := spec(s)["holderIdentity"]; holder != "first" {
		t.Errorf("the lease is held by %v", holder)
	}
	select {
	case <-second:
		t.Fatal("two lead at once")
	case <-time.After(300 * time.Millisecond):
	}
	began := time.Now()
	stop()
	term(t, second)
	if took := time.Since(began); took > time.Second {
		t.Errorf("a lease that was given back was taken after %v", took)
	}
	if holder := spec(s)["holderIdentity"]; holder != "second" {
		t.Errorf("the lease is held by %v", holder)
	}
}

func TestALeaderThatCannotRenewStops(t *testing.T) {
	s := apitest.New(t)
	terms, _ := candidate(t, s.NewClient(), "first")
	ctx := term(t, terms)
	s.Lock()
	s.Before = func(w http.ResponseWriter, _ *http.Request) bool {
		apitest.Refuse(w, http.StatusInternalServerError, "InternalError", "down")
		return true
	}
	s.Unlock()
	began := time.Now()
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("works on without a lease")
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("stopped after %v, longer than the lease lasts", took)
	}
	s.Lock()
	s.Before = nil
	s.Unlock()
	term(t, terms) // and stands for election again
}

func TestASilentLeaderIsReplaced(t *testing.T) {
	s := apitest.New(t)
	s.Put(lease, map[string]any{"spec": map[string]any{"holderIdentity": "dead", "leaseDurationSeconds": 1}})
	began := time.Now()
	terms, _ := candidate(t, s.NewClient(), "heir")
	term(t, terms)
	if took := time.Since(began); took < time.Second || took > 3*time.Second {
		t.Errorf("took the lease of 1s after %v", took)
	}
	if n := spec(s)["leaseTransitions"]; n != 0.0 && n != 1.0 {
		t.Errorf("transitions: %v", n)
	}
}

func TestWorkThatEnds(t *testing.T) {
	s := apitest.New(t)
	failed := errors.New("no more")
	err := Run(t.Context(), s.NewClient(), config("first"), func(context.Context) error { return failed })
	if !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	if holder := spec(s)["holderIdentity"]; holder != nil && holder != "" {
		t.Errorf("the lease is still held by %v", holder)
	}
}

func TestWithoutElection(t *testing.T) {
	cfg := config("x")
	cfg.Elect = false
	worked := false
	if err := Run(t.Context(), nil, cfg, func(context.Context) error { worked = true; return nil }); err != nil || !worked {
		t.Errorf("worked: %v, %v", worked, err)
	}
}

func TestValidate(t *testing.T) {
	for flag, change := range map[string]func(*Config){
		"--leader-elect-lease-duration=1ms":                 func(c *Config) { c.LeaseDuration = time.Millisecond },
		"--leader-elect-renew-deadline=20s: must be less":   func(c *Config) { c.RenewDeadline = 20 * time.Second },
		"--leader-elect-retry-period=0s: must be positive":  func(c *Config) { c.RetryPeriod = 0 },
		"--leader-elect-retry-period=10s: must be positive": func(c *Config) { c.RetryPeriod = 10 * time.Second },
	} {
		cfg := Default("x")
		change(&cfg)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("got %v, want %s", err, flag)
		}
	}
}
