package controllermanager

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync"
)

// fault is what becomes of one write.
type fault int

const (
	none        fault = iota
	lost              // it never arrives
	unanswered        // it is carried out, and the answer never arrives
	crashBefore       // the process dies before it is sent
	crashAfter        // the process dies when it has been carried out
)

func (f fault) String() string {
	return [...]string{"none", "lost", "unanswered", "crash before", "crash after"}[f]
}

// noted is what of a write's body is shown when a test fails.
var noted = regexp.MustCompile(`"(?:name|[a-zA-Z]*[rR]eplicas|active|succeeded|failed)":[^,}]*`)

var errLost = errors.New("the connection is lost")

// faults stands between controllers and the API server. It shows them one
// namespace as if it were all there is, counts what they write there, and lets
// some of it fail.
type faults struct {
	namespace string
	resources map[string]bool // the names of namespaced resources
	groups    string          // what discovery says of groups; empty for what is true
	plan      map[int]fault   // by the number of the write, from 1
	answers   sync.Map        // by path, what a metrics API would answer

	flying sync.WaitGroup // writes that have not been carried out yet

	mu      sync.Mutex
	writes  int
	done    []string // the writes so far
	life    int      // how many processes have died
	crashed chan struct{}
}

// trip is the transport of one process.
type trip struct {
	*faults
	next http.RoundTripper
	life int
}

func (f *faults) wrap(next http.RoundTripper) http.RoundTripper {
	f.mu.Lock()
	defer f.mu.Unlock()
	return &trip{f, next, f.life}
}

func (t *trip) dead() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.life != t.faults.life
}

func (t *trip) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.dead() {
		return nil, errLost
	}
	if strings.HasSuffix(r.URL.Path, "/events") && r.Method == http.MethodPost || strings.Contains(r.URL.Path, "/events/") {
		return answer(r, http.StatusCreated, r.Body), nil // nobody reads them here
	}
	if t.groups != "" && r.URL.Path == "/apis" {
		return answer(r, http.StatusOK, io.NopCloser(strings.NewReader(t.groups))), nil
	}
	if text, ok := t.answers.Load(r.URL.Path); ok {
		return answer(r, http.StatusOK, io.NopCloser(strings.NewReader(text.(string)))), nil
	}
	if r.Method == http.MethodGet {
		return t.next.RoundTrip(t.narrow(r))
	}
	// Whoever dies leaves behind what was sent: it is carried out all the same,
	// before the next process looks.
	r = r.WithContext(context.WithoutCancel(r.Context()))
	t.flying.Add(1)
	defer t.flying.Done()
	switch t.number(r) {
	case lost:
		drop(r)
		return nil, errLost
	case unanswered:
		return t.carryOut(r)
	case crashBefore:
		drop(r)
		t.crash()
		return nil, errLost
	case crashAfter:
		defer t.crash()
		return t.carryOut(r)
	}
	return t.next.RoundTrip(r)
}

// number counts a write and says what becomes of it.
func (t *trip) number(r *http.Request) fault {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.writes++
	note := r.Method + " " + r.URL.Path
	if r.GetBody != nil {
		if body, err := r.GetBody(); err == nil {
			b, _ := io.ReadAll(body)
			for _, field := range noted.FindAll(b, 8) {
				note += " " + string(field)
			}
		}
	}
	t.done = append(t.done, note)
	return t.plan[t.writes]
}

func (t *trip) crash() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.life == t.faults.life {
		t.faults.life++
		t.crashed <- struct{}{}
	}
}

// carryOut sends a write whose answer is lost.
func (t *trip) carryOut(r *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(r)
	if err == nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	return nil, errLost
}

// narrow makes what is asked of all namespaces a question about one.
func (t *trip) narrow(r *http.Request) *http.Request {
	dir, name := path.Split(r.URL.Path)
	switch {
	case r.URL.Path == "/api/v1/namespaces":
		r = r.Clone(r.Context())
		q := r.URL.Query()
		q.Set("fieldSelector", "metadata.name="+t.namespace)
		r.URL.RawQuery = q.Encode()
	case t.resources[name] && !strings.Contains(dir, "/namespaces/"):
		r = r.Clone(r.Context())
		r.URL.Path = dir + "namespaces/" + t.namespace + "/" + name
	}
	return r
}

func drop(r *http.Request) {
	if r.Body != nil {
		r.Body.Close()
	}
}

func answer(r *http.Request, code int, body io.ReadCloser) *http.Response {
	b := []byte("{}")
	if body != nil {
		b, _ = io.ReadAll(body)
		body.Close()
	}
	return &http.Response{StatusCode: code, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(b)), ContentLength: int64(len(b))}
}
