// Package horizontalpodautoscaler sets the number of pods of deployments and of
// everything else that has a scale, by what is measured: the use of CPU and
// memory, measures of pods and of other objects, and measures from outside the
// cluster.
//
// Every 15 seconds measure.go reads the metrics that an autoscaler names from
// the metrics APIs; replicas.go and propose.go turn each into a number of pods;
// plan.go takes the greatest and keeps it within what the autoscaler's rules
// allow, with pace.go, which remembers what was wanted and done lately. All but
// the reading is pure. This file watches, asks and writes.
package horizontalpodautoscaler

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/catalog"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/scaling"
	"github.com/pilothouse/pilothouse/proto/autoscaling"
	v2 "github.com/pilothouse/pilothouse/proto/autoscalingv2"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// Controller reconciles HorizontalPodAutoscalers.
type Controller struct {
	view     *cluster.View
	queue    *queue.Queue[meta.Key]
	scalers  *informer.Informer[*v2.HorizontalPodAutoscaler]
	pods     *informer.Informer[*core.Pod]
	catalog  *catalog.Catalog
	scales   *scaling.Finder
	settings Settings
	now      func() time.Time

	mu sync.Mutex
	// past and selectors are what is remembered of each autoscaler.
	past      map[meta.Key]*history
	selectors map[meta.Key]selector.Labels
}

// New makes the controller. It watches autoscalers and pods.
func New(view *cluster.View, resources *catalog.Catalog, s Settings) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), scalers: view.HorizontalPodAutoscalers(), pods: view.Pods(), catalog: resources,
		scales: scaling.New(view.Client, resources), settings: s, now: time.Now, past: map[meta.Key]*history{}, selectors: map[meta.Key]selector.Labels{}}
	c.scalers.OnChange(func(old, now *v2.HorizontalPodAutoscaler) {
		switch {
		case now == nil: // So that nothing of it is remembered.
			c.queue.Add(meta.KeyOf(old))
		case old == nil || old.UID != now.UID || !meta.Equal(old.Spec, now.Spec): // Its status is our own.
			c.queue.Add(meta.KeyOf(now))
		}
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "horizontal-pod-autoscaler-controller" }

// Queue holds the keys of the autoscalers to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync looks at one autoscaler. What cannot be measured or changed is tried again
// after the usual time, not sooner: it is told of in the status.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	h, ok := c.scalers.Get(key.Namespace, key.Name)
	if !ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.past, key)
		delete(c.selectors, key)
		return 0, nil
	}
	s := c.look(ctx, h)
	if err := ctx.Err(); err != nil {
		return 0, err // What failed did so because we are to stop.
	}
	for _, e := range s.events {
		c.view.Events.Eventf(h, e.kind, e.reason, "%s", e.message)
	}
	return c.settings.Period, c.write(ctx, h, s.status)
}

// look measures, decides and changes the target.
func (c *Controller) look(ctx context.Context, h *v2.HorizontalPodAutoscaler) step {
	ref := h.Spec.ScaleTargetRef
	t := scaling.Target{Namespace: h.Namespace, APIVersion: ref.APIVersion, Kind: ref.Kind, Name: ref.Name}
	if strings.Count(ref.APIVersion, "/") > 1 {
		return noScale(h, fmt.Errorf("unexpected GroupVersion string: %v", ref.APIVersion), c.now())
	}
	scale, err := c.scales.Get(ctx, t)
	if err != nil {
		return noScale(h, err, c.now())
	}
	past := c.remembered(meta.KeyOf(h))
	s := plan(h, c.input(ctx, h, scale), past)
	if !s.scale {
		return s
	}
	before := scale.Spec.Replicas
	scale.Spec.Replicas = s.replicas
	if _, err := c.scales.Set(ctx, t, scale); err != nil {
		s.unscaled(h.Status, err, c.now())
		return s
	}
	past.changed(h.Spec.Behavior, before, s.replicas, c.now())
	s.scaled(c.now())
	return s
}

// remembered is the history of an autoscaler. Its key is in one worker's hands
// only, so nobody else has it now.
func (c *Controller) remembered(key meta.Key) *history {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.past[key] == nil {
		c.past[key] = &history{}
	}
	return c.past[key]
}

// input gathers what a plan needs.
func (c *Controller) input(ctx context.Context, h *v2.HorizontalPodAutoscaler, scale *autoscaling.Scale) input {
	in := input{target: target{Settings: c.settings, namespace: h.Namespace, specReplicas: scale.Spec.Replicas, statusReplicas: scale.Status.Replicas,
		tolerance: tolerances(h, c.settings.Tolerance), now: c.now()}}
	if !measures(h, scale.Spec.Replicas) {
		return in
	}
	labels, p := c.selects(h, scale.Status.Selector)
	if p != nil {
		in.problem = p
		return in
	}
	in.pods = c.selected(h.Namespace, labels)
	if p := c.contested(h, scale.Status.Selector, in.pods); p != nil {
		in.problem = p
		return in
	}
	m := &meter{raw: c.view.Client.Raw(), catalog: c.catalog, namespace: h.Namespace, selector: labels}
	for i := range h.Spec.Metrics {
		in.readings = append(in.readings, m.read(ctx, &h.Spec.Metrics[i]))
	}
	in.now = c.now() // Reading may have taken a while, and samples are compared with the time.
	return in
}

// selects reads the selector of a target, and remembers it.
func (c *Controller) selects(h *v2.HorizontalPodAutoscaler, text string) (selector.Labels, *problem) {
	const bad = "InvalidSelector"
	if text == "" {
		return selector.Labels{}, &problem{event: "SelectorRequired", condition: bad, message: "the HPA target's scale is missing a selector", cause: "selector is required"}
	}
	labels, err := selector.ParseLabels(text)
	if err != nil {
		return labels, &problem{event: bad, condition: bad, message: fmt.Sprintf("couldn't convert selector into a corresponding internal selector object: %v", err)}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.selectors[meta.KeyOf(h)] = labels
	return labels, nil
}

func (c *Controller) selected(namespace string, labels selector.Labels) (out []*core.Pod) {
	for _, p := range c.pods.ByNamespace(namespace) {
		if labels.Matches(p.Labels) {
			out = append(out, p)
		}
	}
	return out
}

// contested says whether other autoscalers count some of the same pods: they
// would work against each other.
func (c *Controller) contested(h *v2.HorizontalPodAutoscaler, text string, pods []*core.Pod) *problem {
	c.mu.Lock()
	defer c.mu.Unlock()
	var keys []string
	for key, labels := range c.selectors {
		if key.Namespace == h.Namespace && slices.ContainsFunc(pods, func(p *core.Pod) bool { return labels.Matches(p.Labels) }) {
			keys = append(keys, key.Namespace+"/"+key.Name)
		}
	}
	if len(keys) < 2 {
		return nil
	}
	slices.Sort(keys)
	const reason = "AmbiguousSelector"
	return &problem{event: reason, condition: reason, message: fmt.Sprintf("pods by selector %v are controlled by multiple HPAs: %v", text, keys)}
}

// write stores the status if it differs and waits until the cache shows it.
func (c *Controller) write(ctx context.Context, h *v2.HorizontalPodAutoscaler, st v2.HorizontalPodAutoscalerStatus) error {
	if meta.Equal(h.Status, st) {
		return nil
	}
	next := h.DeepCopy()
	next.Status = st
	return cluster.WriteStatus(ctx, c.view, c.scalers, next)
}
