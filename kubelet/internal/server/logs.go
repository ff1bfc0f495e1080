package server

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/kubelet/internal/logs"
	"github.com/pilothouse/pilothouse/proto/core"
)

// logs sends a container's log.
func (s *Server) logs(w http.ResponseWriter, r *http.Request) {
	o, previous, bad := logOptions(r.URL.Query())
	if bad != 0 {
		refuse(w, bad, map[int]string{
			http.StatusBadRequest:          `{"message": "Unable to decode query."}`,
			http.StatusUnprocessableEntity: `{"message": "Invalid request."}`,
		}[bad])
		return
	}
	pod, name := s.find(r), r.PathValue("container")
	if pod == nil {
		refuse(w, http.StatusNotFound, fmt.Sprintf("pod %q does not exist", r.PathValue("pod")))
		return
	}
	if !has(pod, name) {
		refuse(w, http.StatusNotFound, fmt.Sprintf("container %q not found in pod %q", name, pod.Name))
		return
	}
	if why := waiting(pod, name, previous); why != "" {
		refuse(w, http.StatusBadRequest, why)
		return
	}
	rt, err := s.Runtime.Pod(r.Context(), pod.UID)
	if err != nil {
		refuse(w, http.StatusBadRequest, cri.Message(err))
		return
	}
	run := rt.Find(name)
	if previous {
		if run = rt.Previous(name); run == nil {
			refuse(w, http.StatusBadRequest, fmt.Sprintf("previous terminated container %q in pod %q not found", name, pod.Name))
			return
		}
	}
	if run == nil {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("container %q in pod %q is not available", name, pod.Name))
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

// has says whether a pod has a container of that name, of whatever kind.
func has(pod *core.Pod, name string) bool {
	for _, list := range [][]core.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		if slices.ContainsFunc(list, func(c core.Container) bool { return c.Name == name }) {
			return true
		}
	}
	return slices.ContainsFunc(pod.Spec.EphemeralContainers, func(c core.EphemeralContainer) bool { return c.Name == name })
}

// logOptions reads what of a log is asked for. bad is the code of the answer when
// that cannot be read, or makes no sense.
func logOptions(q url.Values) (o logs.Options, previous bool, bad int) {
	if tail := q.Get("tail"); tail == "all" {
		q.Del("tailLines")
	} else if tail != "" {
		q.Set("tailLines", tail)
	}
	numbers := map[string]int64{}
	for _, name := range []string{"tailLines", "limitBytes", "sinceSeconds"} {
		v := q.Get(name)
		if v == "" {
			continue
		}
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return o, false, http.StatusBadRequest
		}
		if n < 0 || n == 0 && name != "tailLines" {
			bad = http.StatusUnprocessableEntity
		}
		numbers[name] = n
	}
	o.TailLines = -1
	if n, ok := numbers["tailLines"]; ok {
		o.TailLines = n
	}
	o.LimitBytes = numbers["limitBytes"]
	if n, ok := numbers["sinceSeconds"]; ok {
		o.Since = time.Now().Add(-time.Duration(min(n, maxSince)) * time.Second)
	}
	if v := q.Get("sinceTime"); v != "" {
		t, err := time.Parse(time.RFC3339, v)
		if err != nil {
			return o, false, http.StatusBadRequest
		}
		if _, both := numbers["sinceSeconds"]; both {
			bad = http.StatusUnprocessableEntity
		}
		o.Since = t
	}
	o.Stream = q.Get("stream")
	o.Follow, o.Timestamps = flag(q, "follow"), flag(q, "timestamps")
	return o, flag(q, "previous"), bad
}

// maxSince is the longest time before now that can be counted, in seconds.
const maxSince = int64(1<<63-1) / int64(time.Second)

// flag reads a parameter as the API does everywhere: it is set unless it says
// otherwise.
func flag(q url.Values, name string) bool {
	return q.Has(name) && q.Get(name) != "0" && !strings.EqualFold(q.Get(name), "false")
}
