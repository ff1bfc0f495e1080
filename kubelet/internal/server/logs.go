package server

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/kubelet/internal/logs"
	"github.com/pilothouse/pilothouse/proto/core"
)

// logs sends a container's log.
func (s *Server) logs(w http.ResponseWriter, r *http.Request) {
	o, previous, err := logOptions(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	pod, err := s.find(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	if why := waiting(pod, r.PathValue("container"), previous); why != "" {
		http.Error(w, why, http.StatusBadRequest)
		return
	}
	_, run, err := s.runOf(r, previous)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	uid, id := pod.UID, run.ID
	o.Running = func() bool {
		rt, err := s.Runtime.Pod(r.Context(), uid)
		if err != nil || rt == nil {
			return false
		}
		for _, c := range rt.Containers {
			if c.ID == id {
				return c.State == cri.Running || c.State == cri.Created
			}
		}
		return false
	}
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(http.StatusOK)
	if o.Follow {
		_ = http.NewResponseController(w).Flush()
	}
	if err := logs.Read(r.Context(), run.LogPath, o, flushing{w, o.Follow}); err != nil {
		fmt.Fprintln(w, err)
	}
}

// waiting says why a container has no log yet, in the words that users know.
func waiting(pod *core.Pod, container string, previous bool) string {
	found := false
	for _, list := range [][]core.ContainerStatus{pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses, pod.Status.EphemeralContainerStatuses} {
		for i := range list {
			st := &list[i]
			if st.Name != container {
				continue
			}
			found = true
			if st.State.Waiting == nil || previous || st.LastTerminationState.Terminated != nil {
				continue
			}
			what := "is waiting to start: " + st.State.Waiting.Reason
			switch st.State.Waiting.Reason {
			case "ErrImagePull", "ErrImageNeverPull":
				what = "is waiting to start: image can't be pulled"
			case "ImagePullBackOff":
				what = "is waiting to start: trying and failing to pull image"
			}
			return fmt.Sprintf("container %q in pod %q %s", container, pod.Name, what)
		}
	}
	if !found {
		return fmt.Sprintf("container %q in pod %q is not available", container, pod.Name)
	}
	return ""
}

// flushing sends each piece of a followed log at once.
type flushing struct {
	w   http.ResponseWriter
	now bool
}

func (f flushing) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if f.now && err == nil {
		err = http.NewResponseController(f.w).Flush()
	}
	return n, err
}

func logOptions(r *http.Request) (o logs.Options, previous bool, err error) {
	q := r.URL.Query()
	o.TailLines = -1
	number := func(name string, into *int64) {
		if v := q.Get(name); v != "" && err == nil {
			if *into, err = strconv.ParseInt(v, 10, 64); err != nil || *into < 0 {
				err = fmt.Errorf("%s=%q: must be a number that is not negative", name, v)
			}
		}
	}
	flag := func(name string) bool {
		v := q.Get(name)
		if v == "" {
			return false
		}
		b, perr := strconv.ParseBool(v)
		if perr != nil && err == nil {
			err = fmt.Errorf("%s=%q: must be true or false", name, v)
		}
		return b
	}
	var seconds int64 = -1
	number("tailLines", &o.TailLines)
	number("limitBytes", &o.LimitBytes)
	number("sinceSeconds", &seconds)
	if seconds >= 0 {
		o.Since = time.Now().Add(-time.Duration(seconds) * time.Second)
	}
	if v := q.Get("sinceTime"); v != "" && err == nil {
		if o.Since, err = time.Parse(time.RFC3339, v); err != nil {
			err = fmt.Errorf("sinceTime=%q: must be a time such as 2026-01-02T15:04:05Z", v)
		}
	}
	o.Stream = q.Get("stream")
	o.Follow, o.Timestamps, previous = flag("follow"), flag("timestamps"), flag("previous")
	return o, previous, err
}
