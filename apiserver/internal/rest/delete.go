package rest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// returned are the resources whose deletion answers with the object; others
// answer with a Status.
var returned = []string{"namespaces", "pods", "services", "persistentvolumes", "persistentvolumeclaims", "podtemplates", "resourcequotas", "serviceaccounts",
	"csidrivers.storage.k8s.io", "csinodes.storage.k8s.io", "storageclasses.storage.k8s.io", "volumeattachments.storage.k8s.io", "volumeattributesclasses.storage.k8s.io"}

// delete begins or completes an object's deletion.
func (c *call) delete() error {
	opts, err := c.deleteOptions()
	if err != nil {
		return err
	}
	return c.deleteWith(opts)
}

// deleteWith is delete with options that are known already.
func (c *call) deleteWith(opts *meta.DeleteOptions) error {
	s, gone, err := c.deleteObject(opts)
	if err != nil {
		return err
	}
	if gone && !slices.Contains(returned, c.name().String()) {
		o, err := c.typed(s)
		if err != nil {
			return err
		}
		return c.answerStatus(status.Success(c.name(), c.info.Name, o.GetObjectMeta().UID))
	}
	return c.answer(http.StatusOK, s)
}

// deleteOptions reads the options off the body, or off the query when there is
// no body.
func (c *call) deleteOptions() (*meta.DeleteOptions, error) {
	opts := &meta.DeleteOptions{}
	b, err := c.body()
	if err != nil {
		return nil, err
	}
	if len(b) > 0 {
		err = c.decodeDeleteOptions(b, opts)
	} else {
		err = c.queryDeleteOptions(opts)
	}
	if err != nil {
		return nil, err
	}
	opts.DryRun = append(opts.DryRun, c.query["dryRun"]...)
	if errs := meta.ValidateDeleteOptions(opts); len(errs) > 0 {
		return nil, status.Invalid("meta.k8s.io", "DeleteOptions", "", errs)
	}
	return opts, nil
}

func (c *call) decodeDeleteOptions(b []byte, opts *meta.DeleteOptions) error {
	var err error
	switch c.mediaType() {
	case typeProtobuf:
		err = codec.DecodeProto(b, opts)
	case typeYAML:
		if b, err = yaml.YAMLToJSON(b); err == nil {
			err = codec.DecodeJSON(b, opts)
		}
	case typeJSON:
		if err = codec.DecodeJSON(b, opts); err != nil && !json.Valid(b) {
			err = fmt.Errorf("couldn't get version/kind; json parse error: %w", err)
		}
	default:
		return status.UnsupportedMediaType(typeJSON, typeYAML, typeProtobuf)
	}
	if err == nil && opts.Kind != "" && opts.Kind != "DeleteOptions" {
		err = fmt.Errorf("no kind %q is registered for version %q in scheme \"pkg/runtime/scheme.go:100\"", opts.Kind, cmp.Or(opts.APIVersion, "meta.k8s.io/v1"))
	}
	if err != nil {
		return status.BadRequest("%v", err)
	}
	return nil
}

func (c *call) queryDeleteOptions(opts *meta.DeleteOptions) error {
	var err error
	if opts.GracePeriodSeconds, err = queryInt(c.query, "gracePeriodSeconds"); err != nil {
		return err
	}
	if c.query.Has("propagationPolicy") {
		p := meta.DeletionPropagation(c.query.Get("propagationPolicy"))
		opts.PropagationPolicy = &p
	}
	if uid := meta.UID(c.query.Get("uid")); uid != "" {
		opts.Preconditions = &meta.Preconditions{UID: &uid}
	}
	if rv := c.query.Get("resourceVersion"); rv != "" {
		if opts.Preconditions == nil {
			opts.Preconditions = &meta.Preconditions{}
		}
		opts.Preconditions.ResourceVersion = &rv
	}
	if c.query.Has("orphanDependents") {
		orphan := queryBool(c.query, "orphanDependents")
		opts.OrphanDependents = &orphan
	}
	return nil
}

// deleteObject deletes the object that the request names, as far as that goes
// now: gone says whether it has left the store.
func (c *call) deleteObject(opts *meta.DeleteOptions) (s source, gone bool, err error) {
	obj, err := c.fetch("")
	if err != nil {
		return source{}, false, err
	}
	o := options{dryRun: len(opts.DryRun) > 0}
	cur := &current{json: obj.JSON(), rev: obj.Rev, obj: obj}
	for try := 0; ; try++ {
		s, gone, err := c.deleteOnce(o, opts, cur)
		var conflict *store.ConflictError
		if !errors.As(err, &conflict) {
			return s, gone, c.refusal(err)
		}
		if try == maxRetries {
			return s, gone, status.Modified(c.name(), c.info.Name)
		}
		cur = &current{json: cache.WithRevision(conflict.Current, conflict.Rev), rev: conflict.Rev}
	}
}

func (c *call) deleteOnce(o options, opts *meta.DeleteOptions, cur *current) (source, bool, error) {
	stored := c.res.Stored().Kind.New()
	if err := codec.DecodeJSON(cur.json, stored); err != nil {
		return source{}, false, err
	}
	m := stored.GetObjectMeta()
	if err := c.preconditions(opts.Preconditions, m); err != nil {
		return source{}, false, err
	}
	if err := c.admitDelete(stored, opts); err != nil {
		return source{}, false, err
	}
	fresh := m.DeletionTimestamp == nil
	grace := c.gracePeriod(stored, opts)
	if c.mark(stored, opts, grace) {
		s, err := c.write(o, cur, stored, stored)
		return s, false, err
	}
	if !finished(stored) {
		return source{json: cur.json, obj: cur.obj}, false, nil // Under way already, and not to be hastened.
	}
	if fresh && !c.res.Graceful {
		s, err := c.remove(o, cur, stored, cur.json) // It goes as it was: nobody has seen it marked.
		return s, true, err
	}
	m.ResourceVersion = ""
	value, err := codec.EncodeJSON(stored)
	if err != nil {
		return source{}, false, err
	}
	s, err := c.remove(o, cur, stored, cache.WithRevision(value, cur.rev))
	return s, true, err
}

func (c *call) preconditions(p *meta.Preconditions, m *meta.ObjectMeta) error {
	if p == nil {
		return nil
	}
	kind := status.Resource{Group: c.res.Kind.Group, Name: c.res.Kind.Kind}
	if p.UID != nil && *p.UID != m.UID {
		return status.Conflict(kind, c.info.Name, fmt.Sprintf(
			"the UID in the precondition (%s) does not match the UID in record (%s). The object might have been deleted and then recreated", *p.UID, m.UID))
	}
	if p.ResourceVersion != nil && *p.ResourceVersion != m.ResourceVersion {
		return status.Conflict(kind, c.info.Name, fmt.Sprintf(
			"the ResourceVersion in the precondition (%s) does not match the ResourceVersion in record (%s). The object might have been modified", *p.ResourceVersion, m.ResourceVersion))
	}
	return nil
}

// gracePeriod is how long the object has to go, in seconds: 0 for all but
// pods that may be running.
func (c *call) gracePeriod(o meta.Object, opts *meta.DeleteOptions) int64 {
	p, ok := o.(*core.Pod)
	if !ok {
		return 0
	}
	if p.Spec.NodeName == "" || p.Status.Phase == core.PodSucceeded || p.Status.Phase == core.PodFailed {
		return 0
	}
	grace := int64(core.DefaultTerminationGraceSeconds)
	if p.Spec.TerminationGracePeriodSeconds != nil {
		grace = *p.Spec.TerminationGracePeriodSeconds
	}
	if opts.GracePeriodSeconds != nil {
		grace = *opts.GracePeriodSeconds
	}
	if grace < 0 {
		grace = 1
	}
	return grace
}

// mark notes on the object that it is being deleted and what has to happen
// first. It says false when nothing needs to be noted: the object may go at
// once, or all is noted already. An object that may go at once has its
// deletion time set.
func (c *call) mark(o meta.Object, opts *meta.DeleteOptions, grace int64) bool {
	m := o.GetObjectMeta()
	finalizers := finalizersFor(m.Finalizers, c.propagation(opts))
	changed := !slices.Equal(finalizers, m.Finalizers)
	m.Finalizers = finalizers
	if m.DeletionTimestamp == nil && c.res.Deleting != nil {
		c.res.Deleting(o)
	}
	deadline := meta.NewTime(now().Add(time.Duration(grace) * time.Second))
	switch {
	case m.DeletionTimestamp == nil:
		m.DeletionTimestamp = &deadline
		if !holdsOthers(o) {
			m.DeletionGracePeriodSeconds = &grace
			if m.Generation > 0 {
				m.Generation++
			}
		}
		changed = true
	case m.DeletionGracePeriodSeconds != nil && grace < *m.DeletionGracePeriodSeconds:
		m.DeletionTimestamp, m.DeletionGracePeriodSeconds = &deadline, &grace
		changed = true
	}
	if ns, ok := o.(*core.Namespace); ok && ns.Status.Phase != core.NamespaceTerminating {
		ns.Status.Phase = core.NamespaceTerminating
		changed = true
	}
	return changed && !finished(o)
}

// holdsOthers says whether other objects are within the object. Such a one waits
// until these are gone, and has no grace period of its own.
func holdsOthers(o meta.Object) bool {
	switch o.(type) {
	case *core.Namespace, *apiextensions.CustomResourceDefinition:
		return true
	}
	return false
}

// propagation is what becomes of the dependents.
func (c *call) propagation(opts *meta.DeleteOptions) meta.DeletionPropagation {
	switch {
	case opts.PropagationPolicy != nil:
		return *opts.PropagationPolicy
	case opts.OrphanDependents != nil && *opts.OrphanDependents:
		return meta.DeletePropagationOrphan
	case opts.OrphanDependents != nil:
		return meta.DeletePropagationBackground
	case c.res.Kind.Resource == "replicationcontrollers":
		return meta.DeletePropagationOrphan // what v1 has always done
	}
	return ""
}

// finalizersFor puts in the garbage collector's finalizer for the policy and
// takes out the other ones; without a policy they stay as they are.
func finalizersFor(have []string, p meta.DeletionPropagation) []string {
	if p == "" {
		return have
	}
	var out []string
	for _, f := range have {
		if f != meta.FinalizerOrphanDependents && f != meta.FinalizerDeleteDependents {
			out = append(out, f)
		}
	}
	switch p {
	case meta.DeletePropagationOrphan:
		out = append(out, meta.FinalizerOrphanDependents)
	case meta.DeletePropagationForeground:
		out = append(out, meta.FinalizerDeleteDependents)
	}
	return out
}

// deleteCollection deletes all that the selectors select, and answers with the
// list of what that was.
func (c *call) deleteCollection() error {
	opts, err := c.deleteOptions()
	if err != nil {
		return err
	}
	lo, err := c.listOptions()
	if err != nil {
		return err
	}
	if _, err := cache.ParseRevision(lo.ResourceVersion); err != nil {
		return badRevision(err)
	}
	l, err := c.listed(lo)
	if err != nil {
		return err
	}
	for _, o := range l.Objects() {
		one := *c
		info := *c.info
		info.Name, info.Verb = o.Name, "delete"
		if c.res.Kind.Namespaced {
			info.Namespace = o.Namespace
		}
		one.info = &info
		if _, _, err := one.deleteObject(opts); err != nil && !missing(err) {
			return err
		}
	}
	return c.answerList(l)
}
