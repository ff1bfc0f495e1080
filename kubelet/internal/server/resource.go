package server

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/kubelet/internal/cgroup"
	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
)

// resource answers with what the node, its pods and their running containers
// have used so far: what the resource metrics API is made of. Every line has the
// time at which it was measured.
func (s *Server) resource(w http.ResponseWriter, r *http.Request) {
	var out bytes.Buffer
	failed := 0
	node, err := s.Cgroups.Use("/")
	now := time.Now()
	if err != nil {
		s.Log.Warn("the use of the node cannot be measured", "error", err)
		failed = 1
	} else {
		family(&out, "node_cpu_usage_seconds_total", "counter", "Processor time of the node in seconds")
		line(&out, "node_cpu_usage_seconds_total", "", node.CPU.Seconds(), now)
		family(&out, "node_memory_working_set_bytes", "gauge", "Working set of the node in bytes")
		line(&out, "node_memory_working_set_bytes", "", float64(node.WorkingSet), now)
	}
	containers, err := s.measured(r)
	if err != nil {
		s.Log.Warn("the use of containers cannot be measured", "error", cri.Message(err))
		failed = 1
	}
	for _, f := range []struct {
		name, kind, help string
		value            func(measured) float64
	}{
		{"container_cpu_usage_seconds_total", "counter", "Processor time of the container in seconds", func(m measured) float64 { return m.cpu.Seconds() }},
		{"container_memory_working_set_bytes", "gauge", "Working set of the container in bytes", func(m measured) float64 { return float64(m.memory) }},
		{"container_start_time_seconds", "gauge", "When the container started, in seconds since 1970", func(m measured) float64 { return float64(m.started.UnixMilli()) / 1000 }},
	} {
		family(&out, f.name, f.kind, f.help)
		for _, m := range containers {
			line(&out, f.name, fmt.Sprintf(`{container=%q,namespace=%q,pod=%q}`, m.name, m.namespace, m.pod), f.value(m), m.at)
		}
	}
	s.podUse(&out)
	family(&out, "resource_scrape_error", "gauge", "1 if something could not be measured, otherwise 0")
	fmt.Fprintf(&out, "resource_scrape_error %d\n", failed)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(out.Bytes())
}

// measured is what one container has used.
type measured struct {
	namespace, pod, name string
	started, at          time.Time
	cpu                  time.Duration
	memory               uint64
}

// measured asks the runtime for all containers that run.
func (s *Server) measured(r *http.Request) ([]measured, error) {
	running, err := s.Runtime.Pods(r.Context())
	if err != nil {
		return nil, err
	}
	stats, err := s.Runtime.Runtime.ListContainerStats(r.Context(), &pb.ListContainerStatsRequest{})
	if err != nil {
		return nil, err
	}
	started := map[string]time.Time{}
	for _, p := range running {
		for _, c := range p.Containers {
			if c.State == cri.Running {
				started[c.ID] = c.Started
			}
		}
	}
	var out []measured
	for _, c := range stats.Stats {
		since, ok := started[c.GetAttributes().GetId()]
		if !ok || c.GetCpu().GetUsageCoreNanoSeconds() == nil || c.GetMemory().GetWorkingSetBytes() == nil {
			continue
		}
		l := c.Attributes.Labels
		out = append(out, measured{l[cri.LabelPodNamespace], l[cri.LabelPodName], l[cri.LabelContainerName], since,
			time.Unix(0, c.Cpu.Timestamp), time.Duration(c.Cpu.UsageCoreNanoSeconds.Value), c.Memory.WorkingSetBytes.Value})
	}
	slices.SortFunc(out, func(a, b measured) int {
		return slices.Compare([]string{a.namespace, a.pod, a.name}, []string{b.namespace, b.pod, b.name})
	})
	return out, nil
}

// podUse writes what whole pods have used, as their cgroups count it.
func (s *Server) podUse(out *bytes.Buffer) {
	type use struct {
		labels string
		cgroup.Use
		at time.Time
	}
	var all []use
	for _, p := range s.Pods() {
		if u, err := s.Cgroups.Use(cgroup.Parent(p.UID, p.Status.QOSClass)); err == nil { // Those that have ended have none.
			all = append(all, use{fmt.Sprintf(`{namespace=%q,pod=%q}`, p.Namespace, p.Name), u, time.Now()})
		}
	}
	family(out, "pod_cpu_usage_seconds_total", "counter", "Processor time of the pod in seconds")
	for _, u := range all {
		line(out, "pod_cpu_usage_seconds_total", u.labels, u.CPU.Seconds(), u.at)
	}
	family(out, "pod_memory_working_set_bytes", "gauge", "Working set of the pod in bytes")
	for _, u := range all {
		line(out, "pod_memory_working_set_bytes", u.labels, float64(u.WorkingSet), u.at)
	}
}

// family begins the lines of one metric.
func family(out io.Writer, name, kind, help string) {
	fmt.Fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// line writes one value with its time.
func line(out io.Writer, name, labels string, v float64, at time.Time) {
	fmt.Fprintf(out, "%s%s %s %d\n", name, labels, strconv.FormatFloat(v, 'f', -1, 64), at.UnixMilli())
}
