package departure

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pilothouse/pilothouse/proto/core"
)

// proxies are nodes 127.0.0.1, .2 and so on with the answers that each gives.
func proxies(t *testing.T, answers ...func() string) *Waiter {
	t.Helper()
	w := &Waiter{Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	var peers []Peer
	for i, answer := range answers {
		peer := Peer{Name: fmt.Sprint("node", i+1), Address: fmt.Sprint("127.0.0.", i+1)}
		peers = append(peers, peer)
		if i == 0 {
			w.Self = peer
		}
		if answer == nil {
			continue // nobody listens
		}
		l, err := net.Listen("tcp", net.JoinHostPort(peer.Address, strconv.Itoa(w.Port)))
		if err != nil {
			t.Fatal(err)
		}
		if w.Port == 0 {
			w.Port = l.Addr().(*net.TCPAddr).Port
		}
		s := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/departure/u1" {
				t.Errorf("asked for %s", r.URL)
			}
			fmt.Fprintf(rw, `{"state":%q}`, answer())
		})}}
		s.Start()
		t.Cleanup(s.Close)
	}
	w.Peers = func(context.Context) ([]Peer, error) { return peers, nil }
	return w
}

func await(t *testing.T, w *Waiter, most time.Duration) Outcome {
	ctx, cancel := context.WithTimeout(t.Context(), most)
	defer cancel()
	return w.Await(ctx, "u1")
}

func always(state string) func() string { return func() string { return state } }

func TestAPodWithoutServiceAsksOnlyItsOwnNode(t *testing.T) {
	w := proxies(t, always("Unlisted"), func() string { t.Error("the other node was asked"); return "" })
	if got := await(t, w, time.Minute); got != Unlisted {
		t.Errorf("%s", got)
	}
}

func TestWaitsForEveryNode(t *testing.T) {
	var asked atomic.Int32
	late := func() string {
		if asked.Add(1) < 3 {
			return "Receiving"
		}
		return "Leaving"
	}
	w := proxies(t, always("Leaving"), always("Unlisted"), late)
	if got := await(t, w, time.Minute); got != Acknowledged {
		t.Errorf("%s", got)
	}
	if asked.Load() != 3 {
		t.Errorf("the late node was asked %d times, want 3", asked.Load())
	}
}

// A node that does not answer is waited for once, and again when it has been
// heard from.
func TestSilentNodeHoldsUpOnce(t *testing.T) {
	w := proxies(t, always("Leaving"), nil)
	if got := await(t, w, 50*time.Millisecond); got != TimedOut {
		t.Errorf("first: %s", got)
	}
	if got := await(t, w, time.Minute); got != Acknowledged {
		t.Errorf("second: %s", got)
	}
	w.heard("node2")
	if w.isSilent("node2") {
		t.Error("heard from, and still silent")
	}
}

func TestBoundEndsTheWait(t *testing.T) {
	w := proxies(t, always("Receiving"), always("Leaving"))
	if got := await(t, w, 50*time.Millisecond); got != TimedOut {
		t.Errorf("%s", got)
	}
	if w.isSilent("node1") {
		t.Error("a node that answered counts as silent")
	}
	w.Peers = func(context.Context) ([]Peer, error) { return nil, errors.New("no nodes") }
	if got := await(t, w, time.Minute); got != TimedOut {
		t.Errorf("without nodes: %s", got)
	}
}

func TestOwnProxyIsAskedEvenIfTheNodeIsNotListed(t *testing.T) {
	w := proxies(t, always("Leaving"))
	w.Peers = func(context.Context) ([]Peer, error) { return nil, nil }
	if got := await(t, w, time.Minute); got != Acknowledged {
		t.Errorf("%s", got)
	}
}

func TestPeersOf(t *testing.T) {
	node := func(name string, ready core.ConditionStatus, addresses ...core.NodeAddress) *core.Node {
		n := &core.Node{}
		n.Name, n.Status.Addresses = name, addresses
		n.Status.Conditions = []core.NodeCondition{{Type: core.NodeReady, Status: ready}}
		return n
	}
	ip := core.NodeAddress{Type: core.NodeInternalIP, Address: "10.0.0.1"}
	host := core.NodeAddress{Type: core.NodeHostName, Address: "a"}
	got := peersOf([]*core.Node{
		node("a", core.ConditionTrue, host, ip), node("b", core.ConditionFalse, ip),
		node("lost", core.ConditionUnknown, ip), node("new", core.ConditionTrue, host),
	})
	if d := cmp.Diff([]Peer{{"a", "10.0.0.1"}, {"b", "10.0.0.1"}}, got); d != "" {
		t.Error(d)
	}
}

// TestRevisionIsPassedOn: the others are asked whether they know the slices as far
// as the node's own proxy did.
func TestRevisionIsPassedOn(t *testing.T) {
	var w *Waiter
	asked := make(chan string, 10)
	peers := []Peer{{"node1", "127.0.0.1"}, {"node2", "127.0.0.2"}}
	w = &Waiter{Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Self: peers[0], Peers: func(context.Context) ([]Peer, error) { return peers, nil }}
	for _, p := range peers {
		l, err := net.Listen("tcp", net.JoinHostPort(p.Address, strconv.Itoa(w.Port)))
		if err != nil {
			t.Fatal(err)
		}
		if w.Port == 0 {
			w.Port = l.Addr().(*net.TCPAddr).Port
		}
		s := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if p.Name == "node2" {
				asked <- r.URL.Query().Get("revision")
			}
			fmt.Fprint(rw, `{"state":"Leaving","revision":9}`)
		})}}
		s.Start()
		t.Cleanup(s.Close)
	}
	if got := await(t, w, 5*time.Second); got != Acknowledged {
		t.Errorf("the outcome is %s", got)
	}
	if got := <-asked; got != "9" {
		t.Errorf("the other proxy was asked for revision %q", got)
	}
}
