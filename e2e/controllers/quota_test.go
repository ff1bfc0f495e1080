package controllers

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// quotaOf makes a quota; hard is name=amount, separated by spaces.
func quotaOf(t *testing.T, ns, hard string) {
	t.Helper()
	q := &core.ResourceQuota{}
	q.Namespace, q.Name, q.Spec.Hard = ns, "q", amounts(hard)
	must(client.Of[*core.ResourceQuota](testbed.client).Create(t.Context(), q))(t)
}

func amounts(text string) core.ResourceList {
	l := core.ResourceList{}
	for _, f := range strings.Fields(text) {
		n, v, _ := strings.Cut(f, "=")
		l[core.ResourceName(n)] = quantity.MustParse(v)
	}
	return l
}

// says is nil when the quota's status is in force and has so much in use.
func says(t *testing.T, ns, used string) func() error {
	return func() error {
		q, err := client.Of[*core.ResourceQuota](testbed.client).Get(t.Context(), ns, "q")
		if err != nil {
			return err
		}
		for n, v := range amounts(used) {
			hard, ok := q.Status.Hard[n]
			if have, known := q.Status.Used[n]; !known || !have.Equal(v) || !ok || !hard.Equal(q.Spec.Hard[n]) {
				return fmt.Errorf("the quota's status is %v", q.Status)
			}
		}
		return nil
	}
}

func secretOf(ns, name string) *core.Secret {
	s := &core.Secret{}
	s.Namespace, s.Name = ns, name
	return s
}

// TestQuotaFullByManyCreators: hundreds create at the same time; the quota ends
// exactly full, and what is deleted comes free at once.
func TestQuotaFullByManyCreators(t *testing.T) {
	const most, creators = 25, 200
	ns := namespace(t)
	secrets := client.Of[*core.Secret](testbed.client)
	must(secrets.Create(t.Context(), secretOf(ns, "before")))(t)
	quotaOf(t, ns, fmt.Sprintf("secrets=%d count/secrets=%d", most, most+5))
	eventually(t, 10*time.Second, says(t, ns, "secrets=1 count/secrets=1"))
	var made, refused atomic.Int64
	var wg sync.WaitGroup
	for i := range creators {
		wg.Go(func() {
			_, err := secrets.Create(t.Context(), secretOf(ns, fmt.Sprint("s", i)))
			switch {
			case err == nil:
				made.Add(1)
			case client.IsForbidden(err) && strings.Contains(err.Error(), "exceeded quota: q, requested: secrets=1, used: secrets=25, limited: secrets=25"):
				refused.Add(1)
			default:
				t.Errorf("create: %v", err)
			}
		})
	}
	wg.Wait()
	if made.Load() != most-1 || refused.Load() != creators-most+1 {
		t.Errorf("%d were made and %d refused", made.Load(), refused.Load())
	}
	if err := says(t, ns, "secrets=25 count/secrets=25")(); err != nil {
		t.Error(err)
	}
	if err := secrets.Delete(t.Context(), ns, "before"); err != nil {
		t.Fatal(err)
	}
	must(secrets.Create(t.Context(), secretOf(ns, "after")))(t)
}

// TestQuotaBelowUsage: a quota that comes too late shows what is in use, and
// nothing more is let in; it follows when it is changed.
func TestQuotaBelowUsage(t *testing.T) {
	ns := namespace(t)
	secrets := client.Of[*core.Secret](testbed.client)
	for _, name := range []string{"a", "b", "c"} {
		must(secrets.Create(t.Context(), secretOf(ns, name)))(t)
	}
	quotaOf(t, ns, "secrets=1")
	eventually(t, 10*time.Second, says(t, ns, "secrets=3"))
	if _, err := secrets.Create(t.Context(), secretOf(ns, "d")); !client.IsForbidden(err) ||
		!strings.Contains(err.Error(), `secrets "d" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=3, limited: secrets=1`) {
		t.Errorf("create: %v", err)
	}
	quotas := client.Of[*core.ResourceQuota](testbed.client)
	must(quotas.Patch(t.Context(), ns, "q", client.MergePatch, []byte(`{"spec":{"hard":{"secrets":"4","services.nodeports":"1"}}}`)))(t)
	eventually(t, 10*time.Second, says(t, ns, "secrets=3 services.nodeports=0"))
	must(secrets.Create(t.Context(), secretOf(ns, "d")))(t)
	if err := says(t, ns, "secrets=4")(); err != nil {
		t.Error(err)
	}
}

// TestWrongQuotaIsCorrected: whatever a status says that nobody counted, it is
// put right when the quota is counted next.
func TestWrongQuotaIsCorrected(t *testing.T) {
	ns := namespace(t)
	quotaOf(t, ns, "secrets=9 pods=9")
	eventually(t, 10*time.Second, says(t, ns, "secrets=0 pods=0"))
	quotas := client.Of[*core.ResourceQuota](testbed.client)
	must(quotas.Patch(t.Context(), ns, "q", client.MergePatch, []byte(`{"status":{"used":{"secrets":"7"}}}`), client.Subresource("status")))(t)
	must(quotas.Patch(t.Context(), ns, "q", client.MergePatch, []byte(`{"spec":{"hard":{"secrets":"8"}}}`)))(t)
	eventually(t, 10*time.Second, says(t, ns, "secrets=0 pods=0"))
}

// TestQuotaStopsReplicas: a replica set that meets a quota makes what it may,
// says why there are no more, and goes on when there is room.
func TestQuotaStopsReplicas(t *testing.T) {
	ns := namespace(t)
	quotaOf(t, ns, "pods=2")
	eventually(t, 10*time.Second, says(t, ns, "pods=0"))
	rcs := client.Of[*core.ReplicationController](testbed.client)
	must(rcs.Create(t.Context(), controllerOf(ns, "web", 3)))(t)
	eventually(t, 20*time.Second, func() error {
		rc, err := rcs.Get(t.Context(), ns, "web")
		if err != nil {
			return err
		}
		for _, c := range rc.Status.Conditions {
			if c.Type == core.ReplicationControllerReplicaFailure && c.Status == core.ConditionTrue && c.Reason == "FailedCreate" &&
				strings.Contains(c.Message, "exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2") && rc.Status.Replicas == 2 {
				return nil
			}
		}
		return fmt.Errorf("status %+v", rc.Status)
	})
	must(rcs.Patch(t.Context(), ns, "web", client.MergePatch, []byte(`{"spec":{"replicas":2}}`)))(t)
	eventually(t, 20*time.Second, func() error {
		rc, err := rcs.Get(t.Context(), ns, "web")
		if err == nil && len(rc.Status.Conditions) > 0 {
			err = fmt.Errorf("conditions %+v", rc.Status.Conditions)
		}
		return err
	})
	must(rcs.Patch(t.Context(), ns, "web", client.MergePatch, []byte(`{"spec":{"replicas":0}}`)))(t)
	eventually(t, 20*time.Second, says(t, ns, "pods=0"))
}

// TestQuotaOfCustomResources: objects of kinds that come at run time are counted
// as well.
func TestQuotaOfCustomResources(t *testing.T) {
	ns := namespace(t)
	quotaOf(t, ns, "count/gadgets.quota.example.com=1")
	define(t, "gadgets", "quota.example.com", "Gadget", true)
	eventually(t, 30*time.Second, says(t, ns, "count/gadgets.quota.example.com=0"))
	if err := makeCustom(t, "/apis/quota.example.com/v1/namespaces/"+ns+"/gadgets", "Gadget", "quota.example.com/v1", "a"); err != nil {
		t.Fatal(err)
	}
	err := makeCustom(t, "/apis/quota.example.com/v1/namespaces/"+ns+"/gadgets", "Gadget", "quota.example.com/v1", "b")
	if want := "exceeded quota: q, requested: count/gadgets.quota.example.com=1, used: count/gadgets.quota.example.com=1, limited: count/gadgets.quota.example.com=1"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("a second one: %v", err)
	}
}

// define makes a kind of custom resource that holds anything, and waits until it
// is served.
func define(t *testing.T, plural, group, kind string, namespaced bool) {
	t.Helper()
	scope := "Cluster"
	if namespaced {
		scope = "Namespaced"
	}
	body, _ := json.Marshal(map[string]any{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": plural + "." + group},
		"spec": map[string]any{"group": group, "scope": scope, "names": map[string]any{"plural": plural, "kind": kind},
			"versions": []any{map[string]any{"name": "v1", "served": true, "storage": true,
				"schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}}}})
	const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
	if _, err := testbed.client.Raw().Do(t.Context(), http.MethodPost, path, nil, "application/json", body); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = testbed.client.Raw().Do(t.Context(), http.MethodDelete, path+"/"+plural+"."+group, nil, "", nil)
	})
	eventually(t, 10*time.Second, func() error {
		_, err := testbed.client.Raw().Do(t.Context(), http.MethodGet, "/apis/"+group+"/v1/"+plural, nil, "", nil)
		return err
	})
}

// makeCustom posts a custom resource.
func makeCustom(t *testing.T, path, kind, apiVersion, name string) error {
	body, _ := json.Marshal(map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": map[string]any{"name": name}})
	answer, err := testbed.client.Raw().Do(t.Context(), http.MethodPost, path, nil, "application/json", body)
	if err == nil && len(answer.Body) == 0 {
		err = errors.New("no answer")
	}
	return err
}
