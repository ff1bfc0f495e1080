package server

import (
	"encoding/json"
	"net/http"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
)

// summary answers with the resource use of the node's pods, in the form that
// metrics-server reads.
func (s *Server) summary(w http.ResponseWriter, r *http.Request) {
	stats, err := s.Runtime.Runtime.ListContainerStats(r.Context(), &pb.ListContainerStatsRequest{})
	if err != nil {
		http.Error(w, cri.Message(err), http.StatusInternalServerError)
		return
	}
	type usage map[string]any
	pods := map[string]usage{}
	var order []string
	for _, c := range stats.Stats {
		l := c.GetAttributes().GetLabels()
		uid := l[cri.LabelPodUID]
		if uid == "" {
			continue
		}
		if pods[uid] == nil {
			pods[uid] = usage{"podRef": usage{"name": l[cri.LabelPodName], "namespace": l[cri.LabelPodNamespace], "uid": uid}, "containers": []usage{}}
			order = append(order, uid)
		}
		pods[uid]["containers"] = append(pods[uid]["containers"].([]usage), usage{
			"name":   l[cri.LabelContainerName],
			"cpu":    usage{"usageCoreNanoSeconds": c.GetCpu().GetUsageCoreNanoSeconds().GetValue(), "usageNanoCores": c.GetCpu().GetUsageNanoCores().GetValue()},
			"memory": usage{"workingSetBytes": c.GetMemory().GetWorkingSetBytes().GetValue(), "rssBytes": c.GetMemory().GetRssBytes().GetValue()},
		})
	}
	list := []usage{}
	for _, uid := range order {
		list = append(list, pods[uid])
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(usage{"pods": list})
}
