package controllers

import (
	"fmt"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// configMap makes one with the given owners.
func configMap(t *testing.T, ns, name string, owners ...meta.OwnerReference) *core.ConfigMap {
	t.Helper()
	cm := &core.ConfigMap{}
	cm.Namespace, cm.Name, cm.OwnerReferences = ns, name, owners
	return must(client.Of[*core.ConfigMap](testbed.client).Create(t.Context(), cm))(t)
}

// family is an owner, its dependent and the dependent of that.
func family(t *testing.T, ns string) {
	t.Helper()
	a := configMap(t, ns, "a")
	b := configMap(t, ns, "b", ownedBy("v1", "ConfigMap", a, true))
	configMap(t, ns, "c", ownedBy("v1", "ConfigMap", b, true))
}

func deleteConfigMap(t *testing.T, ns, name string, policy meta.DeletionPropagation) {
	t.Helper()
	if err := client.Of[*core.ConfigMap](testbed.client).Delete(t.Context(), ns, name, client.Propagation(policy)); err != nil {
		t.Fatal(err)
	}
}

func isGone(t *testing.T, ns, name string) func() error {
	return func() error {
		_, err := client.Of[*core.ConfigMap](testbed.client).Get(t.Context(), ns, name)
		return gone("config map "+name, err)
	}
}

func TestBackgroundDeletion(t *testing.T) {
	ns := namespace(t)
	family(t, ns)
	deleteConfigMap(t, ns, "a", meta.DeletePropagationBackground)
	for _, name := range []string{"a", "b", "c"} {
		eventually(t, 10*time.Second, isGone(t, ns, name))
	}
}

func TestForegroundDeletion(t *testing.T) {
	ns := namespace(t)
	family(t, ns)
	api := client.Of[*core.ConfigMap](testbed.client)
	must(api.Patch(t.Context(), ns, "c", client.MergePatch, []byte(`{"metadata":{"finalizers":["example.com/hold"]}}`)))(t)
	deleteConfigMap(t, ns, "a", meta.DeletePropagationForeground)
	eventually(t, 10*time.Second, func() error {
		if c := must(api.Get(t.Context(), ns, "c"))(t); c.DeletionTimestamp == nil {
			return fmt.Errorf("the deletion has not reached c")
		}
		return nil
	})
	for _, name := range []string{"a", "b"} {
		if err := isGone(t, ns, name)(); err == nil {
			t.Errorf("%s went before its dependent", name)
		}
	}
	must(api.Patch(t.Context(), ns, "c", client.MergePatch, []byte(`{"metadata":{"finalizers":null}}`)))(t)
	for _, name := range []string{"c", "b", "a"} {
		eventually(t, 10*time.Second, isGone(t, ns, name))
	}
}

func TestOrphanDeletion(t *testing.T) {
	ns := namespace(t)
	family(t, ns)
	deleteConfigMap(t, ns, "a", meta.DeletePropagationOrphan)
	eventually(t, 10*time.Second, isGone(t, ns, "a"))
	b := must(client.Of[*core.ConfigMap](testbed.client).Get(t.Context(), ns, "b"))(t)
	if len(b.OwnerReferences) > 0 {
		t.Errorf("b still has owners %+v", b.OwnerReferences)
	}
	if c := must(client.Of[*core.ConfigMap](testbed.client).Get(t.Context(), ns, "c"))(t); len(c.OwnerReferences) != 1 {
		t.Errorf("c has owners %+v, want b", c.OwnerReferences)
	}
}

func TestALivingOwnerKeepsItsDependent(t *testing.T) {
	ns := namespace(t)
	a, b := configMap(t, ns, "a"), configMap(t, ns, "b")
	configMap(t, ns, "c", ownedBy("v1", "ConfigMap", a, true), ownedBy("v1", "ConfigMap", b, true))
	deleteConfigMap(t, ns, "a", meta.DeletePropagationForeground)
	eventually(t, 10*time.Second, isGone(t, ns, "a"))
	c := must(client.Of[*core.ConfigMap](testbed.client).Get(t.Context(), ns, "c"))(t)
	if len(c.OwnerReferences) != 1 || c.OwnerReferences[0].Name != "b" {
		t.Errorf("c has owners %+v, want b", c.OwnerReferences)
	}
}

func TestAnOwnerInAnotherNamespaceIsNone(t *testing.T) {
	here, there := namespace(t), namespace(t)
	a := configMap(t, there, "a")
	configMap(t, here, "b", ownedBy("v1", "ConfigMap", a, false))
	eventually(t, 10*time.Second, isGone(t, here, "b"))
	eventually(t, 5*time.Second, func() error { return said(t, here, "b", "OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap") })
	if err := isGone(t, there, "a")(); err == nil {
		t.Error("the owner in the other namespace is gone")
	}
}

func TestNamespaceIsEmptied(t *testing.T) {
	ns := namespace(t)
	replicate(t, ns, "web", 3)
	expose(t, ns, "web")
	configMap(t, ns, "a")
	eventually(t, 15*time.Second, func() error { return serving(t, ns, "web", 3) })
	api := client.Of[*core.Namespace](testbed.client)
	if err := api.Delete(t.Context(), "", ns); err != nil {
		t.Fatal(err)
	}
	took := eventually(t, 30*time.Second, func() error {
		_, err := api.Get(t.Context(), "", ns)
		return gone("the namespace", err)
	})
	t.Logf("gone after %v", took)
	pods := must(client.Of[*core.Pod](testbed.client).List(t.Context(), ns, client.ListOptions{}))(t)
	if n := len(pods.Items); n > 0 {
		t.Errorf("%d pods outlive their namespace", n)
	}
}

func TestNamespaceSaysWhatItWaitsFor(t *testing.T) {
	ns := namespace(t)
	configMap(t, ns, "a")
	maps := client.Of[*core.ConfigMap](testbed.client)
	must(maps.Patch(t.Context(), ns, "a", client.MergePatch, []byte(`{"metadata":{"finalizers":["example.com/hold"]}}`)))(t)
	api := client.Of[*core.Namespace](testbed.client)
	if err := api.Delete(t.Context(), "", ns); err != nil {
		t.Fatal(err)
	}
	eventually(t, 15*time.Second, func() error {
		n := must(api.Get(t.Context(), "", ns))(t)
		for _, c := range n.Status.Conditions {
			if c.Type == core.NamespaceFinalizersRemaining && c.Status == core.ConditionTrue &&
				c.Message == "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances" {
				return nil
			}
		}
		return fmt.Errorf("conditions are %+v", n.Status.Conditions)
	})
	must(maps.Patch(t.Context(), ns, "a", client.MergePatch, []byte(`{"metadata":{"finalizers":null}}`)))(t)
	eventually(t, 30*time.Second, func() error {
		_, err := api.Get(t.Context(), "", ns)
		return gone("the namespace", err)
	})
}

func TestWhatEveryNamespaceHasComesBack(t *testing.T) {
	ns := namespace(t)
	maps, accounts := client.Of[*core.ConfigMap](testbed.client), client.Of[*core.ServiceAccount](testbed.client)
	var ca string
	eventually(t, 10*time.Second, func() error {
		cm, err := maps.Get(t.Context(), ns, "kube-root-ca.crt")
		if err == nil {
			ca = cm.Data["ca.crt"]
		}
		return err
	})
	if err := accounts.Delete(t.Context(), ns, "default"); err != nil {
		t.Fatal(err)
	}
	must(maps.Patch(t.Context(), ns, "kube-root-ca.crt", client.MergePatch, []byte(`{"data":{"ca.crt":"forged"}}`)))(t)
	eventually(t, 10*time.Second, func() error {
		if _, err := accounts.Get(t.Context(), ns, "default"); err != nil {
			return err
		}
		if got := must(maps.Get(t.Context(), ns, "kube-root-ca.crt"))(t).Data["ca.crt"]; got != ca {
			return fmt.Errorf("the CA is %q", got)
		}
		return nil
	})
	if err := maps.Delete(t.Context(), ns, "kube-root-ca.crt"); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, func() error { _, err := maps.Get(t.Context(), ns, "kube-root-ca.crt"); return err })
}
