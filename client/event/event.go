// Package event tells users what a daemon does with their objects: Events that
// kubectl describe shows.
//
// A Recorder never makes its caller wait and never fails it. Events go out
// beside, those of one object in order; what repeats within ten minutes becomes a count in one Event;
// a source that floods one object is cut to a trickle. Close sends what is
// left.
package event

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// Recorder records events of one component on one host. A nil Recorder drops
// them all.
type Recorder struct {
	component, host string
	*sender
}

// sender is what recorders of several components in one process share.
type sender struct {
	events client.Resource[*core.Event]

	mu      sync.Mutex
	closed  bool
	queues  []chan *core.Event
	senders sync.WaitGroup
	cancel  context.CancelFunc
}

const (
	// lanes is how many events are on their way at once; all of one object's
	// take the same lane.
	lanes = 4
	// waiting is how many events may wait in a lane for a slow API server;
	// more are dropped.
	waiting = 4000
)

// NewRecorder starts a recorder. Events name component and host as where they
// come from; host may be empty. Close ends it.
func NewRecorder(c *client.Client, component, host string) *Recorder {
	ctx, cancel := context.WithCancel(context.Background())
	r := &Recorder{component: component, host: host, sender: &sender{events: client.Of[*core.Event](c), cancel: cancel}}
	for range lanes {
		queue := make(chan *core.Event, waiting)
		r.queues = append(r.queues, queue)
		r.senders.Go(func() { r.run(ctx, queue) })
	}
	return r
}

// As is a recorder of another component of the same process. It ends with r.
func (r *Recorder) As(component string) *Recorder {
	if r == nil {
		return nil
	}
	return &Recorder{component: component, host: r.host, sender: r.sender}
}

// Eventf records something about obj: kind is core.EventTypeNormal or
// core.EventTypeWarning, reason one word in CamelCase.
func (r *Recorder) Eventf(obj meta.Object, kind, reason, format string, args ...any) {
	if r == nil {
		return
	}
	r.Record(Reference(obj), kind, reason, fmt.Sprintf(format, args...))
}

// Reference names obj as events do.
func Reference(obj meta.Object) core.ObjectReference {
	m, t := obj.GetObjectMeta(), *obj.GetTypeMeta()
	if k := scheme.Of(obj); t.Kind == "" && k != nil {
		t = k.TypeMeta()
	}
	return core.ObjectReference{
		Kind: t.Kind, APIVersion: t.APIVersion, Namespace: m.Namespace, Name: m.Name,
		UID: m.UID, ResourceVersion: m.ResourceVersion,
	}
}

// Record is Eventf for an object that the caller only knows the name of, or
// for a part of one (a FieldPath).
func (r *Recorder) Record(about core.ObjectReference, kind, reason, message string) {
	if r == nil {
		return
	}
	e := r.event(about, kind, reason, message, time.Now())
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	select {
	case r.queues[lane(about)] <- e:
	default:
		slog.Debug("Event dropped, too many are waiting", "reason", reason, "object", about.Namespace+"/"+about.Name)
	}
}

// lane is the same for all events of an object.
func lane(about core.ObjectReference) int {
	h := fnv.New32a()
	io.WriteString(h, about.Namespace+"/"+about.Name)
	return int(h.Sum32() % lanes)
}

// longest is how long a message may be.
const longest = 1024

func (r *Recorder) event(about core.ObjectReference, kind, reason, message string, now time.Time) *core.Event {
	if len(message) > longest {
		message = message[:longest-4] + " ..."
	}
	ns := about.Namespace
	if ns == "" {
		ns = core.NamespaceDefault
	}
	stamp := meta.NewTime(now.UTC().Truncate(time.Second))
	e := &core.Event{
		ObjectMeta:     meta.ObjectMeta{Namespace: ns, Name: fmt.Sprintf("%s.%x", about.Name, now.UnixNano())},
		InvolvedObject: about,
		Reason:         reason, Message: message, Type: kind, Count: 1,
		Source:         core.EventSource{Component: r.component, Host: r.host},
		FirstTimestamp: stamp, LastTimestamp: stamp,
		ReportingController: r.component, ReportingInstance: r.host,
	}
	return e
}

// Close sends the events that wait, for two seconds at most, and ends the
// recorder. Events recorded later are dropped.
func (r *Recorder) Close() {
	if r == nil {
		return
	}
	r.mu.Lock()
	if !r.closed {
		r.closed = true
		for _, queue := range r.queues {
			close(queue)
		}
	}
	r.mu.Unlock()
	t := time.AfterFunc(2*time.Second, r.cancel)
	defer t.Stop()
	r.senders.Wait()
	r.cancel()
}

// run sends the events of one lane, one after the other.
func (r *sender) run(ctx context.Context, queue <-chan *core.Event) {
	seen := newAggregator()
	for e := range queue {
		if ctx.Err() != nil {
			return
		}
		if e, sent := seen.admit(e, time.Now()); e != nil {
			r.send(ctx, seen, e, sent)
		}
	}
}

// send creates e, or when it repeats one that was sent, counts that one up.
func (r *sender) send(ctx context.Context, seen *aggregator, e *core.Event, sent bool) {
	if sent {
		body := fmt.Sprintf(`{"count":%d,"lastTimestamp":%q,"message":%q}`, e.Count, e.LastTimestamp.UTC().Format(time.RFC3339), e.Message)
		_, err := r.events.Patch(ctx, e.Namespace, e.Name, client.StrategicPatch, []byte(body))
		if err == nil || !client.IsNotFound(err) {
			logLost(ctx, e, err)
			return
		}
		// It has expired in the meantime: it comes back as it would be now.
	}
	_, err := r.events.Create(ctx, e)
	if err != nil {
		seen.forget(e)
	}
	logLost(ctx, e, err)
}

// logLost says that e did not arrive. Objects of a namespace that is going
// take no events; that is not worth a line.
func logLost(ctx context.Context, e *core.Event, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	log := slog.Warn
	if client.IsNotFound(err) || client.IsForbidden(err) {
		log = slog.Debug
	}
	log("Event was not recorded", "reason", e.Reason, "object", e.InvolvedObject.Namespace+"/"+e.InvolvedObject.Name, "err", err)
}
