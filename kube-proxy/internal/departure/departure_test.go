package departure

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
)

var key = meta.Key{Namespace: "default", Name: "web-1"}

// slice lists pods: "a" ready, "-a" ending, "!a" not ready, "+a" ending but
// published all the same.
func slice(pods ...string) *discovery.EndpointSlice {
	s := &discovery.EndpointSlice{}
	s.Labels = map[string]string{discovery.LabelServiceName: "web"}
	for _, p := range pods {
		ready, terminating := true, false
		switch p[0] {
		case '-':
			ready, terminating, p = false, true, p[1:]
		case '!':
			ready, p = false, p[1:]
		case '+':
			terminating, p = true, p[1:]
		}
		s.Endpoints = append(s.Endpoints, discovery.Endpoint{
			Conditions: discovery.EndpointConditions{Ready: &ready, Terminating: &terminating},
			TargetRef:  &core.ObjectReference{Kind: "Pod", UID: meta.UID(p)},
		})
	}
	return s
}

func ask(t *testing.T, l *Ledger, query string) State {
	t.Helper()
	w := httptest.NewRecorder()
	l.ServeHTTP(w, httptest.NewRequest("GET", Path+query, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", query, w.Code, w.Body)
	}
	var a Answer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	return a.State
}

func TestStates(t *testing.T) {
	l := New()
	expect := func(pod string, want State) {
		t.Helper()
		if got := ask(t, l, pod); got != want {
			t.Errorf("%s is %s, want %s", pod, got, want)
		}
	}
	expect("a", Receiving) // the rules of an earlier proxy may send to it
	l.Note(key, slice("a", "!b"))
	l.Confirm()
	expect("a", Receiving)
	expect("b", Leaving)
	expect("c", Unlisted)
	l.Note(key, slice("-a", "+b"))
	expect("a", Receiving) // the kernel has not been told yet
	l.Confirm()
	expect("a", Leaving)
	expect("b", Leaving)
	other := meta.Key{Namespace: "default", Name: "other"}
	l.Note(other, slice("a"))
	l.Confirm()
	expect("a", Receiving) // another service still sends
	l.Note(other, nil)
	l.Note(key, nil)
	l.Confirm()
	expect("a", Unlisted)
	if len(l.pods)+len(l.slices) != 0 {
		t.Errorf("remembers %v, %v", l.pods, l.slices)
	}
}

func TestWaitsForTheRules(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New()
		l.Note(key, slice("a"))
		l.Confirm()
		got := make(chan State)
		began := time.Now()
		go func() { got <- ask(t, l, "a?wait=5s") }()
		synctest.Wait()
		l.Note(key, slice("a", "b"))
		l.Confirm()
		synctest.Wait()
		l.Note(key, slice("-a", "b"))
		l.Confirm()
		if s := <-got; s != Leaving || time.Since(began) != 0 {
			t.Errorf("%s after %v, want Leaving at once", s, time.Since(began))
		}
		if s := ask(t, l, "b?wait=2s"); s != Receiving || time.Since(began) != 2*time.Second {
			t.Errorf("%s after %v, want Receiving after 2s", s, time.Since(began))
		}
		if l.waiting != 0 {
			t.Errorf("%d still wait", l.waiting)
		}
	})
}

func TestBadQuestions(t *testing.T) {
	l := New()
	for _, c := range []struct {
		method, target string
		want           int
	}{
		{"POST", Path + "a", http.StatusMethodNotAllowed},
		{"GET", Path, http.StatusBadRequest},
		{"GET", Path + "a/b", http.StatusBadRequest},
		{"GET", Path + "a?wait=soon", http.StatusBadRequest},
		{"GET", Path + "a?wait=-1s", http.StatusOK},
	} {
		w := httptest.NewRecorder()
		l.ServeHTTP(w, httptest.NewRequest(c.method, c.target, nil))
		if w.Code != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.target, w.Code, c.want)
		}
	}
}

// TestLaggards: who does not list a pod may only not have heard of it yet.
func TestLaggards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ahead, behind := New(), New()
		at := func(rev string, pods ...string) *discovery.EndpointSlice {
			s := slice(pods...)
			s.ResourceVersion = rev
			return s
		}
		for _, l := range []*Ledger{ahead, behind} {
			l.Note(key, at("5", "b"))
			l.Confirm()
		}
		ahead.Note(key, at("9", "b", "a"))
		ahead.Confirm()
		known, _ := ahead.of("a", 0)
		if known != (Answer{Receiving, 9}) {
			t.Fatalf("the one ahead says %+v", known)
		}
		if got := ask(t, behind, "a?revision=5"); got != Unlisted {
			t.Errorf("to who knows no more it says %s", got)
		}
		if got := ask(t, behind, "a?revision=9&wait=1s"); got != Receiving {
			t.Errorf("it does not know better and says %s", got)
		}
		answered := make(chan State, 1)
		go func() { answered <- ask(t, behind, "a?revision=9&wait=10s") }()
		synctest.Wait()
		behind.Note(key, at("9", "b", "a"))
		behind.Confirm()
		synctest.Wait()
		select {
		case s := <-answered:
			t.Fatalf("it has just begun to send there, and says %s", s)
		default:
		}
		behind.Note(key, at("12", "b", "-a"))
		behind.Confirm()
		if got := <-answered; got != Leaving {
			t.Errorf("in the end it says %s", got)
		}
		if got := ask(t, behind, "c?revision=12"); got != Unlisted {
			t.Errorf("of another pod it says %s", got)
		}
	})
}
