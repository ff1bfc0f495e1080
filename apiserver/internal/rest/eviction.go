package rest

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/policy"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// evict deletes a pod if the disruption budgets that select it allow it
// (budget.go). The pod says first that it is being evicted.
func (c *call) evict() error {
	k := scheme.ByKind("policy/v1", "Eviction")
	obj, o, err := c.sent(k)
	if err != nil {
		return err
	}
	e := obj.(*policy.Eviction)
	if err := c.place(&e.ObjectMeta); err != nil {
		return err
	}
	if e.Name != c.info.Name {
		return status.BadRequest("name in URL does not match name in Eviction object")
	}
	opts := e.DeleteOptions
	if opts == nil {
		opts = &meta.DeleteOptions{}
	}
	if asked := c.query["dryRun"]; o.dryRun && len(opts.DryRun) > 0 && !slices.Equal(asked, opts.DryRun) {
		return status.Unknown(fmt.Errorf("Non-matching dry-run options in request and content: %v and %v", asked, opts.DryRun))
	}
	if o.dryRun {
		opts.DryRun = []string{meta.DryRunAll}
	}
	if errs := meta.ValidateDeleteOptions(opts); len(errs) > 0 {
		return status.Invalid("meta.k8s.io", "DeleteOptions", "", errs)
	}
	if err := c.admitSent(e, k, o); err != nil {
		return err
	}
	one := c.asPods(c.info.Name)
	one.info.Subresource = ""
	if err := one.evictPod(opts); err != nil {
		return err
	}
	writeStatus(c.w, c.form, http.StatusCreated,
		&meta.Status{TypeMeta: meta.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: meta.StatusSuccess, Code: http.StatusCreated})
	return nil
}

// evictPod evicts the pod that the call names.
func (c *call) evictPod(opts *meta.DeleteOptions) error {
	obj, err := c.fetch("")
	if err != nil {
		return err
	}
	p := &core.Pod{}
	if err := codec.DecodeJSON(obj.JSON(), p); err != nil {
		return err
	}
	if err := c.preconditions(opts.Preconditions, &p.ObjectMeta); err != nil {
		return err
	}
	dryRun := len(opts.DryRun) > 0
	if !disposable(p) {
		if err := c.spend(p, dryRun); err != nil {
			return err
		}
		if opts, err = c.markEvicted(opts, p, dryRun); err != nil {
			return err
		}
	}
	_, _, err = c.deleteObject(opts)
	return err
}

// disposable tells whether a pod's end disrupts nobody: it has ended, never
// started, or is on its way out.
func disposable(p *core.Pod) bool {
	return p.DeletionTimestamp != nil || p.Status.Phase == core.PodSucceeded || p.Status.Phase == core.PodFailed || p.Status.Phase == core.PodPending
}

// markEvicted puts the condition DisruptionTarget on the pod. The options that
// it returns delete the pod that was looked at and no namesake.
func (c *call) markEvicted(opts *meta.DeleteOptions, p *core.Pod, dryRun bool) (*meta.DeleteOptions, error) {
	next := *opts
	next.Preconditions = &meta.Preconditions{UID: &p.UID}
	if dryRun {
		return &next, nil
	}
	_, err := c.modify(c.res.Sub("status"), options{}, func(_ *current, old meta.Object) (meta.Object, error) {
		if old.GetObjectMeta().UID != p.UID {
			return nil, status.Modified(c.name(), c.info.Name)
		}
		marked := old.DeepCopyObject().(*core.Pod)
		cond := core.PodCondition{Type: core.DisruptionTarget, Status: core.ConditionTrue, Reason: "EvictionByEvictionAPI",
			Message: "Eviction API: evicting", LastTransitionTime: meta.NewTime(now())}
		for i := range marked.Status.Conditions {
			if marked.Status.Conditions[i].Type == cond.Type {
				marked.Status.Conditions[i] = cond
				return marked, nil
			}
		}
		marked.Status.Conditions = append(marked.Status.Conditions, cond)
		return marked, nil
	})
	return &next, err
}
