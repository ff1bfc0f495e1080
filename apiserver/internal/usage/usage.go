// Package usage knows how much CPU and memory nodes and pods use now: what the
// API group metrics.k8s.io shows when no other server stands behind it. Kubelets
// count; this package asks them every 15 seconds (/metrics/resource, as any
// metrics-server does) and makes rates of the counters (window.go). Nothing of
// it is stored, and nobody is asked while nobody wants to know: the first
// question after a while starts two looks in short succession and waits for
// them, and some minutes after the last one everything is forgotten.
package usage

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// first is the time between the first look and the second.
	first = 2 * time.Second
	// idle is how long after the last question kubelets are still asked.
	idle = 5 * time.Minute
	// patience is how long one kubelet may take to answer.
	patience = 5 * time.Second
	// most is how many kubelets are asked at a time.
	most = 32
	// maxReport bounds what a kubelet may say, in bytes.
	maxReport = 16 << 20
)

// Meter knows what is used.
type Meter struct {
	// Nodes names the cluster's.
	Nodes func(ctx context.Context) ([]string, error)
	// Ask gets a path of a node's kubelet.
	Ask func(ctx context.Context, node, path string) (io.ReadCloser, error)
	// Log is for what goes wrong.
	Log *slog.Logger

	mu    sync.Mutex
	asked time.Time
	kick  chan struct{} // somebody has asked while nothing was going on
	ready chan struct{} // closed after the second look; nil while nothing is going on
	nodes map[string]*known
}

// New makes a meter; Run makes it work.
func New(nodes func(context.Context) ([]string, error), ask func(ctx context.Context, node, path string) (io.ReadCloser, error), log *slog.Logger) *Meter {
	return &Meter{Nodes: nodes, Ask: ask, Log: log, kick: make(chan struct{}, 1)}
}

// Wait says that somebody wants to know, and waits until there is something to
// know.
func (m *Meter) Wait(ctx context.Context) error {
	m.mu.Lock()
	m.asked = time.Now()
	if m.ready == nil {
		m.ready = make(chan struct{})
		m.kick <- struct{}{} // There is room: ready was nil.
	}
	ready := m.ready
	m.mu.Unlock()
	select {
	case <-ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Node is what a node uses, if that is known.
func (m *Meter) Node(name string) (Use, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.nodes[name]
	if k == nil || k.node.Window == 0 {
		return Use{}, false
	}
	return k.node, true
}

// Pod is what the containers of a pod use that is on a node, if that is known.
// The result belongs to all.
func (m *Meter) Pod(node, namespace, name string) ([]Container, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.nodes[node]
	if k == nil {
		return nil, false
	}
	cs, ok := k.pods[podKey{namespace, name}]
	return cs, ok
}

// Run asks kubelets while somebody wants to know, until ctx ends.
func (m *Meter) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-m.kick:
		}
		m.watch(ctx)
	}
}

// watch asks until nobody has wanted to know for a while.
func (m *Meter) watch(ctx context.Context) {
	wait := first
	for looks := 1; ; looks++ {
		began := time.Now()
		m.look(ctx)
		if looks == 2 {
			close(m.ready)
			wait = Resolution
		}
		t := time.NewTimer(time.Until(began.Add(wait)))
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-t.C:
		}
		m.mu.Lock()
		if looks > 1 && time.Since(m.asked) > idle {
			m.nodes, m.ready = nil, nil
			m.mu.Unlock()
			return
		}
		m.mu.Unlock()
	}
}

// look asks every node's kubelet once. Of one that does not answer nothing is
// known any more.
func (m *Meter) look(ctx context.Context) {
	nodes, err := m.Nodes(ctx)
	if err != nil {
		if ctx.Err() == nil {
			m.Log.Warn("nodes cannot be listed", "error", err)
		}
		return
	}
	m.mu.Lock()
	before := m.nodes
	m.mu.Unlock()
	var mu sync.Mutex
	after := map[string]*known{}
	var g errgroup.Group
	g.SetLimit(most)
	for _, node := range nodes {
		g.Go(func() error {
			r, err := m.report(ctx, node)
			if err != nil {
				m.Log.Debug("a kubelet does not say what is used", "node", node, "error", err)
				return nil
			}
			k := before[node].next(r)
			mu.Lock()
			defer mu.Unlock()
			after[node] = k
			return nil
		})
	}
	_ = g.Wait() // The functions return no errors.
	m.mu.Lock()
	m.nodes = after
	m.mu.Unlock()
}

// report is what a node's kubelet says now.
func (m *Meter) report(ctx context.Context, node string) (report, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	body, err := m.Ask(ctx, node, "/metrics/resource")
	if err != nil {
		return report{}, err
	}
	defer body.Close()
	b, err := io.ReadAll(io.LimitReader(body, maxReport+1))
	if err == nil && len(b) > maxReport {
		err = errors.New("the report is too long")
	}
	return parse(b, time.Now()), err
}
