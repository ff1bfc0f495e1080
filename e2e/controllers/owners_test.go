package controllers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/rbac"
)

// custom is one custom resource.
type custom struct {
	path string
	meta.ObjectMeta
}

// GetObjectMeta makes it an owner.
func (c *custom) GetObjectMeta() *meta.ObjectMeta { return &c.ObjectMeta }

// customOf makes a custom resource with the given owners.
func customOf(t *testing.T, path, kind, apiVersion, name string, owners ...meta.OwnerReference) *custom {
	t.Helper()
	body, _ := json.Marshal(map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": map[string]any{"name": name, "ownerReferences": owners}})
	answer := must(testbed.client.Raw().Do(t.Context(), http.MethodPost, path, nil, "application/json", body))(t)
	var o struct {
		meta.ObjectMeta `json:"metadata"`
	}
	if err := json.Unmarshal(answer.Body, &o); err != nil {
		t.Fatal(err)
	}
	return &custom{path + "/" + name, o.ObjectMeta}
}

func ownedByCustom(apiVersion, kind string, c *custom) meta.OwnerReference {
	return meta.OwnerReference{APIVersion: apiVersion, Kind: kind, Name: c.Name, UID: c.UID, BlockOwnerDeletion: new(true)}
}

func (c *custom) remove(t *testing.T, p meta.DeletionPropagation) {
	t.Helper()
	body, _ := json.Marshal(meta.DeleteOptions{TypeMeta: meta.TypeMeta{APIVersion: "v1", Kind: "DeleteOptions"}, PropagationPolicy: &p})
	must(testbed.client.Raw().Do(t.Context(), http.MethodDelete, c.path, nil, "application/json", body))(t)
}

func (c *custom) isGone(t *testing.T) func() error {
	return func() error {
		_, err := testbed.client.Raw().Do(t.Context(), http.MethodGet, c.path, nil, "", nil)
		return gone(c.path, err)
	}
}

// TestCustomOwners: kinds that come while the collector runs own and are owned
// like any other, namespaced and cluster-wide.
func TestCustomOwners(t *testing.T) {
	ns := namespace(t)
	const group = "owners.example.com/v1"
	define(t, "tools", "owners.example.com", "Tool", true)
	define(t, "sheds", "owners.example.com", "Shed", false)
	tools, sheds := "/apis/"+group+"/namespaces/"+ns+"/tools", "/apis/"+group+"/sheds"

	shed := customOf(t, sheds, "Shed", group, "s-"+ns)
	hammer := customOf(t, tools, "Tool", group, "hammer", ownedByCustom(group, "Shed", shed))
	configMap(t, ns, "nail", ownedByCustom(group, "Tool", hammer))
	shed.remove(t, meta.DeletePropagationForeground)
	eventually(t, 30*time.Second, shed.isGone(t))
	for _, f := range []func() error{hammer.isGone(t), isGone(t, ns, "nail")} {
		if err := f(); err != nil {
			t.Errorf("after its owner, which waited for it: %v", err)
		}
	}

	box := configMap(t, ns, "box")
	saw := customOf(t, tools, "Tool", group, "saw", ownedBy("v1", "ConfigMap", box, false))
	axe := customOf(t, tools, "Tool", group, "axe", ownedBy("v1", "ConfigMap", box, false))
	configMap(t, ns, "wood", ownedByCustom(group, "Tool", axe))
	axe.remove(t, meta.DeletePropagationOrphan)
	eventually(t, 15*time.Second, axe.isGone(t))
	if wood := must(client.Of[*core.ConfigMap](testbed.client).Get(t.Context(), ns, "wood"))(t); len(wood.OwnerReferences) != 0 {
		t.Errorf("an orphan has the owners %v", wood.OwnerReferences)
	}
	deleteConfigMap(t, ns, "box", meta.DeletePropagationBackground)
	eventually(t, 15*time.Second, saw.isGone(t))
}

// TestRing: two that own each other are deleted whichever way is asked for.
func TestRing(t *testing.T) {
	for _, policy := range []meta.DeletionPropagation{meta.DeletePropagationForeground, meta.DeletePropagationBackground} {
		ns := namespace(t)
		maps := client.Of[*core.ConfigMap](testbed.client)
		a := configMap(t, ns, "a")
		b := configMap(t, ns, "b", ownedBy("v1", "ConfigMap", a, true))
		refs, _ := json.Marshal(map[string]any{"metadata": map[string]any{"ownerReferences": []meta.OwnerReference{ownedBy("v1", "ConfigMap", b, true)}}})
		must(maps.Patch(t.Context(), ns, "a", client.MergePatch, refs))(t)
		deleteConfigMap(t, ns, "a", policy)
		for _, name := range []string{"a", "b"} {
			eventually(t, 15*time.Second, isGone(t, ns, name))
		}
	}
}

// TestOwnersThatCannotBe: an owner that never was is as good as gone; one of a
// kind that nobody serves, or that a cluster-wide object cannot have, is left
// alone, and so is what it owns.
func TestOwnersThatCannotBe(t *testing.T) {
	ns := namespace(t)
	configMap(t, ns, "unknown", meta.OwnerReference{APIVersion: "nowhere.example.com/v1", Kind: "Nothing", Name: "x", UID: "no-such-kind"})
	owner := configMap(t, ns, "owner")
	role := &rbac.ClusterRole{}
	role.Name, role.OwnerReferences = "role-"+ns, []meta.OwnerReference{ownedBy("v1", "ConfigMap", owner, false)}
	roles := client.Of[*rbac.ClusterRole](testbed.client)
	must(roles.Create(t.Context(), role))(t)
	t.Cleanup(func() { _ = roles.Delete(t.Context(), "", role.Name) })
	eventually(t, 10*time.Second, func() error {
		return said(t, "default", role.Name, "OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: , name: owner")
	})
	deleteConfigMap(t, ns, "owner", meta.DeletePropagationBackground)
	configMap(t, ns, "virtual", meta.OwnerReference{APIVersion: "v1", Kind: "Secret", Name: "x", UID: "never-was"})
	eventually(t, 15*time.Second, isGone(t, ns, "virtual"))
	if _, err := roles.Get(t.Context(), "", role.Name); err != nil {
		t.Errorf("a cluster role went for the sake of a config map: %v", err)
	}
	if err := isGone(t, ns, "unknown")(); err == nil {
		t.Error("what belongs to an unknown kind is gone")
	}
}

// TestNamespaceWithCustomResource: a custom resource that is held back is told of
// by its name and its finalizer.
func TestNamespaceWithCustomResource(t *testing.T) {
	ns := namespace(t)
	define(t, "holds", "stuck.example.com", "Hold", true)
	h := customOf(t, "/apis/stuck.example.com/v1/namespaces/"+ns+"/holds", "Hold", "stuck.example.com/v1", "h")
	patch := func(finalizers string) {
		t.Helper()
		must(testbed.client.Raw().Do(t.Context(), http.MethodPatch, h.path, nil, string(client.MergePatch), []byte(`{"metadata":{"finalizers":`+finalizers+`}}`)))(t)
	}
	patch(`["stuck.example.com/wait"]`)
	namespaces := client.Of[*core.Namespace](testbed.client)
	if err := namespaces.Delete(t.Context(), "", ns); err != nil {
		t.Fatal(err)
	}
	want := map[core.NamespaceConditionType]string{
		core.NamespaceContentRemaining:    "Some resources are remaining: holds.stuck.example.com has 1 resource instances",
		core.NamespaceFinalizersRemaining: "Some content in the namespace has finalizers remaining: stuck.example.com/wait in 1 resource instances",
	}
	eventually(t, 30*time.Second, func() error {
		n, err := namespaces.Get(t.Context(), "", ns)
		if err != nil {
			return err
		}
		found := 0
		for _, c := range n.Status.Conditions {
			if c.Status == core.ConditionTrue && c.Message == want[c.Type] {
				found++
			}
		}
		if found != len(want) {
			return fmt.Errorf("conditions %+v", n.Status.Conditions)
		}
		return nil
	})
	patch(`null`)
	eventually(t, 30*time.Second, func() error {
		_, err := namespaces.Get(t.Context(), "", ns)
		return gone("the namespace", err)
	})
}
