package preemption

import (
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/policy"
	"github.com/pilothouse/pilothouse/proto/selector"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// Budgets are the disruption budgets, and what of them has been spent here that
// their status does not show yet.
type Budgets struct {
	byNamespace map[string]map[string]*budget
}

type budget struct {
	object   *policy.PodDisruptionBudget
	selector selector.Labels
	spent    map[meta.UID]bool
}

// NewBudgets has none.
func NewBudgets() *Budgets { return &Budgets{byNamespace: map[string]map[string]*budget{}} }

// Set adds, replaces or, with nil, removes the budget of that key.
func (b *Budgets) Set(key meta.Key, o *policy.PodDisruptionBudget) {
	in := b.byNamespace[key.Namespace]
	if o == nil {
		delete(in, key.Name)
		return
	}
	if in == nil {
		in = map[string]*budget{}
		b.byNamespace[key.Namespace] = in
	}
	s, err := selector.FromLabelSelector(o.Spec.Selector)
	if err != nil || o.Spec.Selector == nil {
		s = selector.Nothing()
	}
	in[key.Name] = &budget{object: o, selector: s, spent: map[meta.UID]bool{}}
}

// covers says whether the budget is about p, and has not counted it as gone.
func (b *budget) covers(p *cluster.Pod) bool {
	if !b.selector.Matches(p.Labels) || b.spent[p.UID] {
		return false
	}
	_, counted := b.object.Status.DisruptedPods[p.Name]
	return !counted
}

// split are the pods that would go beyond a budget if all before them went, and
// the others.
func (b *Budgets) split(pods []*cluster.Pod) (protected, others []*cluster.Pod) {
	left := map[*budget]int{}
	for _, p := range pods {
		beyond := false
		for _, x := range b.byNamespace[p.Namespace] {
			if !x.covers(p) {
				continue
			}
			if _, known := left[x]; !known {
				left[x] = int(x.object.Status.DisruptionsAllowed) - len(x.spent)
			}
			left[x]--
			beyond = beyond || left[x] < 0
		}
		if beyond {
			protected = append(protected, p)
		} else {
			others = append(others, p)
		}
	}
	return protected, others
}

// Spend notes that p is pushed out, until the budgets that are about it change.
func (b *Budgets) Spend(p *cluster.Pod) {
	for _, x := range b.byNamespace[p.Namespace] {
		if x.covers(p) {
			x.spent[p.UID] = true
		}
	}
}
