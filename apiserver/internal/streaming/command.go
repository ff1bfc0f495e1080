package streaming

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/moby/spdystream"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Streams are those that the client asks for.
type Streams struct {
	// Stdin, Stdout and Stderr are the command's own.
	Stdin, Stdout, Stderr bool
	// TTY joins Stderr into Stdout, and lets the client say how large its
	// window is.
	TTY bool
}

// answerTimeout bounds how long a kubelet takes to open a stream.
const answerTimeout = 30 * time.Second

// maxStatus bounds how much a kubelet says about a command's end, in bytes.
const maxStatus = 1 << 20

// Command serves exec and attach. An error means that the client has not been
// answered yet.
func Command(w http.ResponseWriter, r *http.Request, k *Kubelet, s Streams) error {
	protocol, err := choose(r, version5, version4, base64v4, version1, base64v1, unnamed)
	if err != nil {
		return err
	}
	// The streams outlive the request, as far as net/http is concerned.
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	if protocol == version5 {
		return late(ctx, cancel, w, r, k, s)
	}
	conn, err := k.dial(ctx, version4)
	if err != nil {
		return told(w, err)
	}
	cmd, err := open(ctx, conn, s)
	if err != nil {
		return status.Internal(err)
	}
	defer cmd.close()
	c, err := accept(w, r, protocol)
	if err != nil {
		return err
	}
	_ = c.write(s.first(), []byte{0}) // if this fails, everything later does too
	stop := context.AfterFunc(ctx, func() { c.conn.Close(); conn.Close() })
	defer stop()
	var watched sync.WaitGroup
	watched.Go(func() { watch(ctx, cancel, c.conn) })
	cmd.serve(c)
	cancel()
	watched.Wait()
	return nil
}

// first is the channel on which an empty message says that all is ready: the
// lowest on which the client hears anything.
func (s Streams) first() byte {
	switch {
	case s.Stdout:
		return stdoutChannel
	case s.Stderr:
		return stderrChannel
	}
	return errorChannel
}

// late serves a client of version 5, whose kubelet is asked when it has been
// upgraded. Such clients, kubectl among them, get ready to listen only then and
// lose what comes too soon; by the time that a command has begun they are.
func late(ctx context.Context, cancel func(), w http.ResponseWriter, r *http.Request, k *Kubelet, s Streams) error {
	c, err := accept(w, r, version5)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { c.conn.Close() })
	defer stop()
	var watched sync.WaitGroup
	watched.Go(func() { watch(ctx, cancel, c.conn) })
	defer watched.Wait()
	defer cancel()
	conn, err := k.dial(ctx, version4)
	if err != nil {
		c.decline(err)
		return nil
	}
	cmd, err := open(ctx, conn, s)
	if err != nil {
		c.decline(err)
		return nil
	}
	defer cmd.close()
	leave := context.AfterFunc(ctx, func() { conn.Close() })
	defer leave()
	cmd.serve(c)
	return nil
}

// decline tells a client of version 5 that there are no streams, as the end of a
// command that never began.
func (c *client) decline(err error) {
	if u := (*unreachable)(nil); errors.As(err, &u) {
		err = fmt.Errorf("error sending request: Post %q: %w", u.url, u.err)
	} else if r := (*refusal)(nil); errors.As(err, &r) {
		err = fmt.Errorf("unable to upgrade connection: %w", err)
	}
	var in sync.WaitGroup
	in.Go(func() { c.copyIn(nil, nil) })
	_ = c.write(errorChannel, append([]byte{0}, failure(err)...)) // if this fails, bye does too
	bye(c.conn)
	in.Wait()
	c.conn.Close()
}

// command is the SPDY side of a command.
type command struct {
	conn                                   io.Closer
	failure, stdin, stdout, stderr, resize *spdystream.Stream // nil when not asked for; never failure
	frames                                 sync.WaitGroup
}

// open makes the streams of a command; conn is closed when that fails.
func open(ctx context.Context, conn io.ReadWriteCloser, s Streams) (*command, error) {
	c := &command{conn: conn}
	session, err := spdystream.NewConnection(netConn{conn}, false)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("speak SPDY to the kubelet: %w", err)
	}
	c.frames.Go(func() { session.Serve(func(st *spdystream.Stream) { _ = st.Refuse() }) })
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	for _, st := range []struct {
		name   string
		wanted bool
		into   **spdystream.Stream
	}{
		{"error", true, &c.failure},
		{"stdin", s.Stdin, &c.stdin},
		{"stdout", s.Stdout, &c.stdout},
		{"stderr", s.Stderr && !s.TTY, &c.stderr},
		{"resize", s.TTY, &c.resize},
	} {
		if !st.wanted {
			continue
		}
		if *st.into, err = stream(session, http.Header{"Streamtype": {st.name}}); err != nil {
			c.close()
			return nil, fmt.Errorf("open the %s stream at the kubelet: %w", st.name, err)
		}
	}
	return c, nil
}

// stream opens one stream and waits until the kubelet has taken it.
func stream(session *spdystream.Connection, headers http.Header) (*spdystream.Stream, error) {
	s, err := session.CreateStream(headers, nil, false)
	if err != nil {
		return s, err
	}
	// The library does not tell those who wait that the connection broke.
	for began := time.Now(); time.Since(began) < answerTimeout; {
		err = s.WaitTimeout(100 * time.Millisecond)
		if !errors.Is(err, spdystream.ErrTimeout) {
			return s, err
		}
		select {
		case <-session.CloseChan():
			return s, io.ErrUnexpectedEOF
		default:
		}
	}
	return s, err
}

// serve copies between both sides until both have ended.
func (c *command) serve(client *client) {
	var in, out sync.WaitGroup
	in.Go(func() {
		client.copyIn(writer(c.stdin), writer(c.resize))
		c.close() // nobody is left to read
		client.conn.Close()
	})
	for channel, s := range map[byte]*spdystream.Stream{stdoutChannel: c.stdout, stderrChannel: c.stderr} {
		if s != nil {
			out.Go(func() {
				if client.copyOut(channel, s) != nil {
					c.close()
				}
			})
		}
	}
	end, _ := io.ReadAll(io.LimitReader(c.failure, maxStatus)) // only ever io.EOF
	// Clients leave when they know how the command ended, so that comes last.
	out.Wait()
	switch {
	case len(end) == 0:
		end = broken()
	case client.closes:
		end = retold(end)
	}
	if client.plain {
		end = failureText(end)
	}
	if len(end) > 0 {
		_ = client.write(errorChannel, append([]byte{0}, end...)) // if this fails, bye does too
	}
	bye(client.conn)
	c.close()
	in.Wait()
}

// failureText is what clients of the first version hear of a command's end:
// nothing when all went well.
func failureText(end []byte) []byte {
	var s meta.Status
	if err := codec.DecodeJSON(end, &s); err != nil {
		return end
	}
	if s.Status == meta.StatusSuccess {
		return nil
	}
	return []byte(s.Message)
}

// retold is a command's end as clients of version 5 hear it: in the words of one
// who has it from another.
func retold(end []byte) []byte {
	var s meta.Status
	if err := codec.DecodeJSON(end, &s); err != nil || s.Status != meta.StatusFailure {
		return end
	}
	if s.Reason != "NonZeroExitCode" {
		return failure(errors.New(s.Message))
	}
	for _, c := range detailsOf(&s) {
		if c.Type == "ExitCode" {
			s.Message = "command terminated with non-zero exit code: command terminated with exit code " + c.Message
		}
	}
	b, err := codec.EncodeJSON(&s)
	if err != nil {
		return end
	}
	return b
}

func detailsOf(s *meta.Status) []meta.StatusCause {
	if s.Details == nil {
		return nil
	}
	return s.Details.Causes
}

// broken is the status of a command of which the kubelet did not say more.
func broken() []byte {
	return failure(errors.New("the connection to the kubelet broke before the command's end was known"))
}

// failure is an error as the end of a command.
func failure(err error) []byte {
	s := status.Internal(err).Status
	s.TypeMeta = meta.TypeMeta{}
	b, encErr := codec.EncodeJSON(&s)
	if encErr != nil {
		return []byte(s.Message)
	}
	return b
}

// close ends everything on the kubelet's side. It may be called at any time,
// and again.
func (c *command) close() {
	// The connection goes first: a write that the kubelet does not take would
	// hold up a farewell.
	c.conn.Close()
	for _, s := range []*spdystream.Stream{c.failure, c.stdin, c.stdout, c.stderr, c.resize} {
		if s != nil {
			_ = s.Reset() // ends reads; there is nobody left to tell
		}
	}
	c.frames.Wait()
}

// writer is s, or a nil interface.
func writer(s *spdystream.Stream) io.WriteCloser {
	if s == nil {
		return nil
	}
	return s
}

// netConn makes a net.Conn of an upgraded connection, for a library that reads,
// writes and closes only.
type netConn struct{ io.ReadWriteCloser }

// Close never fails: the library would wait for somebody who asks why.
func (c netConn) Close() error {
	_ = c.ReadWriteCloser.Close()
	return nil
}

func (netConn) LocalAddr() net.Addr              { return nil }
func (netConn) RemoteAddr() net.Addr             { return nil }
func (netConn) SetDeadline(time.Time) error      { return errors.ErrUnsupported }
func (netConn) SetReadDeadline(time.Time) error  { return errors.ErrUnsupported }
func (netConn) SetWriteDeadline(time.Time) error { return errors.ErrUnsupported }
