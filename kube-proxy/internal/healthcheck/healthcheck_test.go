package healthcheck

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"
)

func TestChecksFollowTheServices(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // a free port
	if err != nil {
		t.Fatal(err)
	}
	port := uint16(l.Addr().(*net.TCPAddr).Port)
	l.Close()
	url := "http://127.0.0.1:" + strconv.Itoa(int(port))

	healthy := true
	c := New(func() bool { return healthy })
	defer c.Close()
	ask := func() (int, int) {
		t.Helper()
		r, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		var body struct{ LocalEndpoints int }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Fatal(err)
		}
		return r.StatusCode, body.LocalEndpoints
	}
	want := func(code, local int) {
		t.Helper()
		if c, l := ask(); c != code || l != local {
			t.Errorf("answer %d with %d endpoints, want %d with %d", c, l, code, local)
		}
	}
	c.Set(map[uint16]Service{port: {"default", "web", 2}})
	want(200, 2)
	c.Set(map[uint16]Service{port: {"default", "web", 0}})
	want(503, 0)
	c.Set(map[uint16]Service{port: {"default", "web", 1}})
	healthy = false
	want(503, 1)
	c.Set(nil)
	if r, err := http.Get(url); err == nil {
		r.Body.Close()
		t.Error("the port still answers after its service is gone")
	}
}

func TestHealth(t *testing.T) {
	for late, code := range map[bool]int{false: 200, true: 503} {
		w := httptest.NewRecorder()
		answerHealth(w, Health{LastUpdated: time.Unix(0, 0), Late: late})
		if w.Code != code {
			t.Errorf("late %v: answer %d, want %d", late, w.Code, code)
		}
		var body struct{ LastUpdated, CurrentTime time.Time }
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Errorf("%s: %v", w.Body, err)
		}
	}
}
