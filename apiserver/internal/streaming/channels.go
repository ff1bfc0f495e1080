package streaming

import (
	"encoding/base64"
	"io"
	"net/http"
	"strings"

	"github.com/gorilla/websocket"
)

// Subprotocols of exec and attach. Version 5 lets the client say that its
// input has ended; before version 4 a failure was told by its text alone. Those
// with base64 are for clients that can send text alone. A client that names
// none speaks version 1.
const (
	version5 = "v5.channel.k8s.io"
	version4 = "v4.channel.k8s.io"
	base64v4 = "v4.base64.channel.k8s.io"
	version1 = "channel.k8s.io"
	base64v1 = "base64.channel.k8s.io"
	unnamed  = ""
)

// Channels, which the first byte of each message names.
const (
	stdinChannel  = 0
	stdoutChannel = 1
	stderrChannel = 2
	errorChannel  = 3
	resizeChannel = 4
	closeChannel  = 255 // of version 5: the next byte names a channel that has ended
)

// chunk is the most that is passed on at once, in bytes.
const chunk = 32 << 10

// client is the WebSocket side of a command.
type client struct {
	conn   *websocket.Conn
	text   bool // base64
	closes bool // knows closeChannel
	plain  bool // hears of a failure by its text, and of success nothing
	send   chan struct{}
}

func accept(w http.ResponseWriter, r *http.Request, protocol string) (*client, error) {
	conn, err := upgrade(w, r, protocol)
	if err != nil {
		return nil, err
	}
	return &client{
		conn: conn, text: strings.Contains(protocol, "base64."), closes: protocol == version5,
		plain: protocol == unnamed || protocol == version1 || protocol == base64v1, send: make(chan struct{}, 1),
	}, nil
}

// write sends buf[1:] on a channel; buf[0] is the channel's place. It may be
// called concurrently.
func (c *client) write(channel byte, buf []byte) error {
	c.send <- struct{}{}
	defer func() { <-c.send }()
	if c.text {
		return c.conn.WriteMessage(websocket.TextMessage, base64.StdEncoding.AppendEncode([]byte{'0' + channel}, buf[1:]))
	}
	buf[0] = channel
	return c.conn.WriteMessage(websocket.BinaryMessage, buf)
}

// copyOut sends what from yields until it ends, or the client cannot be
// reached.
func (c *client) copyOut(channel byte, from io.Reader) error {
	buf := make([]byte, 1+chunk)
	for {
		n, err := from.Read(buf[1:])
		if n > 0 {
			if err := c.write(channel, buf[:1+n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// copyIn hands what the client sends to stdin and resize, either of which may
// be nil, until the client is gone. Input that nobody reads any more is thrown
// away, since the client has to be heard to the end.
func (c *client) copyIn(stdin io.WriteCloser, resize io.Writer) {
	buf := make([]byte, chunk)
	for {
		_, msg, err := c.conn.NextReader()
		if err != nil {
			return
		}
		channel, data, ok := c.split(msg)
		if !ok {
			continue
		}
		switch {
		case channel == stdinChannel && stdin != nil:
			_, _ = io.CopyBuffer(stdin, data, buf)
		case channel == resizeChannel && resize != nil:
			_, _ = io.CopyBuffer(resize, data, buf)
		case channel == closeChannel && c.closes && stdin != nil:
			var ended [1]byte
			if _, err := io.ReadFull(data, ended[:]); err == nil && ended[0] == stdinChannel {
				_ = stdin.Close()
			}
		}
	}
}

// split takes the channel off a message.
func (c *client) split(msg io.Reader) (channel byte, data io.Reader, ok bool) {
	var first [1]byte
	if _, err := io.ReadFull(msg, first[:]); err != nil {
		return 0, nil, false
	}
	if c.text {
		return first[0] - '0', base64.NewDecoder(base64.StdEncoding, msg), true
	}
	return first[0], msg, true
}
