package rest

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/apiserver/internal/streaming"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// watch streams changes until the client goes, the time is up or the server
// stops.
func (c *call) watch() error {
	p, err := c.readListOptions(true)
	if err != nil {
		return err
	}
	o := cache.WatchOptions{
		Namespace:         c.namespace(),
		Name:              c.info.Name, // the old paths /watch/.../NAME
		ResourceVersion:   p.ResourceVersion,
		Bookmarks:         p.AllowWatchBookmarks,
		SendInitialEvents: p.SendInitialEvents,
	}
	if o.Labels, o.Fields, err = c.selection(); err != nil {
		return err
	}
	if o.Bookmarks && *cmp.Or(p.SendInitialEvents, new(bool)) {
		o.Blueprint = c.blueprint()
	}
	if c.form.shape == asPartialList {
		return c.wrongShape(false)
	}
	timeout := c.MinWatch + rand.N(c.MinWatch) // so that watches do not end together
	if t := p.TimeoutSeconds; t != nil && *t != 0 {
		timeout = time.Duration(*t) * time.Second
	}
	ctx, cancel := context.WithTimeout(c.r.Context(), timeout)
	defer cancel()
	defer context.AfterFunc(c.Stopping, cancel)()
	w, err := c.res.table.Watch(ctx, o)
	var expired *cache.ExpiredError
	if errors.As(err, &expired) {
		return c.stream(ctx, failed{expired})
	}
	if err != nil {
		return c.refusal(err)
	}
	defer w.Close()
	if timeout > 2*lastBookmark {
		defer time.AfterFunc(timeout-lastBookmark, w.Remind).Stop()
	}
	if !c.late.Empty() {
		return c.stream(ctx, &selecting{c: c, ctx: ctx, Watch: w})
	}
	return c.stream(ctx, w)
}

// blueprint is an empty list of what the watch tells, as the client would get
// it, in base64.
func (c *call) blueprint() string {
	kind, version := c.res.Kind.ListKind(), c.res.Kind.APIVersion()
	if c.form.shape == asPartial {
		kind, version = "PartialObjectMetadataList", "meta.k8s.io/"+c.form.version
	}
	var b []byte
	if c.form.encoding == encodeProtobuf {
		m := protoField(nil, 1, string((&meta.ListMeta{}).AppendProto(nil)))
		b = append(append(envelopeHead(version, kind, len(m)), m...), envelopeTail...)
	} else {
		b = []byte(`{"kind":"` + kind + `","apiVersion":"` + version + `","metadata":{},"items":null}` + "\n")
	}
	return base64.StdEncoding.EncodeToString(b)
}

// lastBookmark is how long before its end a watch is told how far it is.
const lastBookmark = 2 * time.Second

// events is what a watch reads.
type events interface {
	Next(context.Context) (cache.Event, error)
	Pending() bool
}

// failed is a watch that has nothing to tell but why it cannot be: clients
// expect that within the stream.
type failed struct{ err error }

func (f failed) Next(context.Context) (cache.Event, error) { return cache.Event{}, f.err }
func (f failed) Pending() bool                             { return false }

// sink is where the events of a watch go: the answer's body, or the messages
// of a WebSocket.
type sink struct {
	send  func([]byte) error
	flush func() error
	// joins says that events may be sent together.
	joins bool
}

// bodySink is the sink of an ordinary watch.
func (c *call) bodySink() sink {
	h := c.w.Header()
	h.Set("Cache-Control", "no-cache, private")
	h.Set("Content-Type", c.form.contentType())
	if c.form.encoding == encodeProtobuf {
		h.Set("Content-Type", typeProtobuf+streamed)
	}
	c.w.WriteHeader(http.StatusOK)
	flusher := http.NewResponseController(c.w)
	flusher.Flush()
	return sink{send: func(b []byte) error { _, err := c.w.Write(b); return err }, flush: flusher.Flush, joins: true}
}

// stream writes events as they come, and to the network when there are no more
// for the moment.
func (c *call) stream(ctx context.Context, w events) error {
	if !streaming.Wanted(c.r) {
		return c.tell(ctx, w, c.bodySink())
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e, err := streaming.OpenEvents(c.w, c.r, cancel)
	if err != nil {
		return err
	}
	defer e.Close()
	text := c.form.encoding == encodeJSON
	send := func(b []byte) error { return e.Send(b, true) }
	if !text {
		send = func(b []byte) error { return e.Send(b[4:], false) } // a message has its length already
	}
	return c.tell(ctx, w, sink{send: send, flush: func() error { return nil }})
}

// tell passes on the events until the watch or its client ends.
func (c *call) tell(ctx context.Context, w events, out sink) error {
	render := c.eventRenderer()
	var scratch, batch []byte
	defer func() { giveBatch(batch) }()
	var last time.Time // of a write
	events := 0        // since then
	for {
		e, err := w.Next(ctx)
		if err != nil {
			return c.endWatch(err, out)
		}
		if events++; events == 1 && out.joins && !w.Pending() {
			if d := c.pace.wait(last, time.Now()); d > 0 {
				time.Sleep(d) // so short that the end of the request can wait for it
			}
		}
		b, err := render(&e, &scratch)
		if err != nil {
			c.Log.Error("watch broken off", "path", c.info.Path, "error", err)
			return nil
		}
		more := w.Pending()
		if out.joins && (more || len(batch) > 0) {
			if batch == nil {
				batch = *batches.Get().(*[]byte)
			}
			if batch = append(batch, b...); more && len(batch)+len(b) <= batchMost {
				continue
			}
			b = batch
		}
		if out.send(b) != nil {
			return nil // the client is gone
		}
		last = time.Now()
		c.pace.told(events, last)
		events = 0
		if !more && out.flush() != nil {
			return nil
		}
		if batch = batch[:0]; !more {
			giveBatch(batch) // an idle watch holds on to nothing
			batch, scratch = nil, nil
		}
	}
}

// batches are buffers for events that are written together.
var batches = sync.Pool{New: func() any { b := make([]byte, 0, batchMost); return &b }}

// giveBatch gives a buffer back, unless there is none or it was made larger for
// one large event.
func giveBatch(b []byte) {
	if b = b[:0]; cap(b) > 0 && cap(b) <= 4*batchMost {
		batches.Put(&b)
	}
}

// batchMost is about how much of the events that wait is written at once: what
// fits into a frame of HTTP/2 and, with its head, into one record of TLS.
const batchMost = 16<<10 - 9

// endWatch tells a client that was too slow that it must list anew; all other
// ends are quiet.
func (c *call) endWatch(err error, out sink) error {
	var expired *cache.ExpiredError
	if !errors.As(err, &expired) {
		return nil
	}
	s := &status.Expired(expired.Message).Status
	var b []byte
	if c.form.encoding == encodeProtobuf {
		p, err := codec.EncodeProto(s)
		if err != nil {
			return nil
		}
		b = protoFrame(meta.WatchError, p)
	} else {
		j, err := codec.EncodeJSON(s)
		if err != nil {
			return nil
		}
		b = jsonFrame(meta.WatchError, j)
	}
	if out.send(b) == nil {
		out.flush()
	}
	return nil
}

// eventRenderer gives the function that makes the bytes of an event in the
// form asked for. Whole objects share their bytes with all watchers.
func (c *call) eventRenderer() func(*cache.Event, *[]byte) ([]byte, error) {
	switch {
	case c.form.shape == asTable:
		return c.tableEvents()
	case c.form.shape == asPartial:
		return func(e *cache.Event, _ *[]byte) ([]byte, error) { return c.partialEvent(e) }
	case c.form.encoding == encodeProtobuf && c.res.View == nil:
		return func(e *cache.Event, _ *[]byte) ([]byte, error) { return e.Encoded(c.protoEvent) }
	case c.form.encoding == encodeProtobuf:
		return func(e *cache.Event, _ *[]byte) ([]byte, error) { return c.protoEvent(e) }
	case c.res.View != nil:
		return func(e *cache.Event, _ *[]byte) ([]byte, error) { return c.viewEvent(e) }
	}
	return func(e *cache.Event, scratch *[]byte) ([]byte, error) { return e.JSON(scratch), nil }
}

// eventSource is the object that an event carries; a bookmark's holds its
// revision alone.
func (c *call) eventSource(e *cache.Event) source {
	if e.Type == cache.Bookmark {
		return source{json: e.BookmarkObject(nil)}
	}
	return cached(e.Object)
}

func (c *call) protoEvent(e *cache.Event) ([]byte, error) {
	b, err := c.protobuf(c.eventSource(e))
	if err != nil {
		return nil, err
	}
	return protoFrame(e.Type.String(), b), nil
}

func (c *call) viewEvent(e *cache.Event) ([]byte, error) {
	b, err := c.served(c.eventSource(e))
	if err != nil {
		return nil, err
	}
	return jsonFrame(e.Type.String(), b), nil
}

func (c *call) partialEvent(e *cache.Event) ([]byte, error) {
	p, err := c.partialOf(c.eventSource(e))
	if err != nil {
		return nil, err
	}
	if c.form.encoding == encodeProtobuf {
		b, err := codec.EncodeProto(p)
		if err != nil {
			return nil, err
		}
		return protoFrame(e.Type.String(), b), nil
	}
	b, err := codec.EncodeJSON(p)
	if err != nil {
		return nil, err
	}
	return jsonFrame(e.Type.String(), b), nil
}

// tableEvents makes tables of one row; the first alone names the columns.
func (c *call) tableEvents() func(*cache.Event, *[]byte) ([]byte, error) {
	columns := true
	return func(e *cache.Event, _ *[]byte) ([]byte, error) {
		include, err := c.include()
		if err != nil {
			return nil, err
		}
		s := c.eventSource(e)
		t := c.newTable(strconv.FormatInt(e.Rev, 10), columns)
		columns = false
		if e.Type != cache.Bookmark {
			row, err := c.row(s, include, time.Now())
			if err != nil {
				return nil, err
			}
			t.Rows = append(t.Rows, row)
		} else {
			row, err := c.bookmarkRow(s)
			if err != nil {
				return nil, err
			}
			t.Rows = append(t.Rows, row)
		}
		b, err := codec.EncodeJSON(t)
		if err != nil {
			return nil, err
		}
		return jsonFrame(e.Type.String(), b), nil
	}
}

// bookmarkRow carries the bookmark's metadata, where clients look for the
// revision and the end of the initial events.
func (c *call) bookmarkRow(s source) (meta.TableRow, error) {
	p, err := c.partialOf(s)
	if err != nil {
		return meta.TableRow{}, err
	}
	b, err := codec.EncodeJSON(p)
	cells := make([]any, len(c.tableFor().Columns))
	for i := range cells {
		cells[i] = ""
	}
	return meta.TableRow{Cells: cells, Object: meta.RawExtension{Raw: b}}, err
}

func jsonFrame(event string, object []byte) []byte {
	b := make([]byte, 0, len(object)+40)
	b = append(b, `{"type":"`...)
	b = append(b, event...)
	b = append(b, `","object":`...)
	b = append(b, object...)
	return append(b, "}\n"...)
}

// protoFrame is the length of an event in four bytes, then the event.
func protoFrame(event string, object []byte) []byte {
	raw := protoField(nil, 1, string(object))
	b := make([]byte, 4, len(raw)+32)
	b = protoField(b, 1, event)
	b = protoField(b, 2, string(raw))
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	return b
}
