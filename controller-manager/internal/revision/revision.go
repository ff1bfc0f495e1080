// Package revision keeps the history of an object's pod template as
// ControllerRevisions: which template is the present one, which came before, so
// that pods can be told apart by it and users can go back. DaemonSets and
// StatefulSets keep theirs here.
package revision

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/ownership"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Label holds on a pod which revision it is of.
const Label = "controller-revision-hash"

// Owner is an object with a template that changes.
type Owner struct {
	// Object is the DaemonSet or StatefulSet.
	Object meta.Object
	// Template is its present template.
	Template *core.PodTemplateSpec
	// Fits tells of a revision's labels whether the object selects them.
	Fits func(labels map[string]string) bool
	// Collisions counts the names that were taken, as the status says; nil is 0.
	Collisions *int32
	// Limit is how many old revisions to keep beside those in use; nil is 10.
	Limit *int32
}

// ErrCollision says that the name of the new revision is taken by another one:
// count it in the status and come again.
var ErrCollision = errors.New("the revision's name is taken")

// Keeper writes revisions.
type Keeper struct {
	client    *client.Client
	revisions *informer.Informer[*apps.ControllerRevision]
}

// NewKeeper makes a keeper. It watches controller revisions.
func NewKeeper(view *cluster.View) *Keeper { return &Keeper{view.Client, view.ControllerRevisions()} }

// Present makes sure that the owner's present template is its latest revision,
// and returns it behind all earlier ones.
func (k *Keeper) Present(ctx context.Context, o Owner) (history []*apps.ControllerRevision, err error) {
	var latest cluster.Revision
	mine, adopt, release := ownership.Split(o.Object, o.Fits, k.revisions.ByNamespace(o.Object.GetObjectMeta().Namespace))
	if len(adopt)+len(release) > 0 {
		if err := claim(ctx, k.client, o.Object, adopt, release, &latest); err != nil {
			return nil, err
		}
		if err := latest.Await(ctx, k.revisions); err != nil {
			return nil, err
		}
		mine, _, _ = ownership.Split(o.Object, o.Fits, k.revisions.ByNamespace(o.Object.GetObjectMeta().Namespace))
	}
	slices.SortFunc(mine, older)
	data, err := Data(o.Template)
	if err != nil {
		return nil, err
	}
	next := int64(1)
	if n := len(mine); n > 0 {
		next = mine[n-1].Revision + 1
	}
	i := slices.IndexFunc(mine, func(r *apps.ControllerRevision) bool { return holds(r, data) })
	switch {
	case i >= 0 && i == len(mine)-1:
		return mine, nil
	case i >= 0: // it was left and has come back
		back := mine[i].DeepCopy()
		back.Revision = next
		if back, err = client.Of[*apps.ControllerRevision](k.client).Update(ctx, back); err != nil {
			return nil, err
		}
		latest.Note(back.ResourceVersion)
		return append(slices.Delete(mine, i, i+1), back), latest.Await(ctx, k.revisions)
	}
	made, err := k.create(ctx, o, data, next)
	if err != nil {
		return nil, err
	}
	latest.Note(made.ResourceVersion)
	return append(mine, made), latest.Await(ctx, k.revisions)
}

// claim is ownership.Claim for either kind of owner.
func claim(ctx context.Context, c *client.Client, owner meta.Object, adopt, release []*apps.ControllerRevision, latest *cluster.Revision) error {
	switch o := owner.(type) {
	case *apps.DaemonSet:
		return ownership.Claim(ctx, c, o, adopt, release, latest)
	case *apps.StatefulSet:
		return ownership.Claim(ctx, c, o, adopt, release, latest)
	}
	return fmt.Errorf("revisions of a %T are not kept", owner)
}

func (k *Keeper) create(ctx context.Context, o Owner, data []byte, number int64) (*apps.ControllerRevision, error) {
	m, h := o.Object.GetObjectMeta(), Hash(data, o.Collisions)
	r := &apps.ControllerRevision{Data: meta.RawExtension{Raw: data}, Revision: number}
	r.Namespace, r.Name = m.Namespace, m.Name+"-"+h
	r.Labels = maps.Clone(o.Template.Labels)
	if r.Labels == nil {
		r.Labels = map[string]string{}
	}
	r.Labels[Label] = h
	r.Annotations = maps.Clone(m.Annotations)
	r.OwnerReferences = []meta.OwnerReference{ownership.Reference(o.Object)}
	revisions := client.Of[*apps.ControllerRevision](k.client)
	made, err := revisions.Create(ctx, r)
	if !client.IsAlreadyExists(err) {
		return made, err
	}
	there, err := revisions.Get(ctx, r.Namespace, r.Name)
	if err != nil {
		return nil, err
	}
	if ref := there.OwnerReferences; holds(there, data) && len(ref) == 1 && ref[0].UID == m.UID {
		return there, nil // made before a crash or a lost answer
	}
	return nil, ErrCollision
}

// Truncate deletes the oldest revisions that are not in use, but for as many as
// are to be kept.
func (k *Keeper) Truncate(ctx context.Context, o Owner, history []*apps.ControllerRevision, used func(*apps.ControllerRevision) bool) error {
	limit := 10
	if o.Limit != nil {
		limit = int(*o.Limit)
	}
	idle := surplus(history, used, limit)
	for _, r := range idle {
		err := client.Of[*apps.ControllerRevision](k.client).Delete(ctx, r.Namespace, r.Name, client.Preconditions(r.UID, ""))
		if err != nil && !client.IsNotFound(err) && !client.IsConflict(err) {
			return err
		}
	}
	return nil
}

// surplus is the oldest of those that are not in use; the latest is always.
func surplus(history []*apps.ControllerRevision, used func(*apps.ControllerRevision) bool, limit int) []*apps.ControllerRevision {
	if len(history) == 0 {
		return nil
	}
	idle := slices.DeleteFunc(slices.Clone(history[:len(history)-1]), used)
	// Stateful sets may ask for fewer than none to be kept.
	return idle[:max(0, len(idle)-max(0, limit))]
}

func older(a, b *apps.ControllerRevision) int {
	return cmp.Or(cmp.Compare(a.Revision, b.Revision), a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
}

// Data is a template as revisions hold it: a patch that puts it in the place of
// any other. It is byte for byte what upstream's controllers write, keys sorted
// and absent creation timestamps as null: kubectl rollout undo and other programs
// find the present revision by comparing bytes.
func Data(t *core.PodTemplateSpec) ([]byte, error) {
	text, err := codec.EncodeJSON(t)
	if err != nil {
		return nil, err
	}
	var fields map[string]any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&fields); err != nil {
		return nil, err
	}
	stamp(fields)
	spec, _ := fields["spec"].(map[string]any)
	volumes, _ := spec["volumes"].([]any)
	for _, v := range volumes {
		volume, _ := v.(map[string]any)
		ephemeral, _ := volume["ephemeral"].(map[string]any)
		if claim, ok := ephemeral["volumeClaimTemplate"].(map[string]any); ok {
			stamp(claim)
		}
	}
	fields["$patch"] = "replace"
	return json.Marshal(map[string]any{"spec": map[string]any{"template": fields}})
}

// stamp gives the metadata of a template a creation timestamp, null, as upstream's
// encoder does.
func stamp(template map[string]any) {
	m, ok := template["metadata"].(map[string]any)
	if !ok {
		m = map[string]any{}
		template["metadata"] = m
	}
	if _, ok := m["creationTimestamp"]; !ok {
		m["creationTimestamp"] = nil
	}
}

// holds says whether a revision holds the template of that data, however it is
// written down.
func holds(r *apps.ControllerRevision, data []byte) bool {
	if bytes.Equal(r.Data.Raw, data) {
		return true
	}
	t, err := Template(r)
	if err != nil {
		return false
	}
	again, err := Data(t)
	return err == nil && bytes.Equal(again, data)
}

// Template is what Data was made of.
func Template(r *apps.ControllerRevision) (*core.PodTemplateSpec, error) {
	var patch struct {
		Spec struct{ Template json.RawMessage }
	}
	if err := json.Unmarshal(r.Data.Raw, &patch); err != nil {
		return nil, fmt.Errorf("revision %s: %w", r.Name, err)
	}
	t := &core.PodTemplateSpec{}
	if err := codec.DecodeJSON(patch.Spec.Template, t); err != nil {
		return nil, fmt.Errorf("revision %s: %w", r.Name, err)
	}
	return t, nil
}

// Hash names a revision by what it holds and how often that name was taken.
func Hash(data []byte, collisions *int32) string {
	h := fnv.New32a()
	h.Write(data)
	if collisions != nil {
		h.Write(strconv.AppendInt(nil, int64(*collisions), 10))
	}
	return SafeEncode(strconv.FormatUint(uint64(h.Sum32()), 10))
}

// SafeEncode writes digits with letters and digits that spell no words.
func SafeEncode(digits string) string {
	const letters = "bcdfghjklmnpqrstvwxz2456789"
	b := []byte(digits)
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b)
}
