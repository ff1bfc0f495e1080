package kubeproxy

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/conntrack"
	"github.com/pilothouse/pilothouse/kube-proxy/internal/departure"
	"github.com/pilothouse/pilothouse/kube-proxy/internal/healthcheck"
	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// lateAfter is how long a change may wait for its rules before the proxy calls itself unhealthy.
const lateAfter = 2 * time.Minute

// retryAfter is the first pause after the kernel has refused rules; the next ones double up
// to longestRetry.
const (
	retryAfter   = time.Second
	longestRetry = 30 * time.Second
)

// restorePause is the least time between two restorations: two proxies on one node would
// otherwise fight over the rules as fast as they can.
const restorePause = time.Second

// loop brings the informers' events to the back ends. Informers only note what changed;
// one goroutine does all work, so that a burst of events becomes one transaction.
type loop struct {
	backends []backend
	minSync  time.Duration
	checks   *healthcheck.Checks
	ledger   *departure.Ledger // what kubelets that end pods are told
	log      *slog.Logger
	wake     chan struct{}

	mu       sync.Mutex
	services map[meta.Key]*core.Service // noted and not yet in the table; nil is a deletion
	slices   map[meta.Key]*discovery.EndpointSlice
	rebuild  bool      // the kernel's rules may not be what we think
	since    time.Time // when the oldest waiting event was noted; zero when there is none
	updated  time.Time

	// Only run touches these.
	table      *table.Table
	localCount map[uint16]map[table.Name]healthcheck.Service // by health check port
	// unfinished are changes whose rules were refused: connections and health checks must
	// still follow them.
	unfinished []table.Change
}

func newLoop(node string, backends []backend, minSync time.Duration, log *slog.Logger) *loop {
	l := &loop{
		backends: backends, minSync: minSync, log: log, wake: make(chan struct{}, 1),
		services: map[meta.Key]*core.Service{}, slices: map[meta.Key]*discovery.EndpointSlice{},
		rebuild: true, since: time.Now(), table: table.New(node),
		localCount: map[uint16]map[table.Name]healthcheck.Service{}, ledger: departure.New(),
	}
	l.checks = healthcheck.New(func() bool { return !l.health().Late })
	return l
}

func (l *loop) service(key meta.Key, s *core.Service) {
	l.note(func() { l.services[key] = s })
}

func (l *loop) slice(key meta.Key, s *discovery.EndpointSlice) {
	l.note(func() { l.slices[key] = s })
}

// tampered notes that somebody changed our rules.
func (l *loop) tampered() { l.note(func() { l.rebuild = true }) }

func (l *loop) note(f func()) {
	l.mu.Lock()
	f()
	if l.since.IsZero() {
		l.since = time.Now()
	}
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default: // already awake
	}
}

func (l *loop) health() healthcheck.Health {
	l.mu.Lock()
	defer l.mu.Unlock()
	return healthcheck.Health{LastUpdated: l.updated, Late: !l.since.IsZero() && time.Since(l.since) > lateAfter}
}

// run works until ctx ends. It begins when the informers have everything: rules made of
// half the services would cut off the other half.
func (l *loop) run(ctx context.Context, synced ...<-chan struct{}) error {
	for _, s := range synced {
		select {
		case <-s:
		case <-ctx.Done():
			return nil
		}
	}
	retry := retryAfter
	for first := true; ; first = false {
		pause := l.minSync
		rebuilt, err := l.sync(ctx)
		if rebuilt && !first {
			pause = max(pause, restorePause) // whoever changed our rules may do it again at once
		}
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			l.log.Error("cannot set the rules of services; trying again", "error", err, "after", retry)
			l.tampered()
			pause, retry = retry, min(2*retry, longestRetry)
		} else {
			retry = retryAfter
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil
		}
		select {
		case <-l.wake:
		case <-ctx.Done():
			return nil
		}
	}
}

// sync takes what was noted and makes the kernel follow. It says whether all rules were
// made afresh.
func (l *loop) sync(ctx context.Context) (rebuilt bool, err error) {
	start := time.Now()
	rebuild, since := l.take()
	changes := l.table.Changes()
	l.unfinished = append(l.unfinished, changes...)
	if len(changes) == 0 && !rebuild {
		l.ledger.Confirm()
		l.done(since, start)
		return false, nil
	}
	if rebuild {
		err = l.rebuildAll(ctx)
	} else {
		err = l.apply(ctx, changes)
	}
	if err != nil {
		syncFailures.Inc()
		l.failed(since)
		return rebuild, err
	}
	l.ledger.Confirm()
	l.forgetConnections(l.unfinished)
	l.updateChecks(l.unfinished)
	l.unfinished = nil
	l.done(since, start)
	l.log.Debug("rules set", "changes", len(changes), "rebuilt", rebuild, "took", time.Since(start))
	return rebuild, nil
}

// take moves what was noted into the table.
func (l *loop) take() (rebuild bool, since time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, s := range l.services {
		l.table.SetService(key, s)
	}
	for key, s := range l.slices {
		l.table.SetSlice(key, s)
		l.ledger.Note(key, s)
	}
	clear(l.services)
	clear(l.slices)
	rebuild, since = l.rebuild, l.since
	l.rebuild, l.since = false, time.Time{}
	return rebuild, since
}

// failed puts back since when changes have been waiting.
func (l *loop) failed(since time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !since.IsZero() {
		l.since = since
	}
}

func (l *loop) done(since, start time.Time) {
	now := time.Now()
	syncDuration.Observe(now.Sub(start).Seconds())
	if !since.IsZero() {
		programmingDuration.Observe(now.Sub(since).Seconds())
	}
	l.mu.Lock()
	l.updated = now
	l.mu.Unlock()
}

func (l *loop) rebuildAll(ctx context.Context) error {
	ports := l.table.Ports()
	for _, b := range l.backends {
		var own []*table.Port
		for _, p := range ports {
			if p.Name.IPv6 == b.ipv6 {
				own = append(own, p)
			}
		}
		if err := b.Rebuild(ctx, own); err != nil {
			return err
		}
	}
	l.log.Info("all rules made afresh", "ports", len(ports))
	return nil
}

func (l *loop) apply(ctx context.Context, changes []table.Change) error {
	for _, b := range l.backends {
		var own []table.Change
		for _, ch := range changes {
			if ch.Name.IPv6 == b.ipv6 {
				own = append(own, ch)
			}
		}
		if len(own) == 0 {
			continue
		}
		if err := b.Apply(ctx, own); err != nil {
			return err
		}
	}
	return nil
}

func (l *loop) forgetConnections(changes []table.Change) {
	stale := conntrack.Of(changes)
	if stale.Empty() {
		return
	}
	n, err := stale.Delete()
	if err != nil {
		l.log.Error("stale connections may stay", "error", err)
	}
	if n > 0 {
		l.log.Info("stale UDP connections removed", "count", n)
	}
}

// updateChecks keeps the health check ports of services with a local policy.
func (l *loop) updateChecks(changes []table.Change) {
	touched := false
	for _, ch := range changes {
		if ch.Old != nil && ch.Old.HealthCheckNodePort != 0 {
			touched = true
			port := ch.Old.HealthCheckNodePort
			delete(l.localCount[port], ch.Name)
			if len(l.localCount[port]) == 0 {
				delete(l.localCount, port)
			}
		}
		if ch.New != nil && ch.New.HealthCheckNodePort != 0 {
			touched = true
			port := ch.New.HealthCheckNodePort
			if l.localCount[port] == nil {
				l.localCount[port] = map[table.Name]healthcheck.Service{}
			}
			l.localCount[port][ch.Name] = healthcheck.Service{Namespace: ch.Name.Namespace, Name: ch.Name.Service, LocalEndpoints: len(ch.New.Local)}
		}
	}
	if !touched {
		return
	}
	want := map[uint16]healthcheck.Service{}
	for port, names := range l.localCount {
		for _, s := range names { // the ports of one service have the same pods
			if s.LocalEndpoints >= want[port].LocalEndpoints {
				want[port] = s
			}
		}
	}
	l.checks.Set(want)
}
