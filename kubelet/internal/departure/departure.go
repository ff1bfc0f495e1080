// Package departure holds a pod's end back until no node sends new connections
// to it, so that a rolling update drops no request although the pod knows
// nothing of it.
//
// A pod that is deleted leaves its services' slices, every node's kube-proxy
// changes its rules, and only then may the pod be told to stop. The kubelet
// asks each proxy directly, at the port where it tells of its health: the API
// server is not written to, and nodes without ending pods cost nothing. The
// answer comes the moment the rules are in the kernel. A pod that no service
// lists is let go after one question to the node's own proxy. A bound ends the
// wait whoever has not answered.
package departure

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/proto/meta"
)

// Outcome is how a wait ended.
type Outcome string

// The outcomes, which label the metric.
const (
	Unlisted     Outcome = "unlisted"     // no service lists the pod
	Acknowledged Outcome = "acknowledged" // every node's proxy has let go of it
	TimedOut     Outcome = "timeout"      // the bound was reached first
)

// Peer is a node whose proxy is asked.
type Peer struct {
	Name, Address string
}

// Waiter asks the proxies.
type Waiter struct {
	Self Peer
	// Peers are the nodes whose proxies may send connections, Self among them
	// or not. Nodes that are known to be dead are left out.
	Peers func(ctx context.Context) ([]Peer, error)
	Port  int
	Log   *slog.Logger

	once   sync.Once
	client *http.Client
	slots  chan struct{}

	mu     sync.Mutex
	silent map[string]time.Time // nodes that did not answer, until when they are not waited for
}

const (
	// atOnce bounds the questions under way.
	atOnce = 64
	// askAgain is the pause after a question that failed.
	askAgain = 100 * time.Millisecond
	// silentFor is how long a node that has not answered is not waited for: it
	// may have no proxy, or be dead and not yet known to be.
	silentFor = 30 * time.Second
)

func (w *Waiter) init() {
	w.client = &http.Client{Transport: &http.Transport{
		DialContext:  (&net.Dialer{Timeout: time.Second}).DialContext,
		MaxIdleConns: 2 * atOnce, MaxIdleConnsPerHost: 2, IdleConnTimeout: 20 * time.Second,
	}}
	w.slots = make(chan struct{}, atOnce)
	w.silent = map[string]time.Time{}
}

// Await returns once no proxy sends new connections to the pod, or when ctx,
// which has a deadline, ends.
func (w *Waiter) Await(ctx context.Context, pod meta.UID) Outcome {
	w.once.Do(w.init)
	known, err := w.ask(ctx, w.Self, pod, 0, 0)
	if err == nil && known.State == "Unlisted" {
		return Unlisted
	}
	peers, err := w.Peers(ctx)
	if err != nil {
		w.Log.Warn("cannot tell whose proxies send to a pod that ends", "uid", pod, "error", err)
		return TimedOut
	}
	if !slices.ContainsFunc(peers, func(p Peer) bool { return p.Name == w.Self.Name }) {
		peers = append(slices.Clone(peers), w.Self)
	}
	missing := w.askAll(ctx, peers, pod, known.Revision)
	if len(missing) > 0 {
		w.Log.Info("ending a pod although not every node has let go of it", "uid", pod, "nodes", missing)
		return TimedOut
	}
	return Acknowledged
}

// askAll returns the nodes that have not let go when ctx ends. At revision the
// node's own proxy knew that the pod is listed: who lags behind that may send to
// it only later.
func (w *Waiter) askAll(ctx context.Context, peers []Peer, pod meta.UID, revision int64) (missing []string) {
	type result struct {
		peer Peer
		gone bool
	}
	results := make(chan result, len(peers))
	waiting := 0
	for _, p := range peers {
		counts := !w.isSilent(p.Name)
		if counts {
			waiting++
		}
		go func() {
			gone := w.follow(ctx, p, pod, revision)
			if counts {
				results <- result{p, gone}
			}
		}()
	}
	for range waiting {
		if r := <-results; !r.gone {
			missing = append(missing, r.peer.Name)
		}
	}
	slices.Sort(missing)
	return missing
}

// follow asks one proxy until it has let go of the pod or ctx ends.
func (w *Waiter) follow(ctx context.Context, p Peer, pod meta.UID, revision int64) (gone bool) {
	select {
	case w.slots <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	defer func() { <-w.slots }()
	heard := false
	for ctx.Err() == nil {
		end, _ := ctx.Deadline()
		// The answer must be here before the end: no answer counts as silence.
		a, err := w.ask(ctx, p, pod, revision, time.Until(end)*3/4)
		if err == nil {
			heard = true
			w.heard(p.Name)
			if a.State != "Receiving" {
				return true
			}
		}
		select {
		case <-time.After(askAgain):
		case <-ctx.Done():
		}
	}
	if !heard && context.Cause(ctx) == context.DeadlineExceeded {
		w.notHeard(p.Name)
	}
	return false
}

// answer is what a proxy says of a pod, and the revision that lists it.
type answer struct {
	State    string `json:"state"`
	Revision int64  `json:"revision"`
}

// ask puts one question. The proxy answers within wait.
func (w *Waiter) ask(ctx context.Context, p Peer, pod meta.UID, revision int64, wait time.Duration) (a answer, err error) {
	url := "http://" + net.JoinHostPort(p.Address, strconv.Itoa(w.Port)) + "/departure/" + string(pod) + "?wait=" + max(wait, 0).String() +
		"&revision=" + strconv.FormatInt(revision, 10)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return a, err
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return a, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return a, fmt.Errorf("%s: %s", url, resp.Status)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1024)).Decode(&a); err != nil {
		return a, fmt.Errorf("%s: %w", url, err)
	}
	return a, nil
}

func (w *Waiter) isSilent(node string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	until, ok := w.silent[node]
	if ok && time.Now().After(until) {
		delete(w.silent, node)
		return false
	}
	return ok
}

func (w *Waiter) heard(node string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.silent, node)
}

func (w *Waiter) notHeard(node string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent[node] = time.Now().Add(silentFor)
}
