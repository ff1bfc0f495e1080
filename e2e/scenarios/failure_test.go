package scenarios

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/testbed"
)

// A container that dies is started again in its pod: the count goes up, the
// exit code is told, and the second death is waited out.
func TestKilledContainerComesBack(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, controller("web", 1)))
	p := waitPods(t, ns, "app=web", 1)[0]
	host, err := cluster.Host(p.Spec.NodeName)
	if err != nil {
		t.Fatal(err)
	}
	killContainer(t, host, p)
	var after pod
	eventually(t, 30*time.Second, func() error {
		list := pods(t, ns, "app=web")
		if len(list) != 1 || !list[0].ready() || list[0].Status.ContainerStatuses[0].RestartCount < 1 {
			return errors.New("the container is not back")
		}
		after = list[0]
		return nil
	})
	if after.Metadata.UID != p.Metadata.UID || after.Status.PodIP != p.Status.PodIP {
		t.Errorf("the pod changed: %s %s before, %s %s after", p.Metadata.UID, p.Status.PodIP, after.Metadata.UID, after.Status.PodIP)
	}
	cs := after.Status.ContainerStatuses[0]
	if cs.RestartCount != 1 || cs.LastState.Terminated == nil || cs.LastState.Terminated.ExitCode != 137 {
		t.Errorf("restarts %d, last state %+v: want 1 and exit code 137", cs.RestartCount, cs.LastState.Terminated)
	}
	killContainer(t, host, after)
	eventually(t, 30*time.Second, func() error {
		list := pods(t, ns, "app=web")
		if len(list) != 1 {
			return fmt.Errorf("%d pods", len(list))
		}
		s := list[0].Status.ContainerStatuses[0]
		if w := s.State.Waiting; w == nil || w.Reason != "CrashLoopBackOff" {
			return fmt.Errorf("the second death is not waited out: %+v", s.State)
		}
		return nil
	})
}

// killContainer kills a pod's container behind the kubelet's back.
func killContainer(t *testing.T, host *testbed.Host, p pod) {
	t.Helper()
	id := strings.TrimPrefix(p.Status.ContainerStatuses[0].ContainerID, "containerd://")
	if _, err := host.Output(t.Context(), "ctr", "-n", "k8s.io", "task", "kill", "--signal", "SIGKILL", id); err != nil {
		t.Fatal(err)
	}
}

// A node that is cut off the network: its pods are replaced on other nodes,
// the service answers from those all the while, and when the node is back its
// old pods are removed.
func TestNodeCutOff(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, controller("web", 5)))
	kubectl(t, "create", "-n", ns, "-f", file(t, service("web", 30402)))
	before := waitPods(t, ns, "app=web", 5)
	lost := cluster.Nodes[len(cluster.Nodes)-1]
	var old []string
	for _, p := range before {
		if p.Spec.NodeName == lost.Name {
			old = append(old, p.Metadata.UID)
		}
	}
	if len(old) == 0 {
		t.Fatalf("no pod runs on %s", lost.Name)
	}
	url := "http://" + cluster.Nodes[0].Address + ":30402/"
	if _, err := testbed.Page(t.Context(), nil, url, 15*time.Second); err != nil {
		t.Fatal(err)
	}
	// Until the silence is noticed a request may still be sent to a lost pod;
	// trying again reaches one of the others.
	asking := ask(url, 10*time.Second)
	t.Cleanup(asking.cancel)
	if err := lost.CutLink(t.Context()); err != nil {
		t.Fatal(err)
	}
	cut := time.Now()
	t.Cleanup(func() { _ = lost.RestoreLink(context.Background()) })
	eventually(t, 60*time.Second, func() error {
		ready := 0
		for _, p := range pods(t, ns, "app=web") {
			if p.Spec.NodeName != lost.Name && p.ready() {
				ready++
			}
		}
		if ready != 5 {
			return fmt.Errorf("%d pods are ready on the other nodes", ready)
		}
		return nil
	})
	asked, failed := asking.stop()
	t.Logf("%d requests meanwhile, the slowest took %v with its retries", asked, asking.slowest)
	if failed > 0 || asked == 0 {
		t.Errorf("%d of %d requests were not answered while the node was lost", failed, asked)
	}
	t.Logf("all replicas were Ready on other nodes %.1f s after the cut", time.Since(cut).Seconds())
	if out := kubectl(t, "get", "node", lost.Name, "--no-headers"); !strings.Contains(out, "NotReady") {
		t.Errorf("the lost node is shown as %q", out)
	}
	for range 20 {
		if _, err := testbed.Page(t.Context(), nil, url, time.Second); err != nil {
			t.Fatalf("the service does not answer without the lost node: %v", err)
		}
	}
	if err := lost.RestoreLink(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := cluster.WaitNodes(t.Context(), 60*time.Second); err != nil {
		t.Fatal(err)
	}
	eventually(t, 60*time.Second, func() error {
		all := kubectl(t, "get", "pods", "-n", ns, "-o", "jsonpath={.items[*].metadata.uid}")
		for _, uid := range old {
			if strings.Contains(all, uid) {
				return fmt.Errorf("old pod %s is still listed", uid)
			}
		}
		out, err := lost.Output(t.Context(), "ctr", "-n", "k8s.io", "containers", "list")
		if err != nil {
			return err
		}
		for _, p := range before {
			for _, cs := range p.Status.ContainerStatuses {
				if p.Spec.NodeName == lost.Name && strings.Contains(out, strings.TrimPrefix(cs.ContainerID, "containerd://")) {
					return fmt.Errorf("old container of %s still exists on %s", p.Metadata.Name, lost.Name)
				}
			}
		}
		return nil
	})
	waitPods(t, ns, "app=web", 5)
}

// Every daemon is killed and started again while a service is asked without a
// pause: no request fails, no pod is touched.
func TestDaemonsKilledAndRestarted(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, controller("web", 3)))
	kubectl(t, "create", "-n", ns, "-f", file(t, service("web", 30403)))
	before := waitPods(t, ns, "app=web", 3)
	url := "http://" + cluster.Nodes[0].Address + ":30403/"
	if _, err := testbed.Page(t.Context(), nil, url, 15*time.Second); err != nil {
		t.Fatal(err)
	}
	asking := ask(url, 0)
	t.Cleanup(asking.cancel)
	node := cluster.Nodes[0]
	for _, d := range []struct {
		host *testbed.Host
		name string
	}{
		{cluster.Master, "kube-scheduler"}, {cluster.Master, "kube-controller-manager"}, {cluster.Master, "kube-apiserver"},
		{node, "kubelet"}, {node, "kube-proxy"}, {node, "flanneld"},
	} {
		if err := d.host.Kill(d.name); err != nil {
			t.Fatal(err)
		}
		if err := d.host.Restart(t.Context(), d.name); err != nil {
			t.Fatal(err)
		}
		eventually(t, 30*time.Second, func() error {
			if !d.host.Running(d.name) {
				return fmt.Errorf("%s does not run", d.name)
			}
			if !cluster.Answers() {
				return errors.New("the API server does not answer")
			}
			return nil
		})
	}
	if err := cluster.WaitNodes(t.Context(), 60*time.Second); err != nil {
		t.Fatal(err)
	}
	same(t, before, waitPods(t, ns, "app=web", 3))
	// The restarted daemons do their work.
	kubectl(t, "scale", "-n", ns, "rc", "web", "--replicas=4")
	waitPods(t, ns, "app=web", 4)
	asked, failed := asking.stop()
	if failed > 0 || asked < 20 {
		t.Errorf("%d of %d requests to the service failed meanwhile", failed, asked)
	}
	t.Logf("%d requests meanwhile, the slowest took %v", asked, asking.slowest)
}

// A frozen scheduler does nothing; thawed it catches up.
func TestFrozenSchedulerCatchesUp(t *testing.T) {
	ns := namespace(t)
	if err := cluster.Master.Signal("kube-scheduler", syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Master.Signal("kube-scheduler", syscall.SIGCONT) })
	kubectl(t, "create", "-n", ns, "-f", file(t, controller("web", 2)))
	eventually(t, 20*time.Second, func() error {
		if n := len(pods(t, ns, "app=web")); n != 2 {
			return fmt.Errorf("%d pods were made", n)
		}
		return nil
	})
	for _, p := range pods(t, ns, "app=web") {
		if p.Spec.NodeName != "" {
			t.Errorf("%s was put on %s by a frozen scheduler", p.Metadata.Name, p.Spec.NodeName)
		}
	}
	if err := cluster.Master.Signal("kube-scheduler", syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	waitPods(t, ns, "app=web", 2)
}

// same checks that no pod was replaced or restarted.
func same(t *testing.T, before, after []pod) {
	t.Helper()
	now := map[string]pod{}
	for _, p := range after {
		now[p.Metadata.UID] = p
	}
	for _, p := range before {
		q, ok := now[p.Metadata.UID]
		if !ok {
			t.Errorf("pod %s was replaced", p.Metadata.Name)
			continue
		}
		if a, b := p.Status.ContainerStatuses[0], q.Status.ContainerStatuses[0]; a.ContainerID != b.ContainerID {
			t.Errorf("the container of %s was restarted", p.Metadata.Name)
		}
	}
}

// asker asks for a page again and again. With patience a request that fails is
// tried again for that long before it counts as failed.
type asker struct {
	cancel        context.CancelFunc
	done          chan struct{}
	asked, failed atomic.Int64
	slowest       time.Duration // of one request; read after stop
}

func ask(url string, patience time.Duration) *asker {
	ctx, cancel := context.WithCancel(context.Background())
	a := &asker{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(a.done)
		for ctx.Err() == nil {
			a.asked.Add(1)
			began := time.Now()
			if _, err := testbed.Page(ctx, nil, url, patience); err != nil && ctx.Err() == nil {
				a.failed.Add(1)
			}
			a.slowest = max(a.slowest, time.Since(began))
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return a
}

func (a *asker) stop() (asked, failed int64) {
	a.cancel()
	<-a.done
	return a.asked.Load(), a.failed.Load()
}
