package placement

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/filter"
)

// Failure is why a pod fits on no node.
type Failure struct {
	// Filters are the names of those that refused.
	Filters map[string]bool
	// Message is the sentence for users, in the words they know.
	Message string

	reasons          map[string]int
	lasting, passing int
}

// add counts one node's refusal.
func (f *Failure) add(r *filter.Refusal) {
	if f.reasons == nil {
		f.Filters, f.reasons = map[string]bool{}, map[string]int{}
	}
	f.Filters[r.Filter] = true
	for _, reason := range r.Reasons {
		f.reasons[reason]++
	}
	if r.Lasting {
		f.lasting++
	} else {
		f.passing++
	}
}

// finish writes the message.
func (f *Failure) finish(p *cluster.Pod, nodes int) {
	if nodes == 0 {
		f.Message = "no nodes available to schedule pods"
		return
	}
	f.Message = available(nodes, f.reasons) + " preemption: "
	if policy := p.Spec.PreemptionPolicy; policy != nil && *policy == core.PreemptNever {
		f.Message += "not eligible due to preemptionPolicy=Never."
		return
	}
	why := map[string]int{}
	if f.passing > 0 {
		why["No preemption victims found for incoming pod"] = f.passing
	}
	if f.lasting > 0 {
		why["Preemption is not helpful for scheduling"] = f.lasting
	}
	f.Message += available(nodes, why)
}

// available says that none of the nodes is, and why: each reason with its
// number of nodes, in the order of the text.
func available(nodes int, reasons map[string]int) string {
	list := make([]string, 0, len(reasons))
	for reason, n := range reasons {
		list = append(list, fmt.Sprintf("%d %s", n, reason))
	}
	slices.Sort(list)
	return fmt.Sprintf("0/%d nodes are available: %s.", nodes, strings.Join(list, ", "))
}
