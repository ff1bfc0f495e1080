// Package ownership makes objects a controller's own and lets them go again:
// what every controller does that finds its dependents by a selector.
package ownership

import (
	"context"
	"encoding/json"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// Reference names owner as the controller of a dependent.
func Reference(owner meta.Object) meta.OwnerReference {
	yes, k, m := true, scheme.Of(owner), owner.GetObjectMeta()
	return meta.OwnerReference{APIVersion: k.APIVersion(), Kind: k.Kind, Name: m.Name, UID: m.UID, Controller: &yes, BlockOwnerDeletion: &yes}
}

// Split tells what owner has to do with objects. mine are those that it
// controls and whose labels fit; free ones that fit are to be adopted, own ones
// that do not are to be released. An owner or an object that is being deleted
// changes hands no more.
func Split[T meta.Object](owner meta.Object, fits func(labels map[string]string) bool, objects []T) (mine, adopt, release []T) {
	m := owner.GetObjectMeta()
	for _, o := range objects {
		om := o.GetObjectMeta()
		ref := podstate.Controller(o)
		still := m.DeletionTimestamp != nil || om.DeletionTimestamp != nil
		switch fit := fits(om.Labels); {
		case ref != nil && ref.UID == m.UID && fit:
			mine = append(mine, o)
		case ref != nil && ref.UID == m.UID && !still:
			release = append(release, o)
		case ref == nil && fit && !still:
			adopt = append(adopt, o)
		}
	}
	return mine, adopt, release
}

// Claim makes owner the controller of adopt and no longer that of release. What
// it wrote is noted in latest. Before it adopts, it asks the API server whether
// the owner still lives: the cache may be behind a deletion that orphaned
// exactly these objects. What it adopts gets the finalizers.
func Claim[O, T meta.Object](ctx context.Context, c *client.Client, owner O, adopt, release []T, latest *cluster.Revision, finalizers ...string) error {
	m := owner.GetObjectMeta()
	if len(adopt) > 0 {
		live, err := client.Of[O](c).Get(ctx, m.Namespace, m.Name)
		if err != nil {
			return err
		}
		if now := live.GetObjectMeta(); now.UID != m.UID || now.DeletionTimestamp != nil {
			return nil
		}
	}
	for _, o := range adopt {
		if err := patch(ctx, c, o, Reference(owner), finalizers, latest); err != nil {
			return err
		}
	}
	for _, o := range release {
		if err := patch(ctx, c, o, map[string]any{"$patch": "delete", "uid": m.UID}, nil, latest); err != nil {
			return err
		}
	}
	return nil
}

// patch changes one owner reference, and adds finalizers. An object that is gone
// needs none.
func patch[T meta.Object](ctx context.Context, c *client.Client, o T, ref any, finalizers []string, latest *cluster.Revision) error {
	m := o.GetObjectMeta()
	change := map[string]any{"uid": m.UID, "ownerReferences": []any{ref}}
	if len(finalizers) > 0 {
		change["finalizers"] = finalizers
	}
	body, err := json.Marshal(map[string]any{"metadata": change})
	if err != nil {
		return err
	}
	written, err := client.Of[T](c).Patch(ctx, m.Namespace, m.Name, client.StrategicPatch, body)
	if client.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	latest.Note(written.GetObjectMeta().ResourceVersion)
	return nil
}
