package etcd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
)

// A member that is alone loses no heartbeats, so its ticks may be short: the
// election that makes it leader is over in a tenth of a second.
const (
	tickMillis     = 10
	electionMillis = 100
)

const defaultQuota = 8 << 30

// catchUp is how many entries of its log the member keeps in memory, with all
// the bytes that were written. They are for followers that lag behind, and it
// has none.
const catchUp = 16

// start runs the embedded member and waits until it takes writes.
func start(ctx context.Context, cfg Config) (*Etcd, error) {
	ec, err := memberConfig(cfg)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("--data-dir: the embedded etcd's folder: %w", err)
	}
	unlock, err := lock(cfg.DataDir)
	if err != nil {
		return nil, err
	}
	e, err := startLocked(ctx, cfg, ec)
	if err != nil {
		unlock()
		return nil, err
	}
	e.unlock = unlock
	return e, nil
}

// lock makes sure that dir is ours alone: etcd itself would wait without a
// word for the other process to end.
func lock(dir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("embedded etcd: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("embedded etcd: %s is in use by another process; stop that one or choose another directory", dir)
	}
	return func() { f.Close() }, nil
}

func startLocked(ctx context.Context, cfg Config, ec *embed.Config) (*Etcd, error) {
	if err := trimLog(cfg.DataDir); err != nil {
		return nil, fmt.Errorf("embedded etcd: %w", err)
	}
	member, err := embed.StartEtcd(ec)
	if err != nil {
		return nil, startError(cfg.DataDir, err)
	}
	select {
	case <-member.Server.ReadyNotify():
	case err := <-member.Err():
		member.Close()
		return nil, fmt.Errorf("embedded etcd: %w", err)
	case <-ctx.Done():
		member.Close()
		return nil, ctx.Err()
	}
	e := &Etcd{client: v3client.New(member.Server), member: member, log: cfg.Log,
		space: newSpace(cfg.DataDir, member.Server.Backend().ForceCommit, cfg.Log)}
	e.client.KV = e.space.guard(e.client.KV)
	return e, nil
}

func startError(dir string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("embedded etcd: no space left on the disk of %s; make room there and start again", dir)
	}
	return fmt.Errorf("embedded etcd in %s: %w", dir, err)
}

func memberConfig(cfg Config) (*embed.Config, error) {
	ec := embed.NewConfig()
	ec.Name = "pilothouse"
	ec.Dir = cfg.DataDir
	ec.TickMs, ec.ElectionMs = tickMillis, electionMillis
	ec.QuotaBackendBytes = cfg.Quota
	if ec.QuotaBackendBytes == 0 {
		ec.QuotaBackendBytes = defaultQuota
	}
	ec.MaxRequestBytes = 4 << 20
	ec.SnapshotCount, ec.SnapshotCatchUpEntries = snapshotEvery, catchUp
	ec.UnsafeNoFsync = cfg.NoSync
	ec.EnableGRPCGateway = false
	ec.ZapLoggerBuilder = embed.NewZapLoggerBuilder(zapTo(cfg.Log))
	// The addresses are written into the member's record; nobody dials them.
	ec.InitialCluster = ec.InitialClusterFromName(ec.Name)
	ec.ListenPeerUrls, ec.ListenClientUrls = nil, nil
	if cfg.Listen != "" {
		u, err := listenURL(cfg.Listen)
		if err != nil {
			return nil, err
		}
		ec.ListenClientUrls = []url.URL{*u}
	}
	return ec, nil
}

// listenURL refuses addresses that others than this machine could reach.
func listenURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("etcd listen address %q: %w", s, err)
	}
	if u.Scheme == "unix" {
		return u, nil
	}
	host, _, err := net.SplitHostPort(u.Host)
	if ip, ipErr := netip.ParseAddr(host); u.Scheme != "http" || err != nil || ipErr != nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("etcd listen address %q: must be unix:///PATH or http://127.0.0.1:PORT", s)
	}
	return u, nil
}
