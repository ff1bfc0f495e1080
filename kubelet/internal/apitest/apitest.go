// Package apitest is an API server for tests of the kubelet alone: it keeps
// objects in memory and knows just enough of lists, watches, patches and
// graceful deletion. What the kubelet needs of the real one is tested in e2e.
package apitest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// object is any API object.
type object = map[string]any

// Server is the fake. Set Down to have every request fail.
type Server struct {
	*httptest.Server
	mu       sync.Mutex
	changed  *sync.Cond
	rev      int
	objects  map[string]object // by path
	history  []event
	Requests map[string]int // "PATCH pods/status" and so on
	down     bool
}

type event struct {
	rev  int
	kind string
	path string
	obj  object
	old  object
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	s := &Server{objects: map[string]object{}, Requests: map[string]int{}}
	s.changed = sync.NewCond(&s.mu)
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(func() { s.CloseClientConnections(); s.Server.Close() })
	return s
}

// SetDown makes the server refuse everything, or serve again.
func (s *Server) SetDown(down bool) {
	s.mu.Lock()
	s.down = down
	s.mu.Unlock()
	if down {
		s.CloseClientConnections()
	}
	s.changed.Broadcast()
}

// Put stores an object as given in JSON under a path such as
// /api/v1/namespaces/default/pods/web and returns its uid.
func (s *Server) Put(path, text string) string {
	var o object
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		panic(fmt.Sprintf("%s: %v", path, err))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o = s.store(path, o)
	return metaOf(o)["uid"].(string)
}

// Get is the object at path as JSON text decoded into v; false when there is none.
func (s *Server) Get(path string, v any) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.objects[path]
	if !ok {
		return false
	}
	b, _ := json.Marshal(o)
	return json.Unmarshal(b, v) == nil
}

// Each calls f with every object below a collection's path.
func (s *Server) Each(collection string, f func(path string, raw []byte)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p, o := range s.objects {
		if strings.HasPrefix(p, collection+"/") {
			b, _ := json.Marshal(o)
			f(p, b)
		}
	}
}

// Delete removes a pod as a client does: with its grace.
func (s *Server) Delete(path string, grace int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(path, grace)
}

// Requested is how often a kind of request came, such as "PATCH pods/status".
func (s *Server) Requested(what string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Requests[what]
}

func metaOf(o object) object {
	m, _ := o["metadata"].(object)
	if m == nil {
		m = object{}
		o["metadata"] = m
	}
	return m
}

func (s *Server) store(path string, o object) object {
	s.rev++
	parts := strings.Split(path, "/")
	m := metaOf(o)
	old := s.objects[path]
	m["name"] = parts[len(parts)-1]
	m["resourceVersion"] = strconv.Itoa(s.rev)
	if i := strings.Index(path, "/namespaces/"); i >= 0 && len(parts) > 6 {
		m["namespace"] = strings.Split(path[i+len("/namespaces/"):], "/")[0]
	}
	if m["uid"] == nil {
		m["uid"] = fmt.Sprintf("00000000-0000-0000-0000-%012d", s.rev)
		m["creationTimestamp"] = time.Now().UTC().Format(time.RFC3339)
	}
	s.objects[path] = o
	kind := "MODIFIED"
	if old == nil {
		kind = "ADDED"
	}
	s.history = append(s.history, event{s.rev, kind, path, o, old})
	s.changed.Broadcast()
	return o
}

func (s *Server) remove(path string, grace int64) (object, bool) {
	o, ok := s.objects[path]
	if !ok {
		return nil, false
	}
	if strings.Contains(path, "/pods/") && grace != 0 {
		o = clone(o)
		m := metaOf(o)
		if grace < 0 {
			grace = 30
			if g, ok := o["spec"].(object)["terminationGracePeriodSeconds"].(float64); ok {
				grace = int64(g)
			}
		}
		m["deletionTimestamp"] = time.Now().Add(time.Duration(grace) * time.Second).UTC().Format(time.RFC3339)
		m["deletionGracePeriodSeconds"] = grace
		return s.store(path, o), true
	}
	s.rev++
	delete(s.objects, path)
	s.history = append(s.history, event{s.rev, "DELETED", path, o, o})
	s.changed.Broadcast()
	return o, true
}

func clone(o object) object {
	b, _ := json.Marshal(o)
	var out object
	_ = json.Unmarshal(b, &out)
	return out
}

// subresources are the path ends that are none of an object's name.
var subresources = map[string]bool{"status": true, "token": true, "binding": true}

// split takes a path apart: the collection, the object's path, the subresource.
func split(path string) (collection, item, sub string) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	n := 2 // api v1
	if parts[0] == "apis" {
		n = 3
	}
	if len(parts) > n+2 && parts[n] == "namespaces" {
		n += 2
	}
	collection = "/" + strings.Join(parts[:n+1], "/")
	if len(parts) > n+1 {
		item = collection + "/" + parts[n+1]
	}
	if len(parts) > n+2 && subresources[parts[n+2]] {
		sub = parts[n+2]
	}
	return collection, item, sub
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	collection, item, sub := split(r.URL.Path)
	resource := collection[strings.LastIndexByte(collection, '/')+1:]
	what := r.Method + " " + resource
	if sub != "" {
		what += "/" + sub
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Requests[what]++
	if s.down {
		refuse(w, 503, "ServiceUnavailable", "down")
		return
	}
	var body object
	if r.Body != nil && r.Method != "GET" {
		_ = json.NewDecoder(r.Body).Decode(&body)
	}
	switch {
	case r.Method == "GET" && item == "" && r.URL.Query().Get("watch") != "":
		s.watch(w, r, collection)
	case r.Method == "GET" && item == "":
		s.list(w, r, collection)
	case r.Method == "GET":
		s.answer(w, s.objects[item], 200)
	case r.Method == "POST" && sub == "token":
		s.answer(w, object{"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "metadata": object{}, "spec": body["spec"], "status": object{"token": "a-token", "expirationTimestamp": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}}, 201)
	case r.Method == "POST":
		m := metaOf(body)
		name, _ := m["name"].(string)
		if name == "" {
			s.rev++
			name = fmt.Sprint(m["generateName"], s.rev)
		}
		if s.objects[collection+"/"+name] != nil {
			refuse(w, 409, "AlreadyExists", name)
			return
		}
		s.answer(w, s.store(collection+"/"+name, body), 201)
	case s.objects[item] == nil:
		refuse(w, 404, "NotFound", item)
	case r.Method == "PUT":
		if v, ok := metaOf(body)["resourceVersion"].(string); ok && v != "" && v != metaOf(s.objects[item])["resourceVersion"] {
			refuse(w, 409, "Conflict", item)
			return
		}
		s.answer(w, s.store(item, body), 200)
	case r.Method == "PATCH":
		o := clone(s.objects[item])
		if uid, ok := metaOf(body)["uid"]; ok && uid != metaOf(o)["uid"] {
			refuse(w, 409, "Conflict", item)
			return
		}
		merge(o, body)
		s.answer(w, s.store(item, o), 200)
	case r.Method == "DELETE":
		grace := int64(-1)
		if g, ok := body["gracePeriodSeconds"].(float64); ok {
			grace = int64(g)
		}
		o, _ := s.remove(item, grace)
		s.answer(w, o, 200)
	default:
		refuse(w, 405, "MethodNotAllowed", what)
	}
}

// merge is a strategic patch as far as statuses need one: conditions merge by
// type, other lists are replaced.
func merge(into, patch object) {
	for k, v := range patch {
		switch v := v.(type) {
		case nil:
			delete(into, k)
		case object:
			inner, ok := into[k].(object)
			if !ok {
				inner = object{}
			}
			merge(inner, v)
			into[k] = inner
		case []any:
			into[k] = mergeList(k, into[k], v)
		default:
			into[k] = v
		}
	}
}

func mergeList(key string, old any, patch []any) []any {
	var out []any
	if key == "conditions" {
		have, _ := old.([]any)
		for _, h := range have {
			if !has(patch, h.(object)["type"]) {
				out = append(out, h)
			}
		}
	}
	for _, p := range patch {
		if o, ok := p.(object); !ok || o["$patch"] == nil {
			out = append(out, p)
		}
	}
	return out
}

func has(list []any, t any) bool {
	for _, x := range list {
		if x.(object)["type"] == t {
			return true
		}
	}
	return false
}

func refuse(w http.ResponseWriter, code int, reason, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(object{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": message, "code": code})
}

func (s *Server) answer(w http.ResponseWriter, o object, code int) {
	if o == nil {
		refuse(w, 404, "NotFound", "not found")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(o)
}

// matches says whether an object is in a collection (maybe of all namespaces)
// and chosen by a field selector.
func matches(r *http.Request, collection, path string, o object) bool {
	own, _, _ := split(path)
	if own != collection && !(strings.HasPrefix(own, collection[:strings.LastIndexByte(collection, '/')]+"/namespaces/") && own[strings.LastIndexByte(own, '/'):] == collection[strings.LastIndexByte(collection, '/'):]) {
		return false
	}
	for term := range strings.SplitSeq(r.URL.Query().Get("fieldSelector"), ",") {
		field, want, ok := strings.Cut(term, "=")
		if !ok {
			continue
		}
		var v any = o
		for part := range strings.SplitSeq(field, ".") {
			m, _ := v.(object)
			v = m[part]
		}
		if v != want {
			return false
		}
	}
	return true
}

func (s *Server) list(w http.ResponseWriter, r *http.Request, collection string) {
	items := []any{}
	for p, o := range maps.All(s.objects) {
		if matches(r, collection, p, o) {
			items = append(items, o)
		}
	}
	s.answer(w, object{"kind": "List", "apiVersion": "v1", "metadata": object{"resourceVersion": strconv.Itoa(s.rev)}, "items": items}, 200)
}

// watch streams what happened after the asked version; s.mu is held and given
// up while there is nothing to tell.
func (s *Server) watch(w http.ResponseWriter, r *http.Request, collection string) {
	from, _ := strconv.Atoi(r.URL.Query().Get("resourceVersion"))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(200)
	flush := http.NewResponseController(w)
	_ = flush.Flush()
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-r.Context().Done():
			s.changed.Broadcast()
		case <-stop:
		}
	}()
	next := 0
	for r.Context().Err() == nil && !s.down {
		for ; next < len(s.history); next++ {
			e := s.history[next]
			if e.rev <= from || !matches(r, collection, e.path, e.obj) {
				continue
			}
			if json.NewEncoder(w).Encode(object{"type": e.kind, "object": e.obj}) != nil {
				return
			}
		}
		_ = flush.Flush()
		s.changed.Wait()
	}
}
