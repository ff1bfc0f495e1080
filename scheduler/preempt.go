package scheduler

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/policy"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/placement"
	"github.com/pilothouse/pilothouse/scheduler/internal/preemption"
)

// watchBudgets makes the informer of disruption budgets, and has pods that fit
// nowhere push out others.
func (s *Scheduler) watchBudgets(c *client.Client) {
	s.budgets = preemption.NewBudgets()
	s.nominated, s.doomed = map[meta.UID]*nomination{}, map[meta.UID]bool{}
	s.watch.budgets = informer.New(c, informer.Options[*policy.PodDisruptionBudget]{})
	s.watch.budgets.OnChange(func(old, b *policy.PodDisruptionBudget) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if b == nil {
			s.budgets.Set(meta.KeyOf(old), nil)
		} else {
			s.budgets.Set(meta.KeyOf(b), b)
		}
	})
	s.rescue = s.preempt
}

// preempt pushes pods of lower priority out for p, if that helps, and returns
// what users read when it does not.
func (s *Scheduler) preempt(_ context.Context, p *cluster.Pod, c *placement.Chooser, f *placement.Failure) string {
	if ok, why := preemption.Eligible(p); !ok {
		return said(f, why)
	}
	own := s.nominated[p.UID]
	if own != nil && s.clearing(p, own.node) {
		return said(f, "not eligible due to a terminating pod on the nominated node.")
	}
	if !s.cluster.Below(p.Priority) {
		s.renounce(p)
		return f.Preemption(p)
	}
	preemptions.Inc()
	putBack := s.unseen(p)
	search := preemption.Search{Pod: p, Chooser: c, Cluster: s.cluster, Budgets: s.budgets,
		Leaving: func(uid meta.UID) bool { return s.doomed[uid] }}
	victims, why := search.Find()
	putBack()
	if victims == nil {
		s.renounce(p)
		return said(f, placement.Available(len(s.cluster.Nodes), why))
	}
	s.carryOut(p, victims)
	return ""
}

// said is what follows the reasons of a failure.
func said(f *placement.Failure, why string) string {
	if f.NoNodes() {
		return ""
	}
	return " preemption: " + why
}

// clearing says whether pods leave the node for p's sake.
func (s *Scheduler) clearing(p *cluster.Pod, node string) bool {
	n := s.cluster.Node(node)
	if n == nil {
		return false
	}
	for uid, q := range n.Pods {
		if q.Priority < p.Priority && (s.doomed[uid] || q.DeletionTimestamp != nil && preempted(q.Pod)) {
			return true
		}
	}
	return false
}

// preempted says whether a scheduler has pushed the pod out.
func preempted(p *core.Pod) bool {
	for _, c := range p.Status.Conditions {
		if c.Type == core.DisruptionTarget {
			return c.Status == core.ConditionTrue && c.Reason == preemption.Reason
		}
	}
	return false
}

// renounce gives up p's nomination: there is no room to be made there any more.
func (s *Scheduler) renounce(p *cluster.Pod) {
	if node := s.dismiss(p.UID); node != "" {
		s.letters = append(s.letters, func(ctx context.Context) { s.writeNomination(ctx, p.Pod, nil) })
		s.happened(&cluster.Event{Happening: cluster.PodGone, Node: s.cluster.Node(node), Pod: p})
	}
}

// carryOut nominates p for the node, takes it from those that were nominated
// for it and matter less, and sends the victims away. The lock is held: what is
// to be sent is posted.
func (s *Scheduler) carryOut(p *cluster.Pod, v *preemption.Victims) {
	node := v.Node.Name
	for uid, other := range s.nominated {
		if other.node == node && other.pod.Priority < p.Priority {
			s.dismiss(uid)
			pod := other.pod.Pod
			s.letters = append(s.letters, func(ctx context.Context) { s.writeNomination(ctx, pod, nil) })
			s.backlog.Retry(uid)
		}
	}
	s.nominate(p, node)
	preempting := p.Pod
	s.letters = append(s.letters, func(ctx context.Context) { s.writeNomination(ctx, preempting, &node) })
	for _, victim := range v.Pods {
		s.doomed[victim.UID] = true
		s.budgets.Spend(victim)
		object := victim.Pod
		s.letters = append(s.letters, func(ctx context.Context) { s.sendAway(ctx, object, preempting, node) })
	}
	preemptionVictims.Add(float64(len(v.Pods)))
	slog.Info("Preempting", "pod", meta.KeyOf(p.Pod).String(), "node", node, "victims", len(v.Pods), "budgetsViolated", v.Violations)
}

// sendAway marks a victim and deletes it. A victim that stays, because the API
// server does not want it to go, is a reason to look again.
func (s *Scheduler) sendAway(ctx context.Context, victim, by *core.Pod, node string) {
	body, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": victim.UID},
		"status": map[string]any{"conditions": []core.PodCondition{{
			Type: core.DisruptionTarget, Status: core.ConditionTrue, LastTransitionTime: meta.Now(), Reason: preemption.Reason,
			Message: fmt.Sprintf("%s: preempting to accommodate a higher priority pod", by.Spec.SchedulerName),
		}}},
	})
	if err == nil {
		_, err = s.pods.Patch(ctx, victim.Namespace, victim.Name, client.StrategicPatch, body, client.Subresource("status"))
	}
	if err == nil {
		err = s.pods.Delete(ctx, victim.Namespace, victim.Name, client.Preconditions(victim.UID, ""))
	}
	if client.IsNotFound(err) || client.IsConflict(err) {
		return // it has gone by itself; another may have its name
	}
	if err == nil {
		s.recorders[by.Spec.SchedulerName].Eventf(victim, core.EventTypeNormal, "Preempted", "Preempted by pod %s on node %s", by.UID, node)
		return
	}
	if ctx.Err() != nil {
		return
	}
	slog.Warn("A victim was not deleted", "pod", meta.KeyOf(victim).String(), "for", meta.KeyOf(by).String(), "err", err)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.doomed, victim.UID)
	if s.nominated[by.UID] != nil {
		s.dismiss(by.UID)
		s.backlog.Retry(by.UID)
		s.nudge()
	}
}

// writeNomination writes into a pod's status for which node it waits; nil is
// for none.
func (s *Scheduler) writeNomination(ctx context.Context, p *core.Pod, node *string) {
	body, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": p.UID},
		"status":   map[string]any{"nominatedNodeName": node},
	})
	if err == nil {
		_, err = s.pods.Patch(ctx, p.Namespace, p.Name, client.StrategicPatch, body, client.Subresource("status"))
	}
	if err != nil && ctx.Err() == nil && !client.IsNotFound(err) && !client.IsConflict(err) {
		slog.Warn("Pod status was not updated", "pod", meta.KeyOf(p).String(), "err", err)
	}
}
