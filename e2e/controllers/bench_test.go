package controllers

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/e2e/daemons"
	"github.com/pilothouse/pilothouse/proto/core"
)

// BenchmarkThousandReplicas makes a thousand replicas behind a service and
// takes them away again. The hollow nodes bind and report one pod at a time,
// so the time to ready is mostly theirs.
func BenchmarkThousandReplicas(b *testing.B) {
	const n = 1000
	for b.Loop() {
		ns := &core.Namespace{}
		ns.GenerateName = "bench-"
		ns, err := client.Of[*core.Namespace](testbed.client).Create(b.Context(), ns)
		if err != nil {
			b.Fatal(err)
		}
		svc := &core.Service{}
		svc.Namespace, svc.Name, svc.Spec.Selector = ns.Name, "web", map[string]string{"app": "web"}
		svc.Spec.Ports = []core.ServicePort{{Port: 80}}
		if _, err := client.Of[*core.Service](testbed.client).Create(b.Context(), svc); err != nil {
			b.Fatal(err)
		}
		before := cpu(b)
		began := time.Now()
		if _, err := client.Of[*core.ReplicationController](testbed.client).Create(b.Context(), controllerOf(ns.Name, "web", n)); err != nil {
			b.Fatal(err)
		}
		created := await(b, func(st core.ReplicationControllerStatus) bool { return st.Replicas == n }, ns.Name)
		ready := await(b, func(st core.ReplicationControllerStatus) bool { return st.ReadyReplicas == n }, ns.Name)
		b.ReportMetric(created.Sub(began).Seconds(), "s-to-create")
		b.ReportMetric(ready.Sub(began).Seconds(), "s-to-ready")
		b.ReportMetric(cpu(b)-before, "cpu-s-of-manager")
		b.ReportMetric(rss(b), "MB-rss-of-manager")
		_ = client.Of[*core.Namespace](testbed.client).Delete(b.Context(), "", ns.Name)
	}
}

func await(b *testing.B, reached func(core.ReplicationControllerStatus) bool, ns string) time.Time {
	b.Helper()
	err := daemons.Until(b.Context(), func() error {
		rc, err := client.Of[*core.ReplicationController](testbed.client).Get(b.Context(), ns, "web")
		if err == nil && !reached(rc.Status) {
			err = fmt.Errorf("status %+v", rc.Status)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return time.Now()
}

// cpu is the manager's processor time in seconds.
func cpu(b *testing.B) float64 {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", testbed.manager.PID()))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	f := strings.Fields(rest)
	var user, system float64
	fmt.Sscan(f[11], &user)
	fmt.Sscan(f[12], &system)
	return (user + system) / 100
}

// rss is the manager's resident memory in megabytes.
func rss(b *testing.B) float64 {
	b.Helper()
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", testbed.manager.PID()))
	if err != nil {
		b.Fatal(err)
	}
	var pages float64
	fmt.Sscan(strings.Fields(string(statm))[1], &pages)
	return pages * float64(os.Getpagesize()) / 1e6
}
