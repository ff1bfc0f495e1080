package fairness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/flowcontrol"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func who(name string, groups ...string) *authn.User {
	return &authn.User{Name: name, Groups: append(groups, authn.Authenticated)}
}

var getPods = &request.Info{IsResource: true, Verb: "get", Resource: "pods", Namespace: "ns"}

// TestClassify: the default objects send every kind of client to the level that
// upstream's do.
func TestClassify(t *testing.T) {
	lease := &request.Info{IsResource: true, Verb: "update", Group: "coordination.k8s.io", Resource: "leases", Namespace: "kube-node-lease"}
	nodeStatus := &request.Info{IsResource: true, Verb: "patch", Resource: "nodes", Subresource: "status"}
	account := "system:serviceaccount:"
	c := New(600, time.Second)
	for _, tt := range []struct {
		user *authn.User
		info *request.Info
		want string
	}{
		{who("root", "system:masters"), getPods, "exempt"},
		{who("ann"), &request.Info{Verb: "get", Path: "/healthz"}, "probes"},
		{who("ann"), &request.Info{Verb: "get", Path: "/metrics"}, "global-default"},
		{&authn.User{Name: authn.Anonymous, Groups: []string{authn.Unauthenticated}}, getPods, "global-default"},
		{&authn.User{Name: "of no group"}, getPods, "catch-all"},
		{who("system:kube-scheduler"), lease, "system-leader-election"},
		{who("system:kube-scheduler"), getPods, "kube-scheduler"},
		{who("system:kube-controller-manager"), &request.Info{IsResource: true, Verb: "update", Resource: "endpoints", Namespace: "ns"}, "endpoint-controller"},
		{who("system:node:n", "system:nodes"), lease, "system-node-high"},
		{who("system:node:n", "system:nodes"), nodeStatus, "system-node-high"},
		{who("system:node:n", "system:nodes"), getPods, "system-nodes"},
		{who(account+"kube-system:x", "system:serviceaccounts"), getPods, "kube-system-service-accounts"},
		{who(account+"kube-system:x", "system:serviceaccounts"), lease, "system-leader-election"},
		{who(account+"ns:x", "system:serviceaccounts"), getPods, "service-accounts"},
	} {
		if got := c.config.Load().classify(tt.user, tt.info).name; got != tt.want {
			t.Errorf("%s %s %s%s goes by %s, want %s", tt.user.Name, tt.info.Verb, tt.info.Resource, tt.info.Path, got, tt.want)
		}
	}
}

// one is a controller with a single level beside the mandatory ones.
func one(seats int, queues, depth int32) *Controller {
	l := limited("l", 1000, 0, queues, 2)
	if queues > 0 {
		l.Spec.Limited.LimitResponse.Queuing.QueueLengthLimit = depth
	}
	none := int32(0)
	l.Spec.Limited.BorrowingLimitPercent = &none
	all := flow("s", "l", 10, flowcontrol.FlowDistinguisherMethodByUserType,
		flowcontrol.PolicyRulesWithSubjects{ResourceRules: []flowcontrol.ResourcePolicyRule{{Verbs: star, APIGroups: star, Resources: star, Namespaces: star}}},
		group(authn.Authenticated))
	c := New(seats, 10*time.Second)
	c.Configure([]*flowcontrol.FlowSchema{all}, []*flowcontrol.PriorityLevelConfiguration{l})
	return c
}

func refused(err error) bool {
	var s *status.Error
	return errors.As(err, &s) && s.Status.Code == 429 && s.Status.Details.RetryAfterSeconds > 0
}

// TestTurns: a user with many requests waiting does not delay the one request
// of another by more than his own next.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := one(1, 1024, 50)
		first, err := c.Enter(t.Context(), who("busy"), getPods, 1)
		if err != nil {
			t.Fatal(err)
		}
		order := make(chan string, 100)
		serve := func(name string) {
			s, err := c.Enter(t.Context(), who(name), getPods, 1)
			if err != nil {
				t.Error(err)
				return
			}
			order <- name
			s.Leave()
		}
		for range 40 {
			go serve("busy")
		}
		synctest.Wait()
		go serve("quiet")
		synctest.Wait()
		first.Leave()
		place := 0
		for n := range 41 {
			if <-order == "quiet" {
				place = n
			}
		}
		if place > 3 {
			t.Errorf("the quiet user's request was served after %d of the busy one's", place)
		}
		synctest.Wait()
		for _, s := range c.Stats() {
			if s.InUse != 0 || s.Waiting != 0 {
				t.Errorf("afterwards: %+v", s)
			}
		}
	})
}

// TestRefusals: who finds the queues full is sent away at once, who waits too
// long after the wait, and who gives up leaves no trace.
func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := one(1, 1, 1)
		seat, err := c.Enter(t.Context(), who("a"), getPods, 1)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		waited := make(chan error, 1)
		go func() {
			_, err := c.Enter(t.Context(), who("b"), getPods, 1)
			waited <- err
		}()
		synctest.Wait()
		if _, err := c.Enter(t.Context(), who("c"), getPods, 1); !refused(err) || time.Since(start) > 0 {
			t.Errorf("with a full queue: %v after %v", err, time.Since(start))
		}
		if err := <-waited; !refused(err) || time.Since(start) != 10*time.Second {
			t.Errorf("after the longest wait: %v after %v", err, time.Since(start))
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.Enter(gone, who("d"), getPods, 1); !refused(err) {
			t.Errorf("of a client that has gone: %v", err)
		}
		seat.Leave()
		if _, err = c.Enter(t.Context(), who("e"), getPods, 1); err != nil {
			t.Errorf("with a free seat: %v", err)
		}
		c = one(1, 0, 0)
		if _, err = c.Enter(t.Context(), who("a"), getPods, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Enter(t.Context(), who("a"), getPods, 1); !refused(err) {
			t.Errorf("of a level without queues: %v", err)
		}
	})
}

// TestLending: a level uses what others lend and do not need, and what is never
// lent is there when its own requests come.
func TestLending(t *testing.T) {
	c := New(600, time.Millisecond)
	account := who("system:serviceaccount:ns:x", "system:serviceaccounts")
	taken := 0
	for {
		if _, err := c.Enter(t.Context(), account, getPods, 1); err != nil {
			break
		}
		taken++
	}
	own := map[string]Stat{}
	lent := 0
	for _, s := range c.Stats() {
		own[s.Level] = s
	}
	c.mu.Lock()
	for name, l := range c.levels {
		if name != "workload-low" {
			lent += l.lendable
		}
	}
	c.mu.Unlock()
	if want := own["workload-low"].Seats + lent; taken != want || lent == 0 {
		t.Errorf("service accounts got %d seats, their own are %d and others lend %d", taken, own["workload-low"].Seats, lent)
	}
	for _, u := range []*authn.User{who("system:node:n", "system:nodes"), who("system:kube-scheduler"), who("ann")} {
		if _, err := c.Enter(t.Context(), u, getPods, 1); err != nil {
			t.Errorf("%s finds no seat: %v", u.Name, err)
		}
	}
}

// TestConfigureWhileRequestsEnter: what a request is told of its level is from
// before a change or from after it, never half of each. Half a text as a header's
// value ended the server.
func TestConfigureWhileRequestsEnter(t *testing.T) {
	c := New(600, time.Second)
	uids := []string{"short", "one that is so much longer than the other"}
	configure := func(uid string) {
		schemas, levels := Defaults()
		for _, l := range levels {
			l.UID = meta.UID(uid)
		}
		c.Configure(schemas, levels)
	}
	configure(uids[0])
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 3000 {
			configure(uids[i%2])
		}
	}()
	root, ann := who("root", "system:masters"), who("ann")
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		for _, u := range []*authn.User{root, ann} {
			seat, err := c.Enter(t.Context(), u, getPods, 1)
			if err != nil {
				t.Fatal(err)
			}
			seat.Leave()
			if !slices.Contains(uids, seat.Level) || !slices.Contains(uids, c.Stand(u, getPods).Level) {
				t.Fatalf("a level is called %q", seat.Level)
			}
		}
	}
}

// TestConfigureInFlight: requests that sit or wait when their level changes, or
// goes, are served all the same.
func TestConfigureInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := one(1, 8, 50)
		seat, err := c.Enter(t.Context(), who("a"), getPods, 1)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 10)
		for i := range 10 {
			go func() {
				s, err := c.Enter(t.Context(), who(fmt.Sprint(i)), getPods, 1)
				if err == nil {
					s.Leave()
				}
				done <- err
			}()
		}
		synctest.Wait()
		c.Configure(Defaults())
		seat.Leave()
		for range 10 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

// BenchmarkEnter is what a request costs that finds a seat.
func BenchmarkEnter(b *testing.B) {
	c := New(600, time.Second)
	u := who("system:serviceaccount:ns:x", "system:serviceaccounts")
	for b.Loop() {
		s, err := c.Enter(b.Context(), u, getPods, 1)
		if err != nil {
			b.Fatal(err)
		}
		s.Leave()
	}
}

// TestWideRequests: a list of many objects takes several seats and waits until
// it has them all; those behind it in its queue wait with it.
func TestWideRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := one(4, 1, 50)
		enter := func(name string, width int) Seat {
			s, err := c.Enter(t.Context(), who(name), getPods, width)
			if err != nil {
				t.Error(err)
			}
			return s
		}
		a, b := enter("a", 1), enter("b", 1)
		order := make(chan string, 10)
		seats := make(chan Seat, 10)
		come := func(name string, width int) {
			go func() {
				s := enter(name, width)
				order <- name
				seats <- s
			}()
			synctest.Wait()
		}
		come("wide", 3)
		come("narrow", 1)
		if len(order) > 0 {
			t.Fatalf("%s was let in where a wider one waits, or does not fit", <-order)
		}
		a.Leave()
		synctest.Wait()
		if got := <-order; got != "wide" {
			t.Errorf("%s came first", got)
		}
		if n := len(order); n > 0 {
			t.Errorf("%d more than there are seats for", n)
		}
		(<-seats).Leave()
		if got := <-order; got != "narrow" {
			t.Errorf("then came %s", got)
		}
		(<-seats).Leave()
		b.Leave()
		huge := enter("huge", 1000)
		if huge.width > 4 {
			t.Errorf("a request took %d of 4 seats", huge.width)
		}
		huge.Leave()
		for _, s := range c.Stats() {
			if s.InUse != 0 || s.Waiting != 0 {
				t.Errorf("left behind: %+v", s)
			}
		}
	})
}

// TestWideRequestsGetIn: however many narrow requests of others come, each
// queue has its turn once before a wide one has its own.
func TestWideRequestsGetIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const queues = 16
		c := one(4, queues, 50)
		order := make(chan string, 1000)
		seats := make(chan Seat, 1000)
		come := func(user, name string, width int) {
			go func() {
				s, err := c.Enter(t.Context(), who(user), getPods, width)
				if err != nil {
					t.Error(err)
				}
				order <- name
				seats <- s
			}()
			synctest.Wait()
		}
		for range 2 {
			come("first", "first", 1)
			<-order
		}
		come("lister", "wide", 4)
		for i := range 100 {
			come("user"+strconv.Itoa(i), "narrow", 1)
		}
		before, wide := 0, false
		for range 103 {
			(<-seats).Leave()
			synctest.Wait()
			for len(order) > 0 {
				if <-order == "wide" {
					wide = true
				} else if !wide {
					before++
				}
			}
		}
		if !wide || before >= queues {
			t.Errorf("%d requests overtook the wide one, which came in: %v", before, wide)
		}
	})
}
