package scheduler

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/scheduler/internal/backlog"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// send carries out what is posted, until ctx ends and nothing is left.
func (s *Scheduler) send(ctx context.Context) {
	for {
		select {
		case f := <-s.outbox:
			f(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// bind tells the API server where p goes. The decision is already counted in;
// when the server does not take it, it is taken back.
func (s *Scheduler) bind(ctx context.Context, e *backlog.Entry, p *cluster.Pod, o *core.Pod, node string) {
	err := s.before(ctx, p, node)
	if err == nil {
		err = s.sendBinding(ctx, o, node)
	}
	if err == nil {
		slog.Debug("Bound", "pod", meta.KeyOf(o).String(), "node", node)
		s.recorders[o.Spec.SchedulerName].Eventf(o, core.EventTypeNormal, "Scheduled", "Successfully assigned %s to %s", meta.KeyOf(o), node)
		return
	}
	if ctx.Err() != nil {
		return
	}
	s.unbind(e, p)
	if client.IsNotFound(err) {
		return // deleted in the meantime; the watch says so too
	}
	slog.Warn("Binding failed", "pod", meta.KeyOf(o).String(), "node", node, "err", err)
	s.recorders[o.Spec.SchedulerName].Eventf(o, core.EventTypeWarning, "FailedScheduling", "binding rejected: %v", err)
	bindErrors.Inc()
}

// sendBinding creates the binding of p to node.
func (s *Scheduler) sendBinding(ctx context.Context, p *core.Pod, node string) error {
	b := &core.Binding{
		TypeMeta:   meta.TypeMeta{Kind: "Binding", APIVersion: "v1"},
		ObjectMeta: meta.ObjectMeta{Namespace: p.Namespace, Name: p.Name, UID: p.UID},
		Target:     core.ObjectReference{Kind: "Node", Name: node},
	}
	return s.pods.CreateSub(ctx, p.Namespace, p.Name, "binding", b, nil)
}

// unbind takes a decision back and has the pod tried again, unless the watch
// has told in the meantime what became of it.
func (s *Scheduler) unbind(e *backlog.Entry, p *cluster.Pod) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.backlog.Has(p.UID) {
		return // gone, or bound after all
	}
	if node, was := s.cluster.RemovePod(p.UID); was {
		s.undo(p, node)
		s.happened(&cluster.Event{Happening: cluster.PodGone, Node: s.cluster.Node(node), Pod: p})
	}
	s.backlog.Pause(e, time.Now())
	s.nudge()
}

// conditionChanged says whether the pod's status does not tell yet why it has
// no node.
func conditionChanged(p *core.Pod, message string) bool {
	for _, c := range p.Status.Conditions {
		if c.Type == core.PodScheduled {
			return c.Status != core.ConditionFalse || c.Reason != unschedulable || c.Message != message
		}
	}
	return true
}

// unschedulable is the reason of the condition of a pod that fits nowhere.
const unschedulable = "Unschedulable"

// markUnschedulable writes into the pod's status why it has no node.
func (s *Scheduler) markUnschedulable(ctx context.Context, p *core.Pod, message string) {
	condition := map[string]any{
		"type": core.PodScheduled, "status": core.ConditionFalse, "reason": unschedulable, "message": message, "lastProbeTime": nil,
	}
	if since := falseSince(p); since != nil {
		condition["lastTransitionTime"] = since
	} else {
		condition["lastTransitionTime"] = meta.Now()
	}
	patch := map[string]any{
		"metadata": map[string]any{"uid": p.UID},
		"status":   map[string]any{"conditions": []any{condition}},
	}
	body, err := json.Marshal(patch)
	if err == nil {
		_, err = s.pods.Patch(ctx, p.Namespace, p.Name, client.StrategicPatch, body, client.Subresource("status"))
	}
	if err != nil && ctx.Err() == nil && !client.IsNotFound(err) && !client.IsConflict(err) {
		slog.Warn("Pod status was not updated", "pod", meta.KeyOf(p).String(), "err", err)
	}
}

// falseSince is since when the pod is known not to be scheduled, or nil.
func falseSince(p *core.Pod) *meta.Time {
	for i, c := range p.Status.Conditions {
		if c.Type == core.PodScheduled && c.Status == core.ConditionFalse {
			return &p.Status.Conditions[i].LastTransitionTime
		}
	}
	return nil
}
