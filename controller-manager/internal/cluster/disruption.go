package cluster

import (
	"context"
	"encoding/json"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// MarkDisrupted says on p that the cluster is about to end it and why, with
// the condition DisruptionTarget. It answers a conflict when another pod has
// taken p's name.
func MarkDisrupted(ctx context.Context, view *View, p *core.Pod, reason, message string) error {
	for i := range p.Status.Conditions {
		if c := &p.Status.Conditions[i]; c.Type == core.DisruptionTarget && c.Status == core.ConditionTrue {
			return nil
		}
	}
	body, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": p.UID},
		"status": map[string]any{"conditions": []core.PodCondition{{
			Type: core.DisruptionTarget, Status: core.ConditionTrue, LastTransitionTime: meta.Now(), Reason: reason, Message: message,
		}}},
	})
	if err != nil {
		return err
	}
	_, err = client.Of[*core.Pod](view.Client).Patch(ctx, p.Namespace, p.Name, client.StrategicPatch, body, client.Subresource("status"))
	return err
}
