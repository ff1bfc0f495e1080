package controllers

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/e2e/daemons"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// fleet is kubelets that do nothing but post that their pods run, many at a
// time; it leaves pods without a node, so that what is measured is controllers.
type fleet struct {
	c      *client.Client
	queue  *queue.Queue[meta.Key]
	pods   *informer.Informer[*core.Pod]
	nextIP atomic.Int64
	ready  atomic.Int64
	stop   context.CancelFunc
	wg     sync.WaitGroup
}

func newFleet(c *client.Client) *fleet {
	ctx, stop := context.WithCancel(context.Background())
	f := &fleet{c: c, queue: controller.NewQueue(), pods: informer.New[*core.Pod](c, informer.Options[*core.Pod]{}), stop: stop}
	f.pods.OnChange(func(old, p *core.Pod) {
		if old != nil && podReady(old) {
			f.ready.Add(-1)
		}
		if p != nil && podReady(p) {
			f.ready.Add(1)
		} else if p != nil && p.DeletionTimestamp == nil {
			f.queue.Add(meta.KeyOf(p))
		}
	})
	f.wg.Go(func() { _ = f.pods.Run(ctx) })
	f.wg.Go(func() { _ = controller.Run(ctx, f, 32, f.queue, f.pods.Synced()) })
	return f
}

func (f *fleet) close() {
	f.stop()
	f.wg.Wait()
}

// Name is for logs.
func (f *fleet) Name() string { return "fleet" }

// Sync has one pod run.
func (f *fleet) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	p, ok := f.pods.GetKey(key)
	if !ok || podReady(p) || p.DeletionTimestamp != nil {
		return 0, nil
	}
	n := f.nextIP.Add(1)
	body := fmt.Appendf(nil, `{"status":{"phase":"Running","podIP":"10.%d.%d.%d","podIPs":[{"ip":"10.%[1]d.%[2]d.%[3]d"}],"startTime":%q,"conditions":[{"type":"Ready","status":"True","lastTransitionTime":%[4]q}]}}`,
		n>>16&255, n>>8&255, n&255, time.Now().UTC().Format(time.RFC3339))
	_, err := client.Of[*core.Pod](f.c).Patch(ctx, key.Namespace, key.Name, client.StrategicPatch, body, client.Subresource("status"))
	if client.IsNotFound(err) || client.IsConflict(err) {
		err = nil
	}
	return 0, err
}

// deploymentOf makes a deployment of pods such as people run.
func deploymentOf(b *testing.B, ns, name string, n int32) {
	b.Helper()
	d := &apps.Deployment{}
	d.Namespace, d.Name, d.Spec.Replicas = ns, name, &n
	d.Spec.Selector = &meta.LabelSelector{MatchLabels: map[string]string{"app": name}}
	d.Spec.Template.Labels = map[string]string{"app": name, "tier": "web"}
	c := core.Container{Name: "web", Image: "registry.example.com/shop/web:1.22.3", Args: []string{"--listen=:8080", "--log-level=info"},
		Ports: []core.ContainerPort{{Name: "http", ContainerPort: 8080}}, Resources: core.ResourceRequirements{Requests: amounts("cpu=100m memory=128Mi"), Limits: amounts("memory=256Mi")}}
	for i := range 8 {
		c.Env = append(c.Env, core.EnvVar{Name: fmt.Sprint("SETTING_", i), Value: fmt.Sprint("value of setting ", i)})
	}
	probe := &core.Probe{ProbeHandler: core.ProbeHandler{HTTPGet: &core.HTTPGetAction{Path: "/healthz", Port: meta.FromInt(8080)}}}
	c.ReadinessProbe, c.LivenessProbe = probe, probe
	d.Spec.Template.Spec.Containers = []core.Container{c}
	if _, err := client.Of[*apps.Deployment](testbed.client).Create(b.Context(), d); err != nil {
		b.Fatal(err)
	}
}

// reach waits until a deployment's status is as ok wants it, and returns when.
func reach(b *testing.B, ns, name string, ok func(*apps.Deployment) bool) time.Time {
	b.Helper()
	err := daemons.Until(b.Context(), func() error {
		d, err := client.Of[*apps.Deployment](testbed.client).Get(b.Context(), ns, name)
		if err == nil && !ok(d) {
			err = fmt.Errorf("status %+v", d.Status)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return time.Now()
}

func allAvailable(n int32) func(*apps.Deployment) bool {
	return func(d *apps.Deployment) bool {
		return d.Status.ObservedGeneration == d.Generation && d.Status.Replicas == n && d.Status.UpdatedReplicas == n && d.Status.AvailableReplicas == n
	}
}

// benchNamespace makes a namespace and puts the fleet in the hollow nodes' place.
func benchNamespace(b *testing.B) string {
	b.Helper()
	testbed.hollow.close()
	ns := &core.Namespace{}
	ns.GenerateName = "bench-"
	ns, err := client.Of[*core.Namespace](testbed.client).Create(b.Context(), ns)
	if err != nil {
		b.Fatal(err)
	}
	f := newFleet(testbed.client)
	b.Cleanup(func() {
		f.close()
		if testbed.hollow, err = newHollow(testbed.client, "node1", "node2", "node3"); err != nil {
			b.Error(err)
		}
		_ = client.Of[*core.Namespace](testbed.client).Delete(context.Background(), "", ns.Name)
	})
	if err := daemons.Until(b.Context(), func() error {
		_, err := client.Of[*core.ServiceAccount](testbed.client).Get(b.Context(), ns.Name, "default")
		return err
	}); err != nil {
		b.Fatal(err)
	}
	return ns.Name
}

// BenchmarkDeployment5000 grows a deployment to 5,000 available pods, rolls it to
// another template and takes it down to none, on hollow nodes.
func BenchmarkDeployment5000(b *testing.B) {
	const n = 5000
	for b.Loop() {
		ns := benchNamespace(b)
		cpu0, began := cpu(b), time.Now()
		deploymentOf(b, ns, "web", n)
		up := reach(b, ns, "web", allAvailable(n))
		b.ReportMetric(up.Sub(began).Seconds(), "s-to-available")
		b.ReportMetric(cpu(b)-cpu0, "cpu-s-to-available")
		began = time.Now()
		if _, err := client.Of[*apps.Deployment](testbed.client).Patch(b.Context(), ns, "web", client.MergePatch, []byte(`{"spec":{"template":{"metadata":{"labels":{"version":"2"}}}}}`)); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(reach(b, ns, "web", allAvailable(n)).Sub(began).Seconds(), "s-to-roll")
		began = time.Now()
		if _, err := client.Of[*apps.Deployment](testbed.client).Patch(b.Context(), ns, "web", client.MergePatch, []byte(`{"spec":{"replicas":0}}`)); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(reach(b, ns, "web", func(d *apps.Deployment) bool {
			return d.Status.ObservedGeneration == d.Generation && d.Status.Replicas == 0
		}).Sub(began).Seconds(), "s-to-none")
	}
}

// BenchmarkManagerMemory fills the cluster with 30,000 running pods and tells
// what the manager holds.
func BenchmarkManagerMemory(b *testing.B) {
	const each, of = 5000, 6
	for b.Loop() {
		ns := benchNamespace(b)
		before, began := rss(b), time.Now()
		for i := range of {
			deploymentOf(b, ns, fmt.Sprint("web", i), each)
		}
		for i := range of {
			reach(b, ns, fmt.Sprint("web", i), allAvailable(each))
		}
		b.ReportMetric(time.Since(began).Seconds(), "s-to-available")
		b.ReportMetric(before, "MB-rss-before")
		b.ReportMetric(rss(b), "MB-rss-after-growth")
		// A new manager has not gone through the growth: what it reads it holds.
		testbed.manager.End(9)
		if err := testbed.manager.Start(); err != nil {
			b.Fatal(err)
		}
		if _, err := client.Of[*apps.Deployment](testbed.client).Patch(b.Context(), ns, "web0", client.MergePatch, []byte(`{"spec":{"replicas":4999}}`)); err != nil {
			b.Fatal(err)
		}
		reach(b, ns, "web0", allAvailable(each-1))
		b.ReportMetric(rss(b), "MB-rss-of-a-new-manager")
	}
}
