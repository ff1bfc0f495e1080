package streaming

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/moby/spdystream"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
)

// Ports serves port-forward to clients that have two channels for each port:
// 2i carries the i-th port's data, 2i+1 what went wrong with it. Each channel
// begins with the port's number in two bytes, the lower one first. An error
// means that the client has not been answered yet.
func Ports(w http.ResponseWriter, r *http.Request, k *Kubelet, ports []uint16) error {
	protocol, err := choose(r, version4, base64v4, unnamed)
	if err != nil {
		return err
	}
	if len(ports) == 0 {
		return told(w, &refusal{http.StatusBadRequest, plainText, `query parameter "port" is required`})
	}
	if slices.Contains(ports, 0) {
		return told(w, &refusal{http.StatusBadRequest, plainText, fmt.Sprintf("port %q must be > 0", joined(ports))})
	}
	if len(ports) > maxPorts {
		return status.BadRequest("query parameter \"ports\": at most %d ports can be forwarded at once", maxPorts)
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	conn, err := k.dial(ctx, portForward)
	if err != nil {
		return told(w, err)
	}
	f, err := openPorts(ctx, conn, ports)
	if err != nil {
		return status.Internal(err)
	}
	defer f.close()
	c, err := accept(w, r, protocol)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { c.conn.Close(); conn.Close() })
	defer stop()
	var watched sync.WaitGroup
	watched.Go(func() { watch(ctx, cancel, c.conn) })
	f.serve(c)
	cancel()
	watched.Wait()
	return nil
}

// plainText is what kubelets answer with.
const plainText = "text/plain; charset=utf-8"

// joined are numbers with commas between them.
func joined(numbers []uint16) string {
	var b []byte
	for i, n := range numbers {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(n), 10)
	}
	return string(b)
}

// maxPorts is how many ports the numbers of channels suffice for.
const maxPorts = 127

// ports is the SPDY side of forwarded ports.
type ports struct {
	conn    io.Closer
	numbers []uint16
	streams []*spdystream.Stream // data and failure of each port in turn
	frames  sync.WaitGroup
}

// openPorts makes the streams of all ports; conn is closed when that fails.
func openPorts(ctx context.Context, conn io.ReadWriteCloser, numbers []uint16) (*ports, error) {
	f := &ports{conn: conn, numbers: numbers}
	session, err := spdystream.NewConnection(netConn{conn}, false)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("speak SPDY to the kubelet: %w", err)
	}
	f.frames.Go(func() { session.Serve(func(st *spdystream.Stream) { _ = st.Refuse() }) })
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	for i, port := range numbers {
		headers := func(kind string) http.Header {
			return http.Header{"Streamtype": {kind}, "Port": {strconv.Itoa(int(port))}, "Requestid": {strconv.Itoa(i)}}
		}
		failure, err := stream(session, headers("error"))
		if err == nil {
			var data *spdystream.Stream
			if data, err = stream(session, headers("data")); err == nil {
				f.streams = append(f.streams, data, failure)
				continue
			}
		}
		f.close()
		return nil, fmt.Errorf("open the streams of port %d at the kubelet: %w", port, err)
	}
	return f, nil
}

// serve copies between both sides until both have ended.
func (f *ports) serve(c *client) {
	var in, out sync.WaitGroup
	for i, port := range f.numbers {
		for channel := byte(2 * i); channel <= byte(2*i+1); channel++ {
			_ = c.write(channel, binary.LittleEndian.AppendUint16([]byte{0}, port)) // if this fails, copies do too
		}
	}
	in.Go(func() {
		f.copyIn(c)
		f.close() // nobody is left to read
		c.conn.Close()
	})
	for channel, s := range f.streams {
		out.Go(func() {
			if c.copyOut(byte(channel), s) != nil {
				f.close()
			}
		})
	}
	out.Wait()
	bye(c.conn)
	f.close()
	in.Wait()
}

// copyIn hands what the client sends to the ports until the client is gone.
func (f *ports) copyIn(c *client) {
	buf := make([]byte, chunk)
	for {
		_, msg, err := c.conn.NextReader()
		if err != nil {
			return
		}
		channel, data, ok := c.split(msg)
		if ok && channel%2 == 0 && int(channel) < len(f.streams) {
			_, _ = io.CopyBuffer(f.streams[channel], data, buf) // a failure shows in what is read
		}
	}
}

// close ends everything on the kubelet's side. It may be called at any time,
// and again.
func (f *ports) close() {
	f.conn.Close()
	for _, s := range f.streams {
		_ = s.Reset()
	}
	f.frames.Wait()
}
