// Package garbagecollector deletes objects whose owners are gone, and carries
// out the ways in which an owner may be deleted: in the background (the owner
// first), in the foreground (the dependents first) and leaving orphans.
//
// It watches the metadata of every resource that discovery shows and keeps a
// graph of who owns whom (graph.go, monitor.go). What to do with an object is
// decided in plan.go. Before anything is deleted, the object and the absence
// of its owners are read from the API server itself; an owner counts by its
// uid, so a namesake that came later is somebody else.
package garbagecollector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/catalog"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

const (
	// discoverEvery is how often new kinds are looked for.
	discoverEvery = 10 * time.Second
	// notYet is when to come back to an object while the graph is incomplete.
	notYet = 100 * time.Millisecond
	// patience is how long everybody waits for a resource that cannot be listed,
	// such as one whose conversion fails: the others' garbage must go.
	patience = 30 * time.Second
	// absentMax bounds the memory of owners known to be gone.
	absentMax = 10000
)

// discovery is the key under which the set of monitors is looked at; no
// object has an empty uid.
var discovery = meta.Key{}

// Controller collects garbage. Its keys are uids, in the name.
type Controller struct {
	view    *cluster.View
	queue   *queue.Queue[meta.Key]
	catalog *catalog.Catalog
	graph   *graph

	mu       sync.Mutex
	monitors map[string]*running // by URL
	kinds    map[kind]catalog.Resource
	complete bool // all monitors have listed, or had the time to; once, discovery has succeeded
	absent   map[meta.UID]bool
}

// kind is how an owner reference names a resource.
type kind struct{ apiVersion, kind string }

// running is a monitor that can be stopped.
type running struct {
	*monitor
	since time.Time
	stop  context.CancelFunc
	done  chan struct{}
}

// New makes the controller. It watches everything.
func New(view *cluster.View, resources *catalog.Catalog) *Controller {
	c := &Controller{
		view: view, queue: controller.NewQueue(), catalog: resources, graph: newGraph(),
		monitors: map[string]*running{}, kinds: map[kind]catalog.Resource{}, absent: map[meta.UID]bool{},
	}
	c.queue.Add(discovery)
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "garbage-collector-controller" }

// Queue holds the uids of the objects to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Close stops the monitors and returns when they have ended.
func (c *Controller) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for url, m := range c.monitors {
		m.stop()
		<-m.done
		delete(c.monitors, url)
	}
}

func (c *Controller) wake(uids []meta.UID) {
	for _, uid := range uids {
		c.queue.Add(meta.Key{Name: string(uid)})
	}
}

// Sync looks at one object, or brings the monitors in line with discovery.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	if key == discovery {
		return c.follow(ctx), nil
	}
	i := c.graph.get(meta.UID(key.Name))
	if i == nil {
		return 0, nil
	}
	if !i.deleting && len(i.owners) == 0 || i.deleting && !i.orphan && !i.foreground {
		return 0, nil
	}
	if !c.isComplete() {
		return notYet, nil // dependents may be missing from the graph
	}
	owners, err := c.ownerStates(ctx, i)
	if err != nil {
		return 0, err
	}
	s := plan(i, owners, c.graph.dependentsOf)
	if s.action == nothing {
		return 0, nil
	}
	return 0, c.act(ctx, i, s)
}

// follow starts monitors of new resources and stops those of resources that
// are gone.
func (c *Controller) follow(ctx context.Context) time.Duration {
	resources, err := c.catalog.Resources(ctx)
	if err != nil {
		slog.Debug("The garbage collector works with what could be discovered", "err", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	wanted := map[string]bool{}
	for _, r := range resources {
		c.kinds[kind{apiVersion(r), r.Kind}] = r
		if !r.Can("list", "watch", "delete") || ignored(r) {
			continue
		}
		url := r.URL("", "")
		wanted[url] = true
		if c.monitors[url] == nil {
			c.monitors[url] = c.start(ctx, r)
		}
	}
	listed := len(wanted) > 0
	for url, m := range c.monitors {
		if err == nil && !wanted[url] {
			m.stop()
			<-m.done
			delete(c.monitors, url)
			for uid := range c.graph.of(m.resource) {
				c.wake(c.graph.drop(uid))
			}
			continue
		}
		select {
		case <-m.synced:
		default:
			listed = listed && time.Since(m.since) > patience
		}
	}
	// What a kind that has just come owns and is owned by is not known yet.
	was := c.complete
	if c.complete = listed && (was || err == nil); !c.complete {
		return notYet
	}
	if !was {
		go debug.FreeOSMemory() // listing everything leaves much that is not needed again
	}
	return discoverEvery
}

// ignored tells whether objects of r never own and are never owned, but
// change so often that to watch them costs.
func ignored(r catalog.Resource) bool {
	return r.Name == "events" && (r.Group == "" || r.Group == "events.k8s.io")
}

func apiVersion(r catalog.Resource) string {
	if r.Group == "" {
		return r.Version
	}
	return r.Group + "/" + r.Version
}

func (c *Controller) start(ctx context.Context, r catalog.Resource) *running {
	ctx, stop := context.WithCancel(ctx)
	m := &running{
		monitor: &monitor{resource: r, raw: c.view.Client.Raw(), graph: c.graph, wake: c.wake, synced: make(chan struct{})},
		since:   time.Now(), stop: stop, done: make(chan struct{}),
	}
	go func() {
		defer close(m.done)
		m.run(ctx)
	}()
	return m
}

func (c *Controller) isComplete() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.complete
}

// ownerStates finds out about each owner of i.
func (c *Controller) ownerStates(ctx context.Context, i *item) ([]ownerState, error) {
	states := make([]ownerState, len(i.owners))
	for n := range i.owners {
		s, err := c.ownerState(ctx, i, &i.owners[n])
		if err != nil {
			return nil, err
		}
		states[n] = s
	}
	return states, nil
}

// ownerState finds out about one owner. The graph may be behind, so it is
// believed only when it knows the owner; its absence the API server confirms.
func (c *Controller) ownerState(ctx context.Context, i *item, r *meta.OwnerReference) (ownerState, error) {
	if known := c.graph.get(r.UID); known != nil {
		if known.is(r, i.namespace) {
			return stateOf(known), nil
		}
		// There is such an object, but not where the reference says: an owner
		// in another namespace, for one, owns nothing here.
		c.view.Events.Record(reference(i), core.EventTypeWarning, "OwnerRefInvalidNamespace", fmt.Sprintf(
			"ownerRef [%s/%s, namespace: %s, name: %s, uid: %s] does not exist in namespace %q", r.APIVersion, r.Kind, i.namespace, r.Name, r.UID, i.namespace))
	}
	c.mu.Lock()
	gone := c.absent[r.UID] && c.graph.get(r.UID) == nil
	resource, served := c.kinds[kind{r.APIVersion, r.Kind}]
	c.mu.Unlock()
	switch {
	case gone:
		return absent, nil
	case !served:
		c.catalog.Forget()
		c.queue.Add(discovery)
		return alive, fmt.Errorf("owner of %s %s/%s: the API server serves no %s %s", i.resource.ID(), i.namespace, i.name, r.APIVersion, r.Kind)
	case resource.Namespaced && i.namespace == "":
		return alive, nil // it cannot be looked for, so nothing is ever deleted for its sake
	}
	live, err := c.get(ctx, &resource, i.namespace, r.Name)
	if err != nil {
		return alive, err
	}
	if live == nil || live.UID != r.UID {
		c.noteAbsent(r.UID)
		return absent, nil
	}
	return stateOf(itemOf(&resource, live)), nil
}

// noteAbsent remembers that uid is gone; a uid never comes back.
func (c *Controller) noteAbsent(uid meta.UID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.absent) >= absentMax {
		clear(c.absent)
	}
	c.absent[uid] = true
}

// act carries s out, if i still is as the plan saw it.
func (c *Controller) act(ctx context.Context, i *item, s step) error {
	live, err := c.get(ctx, i.resource, i.namespace, i.name)
	if err != nil {
		return err
	}
	if live == nil || live.UID != i.uid {
		c.wake(c.graph.drop(i.uid)) // the watch will say so too
		return nil
	}
	if now := itemOf(i.resource, live); !now.same(i) {
		c.wake(append(c.graph.put(now), i.uid))
		return nil
	}
	switch s.action {
	case removeOwners:
		return c.removeOwners(ctx, i, live, s.owners)
	case remove:
		return c.remove(ctx, i, live, s.policy)
	case dropForeground:
		return c.dropFinalizer(ctx, i, live, finalizerForeground)
	case orphanDependents:
		return c.letGo(ctx, i, live)
	}
	return nil
}

// letGo takes i off its dependents' references, then its finalizer off i.
func (c *Controller) letGo(ctx context.Context, i *item, live *meta.ObjectMeta) error {
	var errs []error
	for _, d := range c.graph.dependentsOf(i.uid) {
		m, err := c.get(ctx, d.resource, d.namespace, d.name)
		if err == nil && m != nil && m.UID == d.uid {
			err = c.removeOwners(ctx, d, m, []meta.UID{i.uid})
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("orphan the dependents of %s %s/%s: %w", i.resource.ID(), i.namespace, i.name, err)
	}
	return c.dropFinalizer(ctx, i, live, finalizerOrphan)
}

// removeOwners writes i's references without those to uids.
func (c *Controller) removeOwners(ctx context.Context, i *item, live *meta.ObjectMeta, uids []meta.UID) error {
	refs := []meta.OwnerReference{}
	for _, r := range live.OwnerReferences {
		keep := true
		for _, uid := range uids {
			keep = keep && r.UID != uid
		}
		if keep {
			refs = append(refs, r)
		}
	}
	if len(refs) == len(live.OwnerReferences) {
		return nil
	}
	return c.patch(ctx, i, live, map[string]any{"ownerReferences": refs})
}

func (c *Controller) dropFinalizer(ctx context.Context, i *item, live *meta.ObjectMeta, name string) error {
	left := []string{}
	for _, f := range live.Finalizers {
		if f != name {
			left = append(left, f)
		}
	}
	return c.patch(ctx, i, live, map[string]any{"finalizers": left})
}

// patch writes a part of i's metadata if nobody has changed i since live.
func (c *Controller) patch(ctx context.Context, i *item, live *meta.ObjectMeta, change map[string]any) error {
	change["resourceVersion"], change["uid"] = live.ResourceVersion, live.UID
	body, err := json.Marshal(map[string]any{"metadata": change})
	if err != nil {
		return err
	}
	_, err = c.view.Client.Raw().Do(ctx, http.MethodPatch, i.resource.URL(i.namespace, i.name), nil, string(client.MergePatch), body)
	if client.IsNotFound(err) {
		return nil
	}
	return err
}

// remove deletes i if nobody has changed it since live.
func (c *Controller) remove(ctx context.Context, i *item, live *meta.ObjectMeta, policy meta.DeletionPropagation) error {
	body, err := json.Marshal(meta.DeleteOptions{
		TypeMeta:          meta.TypeMeta{APIVersion: "v1", Kind: "DeleteOptions"},
		Preconditions:     &meta.Preconditions{UID: &live.UID, ResourceVersion: &live.ResourceVersion},
		PropagationPolicy: &policy,
	})
	if err != nil {
		return err
	}
	_, err = c.view.Client.Raw().Do(ctx, http.MethodDelete, i.resource.URL(i.namespace, i.name), nil, "application/json", body)
	if client.IsNotFound(err) {
		return nil
	}
	return err
}

// get reads the metadata of one object; nil when there is none.
func (c *Controller) get(ctx context.Context, r *catalog.Resource, namespace, name string) (*meta.ObjectMeta, error) {
	answer, err := c.view.Client.Raw().DoAccept(ctx, http.MethodGet, r.URL(namespace, name), nil, acceptWatch, "", nil)
	if client.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var o object
	if err := json.Unmarshal(answer.Body, &o); err != nil {
		return nil, fmt.Errorf("read %s %s/%s: %w", r.ID(), namespace, name, err)
	}
	return &o.ObjectMeta, nil
}

// reference names i in events.
func reference(i *item) core.ObjectReference {
	return core.ObjectReference{
		APIVersion: apiVersion(*i.resource), Kind: i.resource.Kind, Namespace: i.namespace, Name: i.name, UID: i.uid,
	}
}
