// Package status tells the API server how the node's pods are: one patch per
// change, the newest status only, again until it is written. A server that is
// away loses nothing; it gets the newest status when it is back.
package status

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Writer writes the statuses of pods. Run must be running for anything to
// happen.
type Writer struct {
	Pods client.Resource[*core.Pod]
	Log  *slog.Logger

	mu   sync.Mutex
	pods map[meta.UID]*entry
	wake chan struct{}
	busy sync.WaitGroup
}

// entry is what is known of one pod.
type entry struct {
	pod     *core.Pod
	want    []byte // the newest status
	written []byte // the one that the API server has from us
	writing bool
	failed  int
	after   time.Time       // not before
	waiters []chan struct{} // closed when want is written
	gone    bool            // the API server has no such pod
}

// New makes a Writer for a node's pods.
func New(c *client.Client, log *slog.Logger) *Writer {
	return &Writer{Pods: client.Of[*core.Pod](c), Log: log, pods: map[meta.UID]*entry{}, wake: make(chan struct{}, 1)}
}

// parallel is how many patches are under way at once.
const parallel = 8

// Run writes until ctx ends.
func (w *Writer) Run(ctx context.Context) {
	slots := make(chan struct{}, parallel)
	for {
		uid, wait := w.next()
		if uid == "" {
			var timer <-chan time.Time
			if wait > 0 {
				timer = time.After(wait)
			}
			select {
			case <-ctx.Done():
				w.busy.Wait()
				return
			case <-w.wake:
			case <-timer:
			}
			continue
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			w.busy.Wait()
			return
		}
		w.busy.Go(func() {
			w.write(ctx, uid)
			<-slots
			w.poke()
		})
	}
}

func (w *Writer) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// next finds a pod whose status is to be written now, or how long to wait for
// one.
func (w *Writer) next() (meta.UID, time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now, wait := time.Now(), time.Duration(0)
	for uid, e := range w.pods {
		if e.writing || e.gone || bytes.Equal(e.want, e.written) {
			continue
		}
		if d := e.after.Sub(now); d > 0 {
			if wait == 0 || d < wait {
				wait = d
			}
			continue
		}
		e.writing = true
		return uid, 0
	}
	return "", wait
}

// Report takes a pod's newest status.
func (w *Writer) Report(pod *core.Pod, st *core.PodStatus) {
	want, err := encode(st)
	if err != nil {
		w.Log.Error("cannot encode a status", "pod", meta.KeyOf(pod).String(), "error", err)
		return
	}
	w.mu.Lock()
	e := w.pods[pod.UID]
	if e == nil {
		e = &entry{}
		if has, err := encode(&pod.Status); err == nil {
			e.written = has
		}
		w.pods[pod.UID] = e
	}
	if markedByOthers(&pod.Status, st) {
		if has, err := encode(&pod.Status); err == nil {
			e.written = has
		}
	}
	e.pod, e.want = pod, want
	w.mu.Unlock()
	w.poke()
}

// markedByOthers tells whether others have written into a status what only we
// can take back, and st does: the controller manager marks a pod not ready because
// nothing was heard of its node, the API server tells of a resize.
func markedByOthers(is, st *core.PodStatus) bool {
	return is.Resize == core.PodResizeStatusProposed && st.Resize != is.Resize || lost(is) && !lost(st)
}

// lost tells whether a pod is not ready because nothing was heard of its node.
func lost(st *core.PodStatus) bool {
	return slices.ContainsFunc(st.Conditions, func(c core.PodCondition) bool {
		return c.Type == core.PodReady && c.Status != core.ConditionTrue && c.Reason == "NodeNotReady"
	})
}

func encode(st *core.PodStatus) ([]byte, error) {
	b, err := codec.EncodeJSON(st)
	if err != nil {
		return nil, err
	}
	// Through a map, so that equal statuses have equal bytes.
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, err
	}
	return json.Marshal(m)
}

// replaced are the lists that a patch must not merge with what is there.
var replaced = []string{"podIPs", "hostIPs"}

// patchOf is the patch that turns the status was into is: what is equal is
// left away, what is gone becomes null.
//
// With all, equal fields are sent as well: it is not certain that the server
// has what was sent before.
func patchOf(uid meta.UID, was, is []byte, all bool) ([]byte, error) {
	var old, now map[string]any
	if err := json.Unmarshal(is, &now); err != nil {
		return nil, err
	}
	if len(was) > 0 {
		if err := json.Unmarshal(was, &old); err != nil {
			return nil, err
		}
	}
	out := map[string]any{}
	for k, v := range now {
		if all || text(old[k]) != text(v) {
			out[k] = v
		}
	}
	for k := range old {
		if _, ok := now[k]; !ok {
			out[k] = nil
		}
	}
	for _, k := range replaced {
		if list, ok := out[k].([]any); ok && old[k] != nil {
			out[k] = append(list, map[string]any{"$patch": "replace"})
		}
	}
	if is, ok := out["conditions"].([]any); ok {
		out["conditions"] = clearConditions(old["conditions"], is)
	}
	return json.Marshal(map[string]any{"metadata": map[string]any{"uid": uid}, "status": out})
}

// clearConditions has conditions go that are there no more, and others lose the
// reason and message that they had: each is merged with the one of its type, so
// what is only left away stays.
func clearConditions(was any, is []any) []any {
	old, _ := was.([]any)
	out := slices.Clone(is)
	for _, o := range old {
		o := o.(map[string]any)
		i := slices.IndexFunc(is, func(n any) bool { return n.(map[string]any)["type"] == o["type"] })
		if i < 0 {
			out = append(out, map[string]any{"type": o["type"], "$patch": "delete"})
			continue
		}
		n := is[i].(map[string]any)
		for k := range o {
			if _, ok := n[k]; !ok {
				n[k] = nil
			}
		}
	}
	return out
}

func text(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

func (w *Writer) write(ctx context.Context, uid meta.UID) {
	w.mu.Lock()
	e := w.pods[uid]
	if e == nil {
		w.mu.Unlock()
		return
	}
	pod, want := e.pod, e.want
	was, again := e.written, e.failed > 0
	w.mu.Unlock()

	patch, err := patchOf(uid, was, want, again)
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		_, err = w.Pods.Patch(ctx, pod.Namespace, pod.Name, client.StrategicPatch, patch, client.Subresource("status"))
		cancel()
	}

	w.mu.Lock()
	defer w.mu.Unlock()
	e.writing = false
	switch {
	case err == nil:
		e.written, e.failed = want, 0
		if bytes.Equal(e.want, want) {
			e.release()
		}
	case client.IsNotFound(err) || client.IsConflict(err) && e.failed > 3:
		e.gone = true
		e.release()
	default:
		e.failed++
		e.after = time.Now().Add(min(100*time.Millisecond<<min(e.failed, 10), 5*time.Second))
		if ctx.Err() == nil {
			w.Log.Warn("cannot write a pod's status; trying again", "pod", meta.KeyOf(pod).String(), "error", err)
		}
	}
}

func (e *entry) release() {
	for _, c := range e.waiters {
		close(c)
	}
	e.waiters = nil
}

// Finish waits until the pod's newest status is written, and removes its
// object for good.
func (w *Writer) Finish(ctx context.Context, pod *core.Pod) error {
	if err := w.flush(ctx, pod.UID); err != nil {
		return err
	}
	err := w.Pods.Delete(ctx, pod.Namespace, pod.Name, client.GracePeriod(0), client.Preconditions(pod.UID, ""))
	if err == nil || client.IsNotFound(err) || client.IsConflict(err) { // a conflict: another pod has the name now
		return nil
	}
	return fmt.Errorf("delete pod %s: %w", meta.KeyOf(pod), err)
}

func (w *Writer) flush(ctx context.Context, uid meta.UID) error {
	w.mu.Lock()
	e := w.pods[uid]
	if e == nil || e.gone || bytes.Equal(e.want, e.written) {
		w.mu.Unlock()
		return nil
	}
	done := make(chan struct{})
	e.waiters = append(e.waiters, done)
	w.mu.Unlock()
	w.poke()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Forget drops what is remembered of a pod.
func (w *Writer) Forget(uid meta.UID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e := w.pods[uid]; e != nil {
		e.release()
	}
	maps.DeleteFunc(w.pods, func(k meta.UID, _ *entry) bool { return k == uid })
}
