// Package statefulset keeps pods that have an identity: a number, a name that
// follows from it, a name in DNS, and volumes of their own. They come up one
// after the other, go in reverse, and there are never two of one number.
//
// What to do is decided in plan.go; identity.go says what belongs to a number;
// this file watches and acts.
package statefulset

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/ownership"
	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/controller-manager/internal/revision"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

const kind = "StatefulSet"

// Controller reconciles StatefulSets.
type Controller struct {
	view      *cluster.View
	queue     *queue.Queue[meta.Key]
	sets      *informer.Informer[*apps.StatefulSet]
	pods      *informer.Informer[*core.Pod]
	claims    *informer.Informer[*core.PersistentVolumeClaim]
	revisions *revision.Keeper
}

// New makes the controller. It watches stateful sets, their revisions, pods and
// claims.
func New(view *cluster.View) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), sets: view.StatefulSets(), pods: view.Pods(),
		claims: view.PersistentVolumeClaims(), revisions: revision.NewKeeper(view)}
	c.sets.OnChange(func(_, set *apps.StatefulSet) {
		if set != nil {
			c.queue.Add(meta.KeyOf(set))
		}
	})
	c.pods.OnChange(func(old, now *core.Pod) { c.podChanged(old); c.podChanged(now) })
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "statefulset-controller" }

// Queue holds the keys of the stateful sets to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

func (c *Controller) podChanged(p *core.Pod) {
	if p == nil {
		return
	}
	if owner := podstate.Controller(p); owner != nil {
		if owner.Kind == kind {
			c.queue.Add(meta.Key{Namespace: p.Namespace, Name: owner.Name})
		}
		return
	}
	for _, set := range c.sets.ByNamespace(p.Namespace) {
		if fits(set)(p.Labels) && ordinal(set, p.Name) >= 0 {
			c.queue.Add(meta.KeyOf(set))
		}
	}
}

func fits(set *apps.StatefulSet) func(map[string]string) bool {
	sel, err := selector.FromLabelSelector(set.Spec.Selector)
	return func(labels map[string]string) bool { return err == nil && !sel.Empty() && sel.Matches(labels) }
}

// Sync takes one stateful set a step further.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	set, ok := c.sets.Get(key.Namespace, key.Name)
	if !ok {
		return 0, nil // its pods are the garbage collector's
	}
	if sel, err := selector.FromLabelSelector(set.Spec.Selector); err != nil || sel.Empty() {
		return 0, nil // a validated object never gets here
	}
	owner := revision.Owner{Object: set, Template: &set.Spec.Template, Fits: fits(set), Collisions: set.Status.CollisionCount, Limit: set.Spec.RevisionHistoryLimit}
	s := &state{set: set, pods: map[int]*core.Pod{}, now: time.Now(), current: set.Status.CurrentRevision, update: set.Status.UpdateRevision}
	var history []*apps.ControllerRevision
	if set.DeletionTimestamp == nil {
		var err error
		if history, err = c.revisions.Present(ctx, owner); errors.Is(err, revision.ErrCollision) {
			return 0, c.collided(ctx, set)
		} else if err != nil {
			return 0, err
		}
		s.update = history[len(history)-1].Name
		if find(history, s.current) == nil {
			s.current = s.update
		}
	}
	pods, err := c.claimPods(ctx, set)
	if err != nil {
		return 0, err
	}
	inUse := map[string]bool{s.current: true, s.update: true}
	for _, p := range pods {
		inUse[p.Labels[revision.Label]] = true
		if n := ordinal(set, p.Name); n >= 0 {
			s.pods[n] = p
		}
	}
	next := plan(s)
	err = errors.Join(c.keepClaims(ctx, set, pods), c.apply(ctx, set, history, next))
	if err == nil {
		err = c.revisions.Truncate(ctx, owner, history, func(r *apps.ControllerRevision) bool { return inUse[r.Name] })
	}
	return next.again, errors.Join(err, c.writeStatus(ctx, set, next.status))
}

// find is the revision of that name, or nil.
func find(history []*apps.ControllerRevision, name string) *apps.ControllerRevision {
	for _, r := range history {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// collided counts a name that was taken.
func (c *Controller) collided(ctx context.Context, set *apps.StatefulSet) error {
	st, n := *set.Status.DeepCopy(), int32(1)
	if st.CollisionCount != nil {
		n += *st.CollisionCount
	}
	st.CollisionCount = &n
	return c.writeStatus(ctx, set, st)
}

// claimPods adopts and releases pods, and returns those that are the set's. A
// pod whose name is none of the set's is nobody's to adopt.
func (c *Controller) claimPods(ctx context.Context, set *apps.StatefulSet) ([]*core.Pod, error) {
	split := func() (mine, adopt, release []*core.Pod) {
		mine, adopt, release = ownership.Split(set, fits(set),
			append(c.pods.ByIndex(cluster.ByOwner, string(set.UID)), c.pods.ByIndex(cluster.ByOwner, cluster.Orphans(set.Namespace))...))
		named := adopt[:0]
		for _, p := range adopt {
			if ordinal(set, p.Name) >= 0 {
				named = append(named, p)
			}
		}
		return mine, named, release
	}
	mine, adopt, release := split()
	if len(adopt)+len(release) == 0 {
		return mine, nil
	}
	var latest cluster.Revision
	err := ownership.Claim(ctx, c.view.Client, set, adopt, release, &latest)
	if err = errors.Join(err, latest.Await(ctx, c.pods)); err != nil {
		return nil, err
	}
	mine, _, _ = split()
	return mine, nil
}

// apply carries s out and returns once the cache shows what it wrote.
func (c *Controller) apply(ctx context.Context, set *apps.StatefulSet, history []*apps.ControllerRevision, s step) error {
	var latest cluster.Revision
	for _, p := range s.fix {
		if err := c.fix(ctx, set, p, &latest); err != nil {
			return err
		}
	}
	for _, p := range s.delete {
		if err := c.delete(ctx, set, p); err != nil {
			return err
		}
	}
	for _, m := range s.create {
		template := &set.Spec.Template
		if m.revision != s.status.UpdateRevision {
			var err error
			if template, err = revision.Template(find(history, m.revision)); err != nil {
				return err
			}
		}
		if err := c.create(ctx, set, podFor(set, m.ordinal, template, m.revision), &latest); err != nil {
			return err
		}
	}
	return latest.Await(ctx, c.pods)
}

// create makes a pod's claims and then the pod, and tells why one cannot be.
func (c *Controller) create(ctx context.Context, set *apps.StatefulSet, p *core.Pod, latest *cluster.Revision) error {
	if err := c.createClaims(ctx, set, p); err != nil {
		c.view.Events.Eventf(set, core.EventTypeWarning, "FailedCreate", "create Pod %s in StatefulSet %s failed error: %v", p.Name, set.Name, err)
		return err
	}
	made, err := client.Of[*core.Pod](c.view.Client).Create(ctx, p)
	switch {
	case err == nil:
		latest.Note(made.ResourceVersion)
		c.view.Events.Eventf(set, core.EventTypeNormal, "SuccessfulCreate", "create Pod %s in StatefulSet %s successful", p.Name, set.Name)
		return nil
	case cluster.NamespaceTerminating(err):
		return nil
	}
	c.view.Events.Eventf(set, core.EventTypeWarning, "FailedCreate", "create Pod %s in StatefulSet %s failed error: %v", p.Name, set.Name, err)
	return err
}

// createClaims makes the claims of a pod that are not there. One that cannot be
// made keeps no other from being made; the error lists them all.
func (c *Controller) createClaims(ctx context.Context, set *apps.StatefulSet, p *core.Pod) error {
	var failed []error
	for _, claim := range claimsFor(set, p.Name) {
		if there, ok := c.claims.Get(claim.Namespace, claim.Name); ok {
			if there.DeletionTimestamp != nil {
				failed = append(failed, fmt.Errorf("pvc %s is being deleted", claim.Name))
			}
			continue
		}
		claim.OwnerReferences = claimOwners(set, claim, p)
		_, err := client.Of[*core.PersistentVolumeClaim](c.view.Client).Create(ctx, claim)
		switch {
		case err == nil:
			c.view.Events.Eventf(set, core.EventTypeNormal, "SuccessfulCreate", "create Claim %s Pod %s in StatefulSet %s success", claim.Name, p.Name, set.Name)
		case client.IsAlreadyExists(err), cluster.NamespaceTerminating(err):
		default:
			c.view.Events.Eventf(set, core.EventTypeWarning, "FailedCreate", "create Claim %s for Pod %s in StatefulSet %s failed error: %v", claim.Name, p.Name, set.Name, err)
			failed = append(failed, fmt.Errorf("failed to create PVC %s: %w", claim.Name, err))
		}
	}
	if len(failed) < 2 {
		return errors.Join(failed...)
	}
	texts := make([]string, len(failed))
	for i, err := range failed {
		texts[i] = err.Error()
	}
	return errors.New("[" + strings.Join(texts, ", ") + "]")
}

// fix gives a pod back what it lacks of its identity.
func (c *Controller) fix(ctx context.Context, set *apps.StatefulSet, p *core.Pod, latest *cluster.Revision) error {
	pods := client.Of[*core.Pod](c.view.Client)
	next, err := pods.Get(ctx, p.Namespace, p.Name) // whole: the cache keeps a part only
	var written *core.Pod
	if err == nil && next.UID == p.UID {
		identify(set, next)
		written, err = pods.Update(ctx, next)
	}
	if client.IsNotFound(err) || err == nil && written == nil {
		return nil
	}
	if err != nil {
		c.view.Events.Eventf(set, core.EventTypeWarning, "FailedUpdate", "update Pod %s in StatefulSet %s failed error: %v", p.Name, set.Name, err)
		return err
	}
	latest.Note(written.ResourceVersion)
	return nil
}

func (c *Controller) delete(ctx context.Context, set *apps.StatefulSet, p *core.Pod) error {
	err := client.Of[*core.Pod](c.view.Client).Delete(ctx, p.Namespace, p.Name, client.Preconditions(p.UID, ""))
	switch {
	case err == nil:
		c.view.Events.Eventf(set, core.EventTypeNormal, "SuccessfulDelete", "delete Pod %s in StatefulSet %s successful", p.Name, set.Name)
		return nil
	case client.IsNotFound(err), client.IsConflict(err):
		return nil // it is gone, or a namesake has taken its place
	}
	c.view.Events.Eventf(set, core.EventTypeWarning, "FailedDelete", "delete Pod %s in StatefulSet %s failed error: %v", p.Name, set.Name, err)
	return err
}

// keepClaims brings the owners of the pods' claims in line with what the set
// says becomes of them.
func (c *Controller) keepClaims(ctx context.Context, set *apps.StatefulSet, pods []*core.Pod) error {
	if len(set.Spec.VolumeClaimTemplates) == 0 || set.DeletionTimestamp != nil {
		return nil
	}
	var latest cluster.Revision
	for _, p := range pods {
		for _, want := range claimsFor(set, p.Name) {
			claim, ok := c.claims.Get(want.Namespace, want.Name)
			if !ok || claim.DeletionTimestamp != nil {
				continue
			}
			owners := claimOwners(set, claim, p)
			if reflect.DeepEqual(owners, claim.OwnerReferences) || len(owners)+len(claim.OwnerReferences) == 0 {
				continue
			}
			next := claim.DeepCopy()
			next.OwnerReferences = owners
			written, err := client.Of[*core.PersistentVolumeClaim](c.view.Client).Update(ctx, next)
			if err != nil && !client.IsNotFound(err) {
				return err
			}
			if err == nil {
				latest.Note(written.ResourceVersion)
			}
		}
	}
	return latest.Await(ctx, c.claims)
}

// writeStatus stores st if it differs and waits until the cache shows it.
func (c *Controller) writeStatus(ctx context.Context, set *apps.StatefulSet, st apps.StatefulSetStatus) error {
	if reflect.DeepEqual(set.Status, st) {
		return nil
	}
	next := set.DeepCopy()
	next.Status = st
	return cluster.WriteStatus(ctx, c.view, c.sets, next)
}
