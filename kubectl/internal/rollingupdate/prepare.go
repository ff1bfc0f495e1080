package rollingupdate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

// NextName is the controller that old is being replaced by, or "".
func NextName(old api.Object) string { return annotation(old, nextController) }

// WithImage makes the controller that differs from old in an image. name may
// be empty for one that follows from the difference. container may be empty
// when the pods have one container only.
func WithImage(old api.Object, name, image, container, key string) (api.Object, error) {
	rc := clone(old)
	containers, _ := rc.Field("spec", "template", "spec", "containers").([]any)
	changed := false
	for _, c := range containers {
		m, _ := c.(map[string]any)
		switch {
		case container == "" && len(containers) > 1:
			return nil, errors.New("must specify container to update when updating a multi-container pod")
		case container != "" && m["name"] != container:
			continue
		case m["image"] == image:
			return nil, fmt.Errorf("Specified --image must be distinct from existing container image")
		}
		m["image"] = image
		changed = true
	}
	if !changed {
		return nil, fmt.Errorf("container %s not found in pod", container)
	}
	blank(rc, old.Name())
	for _, a := range []string{sourceID, desiredReplicas, originalReplicas, nextController} {
		rc.Remove("metadata", "annotations", a)
	}
	hash := hashOf(rc)
	if name == "" {
		name = old.Name() + "-" + hash
	}
	rc.Set(name, "metadata", "name")
	rc.Set(hash, "spec", "selector", key)
	rc.Set(hash, "spec", "template", "metadata", "labels", key)
	return rc, nil
}

func hashOf(rc api.Object) string {
	b, err := json.Marshal(rc["spec"])
	if err != nil {
		panic(err) // it came from JSON
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// PointOld notes on the old controller which one comes next, and gives it and
// its pods a label of their own when they have none by which the two differ.
func (u *Update) PointOld(ctx context.Context, key string) (err error) {
	next := u.New.Name()
	if _, ok := u.Old.Strings("spec", "selector")[key]; ok {
		if annotation(u.Old, nextController) == next {
			return nil
		}
		u.Old, err = u.change(ctx, u.Old, func(o api.Object) { annotate(o, nextController, next) })
		return err
	}
	value := hashOf(u.Old) + "-orig"
	before := u.Old.Strings("spec", "selector")
	// New pods get the label first, then those that are there, and only then
	// does the controller select by it: it never sees fewer pods than it has.
	u.Old, err = u.change(ctx, u.Old, func(o api.Object) {
		annotate(o, nextController, next)
		o.Set(value, "spec", "template", "metadata", "labels", key)
	})
	if err != nil {
		return err
	}
	if err := u.labelPods(ctx, before, key, value); err != nil {
		return err
	}
	u.Old, err = u.change(ctx, u.Old, func(o api.Object) { o.Set(value, "spec", "selector", key) })
	if err != nil {
		return err
	}
	return u.deleteStray(ctx, before, key)
}

func (u *Update) labelPods(ctx context.Context, selector map[string]string, key, value string) error {
	pods, err := u.Cluster.Pods(ctx, selector)
	if err != nil {
		return err
	}
	for _, p := range pods {
		if _, ok := p.Strings("metadata", "labels")[key]; ok || !u.ours(p) {
			continue
		}
		p.Set(value, "metadata", "labels", key)
		if err := u.Cluster.ReplacePod(ctx, p); err != nil && !api.IsReason(err, "NotFound") {
			return err
		}
	}
	return nil
}

// deleteStray removes pods that the old controller made, without the label,
// while it was being changed: it lets go of them.
func (u *Update) deleteStray(ctx context.Context, selector map[string]string, key string) error {
	pods, err := u.Cluster.Pods(ctx, selector)
	if err != nil {
		return err
	}
	for _, p := range pods {
		if _, ok := p.Strings("metadata", "labels")[key]; ok || !u.ours(p) {
			continue
		}
		if err := u.Cluster.DeletePod(ctx, p.Name()); err != nil && !api.IsReason(err, "NotFound") {
			return err
		}
	}
	return nil
}

// ours says whether a pod belongs to the old controller.
func (u *Update) ours(pod api.Object) bool {
	for _, r := range pod.List("metadata", "ownerReferences") {
		if r.Bool("controller") {
			return r.String("uid") == u.Old.String("metadata", "uid")
		}
	}
	return false
}

// CheckSelectors reports two controllers that would take each other's pods.
func (u *Update) CheckSelectors(from string) error {
	if u.Old.Name() == u.New.Name() {
		return fmt.Errorf("%s cannot have the same name as the existing ReplicationController %s", from, u.Old.Name())
	}
	old, fresh := u.Old.Strings("spec", "selector"), u.New.Strings("spec", "selector")
	for k, v := range old {
		if n, ok := fresh[k]; ok && n != v {
			return nil
		}
	}
	return fmt.Errorf("%s must specify a matching key with non-equal value in Selector for %s", from, u.Old.Name())
}

// Abort turns an update round: the old controller grows again and the new one
// goes.
func (u *Update) Abort(ctx context.Context) error {
	u.Old, u.New = u.New, u.Old
	u.Rename = false
	size := annotation(u.New, originalReplicas)
	var err error
	u.New, err = u.change(ctx, u.New, func(o api.Object) {
		annotate(o, sourceID, sourceOf(u.Old))
		if size != "" {
			annotate(o, desiredReplicas, size)
		}
		o.Remove("metadata", "annotations", originalReplicas)
		o.Remove("metadata", "annotations", nextController)
	})
	if err != nil {
		return err
	}
	// What it was to become counts as what it was, so that as many stay ready.
	want := annotation(u.Old, desiredReplicas)
	u.Old, err = u.change(ctx, u.Old, func(o api.Object) {
		annotate(o, nextController, u.New.Name())
		if want != "" {
			annotate(o, originalReplicas, want)
		}
	})
	return err
}
