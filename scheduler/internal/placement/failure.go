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
	nodes            int
	everywhere       string   // the reason, when no node was looked at
	named            []string // filters that had only some nodes looked at
	refusals         []refusals
}

// note that a filter refused.
func (f *Failure) note(name string) {
	if f.reasons == nil {
		f.Filters, f.reasons = map[string]bool{}, map[string]int{}
	}
	f.Filters[name] = true
}

// addAll notes the refusal of all nodes at once.
func (f *Failure) addAll(r *filter.Refusal) {
	f.note(r.Filter)
	f.everywhere = strings.Join(r.Reasons, ", ")
}

// absent notes that a filter has only some nodes looked at.
func (f *Failure) absent(name string) {
	f.note(name)
	f.named = append(f.named, name)
}

// add counts one node's refusal. Most pods find a node after all, so nothing
// is worked out here; filters mostly refuse with one of a few values.
func (f *Failure) add(r *filter.Refusal) {
	for i := len(f.refusals) - 1; i >= 0 && i >= len(f.refusals)-4; i-- {
		if f.refusals[i].refusal == r {
			f.refusals[i].nodes++
			return
		}
	}
	f.refusals = append(f.refusals, refusals{r, 1})
}

// refusals are those of several nodes in the same words.
type refusals struct {
	refusal *filter.Refusal
	nodes   int
}

// sum adds up what add has counted.
func (f *Failure) sum() {
	for _, x := range f.refusals {
		f.note(x.refusal.Filter)
		for _, reason := range x.refusal.Reasons {
			f.reasons[reason] += x.nodes
		}
		if x.refusal.Lasting {
			f.lasting += x.nodes
		} else {
			f.passing += x.nodes
		}
	}
	f.refusals = nil
}

// finish writes the message, but for what preemption has to say.
func (f *Failure) finish(nodes int) {
	f.nodes = nodes
	f.sum()
	switch {
	case nodes == 0:
		f.Message = "no nodes available to schedule pods"
		return
	case f.everywhere != "":
		f.lasting = nodes
		f.Message = fmt.Sprintf("0/%d nodes are available: %s.", nodes, f.everywhere)
		return
	}
	if others := nodes - f.lasting - f.passing; others > 0 && len(f.named) > 0 {
		slices.Sort(f.named)
		f.reasons[fmt.Sprintf("node(s) didn't satisfy plugin(s) %v", f.named)] += others
		f.lasting += others
	}
	f.Message = Available(nodes, f.reasons)
}

// Preemption is the sentence for a pod that may not, or need not try to, push
// out others; it follows Message.
func (f *Failure) Preemption(p *cluster.Pod) string {
	if f.nodes == 0 {
		return ""
	}
	if policy := p.Spec.PreemptionPolicy; policy != nil && *policy == core.PreemptNever {
		return " preemption: not eligible due to preemptionPolicy=Never."
	}
	why := map[string]int{}
	if f.passing > 0 {
		why["No preemption victims found for incoming pod"] = f.passing
	}
	if f.lasting > 0 {
		why["Preemption is not helpful for scheduling"] = f.lasting
	}
	return " preemption: " + Available(f.nodes, why)
}

// Refused is a failure by which one refusal speaks for all nodes.
func Refused(r *filter.Refusal, in *cluster.Cluster) *Failure {
	f := &Failure{}
	f.addAll(r)
	f.finish(len(in.Nodes))
	return f
}

// NoNodes says whether there was no node to look at.
func (f *Failure) NoNodes() bool { return f.nodes == 0 }

// Available says that none of the nodes is, and why: each reason with its
// number of nodes, in the order of the text.
func Available(nodes int, reasons map[string]int) string {
	list := make([]string, 0, len(reasons))
	for reason, n := range reasons {
		list = append(list, fmt.Sprintf("%d %s", n, reason))
	}
	slices.Sort(list)
	return fmt.Sprintf("0/%d nodes are available: %s.", nodes, strings.Join(list, ", "))
}
