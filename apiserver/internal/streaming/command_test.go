package streaming

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/moby/spdystream"
)

// What runtimes say about a command's end.
const (
	succeeded = `{"metadata":{},"status":"Success"}`
	failed3   = `{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: exit status 3","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}`
	// clients of version 5 hear the same in these words
	failed3v5 = `{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: command terminated with exit code 3","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}`
)

// big is more than all buffers on the way together.
var big = bytes.Repeat([]byte("0123456789abcdef"), 1<<20)

// outcome is what a client hears until the connection ends.
type outcome struct {
	channels map[byte][]byte
	last     byte  // the channel of the last message
	end      error // why there are no more
}

// command runs a script behind Command and returns a client of it.
func runCommand(t *testing.T, protocol string, s Streams, want int, run script) (conn *websocket.Conn, served, gone <-chan struct{}) {
	t.Helper()
	k, gone := kubelet(t, want, run)
	address, served := front(t, func(w http.ResponseWriter, r *http.Request) error { return Command(w, r, k, s) })
	return dialFront(t, address, protocol), served, gone
}

func say(t *testing.T, conn *websocket.Conn, channel byte, data []byte) {
	t.Helper()
	kind, msg := websocket.BinaryMessage, append([]byte{channel}, data...)
	if conn.Subprotocol() == base64v4 {
		kind, msg = websocket.TextMessage, base64.StdEncoding.AppendEncode([]byte{'0' + channel}, data)
	}
	if err := conn.WriteMessage(kind, msg); err != nil {
		t.Fatal(err)
	}
}

func hear(t *testing.T, conn *websocket.Conn) outcome {
	t.Helper()
	o := outcome{channels: map[byte][]byte{}}
	for {
		_, msg, err := conn.ReadMessage()
		if err != nil {
			o.end = err
			return o
		}
		data := msg[1:]
		o.last = msg[0]
		if conn.Subprotocol() == base64v4 {
			o.last -= '0'
			if data, err = base64.StdEncoding.DecodeString(string(msg[1:])); err != nil {
				t.Fatal(err)
			}
		}
		o.channels[o.last] = append(o.channels[o.last], data...)
	}
}

// check compares what was heard; the status always comes last and the
// connection always ends well.
func (o outcome) check(t *testing.T, stdout, stderr []byte, end string) {
	t.Helper()
	if !websocket.IsCloseError(o.end, websocket.CloseNormalClosure) {
		t.Errorf("the connection ended with %v", o.end)
	}
	if got := o.channels[stdoutChannel]; !bytes.Equal(got, stdout) {
		t.Errorf("stdout is %d bytes, should be %d: %.60q", len(got), len(stdout), got)
	}
	if got := o.channels[stderrChannel]; !bytes.Equal(got, stderr) {
		t.Errorf("stderr is %d bytes, should be %d: %.60q", len(got), len(stderr), got)
	}
	if got := string(o.channels[errorChannel]); got != end {
		t.Errorf("status is\n%s, should be\n%s", got, end)
	}
	if o.last != errorChannel {
		t.Errorf("the last message is on channel %d", o.last)
	}
}

func write(t *testing.T, s *spdystream.Stream, data []byte) {
	for len(data) > 0 {
		n := min(len(data), 100_000)
		if _, err := s.Write(data[:n]); err != nil {
			t.Error("the kubelet cannot write:", err)
			return
		}
		data = data[n:]
	}
}

func TestCommand(t *testing.T) {
	cases := map[string]struct {
		streams        Streams
		want           int // streams at the kubelet
		run            func(*testing.T, map[string]*spdystream.Stream)
		input          []byte // all of it, before anything is read
		resize         string
		stdout, stderr []byte
		end            string
	}{
		"success without output": {streams: Streams{Stdout: true, Stderr: true}, want: 3, end: succeeded,
			run: func(*testing.T, map[string]*spdystream.Stream) {}},
		"exit code": {streams: Streams{Stdout: true, Stderr: true}, want: 3, end: failed3,
			stdout: []byte("out"), stderr: []byte("err"),
			run: func(t *testing.T, s map[string]*spdystream.Stream) {
				write(t, s["stdout"], []byte("out"))
				write(t, s["stderr"], []byte("err"))
			}},
		"stderr unasked for": {streams: Streams{Stdout: true}, want: 2, end: succeeded, stdout: []byte("out"),
			run: func(t *testing.T, s map[string]*spdystream.Stream) { write(t, s["stdout"], []byte("out")) }},
		"much output": {streams: Streams{Stdout: true, Stderr: true}, want: 3, end: succeeded, stdout: big, stderr: big[:1<<20],
			run: func(t *testing.T, s map[string]*spdystream.Stream) {
				write(t, s["stderr"], big[:1<<20])
				write(t, s["stdout"], big)
			}},
		"a fixed amount of input": {streams: Streams{Stdin: true, Stdout: true}, want: 3, end: succeeded, input: big[:3<<20], stdout: []byte("all there"),
			run: func(t *testing.T, s map[string]*spdystream.Stream) {
				got := make([]byte, 3<<20)
				if _, err := io.ReadFull(s["stdin"], got); err != nil {
					t.Error(err)
				}
				if bytes.Equal(got, big[:3<<20]) {
					write(t, s["stdout"], []byte("all there"))
				}
			}},
		"terminal": {streams: Streams{Stdin: true, Stdout: true, Stderr: true, TTY: true}, want: 4, end: succeeded, resize: `{"Width":80,"Height":24}`, stdout: []byte(`{"Width":80,"Height":24}`),
			run: func(t *testing.T, s map[string]*spdystream.Stream) {
				buf := make([]byte, 100)
				n, err := s["resize"].Read(buf)
				if err != nil {
					t.Error(err)
				}
				write(t, s["stdout"], buf[:n])
			}},
	}
	for name, c := range cases {
		for _, protocol := range []string{version5, version4, base64v4} {
			t.Run(name+" "+protocol, func(t *testing.T) {
				conn, served, gone := runCommand(t, protocol, c.streams, c.want, func(s map[string]*spdystream.Stream) {
					c.run(t, s)
					write(t, s["error"], []byte(c.end))
				})
				for in := c.input; len(in) > 0; in = in[min(len(in), 32<<10):] {
					say(t, conn, stdinChannel, in[:min(len(in), 32<<10)])
				}
				if c.resize != "" {
					say(t, conn, resizeChannel, []byte(c.resize))
				}
				end := c.end
				if protocol == version5 && end == failed3 {
					end = failed3v5
				}
				hear(t, conn).check(t, c.stdout, c.stderr, end)
				within(t, "the request is served", served)
				within(t, "the kubelet is left", gone)
			})
		}
	}
}

// TestInputEnds: version 5 passes the end of input on, after the input itself,
// and output goes on.
func TestInputEnds(t *testing.T) {
	conn, _, _ := runCommand(t, version5, Streams{Stdin: true, Stdout: true}, 3, func(s map[string]*spdystream.Stream) {
		in, err := io.ReadAll(s["stdin"])
		if err != nil {
			t.Error(err)
		}
		write(t, s["stdout"], bytes.ToUpper(in))
		write(t, s["error"], []byte(succeeded))
	})
	say(t, conn, stdinChannel, []byte("one "))
	say(t, conn, stdinChannel, nil)
	say(t, conn, stdinChannel, []byte("two"))
	say(t, conn, closeChannel, []byte{stdinChannel})
	hear(t, conn).check(t, []byte("ONE TWO"), nil, succeeded)
}

// TestBothWays: a copy of endless input, with both directions full.
func TestBothWays(t *testing.T) {
	conn, _, _ := runCommand(t, version5, Streams{Stdin: true, Stdout: true}, 3, func(s map[string]*spdystream.Stream) {
		if _, err := io.Copy(s["stdout"], s["stdin"]); err != nil {
			t.Error(err)
		}
		write(t, s["error"], []byte(succeeded))
	})
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for in := big; len(in) > 0; in = in[32<<10:] {
			say(t, conn, stdinChannel, in[:32<<10])
		}
		say(t, conn, closeChannel, []byte{stdinChannel})
	}()
	hear(t, conn).check(t, big, nil, succeeded)
	within(t, "all input is sent", sent)
}

// TestNobodyReads: a command that ends without having read its input still has
// its output and status heard by a client that is busy sending.
func TestNobodyReads(t *testing.T) {
	conn, served, _ := runCommand(t, version5, Streams{Stdin: true, Stdout: true}, 3, func(s map[string]*spdystream.Stream) {
		write(t, s["stdout"], big[:1<<20])
		write(t, s["error"], []byte(failed3))
		_ = s["stdout"].Close()
		_ = s["error"].Close()
		_ = s["stdin"].Reset()
		_, _ = io.Copy(io.Discard, s["error"]) // until the connection ends
	})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for conn.WriteMessage(websocket.BinaryMessage, append([]byte{stdinChannel}, big[:64<<10]...)) == nil {
		}
	}()
	hear(t, conn).check(t, big[:1<<20], nil, failed3v5)
	conn.Close()
	within(t, "the client stops", stopped)
	within(t, "the request is served", served)
}

// TestClientLeaves: the kubelet is left when the client is gone, whatever it
// was doing.
func TestClientLeaves(t *testing.T) {
	for name, leave := range map[string]func(*websocket.Conn) error{
		"with a word": func(c *websocket.Conn) error {
			return c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(patience))
		},
		"without one": func(c *websocket.Conn) error { return c.Close() },
	} {
		for doing, run := range map[string]script{
			"waiting for input": func(s map[string]*spdystream.Stream) { _, _ = io.Copy(io.Discard, s["stdin"]) },
			"writing": func(s map[string]*spdystream.Stream) {
				for {
					if _, err := s["stdout"].Write(big[:1<<20]); err != nil {
						return
					}
				}
			},
		} {
			t.Run(name+" while "+doing, func(t *testing.T) {
				conn, served, gone := runCommand(t, version4, Streams{Stdin: true, Stdout: true}, 3, run)
				if err := leave(conn); err != nil {
					t.Fatal(err)
				}
				within(t, "the request is served", served)
				within(t, "the kubelet is left", gone)
			})
		}
	}
}

// TestKubeletBreaks: a connection that breaks is a failure, not a success.
func TestKubeletBreaks(t *testing.T) {
	for _, protocol := range []string{version5, version4} {
		conn, served, _ := runCommand(t, protocol, Streams{Stdin: true, Stdout: true}, 3, func(s map[string]*spdystream.Stream) {
			write(t, s["stdout"], []byte("half a li"))
		})
		o := hear(t, conn)
		if got := string(o.channels[errorChannel]); !strings.HasPrefix(got, `{"metadata":{},"status":"Failure","message":"Internal error occurred: the connection to the kubelet broke`) {
			t.Errorf("%s: the status is %q", protocol, got)
		}
		if got := string(o.channels[stdoutChannel]); got != "half a li" {
			t.Errorf("%s: stdout is %q", protocol, got)
		}
		within(t, "the request is served", served)
	}
}

func TestRefusals(t *testing.T) {
	refuse := func(code int, text string) *Kubelet {
		return serveKubelet(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, text, code) })
	}
	nowhere := refuse(200, "")
	nowhere.URL.Host = "127.0.0.1:1"
	for _, c := range []struct {
		name      string
		kubelet   *Kubelet
		protocols []string
		code      int
		message   string
	}{
		{"no such pod", refuse(404, `pod "web" not found`), []string{version4}, 404, `pod "web" not found`},
		{"nothing to stream", refuse(400, "you must specify at least 1 of stdin, stdout, stderr"), []string{version4}, 400, "you must specify at least 1 of stdin, stdout, stderr"},
		{"no kubelet", nowhere, []string{version4}, 500, "error dialing backend: dial tcp 127.0.0.1:1: connect: connection refused"},
		{"unknown protocol", nowhere, []string{"v9.channel.k8s.io", "x"}, 400,
			`Sec-WebSocket-Protocol="v9.channel.k8s.io, x": must offer one of: v5.channel.k8s.io, v4.channel.k8s.io, v4.base64.channel.k8s.io, channel.k8s.io, base64.channel.k8s.io`},
	} {
		t.Run(c.name, func(t *testing.T) {
			address, _ := front(t, func(w http.ResponseWriter, r *http.Request) error {
				return Command(w, r, c.kubelet, Streams{Stdout: true})
			})
			code, message := refusedBy(t, address, c.protocols...)
			if got, want := fmt.Sprint(code, " ", message), fmt.Sprint(c.code, " ", c.message); got != want {
				t.Errorf("the answer is\n%s, should be\n%s", got, want)
			}
		})
	}
}

// TestFirstVersion: clients that name no protocol, or the first one, hear of a
// failure by its text and of success by the end alone.
func TestFirstVersion(t *testing.T) {
	for _, protocol := range []string{unnamed, version1} {
		for end, want := range map[string]string{succeeded: "", failed3: "command terminated with non-zero exit code: exit status 3"} {
			conn, served, gone := runCommand(t, protocol, Streams{Stdout: true}, 2, func(s map[string]*spdystream.Stream) {
				write(t, s["stdout"], []byte("hello"))
				_ = s["stdout"].Close()
				write(t, s["error"], []byte(end))
				_ = s["error"].Close()
			})
			o := hear(t, conn)
			if got := string(o.channels[errorChannel]); got != want || string(o.channels[stdoutChannel]) != "hello" {
				t.Errorf("%q: stdout %q, failure %q, should be %q", protocol, o.channels[stdoutChannel], got, want)
			}
			conn.Close()
			within(t, "the request is served", served)
			within(t, "the kubelet is left", gone)
		}
	}
}

// TestDeclined: a client of version 5 hears of a kubelet that does not upgrade
// where it hears how commands end, and leaves as after any command.
func TestDeclined(t *testing.T) {
	refuse := serveKubelet(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		io.WriteString(w, `container not found ("web")`)
	})
	nowhere := serveKubelet(t, func(http.ResponseWriter, *http.Request) {})
	nowhere.URL.Host = "127.0.0.1:1"
	for _, c := range []struct {
		kubelet *Kubelet
		streams Streams
		want    string
	}{
		{refuse, Streams{Stdout: true}, `unable to upgrade connection: container not found ("web")`},
		{refuse, Streams{Stdin: true, Stderr: true}, `unable to upgrade connection: container not found ("web")`},
		{nowhere, Streams{}, `error sending request: Post "http://127.0.0.1:1/exec/default/web/nginx": dial tcp 127.0.0.1:1: connect: connection refused`},
	} {
		address, served := front(t, func(w http.ResponseWriter, r *http.Request) error { return Command(w, r, c.kubelet, c.streams) })
		text, err := json.Marshal(c.want)
		if err != nil {
			t.Fatal(err)
		}
		hear(t, dialFront(t, address, version5)).check(t, nil, nil,
			fmt.Sprintf(`{"metadata":{},"status":"Failure","message":"Internal error occurred: %s,"reason":"InternalError","details":{"causes":[{"message":%s}]},"code":500}`, text[1:], text))
		within(t, "the request is served", served)
	}
}

// TestReady: the first that a client hears is an empty message on its lowest
// channel, before the command has said anything.
func TestReady(t *testing.T) {
	for channel, s := range map[byte]Streams{stdoutChannel: {Stdin: true, Stdout: true, Stderr: true}, stderrChannel: {Stdin: true, Stderr: true}} {
		began := make(chan struct{})
		streams := 3
		if s.Stdout {
			streams = 4
		}
		conn, served, _ := runCommand(t, version4, s, streams, func(st map[string]*spdystream.Stream) {
			<-began
			write(t, st["error"], []byte(succeeded))
			_ = st["error"].Close()
		})
		if _, msg, err := conn.ReadMessage(); err != nil || !bytes.Equal(msg, []byte{channel}) {
			t.Errorf("%q, %v", msg, err)
		}
		close(began)
		hear(t, conn)
		conn.Close()
		within(t, "the request is served", served)
	}
}

// TestUpgradedFirst: a client of version 5 is upgraded before its kubelet answers,
// and nothing is said to it until then. One that leaves meanwhile is noticed.
func TestUpgradedFirst(t *testing.T) {
	answer, gone := make(chan struct{}), make(chan struct{})
	k := serveKubelet(t, func(w http.ResponseWriter, r *http.Request) {
		defer close(gone)
		select {
		case <-answer:
			http.Error(w, "too late", http.StatusInternalServerError)
		case <-r.Context().Done():
		}
	})
	address, served := front(t, func(w http.ResponseWriter, r *http.Request) error { return Command(w, r, k, Streams{Stdout: true}) })
	conn := dialFront(t, address, version5) // does not wait for the kubelet
	close(answer)
	hear(t, conn).check(t, nil, nil, `{"metadata":{},"status":"Failure","message":"Internal error occurred: unable to upgrade connection: too late\n","reason":"InternalError","details":{"causes":[{"message":"unable to upgrade connection: too late\n"}]},"code":500}`)
	within(t, "the request is served", served)
	within(t, "the kubelet is left", gone)
}
