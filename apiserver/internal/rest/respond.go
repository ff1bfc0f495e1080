package rest

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"

	"sigs.k8s.io/yaml"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// logged says whether operators need to hear of an answer. A full disk has been
// told of once, and more lines would not make room on it.
func logged(code int32) bool {
	return code >= http.StatusInternalServerError && code != http.StatusGatewayTimeout && code != http.StatusInsufficientStorage
}

// outOfTime is the refusal of a request that took longer than it may.
func outOfTime() error {
	return status.Timeout("request did not complete within the allotted timeout")
}

// refuse answers with the Status that err is.
func (c *call) refuse(err error) {
	if errors.Is(err, context.DeadlineExceeded) && c.r.Context().Err() != nil {
		err = outOfTime()
	}
	e := status.From(err)
	if logged(e.Status.Code) && !errors.Is(c.r.Context().Err(), context.Canceled) { // a client that left is no trouble of ours
		c.Log.Error("request failed", "verb", c.info.Verb, "path", c.info.Path, "error", err)
	}
	Refuse(c.w, c.r, e)
}

// Refuse answers a request with an error's Status, in the encoding that the
// client takes. It is for those who stand before and beside the Handler too.
func Refuse(w http.ResponseWriter, r *http.Request, err error) {
	e := status.From(err)
	if d := e.Status.Details; d != nil && d.RetryAfterSeconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(d.RetryAfterSeconds)))
	}
	f, unacceptable := negotiate(r, offerStatus, false)
	if unacceptable != nil { // for people, then
		b, _ := codec.EncodeJSON(&e.Status)
		send(w, int(e.Status.Code), typeJSON, indented(b))
		return
	}
	writeStatus(w, f, int(e.Status.Code), &e.Status)
}

// writeStatus answers with a Status in the encoding of f.
func writeStatus(w http.ResponseWriter, f form, code int, s *meta.Status) {
	if f.encoding == encodeProtobuf {
		if p, err := codec.EncodeProto(s); err == nil {
			send(w, code, typeProtobuf, p)
			return
		}
	}
	b, _ := codec.EncodeJSON(s) // A Status has nothing that cannot be encoded.
	if f.encoding == encodeYAML {
		if y, err := yaml.JSONToYAML(b); err == nil {
			send(w, code, typeYAML, y)
			return
		}
	}
	if f.pretty {
		send(w, code, typeJSON, indented(b))
		return
	}
	send(w, code, typeJSON, b, newline)
}

// indented is JSON laid out for people.
func indented(b []byte) []byte {
	var out bytes.Buffer
	if json.Indent(&out, b, "", "  ") != nil {
		return b
	}
	return out.Bytes()
}

func send(w http.ResponseWriter, code int, contentType string, parts ...[]byte) {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-cache, private")
	h.Set("Content-Length", strconv.Itoa(n))
	w.WriteHeader(code)
	for _, p := range parts {
		w.Write(p) // Who does not read the answer has gone.
	}
}

// newline ends JSON answers, so that they read well in a terminal.
var newline = []byte("\n")

// answer sends one object, given as its final JSON.
func (c *call) answer(code int, s source) error {
	switch c.form.shape {
	case asTable:
		b, err := c.tableOf(s)
		if err != nil {
			return err
		}
		return c.encoded(code, b)
	case asPartial:
		return c.partial(code, s)
	case asPartialList:
		return c.wrongShape(false)
	}
	if c.form.encoding == encodeProtobuf {
		b, err := c.protobuf(s)
		if err != nil {
			return err
		}
		send(c.w, code, typeProtobuf, b)
		return nil
	}
	b, err := c.served(s)
	if err != nil {
		return err
	}
	return c.encoded(code, b)
}

// encoded sends JSON text, as YAML if that is asked for.
func (c *call) encoded(code int, b []byte) error {
	if c.form.encoding == encodeYAML {
		y, err := yaml.JSONToYAML(b)
		if err != nil {
			return err
		}
		send(c.w, code, typeYAML, y)
		return nil
	}
	end := newline
	if c.form.pretty {
		b, end = indented(b), nil
	}
	if len(b) > gzipFrom && takesGzip(c.r) {
		s := newStream(c, typeJSON)
		defer s.close()
		s.code = code
		s.write(b)
		s.write(end)
		return nil
	}
	send(c.w, code, typeJSON, b, end)
	return nil
}

// gzipFrom is the size from which answers are compressed, in bytes: smaller
// ones cost more to compress than to send.
const gzipFrom = 128 << 10

// pieceSize is about what a list sends at once. Many lists at a time have one
// each, so it is not larger than what the network takes in one go.
const pieceSize = 128 << 10

var pieces = sync.Pool{New: func() any { return new([]byte) }}

var zippers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // The level is a valid one.
	return z
}}

// stream gathers an answer of unknown length and sends it in large pieces. The
// first piece decides whether it is compressed.
type stream struct {
	w       http.ResponseWriter
	buf     *[]byte
	zip     *gzip.Writer
	mayZip  bool
	started bool
	code    int // sent after the headers when it is set
	err     error
}

func newStream(c *call, contentType string) *stream {
	h := c.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-cache, private")
	s := &stream{w: c.w, buf: pieces.Get().(*[]byte), mayZip: takesGzip(c.r)}
	*s.buf = (*s.buf)[:0]
	return s
}

// write adds to the answer. It says false when the client is gone.
func (s *stream) write(b []byte) bool {
	*s.buf = append(*s.buf, b...)
	if len(*s.buf) >= pieceSize {
		s.flush()
	}
	return s.err == nil
}

func (s *stream) flush() {
	if s.err != nil || len(*s.buf) == 0 {
		return
	}
	if !s.started {
		s.started = true
		if s.mayZip && len(*s.buf) >= gzipFrom {
			s.w.Header().Set("Content-Encoding", "gzip")
			s.w.Header().Add("Vary", "Accept-Encoding")
			s.zip = zippers.Get().(*gzip.Writer)
			s.zip.Reset(s.w)
		}
		if s.code != 0 {
			s.w.WriteHeader(s.code)
		}
	}
	if s.zip != nil {
		_, s.err = s.zip.Write(*s.buf)
	} else {
		_, s.err = s.w.Write(*s.buf)
	}
	*s.buf = (*s.buf)[:0]
}

// close sends what is left and gives the buffers back.
func (s *stream) close() {
	s.flush()
	if s.zip != nil {
		s.zip.Close()
		zippers.Put(s.zip)
	}
	if cap(*s.buf) <= 4*pieceSize {
		pieces.Put(s.buf)
	}
}

// protoMagic begins every protobuf body.
var protoMagic = []byte("k8s\x00")

// envelopeHead is all of a protobuf body that stands before an object of size
// bytes.
func envelopeHead(apiVersion, kind string, size int) []byte {
	tm := protoField(protoField(nil, 1, apiVersion), 2, kind)
	b := append([]byte{}, protoMagic...)
	b = protoField(b, 1, string(tm))
	b = append(b, 0x12)
	return binary.AppendUvarint(b, uint64(size))
}

// envelopeTail stands behind the object: no content encoding, no content type.
var envelopeTail = []byte{0x1a, 0, 0x22, 0}

// protoField appends a field of bytes.
func protoField(b []byte, number byte, value string) []byte {
	b = append(b, number<<3|2)
	b = binary.AppendUvarint(b, uint64(len(value)))
	return append(b, value...)
}

func appendUvarint(b []byte, n int) []byte { return binary.AppendUvarint(b, uint64(n)) }

func uvarintLen(n int) int {
	size := 1
	for n >= 0x80 {
		n >>= 7
		size++
	}
	return size
}
