package server

import (
	"bufio"
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// pair is the two ends of a TCP connection.
func pair(t *testing.T) (net.Conn, net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

// relayed is a client and a runtime with both between them.
func relayed(t *testing.T) (client, runtime net.Conn, ended <-chan struct{}) {
	client, front := pair(t)
	backend, runtime := pair(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		both(front, bufio.NewReader(front), backend, backend)
		front.Close()
	}()
	return client, runtime, done
}

// TestLastWords: a client that is busy sending hears all that a runtime said
// before it left without reading.
func TestLastWords(t *testing.T) {
	words := bytes.Repeat([]byte("last words "), 10_000)
	for range 20 {
		client, runtime, ended := relayed(t)
		go func() {
			for {
				if _, err := client.Write(words); err != nil {
					return
				}
			}
		}()
		if _, err := io.ReadFull(runtime, make([]byte, 100)); err != nil {
			t.Fatal(err)
		}
		if _, err := runtime.Write(words); err != nil {
			t.Fatal(err)
		}
		if err := runtime.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(client)
		if err != nil || !bytes.Equal(got, words) {
			t.Fatalf("%d of %d bytes arrived: %v", len(got), len(words), err)
		}
		client.Close()
		<-ended
	}
}

// TestClientLeaves: the runtime is left when the client has gone.
func TestClientLeaves(t *testing.T) {
	client, runtime, ended := relayed(t)
	if _, err := client.Write([]byte("bye")); err != nil {
		t.Fatal(err)
	}
	client.Close()
	if got, err := io.ReadAll(runtime); err != nil || string(got) != "bye" {
		t.Errorf("the runtime hears %q: %v", got, err)
	}
	<-ended
}

// TestRefusalIsAnAnswer: a runtime that refuses to upgrade is heard, and the
// client's connection is good for another request to the kubelet, or closed; it
// never leads to the runtime.
func TestRefusalIsAnAnswer(t *testing.T) {
	runtime := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/exec/token" {
			t.Errorf("the runtime is asked for %s", r.URL)
		}
		http.Error(w, "no such protocol", http.StatusForbidden)
	}))
	defer runtime.Close()
	s := &Server{Log: slog.New(slog.DiscardHandler)}
	kubelet := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/exec" {
			s.relay(w, r, runtime.URL+"/exec/token")
			return
		}
		io.WriteString(w, "the kubelet")
	}))
	defer kubelet.Close()
	for range 3 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, kubelet.URL+"/exec", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Connection", "Upgrade")
		req.Header.Set("Upgrade", "SPDY/3.1")
		for _, want := range []struct {
			code int
			body string
		}{{http.StatusForbidden, "no such protocol\n"}, {http.StatusOK, "the kubelet"}} {
			resp, err := kubelet.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || resp.StatusCode != want.code || string(b) != want.body {
				t.Errorf("%s: %d %q, %v", req.URL.Path, resp.StatusCode, b, err)
			}
			if req, err = http.NewRequestWithContext(t.Context(), http.MethodGet, kubelet.URL+"/pods", nil); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestUpgradeGoesThrough: what the runtime says right behind its answer arrives.
func TestUpgradeGoesThrough(t *testing.T) {
	runtime := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\nhello")
		io.Copy(conn, io.LimitReader(conn, 4))
	}))
	defer runtime.Close()
	s := &Server{Log: slog.New(slog.DiscardHandler)}
	kubelet := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.relay(w, r, runtime.URL) }))
	defer kubelet.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, kubelet.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "SPDY/3.1")
	resp, err := kubelet.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusSwitchingProtocols || resp.Header.Get("X-Stream-Protocol-Version") != "v4.channel.k8s.io" {
		t.Fatalf("%s %v", resp.Status, resp.Header)
	}
	if _, err := io.WriteString(resp.Body.(io.Writer), "back"); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(resp.Body); err != nil || string(got) != "helloback" {
		t.Errorf("%q, %v", got, err)
	}
}
