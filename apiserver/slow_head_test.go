package apiserver_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/pilothouse/pilothouse/apiserver"
	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
)

// TestSilentClients: who opens a connection and says nothing, or never comes to
// an end with what it asks, is cut, and others are served meanwhile.
func TestSilentClients(t *testing.T) {
	r := &runner{t: t, server: testserver.Start(t, func(c *apiserver.Config) { c.HeadTimeout = 3 * time.Second })}
	r.as("admin", "system:masters")
	for name, open := range map[string]func() net.Conn{
		"nothing": func() net.Conn {
			conn, err := net.Dial("tcp", strings.TrimPrefix(r.server.URL, "https://"))
			if err != nil {
				t.Fatal(err)
			}
			return conn
		},
		"half a greeting": func() net.Conn {
			conn, err := net.Dial("tcp", strings.TrimPrefix(r.server.URL, "https://"))
			if err != nil {
				t.Fatal(err)
			}
			conn.Write([]byte{22, 3, 1, 2, 0, 1}) // the record's length is 512
			return conn
		},
		"a handshake": func() net.Conn { return r.dial("http/1.1") },
		"half a head": func() net.Conn {
			conn := r.dial("http/1.1")
			fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nX-", slowMaps)
			return conn
		},
		"a head a byte at a time": func() net.Conn {
			conn := r.dial("http/1.1")
			fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nX-", slowMaps)
			go trickle(t.Context(), conn)
			return conn
		},
		"a handshake for HTTP/2": func() net.Conn { return r.dial("h2") },
		"a head of HTTP/2 a byte at a time": func() net.Conn {
			conn := r.dial("h2")
			go trickleFrames(t.Context(), conn)
			return conn
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conns := make([]net.Conn, slowClients)
			for i := range conns {
				conns[i] = open()
				defer conns[i].Close()
			}
			other := r.in(t)
			other.do("POST", slowMaps, []byte(`{"metadata":{"generateName":"beside-"}}`), "")
			other.want(201, "")
			for _, conn := range conns {
				if b, _ := io.ReadAll(conn); bytes.Contains(b, []byte("200 OK")) { // until the server hangs up
					t.Errorf("the answer is %.200q", b)
				}
			}
		})
	}
}

// TestEndlessHeaders: a head that never ends, of HTTP/1.1 or in frames of
// HTTP/2, ends the connection before much of it is kept.
func TestEndlessHeaders(t *testing.T) {
	r := slowServer(t)
	before := heap()
	line := []byte("X-A: " + strings.Repeat("a", 1000) + "\r\n")
	conn := r.dial("http/1.1")
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n", slowMaps)
	sent := 0
	for sent < 1<<30 {
		n, err := conn.Write(line)
		if sent += n; err != nil {
			break
		}
	}
	if sent > flat {
		t.Errorf("HTTP/1.1: %d MiB of head were taken", sent>>20)
	}

	conn = r.dial("h2")
	io.WriteString(conn, http2.ClientPreface)
	f := http2.NewFramer(conn, conn)
	f.WriteSettings()
	go io.Copy(io.Discard, conn)
	var head bytes.Buffer
	enc := hpack.NewEncoder(&head)
	for _, h := range [][2]string{{":method", "GET"}, {":scheme", "https"}, {":authority", "x"}, {":path", slowMaps}} {
		enc.WriteField(hpack.HeaderField{Name: h[0], Value: h[1]})
	}
	f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: head.Bytes(), EndStream: true})
	sent = 0
	for i := 0; sent < 1<<30; i++ {
		head.Reset()
		enc.WriteField(hpack.HeaderField{Name: fmt.Sprintf("x-%d", i), Value: string(line[:1000]), Sensitive: true})
		sent += head.Len()
		if f.WriteContinuation(1, false, head.Bytes()) != nil {
			break
		}
	}
	if sent > flat {
		t.Errorf("HTTP/2: %d MiB of head were taken", sent>>20)
	}
	if grown := heap() - before; grown > flat {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	other := r.in(t)
	other.do("GET", slowMaps+"/big-1", nil, "")
	other.want(200, "")
}

// trickleFrames begins a head of HTTP/2 and goes on with it a byte a frame, a
// frame a second.
func trickleFrames(ctx context.Context, conn net.Conn) {
	io.WriteString(conn, http2.ClientPreface)
	f := http2.NewFramer(conn, conn)
	f.WriteSettings()
	f.WriteSettingsAck()
	var head bytes.Buffer
	hpack.NewEncoder(&head).WriteField(hpack.HeaderField{Name: "x-long", Value: strings.Repeat("a", 10_000)})
	f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1})
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for _, c := range head.Bytes() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if f.WriteContinuation(1, false, []byte{c}) != nil {
			return
		}
	}
}
