package controller

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scripted answers the n-th call of Sync with the n-th step.
type scripted struct {
	steps []func() (time.Duration, error)
	at    []time.Duration
	began time.Time
}

func (s *scripted) Name() string { return "test" }

func (s *scripted) Sync(context.Context, meta.Key) (time.Duration, error) {
	s.at = append(s.at, time.Since(s.began))
	if n := len(s.at); n <= len(s.steps) {
		return s.steps[n-1]()
	}
	return 0, nil
}

func TestWhatFollowsASync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		q := NewQueue()
		r := &scripted{began: time.Now(), steps: []func() (time.Duration, error){
			func() (time.Duration, error) { return 0, errors.New("no luck") }, // after 5 ms again
			func() (time.Duration, error) { panic("nobody thought of this") }, // 10 ms later again
			func() (time.Duration, error) { return time.Minute, nil },
			func() (time.Duration, error) { return 0, nil },
		}}
		synced := make(chan struct{})
		done := make(chan error)
		go func() { done <- Run(ctx, r, 2, q, synced) }()
		q.Add(meta.Key{Namespace: "default", Name: "web"})
		synctest.Wait()
		if len(r.at) != 0 {
			t.Fatal("Sync was called before the caches were filled")
		}
		close(synced)
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(r.at) != 4 {
			t.Fatalf("Sync was called %d times, want 4: %v", len(r.at), r.at)
		}
		if second := r.at[1]; second > 5*time.Millisecond || second <= 0 {
			t.Errorf("second call after %v, want about 5ms", second)
		}
		if gap := r.at[3] - r.at[2]; gap != time.Minute {
			t.Errorf("asked for again in 1m, called after %v", gap)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
