// Package etcd gives the API server its etcd: a single member inside the
// process, or a client of an external cluster.
//
// The embedded member is etcd itself with its write-ahead log and fsync, so
// data survives a crash as it would outside; what it leaves out is the
// network. Nothing listens unless Config.Listen asks for it: the API server
// speaks to its member by function calls. Being alone it needs no patience for
// lost heartbeats, so its ticks are short and it is ready in tens of
// milliseconds.
//
// Open is the way in. member.go is the embedded member, external.go the
// client, compact.go keeps the history short.
package etcd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
)

// Config says which etcd to use.
type Config struct {
	// DataDir is where the embedded member keeps its files. It is made with
	// mode 0700.
	DataDir string
	// Servers are the URLs of an external cluster; with any, nothing is
	// embedded.
	Servers []string
	// CAFile, CertFile and KeyFile are for TLS to the external cluster.
	CAFile, CertFile, KeyFile string
	// Listen is an address that the embedded member serves other programs on,
	// such as unix:///run/pilothouse/etcd.sock or http://127.0.0.1:2379.
	// Empty: none. Only unix sockets and loopback are taken, for there is no
	// authentication.
	Listen string
	// Quota is the size in bytes that the embedded member's database may grow
	// to; zero means 8 GiB.
	Quota int64
	// NoSync leaves out fsync, for tests of throw-away data only.
	NoSync bool
	// Log receives etcd's own messages too: errors and warnings as they are,
	// the rest at debug level. Nil means slog.Default().
	Log *slog.Logger
}

// Etcd is an open etcd. Close it once after everything that uses Client has
// ended.
type Etcd struct {
	client *clientv3.Client
	member *embed.Etcd
	log    *slog.Logger
	// space and unlock are the embedded member's.
	space  *space
	unlock func()
}

// Open starts the embedded member, or connects to the external cluster and
// waits until it answers. An unreachable cluster is said once in the log and
// tried again for some seconds.
func Open(ctx context.Context, cfg Config) (*Etcd, error) {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if len(cfg.Servers) > 0 {
		return connect(ctx, cfg)
	}
	return start(ctx, cfg)
}

// Client is the client of the member or the cluster. Do not close it.
func (e *Etcd) Client() *clientv3.Client { return e.client }

// Embedded says whether the member lives in this process, which then is its
// only writer under /registry/.
func (e *Etcd) Embedded() bool { return e.member != nil }

// Healthy asks etcd for a consistent read and for alarms. The error is one
// line for people.
func (e *Etcd) Healthy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if _, err := e.client.Get(ctx, "/registry/health", clientv3.WithCountOnly()); err != nil {
		return fmt.Errorf("etcd does not answer: %w", err)
	}
	if e.space != nil && e.space.full.Load() {
		return fmt.Errorf("the disk of %s is full: nothing is stored until there is room", e.space.path)
	}
	alarms, err := e.client.AlarmList(ctx)
	if err != nil {
		return fmt.Errorf("etcd does not tell its alarms: %w", err)
	}
	var raised []string
	for _, a := range alarms.Alarms {
		if a.Alarm != pb.AlarmType_NONE {
			raised = append(raised, a.Alarm.String())
		}
	}
	if len(raised) > 0 {
		return fmt.Errorf("etcd has raised alarms: %s", strings.Join(raised, ", "))
	}
	return nil
}

// Size is the size of the database file in bytes: the member's, or that of the
// first server that answers.
func (e *Etcd) Size(ctx context.Context) (int64, error) {
	if e.member != nil {
		return e.member.Server.Backend().Size(), nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	var last error
	for _, server := range e.client.Endpoints() {
		s, err := e.client.Status(ctx, server)
		if err == nil {
			return s.DbSize, nil
		}
		last = err
	}
	return 0, fmt.Errorf("etcd does not tell its size: %w", last)
}

// Run compacts the history until ctx ends, or returns the error that stopped
// the embedded member.
func (e *Etcd) Run(ctx context.Context) error {
	var failed <-chan error
	watching, unwatch := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		if e.space != nil {
			trimmed := make(chan struct{})
			go func() { defer close(trimmed); trimPages(watching, e.space.path) }()
			e.space.run(watching)
			<-trimmed
		}
	}()
	defer func() { unwatch(); <-watched }()
	if e.member != nil {
		failed = e.member.Err()
	}
	done := make(chan struct{})
	compacting, stop := context.WithCancel(ctx)
	go func() {
		defer close(done)
		e.compactLoop(compacting)
	}()
	defer func() { stop(); <-done }()
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return fmt.Errorf("embedded etcd: %w", err)
	}
}

// Close ends the client and the member. What was acknowledged is on disk
// already.
func (e *Etcd) Close() error {
	err := e.client.Close()
	if e.member != nil {
		e.member.Close()
		e.unlock()
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
