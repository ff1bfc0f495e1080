package server

import (
	"encoding/json"
	"net/http"
	"os"
	"time"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/kubelet/internal/cgroup"
	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// usage is an object of the summary.
type usage map[string]any

// summary answers with what the node, its pods and their containers use, in the
// form that monitoring reads.
func (s *Server) summary(w http.ResponseWriter, r *http.Request) {
	stats, err := s.Runtime.Runtime.ListContainerStats(r.Context(), &pb.ListContainerStatsRequest{})
	if err != nil {
		http.Error(w, cri.Message(err), http.StatusInternalServerError)
		return
	}
	containers := map[string][]usage{}
	for _, c := range stats.Stats {
		a := c.GetAttributes()
		uid := a.GetLabels()[cri.LabelPodUID]
		if uid == "" || c.GetCpu() == nil {
			continue
		}
		containers[uid] = append(containers[uid], usage{
			"name": a.GetLabels()[cri.LabelContainerName],
			"cpu": usage{"time": stamp(time.Unix(0, c.GetCpu().GetTimestamp())),
				"usageCoreNanoSeconds": c.GetCpu().GetUsageCoreNanoSeconds().GetValue(), "usageNanoCores": c.GetCpu().GetUsageNanoCores().GetValue()},
			"memory": usage{"time": stamp(time.Unix(0, c.GetMemory().GetTimestamp())),
				"workingSetBytes": c.GetMemory().GetWorkingSetBytes().GetValue(), "rssBytes": c.GetMemory().GetRssBytes().GetValue()},
		})
	}
	pods := []usage{}
	for _, p := range s.Pods() {
		list, ok := containers[string(p.UID)]
		if !ok {
			continue // those that have ended use nothing
		}
		u := usage{"podRef": usage{"name": p.Name, "namespace": p.Namespace, "uid": p.UID}, "containers": list}
		if t := p.Status.StartTime; t != nil {
			u["startTime"] = t
		}
		s.use(u, cgroup.Parent(p.UID, p.Status.QOSClass))
		pods = append(pods, u)
	}
	node := usage{"nodeName": s.Node}
	if up, err := os.Stat("/proc/1"); err == nil {
		node["startTime"] = stamp(up.ModTime())
	}
	s.use(node, "/")
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(usage{"node": node, "pods": pods})
}

// use adds to u what a cgroup has used, where that can be told.
func (s *Server) use(u usage, group string) {
	use, err := s.Cgroups.Use(group)
	if err != nil {
		return
	}
	now := stamp(time.Now())
	u["cpu"] = usage{"time": now, "usageCoreNanoSeconds": uint64(use.CPU)}
	u["memory"] = usage{"time": now, "workingSetBytes": use.WorkingSet}
}

// stamp is a time as the API writes it.
func stamp(t time.Time) meta.Time { return meta.Time{Time: t.UTC()} }
