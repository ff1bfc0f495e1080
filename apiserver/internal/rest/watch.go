package rest

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// minWatch is the shortest time after which the server ends a watch that says
// nothing of time; it is up to twice that, so that watches do not end together.
const minWatch = 30 * time.Minute

// watch streams changes until the client goes, the time is up or the server
// stops.
func (c *call) watch() error {
	o, timeout, err := c.watchOptions()
	if err != nil {
		return err
	}
	if c.form.shape == asPartialList || c.form.encoding == encodeYAML {
		return status.NotAcceptable(typeJSON, typeProtobuf)
	}
	ctx, cancel := context.WithTimeout(c.r.Context(), timeout)
	defer cancel()
	go func() {
		select {
		case <-c.Stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	w, err := c.res.table.Watch(ctx, o)
	if err != nil {
		return c.refusal(err)
	}
	defer w.Close()
	return c.stream(ctx, w)
}

func (c *call) watchOptions() (o cache.WatchOptions, timeout time.Duration, err error) {
	o = cache.WatchOptions{
		Namespace:       c.namespace(),
		Name:            c.info.Name, // the old paths /watch/.../NAME
		ResourceVersion: c.query.Get("resourceVersion"),
		Bookmarks:       c.query.Get("allowWatchBookmarks") == "true",
	}
	if o.Labels, o.Fields, err = c.selection(); err != nil {
		return o, 0, err
	}
	if v := c.query.Get("sendInitialEvents"); v != "" {
		send := v == "true"
		o.SendInitialEvents = &send
	}
	if err := c.checkInitialEvents(); err != nil {
		return o, 0, err
	}
	timeout = minWatch + rand.N(minWatch)
	if t := c.query.Get("timeoutSeconds"); t != "" {
		n, err := strconv.ParseInt(t, 10, 32)
		if err != nil {
			return o, 0, status.BadRequest("timeoutSeconds=%q: must be an integer", t)
		}
		if n > 0 {
			timeout = time.Duration(n) * time.Second
		}
	}
	return o, timeout, nil
}

// checkInitialEvents refuses the parameters that make no sense together.
func (c *call) checkInitialEvents() error {
	initial, match := c.query.Get("sendInitialEvents"), c.query.Get("resourceVersionMatch")
	switch {
	case initial == "" && match != "":
		return status.Invalid("meta.k8s.io", "ListOptions", "", forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
	case initial != "" && match != string(meta.ResourceVersionMatchNotOlderThan):
		return status.Invalid("meta.k8s.io", "ListOptions", "", forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
	}
	return nil
}

// stream writes events as they come, and to the network when there are no more
// for the moment.
func (c *call) stream(ctx context.Context, w *cache.Watch) error {
	h := c.w.Header()
	h.Set("Cache-Control", "no-cache, private")
	h.Set("Content-Type", c.form.contentType())
	if c.form.encoding == encodeProtobuf {
		h.Set("Content-Type", typeProtobuf+";stream=watch")
	}
	c.w.WriteHeader(http.StatusOK)
	flusher := http.NewResponseController(c.w)
	flusher.Flush()
	render := c.eventRenderer()
	var scratch []byte
	for {
		e, err := w.Next(ctx)
		if err != nil {
			return c.endWatch(err, flusher)
		}
		b, err := render(&e, &scratch)
		if err != nil {
			c.Log.Error("watch broken off", "path", c.info.Path, "error", err)
			return nil
		}
		if _, err := c.w.Write(b); err != nil {
			return nil // the client is gone
		}
		if !w.Pending() && flusher.Flush() != nil {
			return nil
		}
	}
}

// endWatch tells a client that was too slow that it must list anew; all other
// ends are quiet.
func (c *call) endWatch(err error, flusher *http.ResponseController) error {
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
	c.w.Write(b)
	flusher.Flush()
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
