package apiserver_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/pilothouse/pilothouse/apiserver"
	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
)

const (
	slowMaps = "/api/v1/namespaces/default/configmaps"
	// bigMaps of bigBytes each make a list that fits into no buffer between a
	// server and its client.
	bigMaps, bigBytes = 40, 500_000
	// slowClients are at it at once.
	slowClients = 12
	// flat is how much the heap may grow while they are: far less than a copy of
	// the list for each.
	flat = 64 << 20
)

// slowServer has little patience and much to tell.
func slowServer(t *testing.T) *runner {
	t.Helper()
	s := testserver.Start(t, func(c *apiserver.Config) {
		c.StallTimeout, c.RequestTimeout, c.Unsynced = time.Second, 3*time.Second, true
	})
	r := &runner{t: t, server: s}
	r.as("admin", "system:masters")
	for i := range bigMaps {
		r.do("POST", slowMaps, []byte(fmt.Sprintf(`{"metadata":{"name":"big-%d"},"data":{"a":"%s"}}`, i, strings.Repeat("x", bigBytes))), "")
		r.want(201, "")
	}
	return r
}

// stuck is how many of the server's goroutines wait for a client to read or to
// send.
func stuck() int {
	var b bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&b, 2)
	n := 0
	for g := range strings.SplitSeq(b.String(), "\n\n") {
		for _, f := range []string{"server.(*recorder).Write(", "server.(*recorder).FlushError(", "server.(*patientBody).Read("} {
			if strings.Contains(g, f) {
				n++
				break
			}
		}
	}
	return n
}

// heap is what the process holds on to.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

// besides sees that others are served, and that the heap is flat, while clients
// are slow; then that all of these are cut.
func (r *runner) besides(before int64) {
	r.t.Helper()
	eventually(r.t, "clients that keep the server waiting", func() bool { return stuck() > 0 })
	other := &runner{t: r.t, server: r.server}
	other.as("ann", "system:masters")
	other.do("GET", slowMaps+"/big-1", nil, "")
	other.want(200, "")
	other.do("POST", slowMaps, []byte(`{"metadata":{"generateName":"beside-"}}`), "")
	other.want(201, "")
	if grown := heap() - before; grown > flat {
		r.t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	eventually(r.t, "the slow clients' end", func() bool { return stuck() == 0 })
	if grown := heap() - before; grown > flat {
		r.t.Errorf("the heap is %d MiB bigger afterwards", grown>>20)
	}
	other.do("GET", slowMaps+"?limit=1", nil, "")
	other.want(200, "")
}

// dial opens a bare connection that speaks proto.
func (r *runner) dial(proto string) net.Conn {
	r.t.Helper()
	config := r.client.Transport.(*http.Transport).TLSClientConfig.Clone()
	config.NextProtos = []string{proto}
	conn, err := tls.Dial("tcp", strings.TrimPrefix(r.server.URL, "https://"), config)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	return conn
}

// asks sends the head of a GET over HTTP/1.1 and reads nothing.
func asks(t *testing.T, conn net.Conn, path string) {
	t.Helper()
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path); err != nil {
		t.Fatal(err)
	}
}

// open sends a GET and leaves its answer unread.
func (r *runner) open(ctx context.Context, path string) io.ReadCloser {
	r.t.Helper()
	req, err := http.NewRequestWithContext(ctx, "GET", r.server.URL+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := r.client.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != http.StatusOK {
		r.t.Fatalf("%s: %s", path, resp.Status)
	}
	return resp.Body
}

// sharing sees that requests on the connection of slow ones are served.
func (r *runner) sharing() {
	r.t.Helper()
	shared := false
	ctx := httptrace.WithClientTrace(r.t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { shared = i.Reused }})
	body := r.open(ctx, slowMaps+"/big-1")
	if n, err := io.Copy(io.Discard, body); err != nil || n < bigBytes {
		r.t.Errorf("beside it on the same connection: %d bytes, %v", n, err)
	}
	if !shared {
		r.t.Error("the connection is not the slow requests'")
	}
}

// TestUnreadLists: clients that never read their lists are cut.
func TestUnreadLists(t *testing.T) {
	r := slowServer(t)
	t.Run("HTTP/1.1", func(t *testing.T) {
		r := r.in(t)
		before := heap()
		var conns []net.Conn
		for range slowClients {
			conn := r.dial("http/1.1")
			asks(t, conn, slowMaps)
			conns = append(conns, conn)
		}
		r.besides(before)
		for _, conn := range conns {
			if n, _ := io.Copy(io.Discard, conn); n >= bigMaps*bigBytes {
				t.Errorf("all %d bytes came", n)
			}
		}
	})
	t.Run("HTTP/2", func(t *testing.T) {
		r := r.in(t)
		before := heap()
		var bodies []io.Reader
		for range slowClients {
			bodies = append(bodies, r.open(t.Context(), slowMaps))
		}
		r.sharing()
		r.besides(before)
		r.sharing() // The connection has outlived them.
		for _, b := range bodies {
			if n, err := io.Copy(io.Discard, b); err == nil || n >= bigMaps*bigBytes {
				t.Errorf("%d bytes came, %v", n, err)
			}
		}
	})
}

// in is r for a part of the test, with a connection of its own.
func (r *runner) in(t *testing.T) *runner {
	mine := *r
	mine.t = t
	mine.as("admin", "system:masters")
	return &mine
}

// TestUnreadWatches: clients that never read their watches are cut, and what
// waits for them is bounded.
func TestUnreadWatches(t *testing.T) {
	r := slowServer(t)
	watch := slowMaps + "?watch=1&resourceVersion=0"
	t.Run("HTTP/1.1", func(t *testing.T) {
		r := r.in(t)
		before := heap()
		for range slowClients {
			asks(t, r.dial("http/1.1"), watch)
		}
		r.besides(before)
	})
	t.Run("HTTP/2", func(t *testing.T) {
		r := r.in(t)
		before := heap()
		var bodies []io.Reader
		for range slowClients {
			bodies = append(bodies, r.open(t.Context(), watch))
		}
		r.sharing()
		r.besides(before)
		r.sharing()
		for _, b := range bodies {
			if _, err := io.Copy(io.Discard, b); err == nil {
				t.Error("a watch that was not read ended well")
			}
		}
	})
}

// TestUnreadSmallAnswers: answers that are small each, but not read, hold no
// handler for good either: many after one another on one connection, and many
// on one that leaves the server no room at all.
func TestUnreadSmallAnswers(t *testing.T) {
	r := slowServer(t)
	r.do("POST", slowMaps, []byte(`{"metadata":{"name":"small"},"data":{"a":"`+strings.Repeat("x", 50_000)+`"}}`), "")
	r.want(201, "")
	t.Run("HTTP/1.1", func(t *testing.T) {
		r := r.in(t)
		before := heap()
		for range slowClients {
			conn := r.dial("http/1.1")
			for range 400 { // 20 MB
				asks(t, conn, slowMaps+"/small")
			}
		}
		r.besides(before)
	})
	t.Run("HTTP/2", func(t *testing.T) {
		r := r.in(t)
		before := heap()
		conn := r.dial("h2")
		io.WriteString(conn, http2.ClientPreface)
		f := http2.NewFramer(conn, conn)
		f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0})
		var head bytes.Buffer
		enc := hpack.NewEncoder(&head)
		for _, h := range [][2]string{{":method", "GET"}, {":scheme", "https"}, {":authority", "x"}, {":path", slowMaps + "/small"}} {
			enc.WriteField(hpack.HeaderField{Name: h[0], Value: h[1]})
		}
		for i := range 100 {
			if err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: uint32(2*i + 1), BlockFragment: head.Bytes(), EndStream: true, EndHeaders: true}); err != nil {
				t.Fatal(err)
			}
		}
		r.besides(before)
	})
}

// TestTrickledBodies: clients that send their bodies a byte at a time are cut
// when the time of a request is up.
func TestTrickledBodies(t *testing.T) {
	r := slowServer(t)
	t.Run("HTTP/1.1", func(t *testing.T) {
		r := r.in(t)
		before := heap()
		var answers []chan string
		for range slowClients {
			conn := r.dial("http/1.1")
			fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n\r\n", slowMaps)
			go trickle(t.Context(), conn)
			answer := make(chan string, 1)
			go func() { b, _ := io.ReadAll(conn); answer <- string(b) }()
			answers = append(answers, answer)
		}
		r.besides(before)
		for _, a := range answers {
			if got := <-a; !strings.HasPrefix(got, "HTTP/1.1 504 ") || !strings.Contains(got, `"reason":"Timeout"`) {
				t.Errorf("the answer is %q", got)
			}
		}
	})
	t.Run("HTTP/2", func(t *testing.T) {
		r := r.in(t)
		before := heap()
		done := make(chan error, slowClients)
		for range slowClients {
			body, end := io.Pipe()
			go trickle(t.Context(), end)
			req, err := http.NewRequestWithContext(t.Context(), "POST", r.server.URL+slowMaps, body)
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				resp, err := r.client.Do(req)
				if err == nil {
					b, _ := io.ReadAll(resp.Body)
					resp.Body.Close()
					if resp.StatusCode != http.StatusGatewayTimeout || !bytes.Contains(b, []byte(`"reason":"Timeout"`)) {
						err = fmt.Errorf("%s: %s", resp.Status, b)
					}
				}
				done <- err
			}()
		}
		r.besides(before)
		for range slowClients {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		r.sharing()
	})
}

// trickle writes a byte now and then until nobody takes them any more.
func trickle(ctx context.Context, w io.WriteCloser) {
	defer w.Close()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for b := []byte("{"); ; b = []byte(" ") {
		if _, err := w.Write(b); err != nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
