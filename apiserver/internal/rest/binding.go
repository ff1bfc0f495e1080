package rest

import (
	"fmt"
	"maps"
	"net/http"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// asPods is c turned to the pod named name.
func (c *call) asPods(name string) *call {
	one := *c
	info := *c.info
	info.Resource, info.Name = "pods", name
	one.info = &info
	one.res = (*c.table.Load())[served{"", "v1", "pods"}]
	return &one
}

// bind puts a pod on a node.
func (c *call) bind() error {
	k := scheme.ByKind("v1", "Binding")
	obj, o, err := c.sent(k)
	if err != nil {
		return err
	}
	binding := obj.(*core.Binding)
	if err := c.place(&binding.ObjectMeta); err != nil {
		return err
	}
	if c.info.Name != "" && binding.Name != c.info.Name {
		return status.BadRequest("name in URL does not match name in Binding object")
	}
	if errs := core.ValidateBinding(binding); len(errs) > 0 {
		return status.Unknown(errs.Err()) // said without a reason since ever
	}
	if binding.Name == "" {
		return status.BadRequest("Name parameter required.")
	}
	if err := c.admitSent(binding, k, o); err != nil {
		return err
	}
	if err := c.asPods(binding.Name).bindPod(o, binding); err != nil {
		return err
	}
	writeStatus(c.w, c.form, http.StatusCreated,
		&meta.Status{TypeMeta: meta.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: meta.StatusSuccess, Code: http.StatusCreated})
	return nil
}

// bindPod writes the node into the pod, if it is free to go there.
func (c *call) bindPod(o options, b *core.Binding) error {
	obj, err := c.fetch("")
	if err != nil {
		return err
	}
	cur := &current{json: obj.JSON(), rev: obj.Rev, obj: obj}
	for {
		value, pod, err := c.boundPod(cur, b)
		if err != nil || o.dryRun {
			return err
		}
		_, err = c.Store.Update(c.r.Context(), c.res.table.Key(pod.Namespace, pod.Name), value, cur.rev, 0)
		conflict, ok := asConflict(err)
		if !ok {
			return c.refusal(err)
		}
		cur = conflict
	}
}

// asConflict is the newer object that a refused write tells of.
func asConflict(err error) (*current, bool) {
	e, ok := err.(*store.ConflictError)
	if !ok {
		return nil, false
	}
	return &current{json: cache.WithRevision(e.Current, e.Rev), rev: e.Rev}, true
}

// boundPod is the pod as it is on the node.
func (c *call) boundPod(cur *current, b *core.Binding) ([]byte, *core.Pod, error) {
	p := &core.Pod{}
	if err := codec.DecodeJSON(cur.json, p); err != nil {
		return nil, nil, err
	}
	switch {
	case b.UID != "" && b.UID != p.UID:
		return nil, nil, c.otherUID(b.UID, &p.ObjectMeta)
	case b.ResourceVersion != "" && b.ResourceVersion != p.ResourceVersion:
		return nil, nil, status.Conflict(c.name(), b.Name, fmt.Sprintf("StorageError: invalid object, Code: 4, Key: %s, ResourceVersion: 0, "+
			"AdditionalErrorMsg: Precondition failed: ResourceVersion in precondition: %s, ResourceVersion in object meta: %s",
			c.res.table.Key(p.Namespace, p.Name), b.ResourceVersion, p.ResourceVersion))
	case p.DeletionTimestamp != nil:
		return nil, nil, status.Conflict(status.Resource{Name: "pods/binding"}, b.Name, fmt.Sprintf("pod %s is being deleted, cannot be assigned to a host", p.Name))
	case p.Spec.NodeName != "":
		return nil, nil, status.Conflict(status.Resource{Name: "pods/binding"}, b.Name, fmt.Sprintf("pod %s is already assigned to node %q", p.Name, p.Spec.NodeName))
	case len(p.Spec.SchedulingGates) > 0:
		return nil, nil, status.Conflict(status.Resource{Name: "pods/binding"}, b.Name, fmt.Sprintf("pod %s has non-empty .spec.schedulingGates", p.Name))
	}
	p.Spec.NodeName = b.Target.Name
	if len(b.Annotations) > 0 {
		if p.Annotations == nil {
			p.Annotations = map[string]string{}
		}
		maps.Copy(p.Annotations, b.Annotations)
	}
	setScheduled(p)
	p.ResourceVersion = ""
	value, err := codec.EncodeJSON(p)
	return value, p, err
}

// setScheduled notes that the pod has its node.
func setScheduled(p *core.Pod) {
	next := core.PodCondition{Type: core.PodScheduled, Status: core.ConditionTrue, LastTransitionTime: meta.NewTime(now())}
	for i := range p.Status.Conditions {
		if p.Status.Conditions[i].Type == next.Type {
			p.Status.Conditions[i] = next
			return
		}
	}
	p.Status.Conditions = append(p.Status.Conditions, next)
}
