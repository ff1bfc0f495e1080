// Package hammer sends a service requests without a pause and counts what came
// of them, to show that something disturbs nobody.
package hammer

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sort"
	"strings"
	"sync"
	"time"
)

// Client is one who sends requests, one after the other.
type Client struct {
	Name string
	URL  string
	HTTP *http.Client
}

// Tally is what became of the requests of one or more clients.
type Tally struct {
	Requests, Failed int
	// Again counts requests that HTTP's own rules had sent once more: the
	// server had closed the kept connection before it began to answer.
	Again    int
	Slowest  time.Duration
	Failures []string // the first few
}

// Hammer is a set of clients at work.
type Hammer struct {
	stop    context.CancelFunc
	wg      sync.WaitGroup
	began   time.Time
	mu      sync.Mutex
	tallies map[string]*Tally
}

// Start has each client send a request in every interval, or as soon as the
// one before is answered.
func Start(ctx context.Context, every time.Duration, clients ...Client) *Hammer {
	ctx, stop := context.WithCancel(ctx)
	h := &Hammer{stop: stop, began: time.Now(), tallies: map[string]*Tally{}}
	for _, c := range clients {
		t := h.tallies[c.Name]
		if t == nil {
			t = &Tally{}
			h.tallies[c.Name] = t
		}
		h.wg.Go(func() { h.work(ctx, c, t, every) })
	}
	return h
}

func (h *Hammer) work(ctx context.Context, c Client, t *Tally, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		began := time.Now()
		tries, err := once(c)
		took := time.Since(began)
		h.mu.Lock()
		t.Requests++
		t.Again += max(tries-1, 0)
		t.Slowest = max(t.Slowest, took)
		if err != nil {
			t.Failed++
			if len(t.Failures) < 5 {
				t.Failures = append(t.Failures, fmt.Sprintf("%s after %.1f s: %v", began.UTC().Format("15:04:05.000"), took.Seconds(), err))
			}
		}
		h.mu.Unlock()
	}
}

// once sends one request and reads all of the answer. It is not cut off when
// the hammer stops.
func once(c Client) (tries int, err error) {
	ctx := httptrace.WithClientTrace(context.Background(), &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { tries++ },
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL, nil)
	if err != nil {
		return 0, err
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return tries, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return tries, fmt.Errorf("the answer broke off: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return tries, fmt.Errorf("answered %s", resp.Status)
	}
	return tries, nil
}

// Stop ends the work and returns how long it was and what became of it, by
// client name.
func (h *Hammer) Stop() (time.Duration, map[string]*Tally) {
	h.stop()
	took := time.Since(h.began)
	h.wg.Wait()
	return took, h.tallies
}

// Report is a table of the tallies, with their sum.
func Report(took time.Duration, tallies map[string]*Tally) (text string, failed int) {
	var b strings.Builder
	fmt.Fprintf(&b, "%-28s %9s %8s %7s %6s %9s\n", "client", "requests", "per s", "failed", "again", "slowest")
	row := func(name string, t *Tally) {
		fmt.Fprintf(&b, "%-28s %9d %8.1f %7d %6d %7.0fms\n", name, t.Requests, float64(t.Requests)/took.Seconds(), t.Failed, t.Again, float64(t.Slowest.Microseconds())/1000)
	}
	var names []string
	for name := range tallies {
		names = append(names, name)
	}
	sort.Strings(names)
	sum := &Tally{}
	for _, name := range names {
		t := tallies[name]
		row(name, t)
		sum.Requests, sum.Failed, sum.Again, sum.Slowest = sum.Requests+t.Requests, sum.Failed+t.Failed, sum.Again+t.Again, max(sum.Slowest, t.Slowest)
		for _, f := range t.Failures {
			fmt.Fprintf(&b, "    %s\n", f)
		}
	}
	row("all", sum)
	return b.String(), sum.Failed
}
