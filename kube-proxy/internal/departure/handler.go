package departure

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/meta"
)

// Path is where the question is answered; the pod's UID follows it.
const Path = "/departure/"

const (
	// longestWait bounds ?wait=.
	longestWait = 10 * time.Second
	// mostWaiting bounds how many questions may wait at once; anybody who
	// reaches the port can ask.
	mostWaiting = 4096
	// longestUID bounds what is looked up.
	longestUID = 128
)

// Answer is the body of an answer.
type Answer struct {
	State State `json:"state"`
	// Revision is the last in which a slice listed the pod, if one does.
	Revision int64 `json:"revision,omitempty"`
}

// ServeHTTP answers GET Path+UID?wait=2s&revision=7: at once when the pod receives
// no new connections, otherwise as soon as it does not any more, or after the wait.
// With a revision that is said only by who knows the slices as far.
func (l *Ledger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	uid := strings.TrimPrefix(r.URL.Path, Path)
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
		return
	}
	if uid == "" || len(uid) > longestUID || strings.Contains(uid, "/") {
		http.Error(w, "want "+Path+"UID of a pod", http.StatusBadRequest)
		return
	}
	wait, err := readWait(r.URL.Query().Get("wait"))
	if err != nil {
		http.Error(w, "wait: want a duration such as 2s, at most "+longestWait.String(), http.StatusBadRequest)
		return
	}
	revision := int64(0)
	if text := r.URL.Query().Get("revision"); text != "" {
		if revision, err = strconv.ParseInt(text, 10, 64); err != nil {
			http.Error(w, "revision: want a number", http.StatusBadRequest)
			return
		}
	}
	answer := l.await(r, meta.UID(uid), revision, wait)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_ = json.NewEncoder(w).Encode(answer)
}

func readWait(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	return min(max(d, 0), longestWait), err
}

// await returns the pod's state as soon as it is not Receiving.
func (l *Ledger) await(r *http.Request, pod meta.UID, revision int64, wait time.Duration) Answer {
	state, changed := l.of(pod, revision)
	if state.State != Receiving || wait == 0 || !l.enter() {
		return state
	}
	defer l.leave()
	t := time.NewTimer(wait)
	defer t.Stop()
	for state.State == Receiving {
		select {
		case <-changed:
			state, changed = l.of(pod, revision)
		case <-t.C:
			return state
		case <-r.Context().Done():
			return state
		}
	}
	return state
}

func (l *Ledger) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting >= mostWaiting {
		return false
	}
	l.waiting++
	return true
}

func (l *Ledger) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting--
}
