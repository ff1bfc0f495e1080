package server

import (
	"bufio"
	"bytes"
	"io"
	"net"
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
		both(front, bufio.NewReader(front), backend)
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
