package scheduler

import (
	"context"

	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/placement"
)

// step is something that must be done for a pod once its node is chosen,
// beside the binding. Any of its functions may be nil.
type step struct {
	name string
	// needed says whether there is anything to do for a pod; its binding then
	// does not hold up those of others.
	needed func(p *cluster.Pod) bool
	// reserve sets aside what the pod needs on n. It is called in the
	// decision, with the lock held; an error has the pod tried again later.
	reserve func(p *cluster.Pod, n *cluster.Node) error
	// undo gives back what was reserved, with the lock held: for any reason
	// the pod does not go to the node after all. It must bear being called
	// for pods that nothing was reserved for.
	undo func(p *cluster.Pod, node string)
	// before does what must be done before the binding is sent, without the
	// lock. It may take its time; an error undoes the decision.
	before func(ctx context.Context, p *cluster.Pod, node string) error
}

// rescue is what can be done for a pod that fits nowhere, such as pushing
// others out. It is called in the decision, with the lock held, and returns
// what users read after the reasons.
type rescue func(ctx context.Context, p *cluster.Pod, c *placement.Chooser, f *placement.Failure) (message string)

// noRescue only says why nobody was pushed out.
func noRescue(_ context.Context, p *cluster.Pod, _ *placement.Chooser, f *placement.Failure) string {
	return f.Preemption(p)
}

// reserve has all steps reserve; when one cannot, those before it give back.
func (s *Scheduler) reserve(p *cluster.Pod, n *cluster.Node) error {
	for i := range s.steps {
		if s.steps[i].reserve == nil {
			continue
		}
		if err := s.steps[i].reserve(p, n); err != nil {
			s.undo(p, n.Name)
			return err
		}
	}
	return nil
}

// undo has all steps give back.
func (s *Scheduler) undo(p *cluster.Pod, node string) {
	for i := len(s.steps) - 1; i >= 0; i-- {
		if s.steps[i].undo != nil {
			s.steps[i].undo(p, node)
		}
	}
}

// slow says whether something must be done for p before it is bound.
func (s *Scheduler) slow(p *cluster.Pod) bool {
	for i := range s.steps {
		if s.steps[i].before != nil && (s.steps[i].needed == nil || s.steps[i].needed(p)) {
			return true
		}
	}
	return false
}

// before does what must be done before p is bound.
func (s *Scheduler) before(ctx context.Context, p *cluster.Pod, node string) error {
	for i := range s.steps {
		if s.steps[i].before == nil {
			continue
		}
		if err := s.steps[i].before(ctx, p, node); err != nil {
			return err
		}
	}
	return nil
}
