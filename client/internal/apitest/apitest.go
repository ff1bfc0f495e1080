// Package apitest is the smallest server that the client's own tests can be
// run against: one history of objects of any kind, with list (paged), watch
// from a revision, get, create, update with conflicts, patch (merge patch of
// the top two levels) and delete, over real HTTP/2 and TLS. It is no API server: it
// validates nothing and knows nothing of the kinds. What the client must bear
// can be asked of it: cut connections, refusals, forgotten revisions.
//
// The daemons are tested against the real API server.
package apitest

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/pilothouse/pilothouse/client"
)

// object is an object as JSON.
type object = map[string]any

// change is one entry of the history.
type change struct {
	rev  int
	kind string
	path string
	o    object
}

// Server is the server. Its fields may be changed under Lock.
type Server struct {
	sync.Mutex
	*httptest.Server
	t testing.TB

	// Before, when set, may answer a request in the server's place.
	Before func(w http.ResponseWriter, r *http.Request) (answered bool)
	// Requests counts what was asked, such as "GET /api/v1/pods" and
	// "WATCH /api/v1/pods".
	Requests map[string]int

	rev       int
	compacted int
	objects   map[string]object // by path
	history   []change
	changed   chan struct{}
	cut       chan struct{}
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	s := &Server{t: t, rev: 10, objects: map[string]object{}, changed: make(chan struct{}), cut: make(chan struct{}), Requests: map[string]int{}}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(func() { s.CutWatches(); s.Close() })
	return s
}

// Config is how to reach the server.
func (s *Server) Config() *client.Config {
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	return &client.Config{Host: s.URL, CAData: ca, UserAgent: "test"}
}

// NewClient is a client of the server that closes with the test.
func (s *Server) NewClient() *client.Client {
	c, err := client.New(s.Config())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(c.Close)
	return c
}

// Put stores an object at a path such as /api/v1/namespaces/default/pods/web
// and returns its resource version.
func (s *Server) Put(path string, o object) string {
	s.Lock()
	defer s.Unlock()
	return s.put(path, o)
}

func (s *Server) put(path string, o object) string {
	s.rev++
	kind := "MODIFIED"
	if s.objects[path] == nil {
		kind = "ADDED"
	}
	version := strconv.Itoa(s.rev)
	m, _ := o["metadata"].(object)
	m = maps.Clone(m)
	if m == nil {
		m = object{}
	}
	m["resourceVersion"] = version
	parts := strings.Split(path, "/")
	m["name"] = parts[len(parts)-1]
	if i := slices.Index(parts, "namespaces"); i >= 0 && len(parts) > i+2 {
		m["namespace"] = parts[i+1]
	}
	o = maps.Clone(o)
	o["metadata"] = m
	s.objects[path] = o
	s.log(kind, path, o)
	return version
}

// Delete removes the object at path.
func (s *Server) Delete(path string) string {
	s.Lock()
	defer s.Unlock()
	return s.remove(path)
}

func (s *Server) remove(path string) string {
	s.rev++
	last := maps.Clone(s.objects[path])
	last["metadata"] = maps.Clone(last["metadata"].(object))
	last["metadata"].(object)["resourceVersion"] = strconv.Itoa(s.rev)
	delete(s.objects, path)
	s.log("DELETED", path, last)
	return strconv.Itoa(s.rev)
}

func (s *Server) log(kind, path string, o object) {
	s.history = append(s.history, change{s.rev, kind, path, o})
	close(s.changed)
	s.changed = make(chan struct{})
}

// CutWatches ends every watch.
func (s *Server) CutWatches() {
	s.Lock()
	defer s.Unlock()
	close(s.cut)
	s.cut = make(chan struct{})
}

// Compact forgets the history so far.
func (s *Server) Compact() {
	s.Lock()
	defer s.Unlock()
	s.compacted = s.rev
}

// Object is the object at path, or nil.
func (s *Server) Object(path string) map[string]any {
	s.Lock()
	defer s.Unlock()
	return s.objects[path]
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	verb := r.Method
	if r.URL.Query().Get("watch") == "true" {
		verb = "WATCH"
	}
	s.Lock()
	s.Requests[verb+" "+r.URL.Path]++
	before := s.Before
	s.Unlock()
	if r.ProtoMajor != 2 {
		Refuse(w, http.StatusHTTPVersionNotSupported, "BadRequest", "the client does not speak HTTP/2")
		return
	}
	if before != nil && before(w, r) {
		return
	}
	if verb == "WATCH" {
		s.watch(w, r)
		return
	}
	s.Lock()
	defer s.Unlock()
	o := object{}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &o); err != nil {
			Refuse(w, http.StatusBadRequest, "BadRequest", err.Error())
			return
		}
	}
	s.answer(w, r, o)
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, o object) {
	path := r.URL.Path
	old := s.objects[path]
	switch {
	case r.Method == http.MethodGet && isCollection(path):
		s.list(w, r)
		return
	case r.Method == http.MethodPost:
		m, _ := o["metadata"].(object)
		path += "/" + fmt.Sprint(m["name"])
		if s.objects[path] != nil {
			Refuse(w, http.StatusConflict, "AlreadyExists", path+" already exists")
			return
		}
		s.put(path, o)
	case old == nil:
		Refuse(w, http.StatusNotFound, "NotFound", path+" not found")
		return
	case r.Method == http.MethodPut:
		m, _ := o["metadata"].(object)
		if v := m["resourceVersion"]; v != nil && v != old["metadata"].(object)["resourceVersion"] {
			Refuse(w, http.StatusConflict, "Conflict", path+" has changed")
			return
		}
		s.put(path, o)
	case r.Method == http.MethodPatch:
		merged := maps.Clone(old)
		maps.Copy(merged, o)
		s.put(path, merged)
	case r.Method == http.MethodDelete:
		s.remove(path)
		_ = json.NewEncoder(w).Encode(object{"kind": "Status", "status": "Success"})
		return
	}
	_ = json.NewEncoder(w).Encode(s.objects[path])
}

// isCollection tells by the number of parts: .../v1[/namespaces/NS]/RESOURCE.
func isCollection(path string) bool {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if parts[0] == "api" {
		parts = parts[2:]
	} else {
		parts = parts[3:]
	}
	return len(parts)%2 == 1
}

// below says whether an object is in the collection that was asked for.
func below(path, collection string) bool {
	parts := strings.Split(collection, "/")
	resource := parts[len(parts)-1]
	dir := path[:strings.LastIndex(path, "/")]
	return dir == collection || strings.HasPrefix(path, strings.TrimSuffix(collection, resource)) && strings.HasSuffix(dir, "/"+resource)
}

func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit, _ := strconv.Atoi(q.Get("limit"))
	after := q.Get("continue")
	var items []object
	m := object{"resourceVersion": strconv.Itoa(s.rev)}
	for _, path := range slices.Sorted(maps.Keys(s.objects)) {
		if !below(path, r.URL.Path) || path <= after {
			continue
		}
		if limit > 0 && len(items) == limit {
			m["continue"] = items[limit-1]["path"]
			break
		}
		o := maps.Clone(s.objects[path])
		o["path"] = path
		items = append(items, o)
	}
	_ = json.NewEncoder(w).Encode(object{"kind": "List", "apiVersion": "v1", "metadata": m, "items": items})
}

func (s *Server) watch(w http.ResponseWriter, r *http.Request) {
	from, _ := strconv.Atoi(r.URL.Query().Get("resourceVersion"))
	e := json.NewEncoder(w)
	s.Lock()
	cut, gone := s.cut, from < s.compacted
	s.Unlock()
	if gone {
		_ = e.Encode(object{"type": "ERROR", "object": status(http.StatusGone, "Expired", "too old resource version")})
		return
	}
	flush := w.(http.Flusher).Flush
	flush()
	for {
		s.Lock()
		var out []change
		for _, c := range s.history {
			if c.rev > from && below(c.path, r.URL.Path) {
				out = append(out, c)
			}
		}
		from = s.rev
		changed := s.changed
		s.Unlock()
		for _, c := range out {
			_ = e.Encode(object{"type": c.kind, "object": c.o})
		}
		_ = e.Encode(object{"type": "BOOKMARK", "object": object{"metadata": object{"resourceVersion": strconv.Itoa(from)}}})
		flush()
		select {
		case <-changed:
		case <-cut:
			panic(http.ErrAbortHandler) // in the middle, as a dying server does
		case <-r.Context().Done():
			return
		}
	}
}

func status(code int, reason, message string) object {
	return object{"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": message}
}

// Refuse answers with a Status.
func Refuse(w http.ResponseWriter, code int, reason, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(status(code, reason, message))
}
