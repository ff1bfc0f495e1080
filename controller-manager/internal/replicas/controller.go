package replicas

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/ownership"
	"github.com/pilothouse/pilothouse/controller-manager/internal/pace"
	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

const (
	// parallel is how many pods are made or deleted at the same time.
	parallel = 32
)

// Controller reconciles the sets of kind T.
type Controller[T meta.Object] struct {
	name  string // for --controllers
	kind  string // what owner references say
	read  func(T) Set
	view  *cluster.View
	queue *queue.Queue[meta.Key]
	sets  *informer.Informer[T]
	pods  *informer.Informer[*core.Pod]
	pace  pace.Pace

	mu   sync.Mutex
	gone map[meta.UID]bool // pods that we deleted and the cache may still show; false where no answer came
}

// New makes the controller of one kind; read says what an object asks for. An
// object whose selector cannot be read gets an empty one. It watches its objects and all pods.
func New[T meta.Object](view *cluster.View, name string, read func(T) Set, sets *informer.Informer[T]) *Controller[T] {
	c := &Controller[T]{name: name, kind: client.Of[T](view.Client).Kind().Kind, read: read, view: view, queue: controller.NewQueue(), sets: sets, pods: view.Pods(), gone: map[meta.UID]bool{}}
	var none T
	c.sets.OnChange(func(_, o T) {
		if any(o) != any(none) {
			c.queue.Add(meta.KeyOf(o))
		}
	})
	c.pods.OnChange(c.podChanged)
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller[T]) Name() string { return c.name }

// Queue holds the keys of the controllers to look at.
func (c *Controller[T]) Queue() *queue.Queue[meta.Key] { return c.queue }

func (c *Controller[T]) podChanged(old, new *core.Pod) {
	for _, p := range []*core.Pod{old, new} {
		if p == nil {
			continue
		}
		if owner := podstate.Controller(p); owner != nil {
			if owner.Kind == c.kind {
				c.queue.Add(meta.Key{Namespace: p.Namespace, Name: owner.Name})
			}
			continue
		}
		for _, o := range c.sets.ByNamespace(p.Namespace) {
			if set := c.read(o); set.matches(p.Labels) {
				c.queue.Add(meta.KeyOf(o))
			}
		}
	}
	if old != nil && (new == nil || new.DeletionTimestamp != nil) {
		c.mu.Lock()
		delete(c.gone, old.UID)
		c.mu.Unlock()
	}
}

// Sync takes one controller a step further.
func (c *Controller[T]) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	if wait := c.pace.Wait(key, time.Now()); wait > 0 {
		return wait, nil
	}
	o, ok := c.sets.Get(key.Namespace, key.Name)
	if !ok {
		return 0, nil // its pods are the garbage collector's
	}
	set := c.read(o)
	candidates := slices.Concat(c.controlled(o), c.pods.ByIndex(cluster.ByOwner, cluster.Orphans(key.Namespace)))
	s := plan(set, candidates, c.relatives(o), c.goneNow(), time.Now())

	fail, err := c.apply(ctx, set, s)
	s.status.Conditions = conditionsAfter(s.status.Conditions, fail, time.Now())
	return s.again, errors.Join(err, c.writeStatus(ctx, set, s.status))
}

// controlled is the pods that o controls.
func (c *Controller[T]) controlled(o meta.Object) []*core.Pod {
	return c.pods.ByIndex(cluster.ByOwner, string(o.GetObjectMeta().UID))
}

// relatives are the pods of the sets that have the same owner as o: those of
// a deployment's other revisions.
func (c *Controller[T]) relatives(o meta.Object) (pods []*core.Pod) {
	owner, m := podstate.Controller(o), o.GetObjectMeta()
	if owner == nil {
		return nil
	}
	for _, other := range c.sets.ByNamespace(m.Namespace) {
		if theirs := podstate.Controller(other); theirs != nil && theirs.UID == owner.UID && other.GetObjectMeta().UID != m.UID {
			pods = append(pods, slices.DeleteFunc(c.controlled(other), func(p *core.Pod) bool { return !podstate.Active(p) })...)
		}
	}
	return pods
}

func (c *Controller[T]) goneNow() map[meta.UID]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	gone := make(map[meta.UID]bool, len(c.gone))
	maps.Copy(gone, c.gone)
	return gone
}

// apply carries s out and returns once the cache shows what it wrote.
func (c *Controller[T]) apply(ctx context.Context, set Set, s step) (failure, error) {
	if err := c.claim(ctx, set, s); err != nil {
		return failure{}, err
	}
	if s.create > 0 {
		if err := c.createPods(ctx, set, s.create); err != nil {
			return failure{"FailedCreate", err.Error()}, err
		}
	}
	if len(s.delete) > 0 {
		if err := c.deletePods(ctx, set, s.delete); err != nil {
			return failure{"FailedDelete", err.Error()}, err
		}
	}
	return failure{}, nil
}

// claim adopts and releases pods.
func (c *Controller[T]) claim(ctx context.Context, set Set, s step) error {
	var latest cluster.Revision
	err := ownership.Claim(ctx, c.view.Client, set.Object.(T), s.adopt, s.release, &latest)
	return errors.Join(err, latest.Await(ctx, c.pods))
}

// createPods makes n pods, in batches that double for as long as all of one
// succeed: a pod that cannot be made is tried once and not n times.
func (c *Controller[T]) createPods(ctx context.Context, set Set, n int) error {
	var latest cluster.Revision
	var failed error
	for batch := 1; n > 0 && failed == nil; batch = min(2*batch, parallel) {
		batch = min(batch, n)
		n -= batch
		g := errgroup.Group{}
		for range batch {
			g.Go(func() error { return c.createPod(ctx, set, &latest) })
		}
		failed = g.Wait()
	}
	return errors.Join(failed, latest.Await(ctx, c.pods))
}

func (c *Controller[T]) createPod(ctx context.Context, set Set, latest *cluster.Revision) error {
	p, err := cluster.Create(ctx, c.view.Client, podFor(set, ownership.Reference(set.Object)))
	if err == nil {
		latest.Note(p.ResourceVersion)
		c.view.Events.Eventf(set.Object, core.EventTypeNormal, "SuccessfulCreate", "Created pod: %s", p.Name)
		return nil
	}
	if cluster.NamespaceTerminating(err) {
		return nil // nothing can be made there any more, and soon nothing will be asked for
	}
	c.view.Events.Eventf(set.Object, core.EventTypeWarning, "FailedCreate", "Error creating: %v", err)
	return err
}

// deletePods deletes pods, several at a time.
func (c *Controller[T]) deletePods(ctx context.Context, set Set, pods []*core.Pod) error {
	g := errgroup.Group{}
	g.SetLimit(parallel)
	for _, p := range pods {
		g.Go(func() error { return c.deletePod(ctx, set, p) })
	}
	return g.Wait()
}

func (c *Controller[T]) deletePod(ctx context.Context, set Set, p *core.Pod) error {
	c.setGone(p, true)
	err := client.Of[*core.Pod](c.view.Client).Delete(ctx, p.Namespace, p.Name, client.Preconditions(p.UID, ""))
	switch {
	case err == nil:
		c.view.Events.Eventf(set.Object, core.EventTypeNormal, "SuccessfulDelete", "Deleted pod: %s", p.Name)
	case client.IsNotFound(err), client.IsConflict(err):
		err = nil // it is gone, or a namesake has taken its place
	default:
		c.setGone(p, false)
		c.view.Events.Eventf(set.Object, core.EventTypeWarning, "FailedDelete", "Error deleting: %v", err)
	}
	return err
}

// setGone notes that p was deleted (sure) or may have been, unless the cache
// knows already.
func (c *Controller[T]) setGone(p *core.Pod, sure bool) {
	c.mu.Lock()
	c.gone[p.UID] = sure
	c.mu.Unlock()
	if now, ok := c.pods.Get(p.Namespace, p.Name); !ok || now.UID != p.UID || now.DeletionTimestamp != nil {
		c.mu.Lock()
		delete(c.gone, p.UID)
		c.mu.Unlock()
	}
}

// writeStatus stores st if it differs and waits until the cache shows it.
func (c *Controller[T]) writeStatus(ctx context.Context, set Set, st Status) error {
	if reflect.DeepEqual(set.Status, st) {
		return nil
	}
	m := set.Object.GetObjectMeta()
	c.pace.Wrote(meta.KeyOf(set.Object), int(st.Replicas), time.Now())
	// Zero counts are left out of the JSON of a status, so each is named.
	body, err := json.Marshal(map[string]any{"status": map[string]any{
		"replicas": st.Replicas, "fullyLabeledReplicas": st.FullyLabeled, "readyReplicas": st.Ready,
		"availableReplicas": st.Available, "observedGeneration": st.ObservedGeneration, "conditions": st.Conditions,
	}})
	if err != nil {
		return err
	}
	written, err := client.Of[T](c.view.Client).Patch(ctx, m.Namespace, m.Name, client.MergePatch, body, client.Subresource("status"))
	if client.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.sets.WaitFor(ctx, written.GetObjectMeta().ResourceVersion)
}
