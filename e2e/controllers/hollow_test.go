package controllers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/proto/coordination"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// hollow is nodes without machines, and a scheduler for them: it binds each
// pod to the node with the fewest, reports it as running and ready, and
// removes it when it is deleted. A node that is cut off does none of that.
type hollow struct {
	c     *client.Client
	stop  context.CancelFunc
	wg    sync.WaitGroup
	pods  *informer.Informer[*core.Pod]
	nodes *informer.Informer[*core.Node]
	wake  chan struct{}

	mu     sync.Mutex
	names  []string
	cutOff map[string]bool
	nextIP int
}

func newHollow(c *client.Client, names ...string) (*hollow, error) {
	ctx, stop := context.WithCancel(context.Background())
	h := &hollow{
		c: c, stop: stop, names: names, cutOff: map[string]bool{}, wake: make(chan struct{}, 1),
		pods:  informer.New[*core.Pod](c, informer.Options[*core.Pod]{}),
		nodes: informer.New[*core.Node](c, informer.Options[*core.Node]{}),
	}
	h.pods.OnChange(func(_, _ *core.Pod) { h.nudge() })
	h.nodes.OnChange(func(_, _ *core.Node) { h.nudge() })
	for _, n := range names {
		if err := h.register(ctx, n); err != nil {
			stop()
			return nil, err
		}
	}
	h.wg.Go(func() { _ = h.pods.Run(ctx) })
	h.wg.Go(func() { _ = h.nodes.Run(ctx) })
	h.wg.Go(func() { h.run(ctx) })
	return h, nil
}

func (h *hollow) close() {
	h.stop()
	h.wg.Wait()
}

func (h *hollow) nudge() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// cut makes a node silent, or heard again.
func (h *hollow) cut(node string, off bool) {
	h.mu.Lock()
	h.cutOff[node] = off
	h.mu.Unlock()
	h.nudge()
}

func (h *hollow) isCut(node string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.cutOff[node] || !slices.Contains(h.names, node)
}

func (h *hollow) register(ctx context.Context, name string) error {
	n := &core.Node{}
	n.Name = name
	n.Labels = map[string]string{core.LabelHostname: name}
	if _, err := client.Of[*core.Node](h.c).Create(ctx, n); err != nil && !client.IsAlreadyExists(err) {
		return err
	}
	if err := h.reportNode(ctx, name); err != nil {
		return err
	}
	l := &coordination.Lease{}
	l.Namespace, l.Name = core.NamespaceNodeLease, name
	if _, err := client.Of[*coordination.Lease](h.c).Create(ctx, l); err != nil && !client.IsAlreadyExists(err) {
		return err
	}
	return nil
}

func (h *hollow) reportNode(ctx context.Context, name string) error {
	now := meta.Now()
	body, _ := json.Marshal(map[string]any{"status": map[string]any{"conditions": []core.NodeCondition{{
		Type: core.NodeReady, Status: core.ConditionTrue, Reason: "KubeletReady", LastHeartbeatTime: now, LastTransitionTime: now,
	}}}})
	_, err := client.Of[*core.Node](h.c).Patch(ctx, "", name, client.StrategicPatch, body, client.Subresource("status"))
	return err
}

// run renews leases twice a second and looks at pods whenever one changes.
func (h *hollow) run(ctx context.Context) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			for _, n := range h.names {
				if !h.isCut(n) {
					h.renew(ctx, n)
				}
			}
		case <-h.wake:
		}
		h.lookAtPods(ctx)
	}
}

func (h *hollow) renew(ctx context.Context, node string) {
	body, _ := json.Marshal(map[string]any{"spec": map[string]any{"renewTime": meta.NowMicro()}})
	_, _ = client.Of[*coordination.Lease](h.c).Patch(ctx, core.NamespaceNodeLease, node, client.MergePatch, body)
	if n, ok := h.nodes.Get("", node); ok && !ready(n) {
		_ = h.reportNode(ctx, node)
	}
}

func ready(n *core.Node) bool {
	return slices.ContainsFunc(n.Status.Conditions, func(c core.NodeCondition) bool {
		return c.Type == core.NodeReady && c.Status == core.ConditionTrue
	})
}

func (h *hollow) lookAtPods(ctx context.Context) {
	counts := map[string]int{}
	for _, p := range h.pods.List() {
		counts[p.Spec.NodeName]++
	}
	for _, p := range h.pods.List() {
		switch {
		case p.Spec.NodeName == "" && p.DeletionTimestamp == nil:
			h.bind(ctx, p, counts)
		case h.isCut(p.Spec.NodeName):
		case p.DeletionTimestamp != nil:
			_ = client.Of[*core.Pod](h.c).Delete(ctx, p.Namespace, p.Name, client.GracePeriod(0), client.Preconditions(p.UID, ""))
		case !podReady(p) && p.Annotations["test/unready"] == "":
			h.report(ctx, p)
		}
	}
}

func podReady(p *core.Pod) bool {
	return slices.ContainsFunc(p.Status.Conditions, func(c core.PodCondition) bool {
		return c.Type == core.PodReady && c.Status == core.ConditionTrue
	})
}

// bind puts p on the node without taints that has the fewest pods.
func (h *hollow) bind(ctx context.Context, p *core.Pod, counts map[string]int) {
	best := ""
	for _, n := range h.nodes.List() {
		if ready(n) && len(n.Spec.Taints) == 0 && !n.Spec.Unschedulable && (best == "" || counts[n.Name] < counts[best]) {
			best = n.Name
		}
	}
	if best == "" {
		return
	}
	counts[best]++
	b := &core.Binding{}
	b.APIVersion, b.Kind, b.Namespace, b.Name = "v1", "Binding", p.Namespace, p.Name
	b.Target = core.ObjectReference{Kind: "Node", Name: best}
	_ = client.Of[*core.Pod](h.c).CreateSub(ctx, p.Namespace, p.Name, "binding", b, nil)
}

// report has p run and be ready.
func (h *hollow) report(ctx context.Context, p *core.Pod) {
	ip := p.Status.PodIP
	if ip == "" {
		h.nextIP++
		ip = fmt.Sprintf("10.244.%d.%d", h.nextIP/250, h.nextIP%250+1)
	}
	now := meta.Now()
	body, _ := json.Marshal(map[string]any{"status": map[string]any{
		"phase": "Running", "podIP": ip, "podIPs": []map[string]any{{"ip": ip}},
		"conditions": []core.PodCondition{{Type: core.PodReady, Status: core.ConditionTrue, LastTransitionTime: now}},
	}})
	_, _ = client.Of[*core.Pod](h.c).Patch(ctx, p.Namespace, p.Name, client.StrategicPatch, body, client.Subresource("status"))
}
