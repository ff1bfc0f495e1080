package scenarios

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/testbed"
)

// A pod of which two must never run at once, on a node that is cut off: the
// node stops it by itself, and only then its replacement runs elsewhere,
// without anybody being called. Other pods of that node run on.
func TestCutOffNodeStopsWhatMustNotRunTwice(t *testing.T) {
	ns := namespace(t)
	one := strings.Replace(controller("one", 1), "metadata: {labels: {app: one}}",
		`metadata: {labels: {app: one}, annotations: {pilothouse.io/at-most-one: "true"}}`, 1)
	kubectl(t, "create", "-n", ns, "-f", file(t, one))
	p := waitPods(t, ns, "app=one", 1)[0]
	lost, err := cluster.Host(p.Spec.NodeName)
	if err != nil {
		t.Fatal(err)
	}
	kubectl(t, "create", "-n", ns, "-f", file(t, fmt.Sprintf(`apiVersion: v1
kind: Pod
metadata: {name: plain, labels: {app: plain}}
spec:
  nodeName: %s
  terminationGracePeriodSeconds: 1
  containers: [{name: c, image: "busybox:1.35", command: [sleep, "3600"]}]
`, lost.Name)))
	plain := waitPods(t, ns, "app=plain", 1)[0]

	next := replacedOnce(t, ns, "app=one", lost, p, plain)
	if next.Spec.NodeName == lost.Name || next.Metadata.UID == p.Metadata.UID {
		t.Errorf("the replacement is %s on %s", next.Metadata.Name, next.Spec.NodeName)
	}
	if !runs(t, lost, plain) {
		t.Error("the plain pod stopped on the node while that was cut off")
	}

	if err := lost.RestoreLink(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := cluster.WaitNodes(t.Context(), 60*time.Second); err != nil {
		t.Fatal(err)
	}
	eventually(t, 30*time.Second, func() error {
		out, err := lost.Output(t.Context(), "ctr", "-n", "k8s.io", "containers", "list")
		if err == nil && strings.Contains(out, container(p)) {
			err = errors.New("the old container is still there")
		}
		if err == nil && runs(t, lost, plain) {
			err = errors.New("the plain pod, deleted meanwhile, still runs")
		}
		return err
	})
	after := waitPods(t, ns, "app=one", 1)
	same(t, []pod{next}, after)
}

// replacedOnce cuts the node off on which p runs and returns what replaces it.
// meanwhile is done after the cut. It fails the test when that runs before the node has stopped p, or when the
// node stops plain too.
func replacedOnce(t *testing.T, ns, selector string, lost *testbed.Host, p, plain pod, meanwhile ...func(*testing.T, *testbed.Host)) (next pod) {
	t.Helper()
	if err := lost.CutLink(t.Context()); err != nil {
		t.Fatal(err)
	}
	cut := time.Now()
	t.Cleanup(func() { _ = lost.RestoreLink(context.Background()) })
	for _, f := range meanwhile {
		f(t, lost)
	}
	var stopped, started time.Time
	eventually(t, 90*time.Second, func() error {
		// The new one is looked for first: when it is there, the old one must be
		// found stopped afterwards at the latest.
		for _, q := range pods(t, ns, selector) {
			if q.Metadata.UID == p.Metadata.UID || len(q.Status.ContainerStatuses) == 0 {
				continue
			}
			if r := q.Status.ContainerStatuses[0].State.Running; r != nil && started.IsZero() {
				var err error
				if started, err = time.Parse(time.RFC3339, r.StartedAt); err != nil {
					t.Fatal(err)
				}
				next = q
			}
		}
		if stopped.IsZero() && !runs(t, lost, p) {
			stopped = time.Now()
			if plain.Metadata.UID != "" && !runs(t, lost, plain) {
				t.Error("the cut-off node stopped the plain pod as well")
			}
		}
		switch {
		case stopped.IsZero() && !started.IsZero():
			t.Fatalf("two run at once: %s on %s and %s on %s", p.Metadata.Name, lost.Name, next.Metadata.Name, next.Spec.NodeName)
		case stopped.IsZero():
			return errors.New("the cut-off node has not stopped the pod")
		case started.IsZero():
			return errors.New("no replacement runs")
		}
		return nil
	})
	// The API's times are whole seconds, cut off.
	if started.Add(time.Second).Before(stopped) {
		t.Errorf("the replacement runs since %v, the old one was stopped only at %v", started, stopped)
	}
	eventually(t, 60*time.Second, func() error {
		for _, q := range pods(t, ns, selector) {
			if q.Metadata.UID == next.Metadata.UID && q.ready() {
				next = q
				return nil
			}
		}
		return fmt.Errorf("%s is not ready", next.Metadata.Name)
	})
	t.Logf("%s stopped %.1f s after the cut, replaced and Ready after %.1f s", p.Metadata.Name, stopped.Sub(cut).Seconds(), time.Since(cut).Seconds())
	return next
}

// The members of a stateful set on a node that is cut off: each name runs once
// at most at any time, and again, by itself, once the node has stopped it. That
// holds when somebody deletes the node in the meantime, too.
func TestStatefulSetOnACutOffNode(t *testing.T) {
	for name, meanwhile := range map[string]func(*testing.T, *testbed.Host){
		"cut": func(*testing.T, *testbed.Host) {},
		"cut and deleted": func(t *testing.T, lost *testbed.Host) {
			kubectl(t, "delete", "node", lost.Name, "--wait=false")
		},
	} {
		t.Run(name, func(t *testing.T) { statefulSetOnACutOffNode(t, meanwhile) })
	}
}

func statefulSetOnACutOffNode(t *testing.T, meanwhile func(*testing.T, *testbed.Host)) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, strings.NewReplacer("kind: Deployment", "kind: StatefulSet", "replicas: 3", "replicas: 3\n  serviceName: db").Replace(deployment("db", 3, ""))))
	before := map[string]pod{}
	for _, p := range waitPods(t, ns, "app=db", 3) {
		before[p.Metadata.Name] = p
	}
	p := before["db-1"]
	lost, err := cluster.Host(p.Spec.NodeName)
	if err != nil {
		t.Fatal(err)
	}
	next := replacedOnce(t, ns, "statefulset.kubernetes.io/pod-name=db-1", lost, p, pod{}, meanwhile)
	if next.Metadata.Name != p.Metadata.Name || next.Spec.NodeName == lost.Name {
		t.Errorf("%s on %s replaces %s", next.Metadata.Name, next.Spec.NodeName, p.Metadata.Name)
	}
	if err := lost.RestoreLink(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := cluster.WaitNodes(t.Context(), 60*time.Second); err != nil {
		t.Fatal(err)
	}
	eventually(t, 30*time.Second, func() error {
		out, err := lost.Output(t.Context(), "ctr", "-n", "k8s.io", "containers", "list")
		if err == nil && strings.Contains(out, container(p)) {
			err = errors.New("the old container is still there")
		}
		return err
	})
	for _, q := range waitPods(t, ns, "app=db", 3) {
		if old := before[q.Metadata.Name]; old.Metadata.UID == "" {
			t.Errorf("there is a pod %s", q.Metadata.Name)
		} else if old.Spec.NodeName != lost.Name && old.Metadata.UID != q.Metadata.UID {
			t.Errorf("%s was replaced, though its node %s was well", q.Metadata.Name, old.Spec.NodeName)
		}
	}
}

// container is the id of a pod's only container.
func container(p pod) string {
	return strings.TrimPrefix(p.Status.ContainerStatuses[0].ContainerID, "containerd://")
}

// runs asks a node's runtime whether a pod's container runs there.
func runs(t *testing.T, host *testbed.Host, p pod) bool {
	t.Helper()
	out, err := host.Output(t.Context(), "ctr", "-n", "k8s.io", "tasks", "list")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, container(p)) {
			return strings.Contains(line, "RUNNING")
		}
	}
	return false
}
