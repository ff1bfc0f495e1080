package controllermanager

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// world is the rest of a cluster: a scheduler and kubelets without machines,
// and a witness who sees every pod. It never fails.
type world struct {
	client *client.Client
	queue  *queue.Queue[meta.Key]
	pods   *informer.Informer[*core.Pod]

	mu     sync.Mutex
	nextIP int
	seen   map[string]*seen // by namespace
}

// seen is what the witness has seen in one namespace.
type seen struct {
	made   map[meta.UID]string    // every pod that ever was
	alive  map[meta.UID]*core.Pod // those that are neither ending nor ended
	most   int                    // how many were alive at most
	least  int                    // how many were ready at least, since steady
	steady bool
	twins  []string // identities that two living pods had
}

// A pod with this annotation ends as soon as it runs, as it says.
const annotationOutcome = "crash.test/outcome"

var worldNodes = []string{"n1", "n2", "n3"}

func newWorld(ctx context.Context, c *client.Client) (*world, error) {
	w := &world{client: c, queue: controller.NewQueue(), pods: informer.New[*core.Pod](c, informer.Options[*core.Pod]{}), seen: map[string]*seen{}}
	for _, name := range worldNodes {
		n := &core.Node{}
		n.Name = name
		if _, err := client.Of[*core.Node](c).Create(ctx, n); err != nil {
			return nil, err
		}
		for _, sub := range []string{"", "status"} { // A new node has a taint and no status.
			body := `{"spec":{"taints":null},"status":{"conditions":[{"type":"Ready","status":"True"}]}}`
			if _, err := client.Of[*core.Node](c).Patch(ctx, "", name, client.MergePatch, []byte(body), client.Subresource(sub)); err != nil {
				return nil, err
			}
		}
	}
	w.pods.OnChange(func(old, p *core.Pod) {
		w.witness(old, p)
		if p != nil {
			w.queue.Add(meta.KeyOf(p))
		}
	})
	return w, nil
}

func (w *world) run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { _ = w.pods.Run(ctx) })
	wg.Go(func() { _ = controller.Run(ctx, w, 16, w.queue, w.pods.Synced()) })
	wg.Wait()
}

// of is what was seen in a namespace. Call it with mu held.
func (w *world) of(namespace string) *seen {
	s := w.seen[namespace]
	if s == nil {
		s = &seen{made: map[meta.UID]string{}, alive: map[meta.UID]*core.Pod{}}
		w.seen[namespace] = s
	}
	return s
}

// witness takes note of one change of a pod.
func (w *world) witness(old, p *core.Pod) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p == nil || p.DeletionTimestamp != nil || p.Status.Phase == core.PodSucceeded || p.Status.Phase == core.PodFailed {
		gone := p
		if gone == nil {
			gone = old
		}
		s := w.of(gone.Namespace)
		delete(s.alive, gone.UID)
		if p != nil {
			s.made[gone.UID] = gone.Name
		}
		s.count()
		return
	}
	s := w.of(p.Namespace)
	s.made[p.UID] = p.Name
	for uid, other := range s.alive {
		if id := identity(p); uid != p.UID && id != "" && id == identity(other) {
			s.twins = append(s.twins, id)
		}
	}
	s.alive[p.UID] = p
	s.most = max(s.most, len(s.alive))
	s.count()
}

func (s *seen) count() {
	if !s.steady {
		return
	}
	ready := 0
	for _, p := range s.alive {
		if isReady(p) {
			ready++
		}
	}
	s.least = min(s.least, ready)
}

// identity is what no two living pods may share: a job's index, a daemon's node.
func identity(p *core.Pod) string {
	if i, ok := p.Annotations["batch.kubernetes.io/job-completion-index"]; ok {
		return "index " + i
	}
	if n := nodeOf(p); n != "" {
		return "daemon on " + n
	}
	return ""
}

// nodeOf is the node that a daemon's pod is for.
func nodeOf(p *core.Pod) string {
	a := p.Spec.Affinity
	if a == nil || a.NodeAffinity == nil || a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return ""
	}
	for _, t := range a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms {
		for _, f := range t.MatchFields {
			if f.Key == "metadata.name" && len(f.Values) == 1 {
				return f.Values[0]
			}
		}
	}
	return ""
}

func isReady(p *core.Pod) bool {
	return slices.ContainsFunc(p.Status.Conditions, func(c core.PodCondition) bool { return c.Type == core.PodReady && c.Status == core.ConditionTrue })
}

// Name is for logs.
func (w *world) Name() string { return "hollow kubelets" }

// Sync takes one pod a step on: to a node, to running, to its end, away.
func (w *world) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	p, ok := w.pods.GetKey(key)
	if !ok {
		return 0, nil
	}
	pods := client.Of[*core.Pod](w.client)
	switch {
	case p.Spec.NodeName == "" && p.DeletionTimestamp == nil:
		node := nodeOf(p)
		if node == "" {
			node = worldNodes[int(p.UID[0])%len(worldNodes)]
		}
		b := &core.Binding{}
		b.APIVersion, b.Kind, b.Namespace, b.Name = "v1", "Binding", p.Namespace, p.Name
		b.Target = core.ObjectReference{Kind: "Node", Name: node}
		return 0, forgive(pods.CreateSub(ctx, p.Namespace, p.Name, "binding", b, nil))
	case p.DeletionTimestamp != nil && (p.DeletionGracePeriodSeconds == nil || *p.DeletionGracePeriodSeconds > 0):
		return 0, forgive(pods.Delete(ctx, p.Namespace, p.Name, client.GracePeriod(0), client.Preconditions(p.UID, "")))
	case p.DeletionTimestamp != nil, p.Status.Phase == core.PodSucceeded, p.Status.Phase == core.PodFailed:
		return 0, nil
	case !isReady(p):
		return 0, forgive(w.report(ctx, p, string(core.PodRunning), true))
	case p.Annotations[annotationOutcome] != "":
		return 0, forgive(w.report(ctx, p, p.Annotations[annotationOutcome], false))
	}
	return 0, nil
}

// forgive lets pass that somebody else was faster.
func forgive(err error) error {
	if client.IsNotFound(err) || client.IsConflict(err) {
		return nil
	}
	return err
}

func (w *world) report(ctx context.Context, p *core.Pod, phase string, ready bool) error {
	w.mu.Lock()
	w.nextIP++
	ip := fmt.Sprintf("10.%d.%d.%d", w.nextIP>>16&255, w.nextIP>>8&255, w.nextIP&255)
	w.mu.Unlock()
	if p.Status.PodIP != "" {
		ip = p.Status.PodIP
	}
	status := core.ConditionFalse
	if ready {
		status = core.ConditionTrue
	}
	body, _ := json.Marshal(map[string]any{"metadata": map[string]any{"uid": p.UID}, "status": map[string]any{
		"phase": phase, "podIP": ip, "podIPs": []map[string]any{{"ip": ip}},
		"conditions": []core.PodCondition{{Type: core.PodReady, Status: status, LastTransitionTime: meta.Now()}},
	}})
	_, err := client.Of[*core.Pod](w.client).Patch(ctx, p.Namespace, p.Name, client.StrategicPatch, body, client.Subresource("status"))
	return err
}

// tally is what was seen in a namespace, to be held against what is allowed.
func (w *world) tally(namespace string) (made, most, least int, twins string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.of(namespace)
	return len(s.made), s.most, s.least, strings.Join(s.twins, ", ")
}

// watchReady begins to note how few pods are ready, once all that live are: the
// controllers may have heard of that earlier than the witness.
func (w *world) watchReady(namespace string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.of(namespace)
	for _, p := range s.alive {
		if !isReady(p) {
			return fmt.Errorf("the witness has not seen %s ready", p.Name)
		}
	}
	s.steady, s.least = true, len(s.alive)
	return nil
}
