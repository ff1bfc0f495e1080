// Package leader lets one of several equal daemons work while the others stand
// by. They agree on a Lease object: who holds it renews it, and whoever finds
// it not renewed for its whole duration takes it. A holder that ends gives the
// lease back, so that a successor takes over at once.
//
// Times are measured from when a renewal was seen here, never compared between
// the clocks of two machines.
package leader

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/coordination"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Config names the lease and its times.
type Config struct {
	// Elect is whether there is an election at all; without one Run just works.
	Elect bool
	// Namespace and Name are the Lease's.
	Namespace, Name string
	// Identity tells candidates apart; the host's name and a random part by
	// default.
	Identity string
	// LeaseDuration is for how long others keep off after a renewal,
	// RenewDeadline after how long without one the holder stops working, and
	// RetryPeriod how often all of them try.
	LeaseDuration, RenewDeadline, RetryPeriod time.Duration
}

// Default is an election for the lease kube-system/NAME with upstream's times.
func Default(name string) Config {
	return Config{
		Elect: true, Namespace: "kube-system", Name: name,
		LeaseDuration: 15 * time.Second, RenewDeadline: 10 * time.Second, RetryPeriod: 2 * time.Second,
	}
}

// AddFlags binds cfg to the flags that every elected daemon has; what cfg holds are
// the defaults.
func (cfg *Config) AddFlags(fs *pflag.FlagSet) {
	fs.BoolVar(&cfg.Elect, "leader-elect", cfg.Elect, "work only while holding a lease, so that several of this daemon may run")
	fs.DurationVar(&cfg.LeaseDuration, "leader-elect-lease-duration", cfg.LeaseDuration, "how long others keep off after a renewal of the lease")
	fs.DurationVar(&cfg.RenewDeadline, "leader-elect-renew-deadline", cfg.RenewDeadline, "how long the leader works on without a renewal; less than the lease duration")
	fs.DurationVar(&cfg.RetryPeriod, "leader-elect-retry-period", cfg.RetryPeriod, "how often the lease is renewed or tried for")
	fs.StringVar(&cfg.Name, "leader-elect-resource-name", cfg.Name, "name of the lease")
	fs.StringVar(&cfg.Namespace, "leader-elect-resource-namespace", cfg.Namespace, "namespace of the lease")
}

// Validate says what is wrong with the times.
func (cfg *Config) Validate() error {
	switch {
	case !cfg.Elect:
		return nil
	case cfg.LeaseDuration < time.Second:
		return fmt.Errorf("--leader-elect-lease-duration=%v: must be at least 1s", cfg.LeaseDuration)
	case cfg.LeaseDuration <= cfg.RenewDeadline:
		return fmt.Errorf("--leader-elect-renew-deadline=%v: must be less than --leader-elect-lease-duration=%v", cfg.RenewDeadline, cfg.LeaseDuration)
	case cfg.RetryPeriod <= 0 || cfg.RenewDeadline <= cfg.RetryPeriod:
		return fmt.Errorf("--leader-elect-retry-period=%v: must be positive and less than --leader-elect-renew-deadline=%v", cfg.RetryPeriod, cfg.RenewDeadline)
	}
	return nil
}

// Run calls work whenever this daemon leads, with a context that ends when it
// does no longer. A leader that could not renew in time waits for work to
// return and stands for election again: work must begin from nothing each
// time. Run returns what work returned when that ended by itself, and nil when
// ctx has ended; the lease is given back in both cases.
func Run(ctx context.Context, c *client.Client, cfg Config, work func(ctx context.Context) error) error {
	if !cfg.Elect {
		return work(ctx)
	}
	if err := cfg.Validate(); err != nil {
		return err
	}
	e := &elector{cfg: cfg, leases: client.Of[*coordination.Lease](c)}
	if e.cfg.Identity == "" {
		e.cfg.Identity = defaultIdentity()
	}
	for {
		if !e.acquire(ctx) {
			return nil
		}
		slog.Info("Became leader", "lease", e.name(), "identity", e.cfg.Identity)
		lost, err := e.lead(ctx, work)
		if !lost {
			return err
		}
		slog.Warn("Lost the lease, standing by", "lease", e.name())
	}
}

func defaultIdentity() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return host + "_" + rand.Text()
}

// elector is one candidate.
type elector struct {
	cfg    Config
	leases client.Resource[*coordination.Lease]

	// seen is the lease as last read, and since when it has looked like that.
	seen  *coordination.Lease
	since time.Time
}

func (e *elector) name() string { return e.cfg.Namespace + "/" + e.cfg.Name }

// acquire tries until this candidate holds the lease; false when ctx ended.
func (e *elector) acquire(ctx context.Context) bool {
	for ctx.Err() == nil {
		held, err := e.try(ctx)
		if held {
			return true
		}
		if err != nil && ctx.Err() == nil {
			slog.Warn("Could not try for the lease", "lease", e.name(), "err", err)
		}
		// A random part, so that candidates do not meet at each try.
		e.wait(ctx, e.cfg.RetryPeriod+mathrand.N(e.cfg.RetryPeriod/5+1))
	}
	return false
}

// wait sleeps for d, but not past the moment at which another's lease runs out, and not when it
// has been given back.
func (e *elector) wait(ctx context.Context, d time.Duration) {
	if e.seen != nil && holder(e.seen) != "" {
		d = min(d, max(time.Until(e.expiry()), 10*time.Millisecond))
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// lead does the work while the lease is renewed. lost is true when the work
// was ended because it was not.
func (e *elector) lead(ctx context.Context, work func(context.Context) error) (lost bool, err error) {
	workCtx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- work(workCtx) }()
	renewCtx, stopRenewing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRenewing()
	failed := make(chan struct{})
	go func() { e.renew(renewCtx); close(failed) }()

	select {
	case err = <-ended:
	case <-failed:
		stop()
		<-ended
		return true, nil
	}
	stopRenewing()
	<-failed
	e.release()
	return false, err
}

// renew keeps the lease until ctx ends or RenewDeadline passes without
// success. It goes on while the work of a daemon that was told to end does.
func (e *elector) renew(ctx context.Context) {
	last := time.Now()
	tick := time.NewTicker(e.cfg.RetryPeriod)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		deadline, cancel := context.WithDeadline(ctx, last.Add(e.cfg.RenewDeadline))
		began := time.Now()
		held, err := e.try(deadline)
		cancel()
		switch {
		case held:
			last = began
		case ctx.Err() != nil:
			return
		case err == nil: // another holds it
			return
		default:
			slog.Warn("Could not renew the lease", "lease", e.name(), "err", err)
		}
		if time.Since(last) >= e.cfg.RenewDeadline {
			return
		}
	}
}

// try takes or renews the lease if it is free, ours, or has run out. held is
// false without an error when another holds it.
func (e *elector) try(ctx context.Context) (held bool, err error) {
	lease, err := e.leases.Get(ctx, e.cfg.Namespace, e.cfg.Name)
	if client.IsNotFound(err) {
		lease, err = e.leases.Create(ctx, e.claim(&coordination.Lease{
			ObjectMeta: meta.ObjectMeta{Namespace: e.cfg.Namespace, Name: e.cfg.Name},
		}))
		if client.IsAlreadyExists(err) {
			return false, nil
		}
		if err == nil {
			e.see(lease)
		}
		return err == nil, err
	}
	if err != nil {
		return false, err
	}
	e.see(lease)
	if h := holder(lease); h != "" && h != e.cfg.Identity && time.Now().Before(e.expiry()) {
		return false, nil
	}
	lease, err = e.leases.Update(ctx, e.claim(lease.DeepCopy()))
	if client.IsConflict(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	e.see(lease)
	return true, nil
}

// see remembers the lease and when it was last seen to change.
func (e *elector) see(l *coordination.Lease) {
	if e.seen == nil || e.seen.ResourceVersion != l.ResourceVersion {
		e.since = time.Now()
	}
	e.seen = l
}

// expiry is when the lease seen runs out unless it changes. Its own duration
// counts: the holder may have been started with another one.
func (e *elector) expiry() time.Time {
	d := e.cfg.LeaseDuration
	if s := e.seen.Spec.LeaseDurationSeconds; s != nil && *s > 0 {
		d = time.Duration(*s) * time.Second
	}
	return e.since.Add(d)
}

func holder(l *coordination.Lease) string {
	if l.Spec.HolderIdentity == nil {
		return ""
	}
	return *l.Spec.HolderIdentity
}

// claim writes this candidate into l as its holder from now on.
func (e *elector) claim(l *coordination.Lease) *coordination.Lease {
	now := meta.NowMicro()
	seconds := int32(e.cfg.LeaseDuration / time.Second)
	if holder(l) != e.cfg.Identity {
		transitions := int32(0)
		if l.Spec.LeaseTransitions != nil {
			transitions = *l.Spec.LeaseTransitions + 1
		}
		identity := e.cfg.Identity
		l.Spec.HolderIdentity, l.Spec.AcquireTime, l.Spec.LeaseTransitions = &identity, &now, &transitions
	}
	l.Spec.RenewTime, l.Spec.LeaseDurationSeconds = &now, &seconds
	return l
}

// release gives the lease back, if it is still ours.
func (e *elector) release() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	l := e.seen.DeepCopy()
	if holder(l) != e.cfg.Identity {
		return
	}
	nobody, second, now := "", int32(1), meta.NowMicro()
	l.Spec.HolderIdentity, l.Spec.LeaseDurationSeconds, l.Spec.RenewTime = &nobody, &second, &now
	if _, err := e.leases.Update(ctx, l); err != nil && !errors.Is(err, context.Canceled) {
		slog.Warn("Could not give the lease back", "lease", e.name(), "err", err)
		return
	}
	slog.Info("Gave the lease back", "lease", e.name())
}
