package controllers

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// replicate makes a replication controller of n pods labelled app=NAME.
func replicate(t *testing.T, ns, name string, n int32, edit ...func(*core.ReplicationController)) *core.ReplicationController {
	t.Helper()
	rc := controllerOf(ns, name, n)
	for _, e := range edit {
		e(rc)
	}
	return must(client.Of[*core.ReplicationController](testbed.client).Create(t.Context(), rc))(t)
}

// controllerOf is a replication controller of n pods labelled app=NAME.
func controllerOf(ns, name string, n int32) *core.ReplicationController {
	rc := &core.ReplicationController{}
	rc.Namespace, rc.Name = ns, name
	rc.Spec.Replicas = &n
	rc.Spec.Selector = map[string]string{"app": name}
	rc.Spec.Template = &core.PodTemplateSpec{}
	rc.Spec.Template.Labels = map[string]string{"app": name}
	rc.Spec.Template.Spec.Containers = []core.Container{{Name: "c", Image: "nginx:1.22"}}
	return rc
}

func scale(t *testing.T, ns, name string, n int) {
	t.Helper()
	body := fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, n)
	must(client.Of[*core.ReplicationController](testbed.client).Patch(t.Context(), ns, name, client.MergePatch, body))(t)
}

// podsOf are the pods labelled app=NAME that are not being deleted.
func podsOf(t *testing.T, ns, name string) []*core.Pod {
	t.Helper()
	list := must(client.Of[*core.Pod](testbed.client).List(t.Context(), ns, client.ListOptions{LabelSelector: "app=" + name}))(t)
	return slices.DeleteFunc(list.Items, func(p *core.Pod) bool { return p.DeletionTimestamp != nil })
}

// settled is nil when exactly n pods are ready and the status says so.
func settled(t *testing.T, ns, name string, n int) error {
	t.Helper()
	pods := podsOf(t, ns, name)
	r := 0
	for _, p := range pods {
		if podReady(p) {
			r++
		}
	}
	rc := must(client.Of[*core.ReplicationController](testbed.client).Get(t.Context(), ns, name))(t)
	st := rc.Status
	if len(pods) != n || r != n || int(st.Replicas) != n || int(st.ReadyReplicas) != n || int(st.AvailableReplicas) != n || st.ObservedGeneration != rc.Generation {
		return fmt.Errorf("%d pods, %d ready, status %+v at generation %d; want %d", len(pods), r, st, rc.Generation, n)
	}
	return nil
}

// events are the events about an object, as "Reason: message".
func events(t *testing.T, ns, name string) []string {
	t.Helper()
	list := must(client.Of[*core.Event](testbed.client).List(t.Context(), ns, client.ListOptions{FieldSelector: "involvedObject.name=" + name}))(t)
	var out []string
	for _, e := range list.Items {
		out = append(out, e.Reason+": "+e.Message)
	}
	return out
}

// said is nil when some event about the object begins so.
func said(t *testing.T, ns, name, prefix string) error {
	t.Helper()
	got := events(t, ns, name)
	if slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, prefix) }) {
		return nil
	}
	return fmt.Errorf("events about %s are %q, want %q", name, got, prefix)
}

func TestReplicas(t *testing.T) {
	ns := namespace(t)
	replicate(t, ns, "web", 5)
	took := eventually(t, 15*time.Second, func() error { return settled(t, ns, "web", 5) })
	t.Logf("5 of 5 after %v", took)
	eventually(t, 5*time.Second, func() error { return said(t, ns, "web", "SuccessfulCreate: Created pod: web-") })

	scale(t, ns, "web", 2)
	eventually(t, 15*time.Second, func() error { return settled(t, ns, "web", 2) })
	eventually(t, 5*time.Second, func() error { return said(t, ns, "web", "SuccessfulDelete: Deleted pod: web-") })

	pods := client.Of[*core.Pod](testbed.client)
	if err := pods.Delete(t.Context(), ns, podsOf(t, ns, "web")[0].Name); err != nil {
		t.Fatal(err)
	}
	eventually(t, 15*time.Second, func() error { return settled(t, ns, "web", 2) })
}

func TestAdoptionAndRelease(t *testing.T) {
	ns := namespace(t)
	pods := client.Of[*core.Pod](testbed.client)
	bare := &core.Pod{}
	bare.Namespace, bare.Name, bare.Labels = ns, "bare", map[string]string{"app": "web"}
	bare.Spec.Containers = []core.Container{{Name: "c", Image: "nginx:1.22"}}
	must(pods.Create(t.Context(), bare))(t)
	rc := replicate(t, ns, "web", 2)
	eventually(t, 15*time.Second, func() error { return settled(t, ns, "web", 2) })
	p := must(pods.Get(t.Context(), ns, "bare"))(t)
	if len(p.OwnerReferences) != 1 || p.OwnerReferences[0].UID != rc.UID || p.OwnerReferences[0].Controller == nil || !*p.OwnerReferences[0].Controller {
		t.Fatalf("the bare pod's owners are %+v, want the controller", p.OwnerReferences)
	}

	must(pods.Patch(t.Context(), ns, "bare", client.MergePatch, []byte(`{"metadata":{"labels":{"app":"free"}}}`)))(t)
	eventually(t, 15*time.Second, func() error {
		p := must(pods.Get(t.Context(), ns, "bare"))(t)
		if len(p.OwnerReferences) > 0 {
			return fmt.Errorf("the relabelled pod still has owners %+v", p.OwnerReferences)
		}
		return settled(t, ns, "web", 2)
	})
}

func TestAvailableAfterMinReadySeconds(t *testing.T) {
	ns := namespace(t)
	replicate(t, ns, "web", 1, func(rc *core.ReplicationController) { rc.Spec.MinReadySeconds = 2 })
	rcs := client.Of[*core.ReplicationController](testbed.client)
	eventually(t, 10*time.Second, func() error {
		if st := must(rcs.Get(t.Context(), ns, "web"))(t).Status; st.ReadyReplicas != 1 || st.AvailableReplicas != 0 {
			return fmt.Errorf("status %+v, want ready and not yet available", st)
		}
		return nil
	})
	eventually(t, 10*time.Second, func() error { return settled(t, ns, "web", 1) })
}

// A manager killed at any moment leaves nothing that its successor does not
// put right, and makes no pod twice.
func TestKilledManager(t *testing.T) {
	ns := namespace(t)
	replicate(t, ns, "web", 3)
	eventually(t, 15*time.Second, func() error { return settled(t, ns, "web", 3) })
	for i, n := range []int{40, 5, 30} {
		scale(t, ns, "web", n)
		eventually(t, 10*time.Second, func() error {
			if len(podsOf(t, ns, "web")) == []int{3, 40, 5}[i] {
				return fmt.Errorf("nothing has happened yet")
			}
			return nil
		})
		testbed.manager.End(syscall.SIGKILL)
		if err := testbed.manager.Start(); err != nil {
			t.Fatal(err)
		}
		eventually(t, 30*time.Second, func() error { return settled(t, ns, "web", n) })
	}
	list := must(client.Of[*core.Pod](testbed.client).List(t.Context(), ns, client.ListOptions{}))(t)
	if len(list.Items) != 30 {
		t.Errorf("%d pods in the namespace, want 30", len(list.Items))
	}
}

func TestOrphanedByDeletion(t *testing.T) {
	ns := namespace(t)
	replicate(t, ns, "web", 2)
	eventually(t, 15*time.Second, func() error { return settled(t, ns, "web", 2) })
	rcs := client.Of[*core.ReplicationController](testbed.client)
	if err := rcs.Delete(t.Context(), ns, "web", client.Propagation(meta.DeletePropagationOrphan)); err != nil {
		t.Fatal(err)
	}
	eventually(t, 15*time.Second, func() error {
		_, err := rcs.Get(t.Context(), ns, "web")
		return gone("the controller", err)
	})
	for _, p := range podsOf(t, ns, "web") {
		if len(p.OwnerReferences) > 0 {
			b, _ := json.Marshal(p.OwnerReferences)
			t.Errorf("pod %s still has owners %s", p.Name, b)
		}
	}
	if n := len(podsOf(t, ns, "web")); n != 2 {
		t.Errorf("%d pods are left, want 2", n)
	}
}

// An API server that is killed and comes back loses nothing, and its absence
// is not held against any node.
func TestKilledServer(t *testing.T) {
	ns := namespace(t)
	replicate(t, ns, "web", 4)
	eventually(t, 15*time.Second, func() error { return settled(t, ns, "web", 4) })
	before := map[meta.UID]bool{}
	for _, p := range podsOf(t, ns, "web") {
		before[p.UID] = true
	}
	testbed.server.End(syscall.SIGKILL)
	if err := testbed.server.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, 30*time.Second, func() error {
		_, err := testbed.client.Raw().Do(t.Context(), "GET", "/readyz", nil, "", nil)
		return err
	})
	scale(t, ns, "web", 6)
	eventually(t, 30*time.Second, func() error { return settled(t, ns, "web", 6) })
	for _, p := range podsOf(t, ns, "web") {
		delete(before, p.UID)
	}
	if len(before) > 0 {
		t.Errorf("%d of the pods from before the restart are gone", len(before))
	}
}
