package flannel

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sort"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/flannel/internal/hostgw"
	"github.com/pilothouse/pilothouse/flannel/internal/lease"
	"github.com/pilothouse/pilothouse/proto/core"
)

// The reasons of the condition NetworkUnavailable.
const (
	reasonUp          = "FlannelIsUp"
	reasonPeers       = "PeersUnreachable"
	reasonUnreachable = "RouteNotOnLink"
)

// announce publishes this node's address, unless the node already tells it.
func (d *flanneld) announce(ctx context.Context, node *core.Node) error {
	want := map[string]string{
		lease.AnnotationPublicIP:    d.link.Addr.String(),
		lease.AnnotationBackendType: d.backend.Name(),
		lease.AnnotationBackendData: "null",
		lease.AnnotationManaged:     "true",
	}
	same := true
	for k, v := range want {
		same = same && node.Annotations[k] == v
	}
	if same {
		return nil
	}
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": want}})
	if err != nil {
		return err
	}
	if _, err := d.api.Patch(ctx, "", d.node, client.MergePatch, body); err != nil {
		return fmt.Errorf("annotating node %s: %w", d.node, err)
	}
	slog.Info("announced", "node", d.node, "publicIP", d.link.Addr, "backend", d.backend.Name())
	return nil
}

// setCondition brings the node's condition NetworkUnavailable up to date and tells of peers
// without a route by an event.
func (d *flanneld) setCondition(ctx context.Context, node *core.Node) error {
	d.mu.Lock()
	problems := d.problems
	d.mu.Unlock()
	want := condition(problems, d.nodes.Len()-1)
	if now := networkCondition(node); now != nil && now.Status == want.Status && now.Reason == want.Reason && now.Message == want.Message {
		return nil
	}
	for _, p := range problems {
		slog.Warn("no route to a node's pods; pods here cannot reach them", "node", p.Node, "reason", p.Reason)
	}
	stamp := time.Now().UTC().Format(time.RFC3339)
	c := map[string]any{
		"type": want.Type, "status": want.Status, "reason": want.Reason, "message": want.Message,
		"lastHeartbeatTime": stamp, "lastTransitionTime": stamp,
	}
	if now := networkCondition(node); now != nil && now.Status == want.Status {
		delete(c, "lastTransitionTime")
	}
	body, err := json.Marshal(map[string]any{"status": map[string]any{"conditions": []any{c}}})
	if err != nil {
		return err
	}
	if _, err := d.api.Patch(ctx, "", d.node, client.StrategicPatch, body, client.Subresource("status")); err != nil {
		return fmt.Errorf("setting the condition %s of node %s: %w", want.Type, d.node, err)
	}
	if len(problems) > 0 {
		d.recorder.Eventf(node, core.EventTypeWarning, want.Reason, "%s", want.Message)
	}
	return nil
}

// condition judges the peers without a route. One peer with a wrong address is that peer's
// trouble and no reason to keep pods off this node; when most are out of reach it is this
// node that is cut off.
func condition(problems []hostgw.Problem, peers int) core.NodeCondition {
	c := core.NodeCondition{
		Type: core.NodeNetworkUnavailable, Status: core.ConditionFalse,
		Reason: reasonUp, Message: "Flannel is running on this node",
	}
	if len(problems) == 0 {
		return c
	}
	lines := make([]string, len(problems))
	for i, p := range problems {
		lines[i] = fmt.Sprintf("no route to node %s: %s", p.Node, p.Reason)
	}
	sort.Strings(lines)
	const shown = 5
	if len(lines) > shown {
		lines = append(lines[:shown], fmt.Sprintf("and %d more", len(problems)-shown))
	}
	c.Reason, c.Message = reasonPeers, strings.Join(lines, "; ")
	if peers > 1 && 2*len(problems) > peers {
		c.Status, c.Reason = core.ConditionTrue, reasonUnreachable
	}
	return c
}

func networkCondition(node *core.Node) *core.NodeCondition {
	for i := range node.Status.Conditions {
		if node.Status.Conditions[i].Type == core.NodeNetworkUnavailable {
			return &node.Status.Conditions[i]
		}
	}
	return nil
}

// unavailable is what others may have done to the condition: it must be seen and put right.
func unavailable(node *core.Node) string {
	if c := networkCondition(node); c != nil {
		return string(c.Status) + c.Reason
	}
	return ""
}
