package client

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// EventType says what happened to an object.
type EventType string

// The types of watch events.
const (
	Added    EventType = "ADDED"
	Modified EventType = "MODIFIED"
	Deleted  EventType = "DELETED"
	// Bookmark carries an object with nothing but a resource version: the
	// watch has seen everything up to it.
	Bookmark EventType = "BOOKMARK"
)

// Event is one change. For a Deleted one the object is its last state.
type Event[T meta.Object] struct {
	Type   EventType
	Object T
}

// Watch is a stream of changes. When the connection ends, it goes on from the
// last resource version it has seen, after a pause that grows while the
// server is away; no event is lost or repeated. One goroutine may read it.
type Watch[T meta.Object] struct {
	r      Resource[T]
	ns     string
	o      ListOptions
	cancel context.CancelFunc
	events chan Event[T]
	done   chan struct{} // closed after err is set
	err    error
	// failures counts the connections since the last event.
	failures int
}

// watchBuffer is how many decoded events wait for a slow reader before the
// connection does.
const watchBuffer = 128

// Watch begins to watch the objects of a namespace, or of all, that o
// chooses, from o.ResourceVersion on. Bookmarks are asked for, since they keep
// the watch resumable, but come out of Next only when o asks for them. The
// watch lasts until ctx ends, Stop is called, or the server refuses to go on:
// IsGone then says that the caller must list again.
func (r Resource[T]) Watch(ctx context.Context, ns string, o ListOptions) (*Watch[T], error) {
	ctx, cancel := context.WithCancel(ctx)
	w := &Watch[T]{r: r, ns: ns, o: o, cancel: cancel, events: make(chan Event[T], watchBuffer), done: make(chan struct{})}
	body, err := w.connect(ctx)
	if err != nil {
		cancel()
		return nil, err
	}
	go w.run(ctx, body)
	return w, nil
}

// Stop ends the watch and returns when its connection is given up.
func (w *Watch[T]) Stop() {
	w.cancel()
	<-w.done
}

// Next is the next event. Its error is ctx's, or says why the watch ended for
// good. Events that came before the end are handed out first.
func (w *Watch[T]) Next(ctx context.Context) (Event[T], error) {
	select {
	case e := <-w.events:
		return e, nil
	default:
	}
	select {
	case e := <-w.events:
		return e, nil
	case <-ctx.Done():
		return Event[T]{}, ctx.Err()
	case <-w.done:
	}
	select {
	case e := <-w.events:
		return e, nil
	default:
		return Event[T]{}, w.err
	}
}

// ResourceVersion is the last one seen by the connection; valid once Next has
// returned an error that is not its ctx's.
func (w *Watch[T]) ResourceVersion() string {
	<-w.done
	return w.o.ResourceVersion
}

// run reads one connection after the other.
func (w *Watch[T]) run(ctx context.Context, body io.ReadCloser) {
	defer close(w.done)
	defer w.cancel()
	for {
		w.err = w.read(ctx, body)
		body.Close()
		if body, w.err = w.reconnect(ctx, w.err); w.err != nil {
			return
		}
	}
}

// reconnect waits and connects until it succeeds, or returns the error that
// makes no sense to try again after.
func (w *Watch[T]) reconnect(ctx context.Context, err error) (io.ReadCloser, error) {
	for {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if final(err) {
			return nil, err
		}
		if w.o.ResourceVersion == "" || w.o.ResourceVersion == "0" || w.o.SendInitialEvents {
			// Nowhere to go on from: a new connection would repeat.
			return nil, fmt.Errorf("watch of %s ended before it could be resumed: %w", w.r.kind.Resource, err)
		}
		if w.failures > 0 || !errors.Is(err, io.EOF) {
			if err := sleep(ctx, w.r.c.retry.wait(w.failures)); err != nil {
				return nil, err
			}
		}
		w.failures++
		var body io.ReadCloser
		if body, err = w.connect(ctx); err == nil {
			return body, nil
		}
	}
}

// final says that the server has refused for a reason that will not pass.
func final(err error) bool {
	s := statusOf(err)
	return s != nil && s.Code < 500 && s.Code != http.StatusTooManyRequests && s.Code != http.StatusUnauthorized
}

// connect asks for the events after the last one seen.
func (w *Watch[T]) connect(ctx context.Context) (io.ReadCloser, error) {
	o := w.o
	o.AllowWatchBookmarks = true
	query := o.query()
	query.Set("watch", "true")
	if o.SendInitialEvents && !query.Has("resourceVersionMatch") {
		query.Set("resourceVersionMatch", string(meta.ResourceVersionMatchNotOlderThan))
	}
	resp, err := w.r.c.send(ctx, &request{
		method: http.MethodGet, path: Path(w.r.kind, w.ns, "", ""), query: query, accept: jsonType,
	})
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

// read hands out the events of one connection until it ends; io.EOF is the
// proper end.
func (w *Watch[T]) read(ctx context.Context, body io.Reader) error {
	lines := bufio.NewReaderSize(body, 64<<10)
	for {
		line, err := readLine(lines)
		if err != nil {
			return err
		}
		if len(line) == 0 {
			continue
		}
		e, err := w.decode(line)
		if err != nil {
			return err
		}
		w.failures = 0
		w.o.ResourceVersion = e.Object.GetObjectMeta().ResourceVersion
		w.o.SendInitialEvents = w.o.SendInitialEvents && !initialEnd(e)
		if e.Type == Bookmark && !w.o.AllowWatchBookmarks && !initialEnd(e) {
			continue
		}
		select {
		case w.events <- e:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// initialEnd says that e closes the initial events.
func initialEnd[T meta.Object](e Event[T]) bool {
	return e.Type == Bookmark && e.Object.GetObjectMeta().Annotations["k8s.io/initial-events-end"] == "true"
}

// readLine is the next line without its end, valid until the next call.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		long := append([]byte(nil), line...)
		for errors.Is(err, bufio.ErrBufferFull) {
			line, err = r.ReadSlice('\n')
			long = append(long, line...)
		}
		line = long
	}
	if err != nil && len(line) > 0 && errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // half an event
	}
	if err != nil {
		return nil, err
	}
	return line[:len(line)-1], nil
}

// decode reads one frame; one of type ERROR becomes its Status.
func (w *Watch[T]) decode(line []byte) (Event[T], error) {
	var frame meta.WatchEvent
	if err := codec.DecodeJSON(line, &frame); err != nil {
		return Event[T]{}, fmt.Errorf("watch of %s: decode event: %w", w.r.kind.Resource, err)
	}
	if frame.Type == "ERROR" {
		code := struct {
			Code int `json:"code"`
		}{}
		_ = codec.DecodeJSON(frame.Object.Raw, &code)
		return Event[T]{}, refusal(code.Code, frame.Object.Raw)
	}
	o, err := w.r.decode(frame.Object.Raw)
	return Event[T]{Type: EventType(frame.Type), Object: o}, err
}

// Revision is a resource version as a number: versions of one API server grow.
// It is 0 when s is no number.
func Revision(s string) uint64 {
	n, _ := strconv.ParseUint(s, 10, 64)
	return n
}
