package compat

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"

	"github.com/pilothouse/pilothouse/e2e/compat/bed"
	"github.com/pilothouse/pilothouse/e2e/compat/strangers"
)

// kwok plays the kubelets of a thousand nodes and runs a few hundred pods.
func TestKwok(t *testing.T) {
	const nodes, pods = 1000, 300
	kwok := strangers.Install(t, "sigs.k8s.io/kwok/cmd/kwok", "v0.6.1")
	// kwok renews leases as upstream's kubelets do, four times slower than ours.
	b := bed.Start(t, bed.Config{ManagerFlags: []string{"--node-monitor-grace-period=40s"}})
	client := kubernetes.NewForConfigOrDie(config(t, b))
	start(t, "kwok", kwok, "--kubeconfig="+b.Kubeconfig, "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
		"--node-lease-duration-seconds=40", "--cidr=10.128.0.0/16", "--node-ip=192.0.2.1", fmt.Sprint("--server-address=127.0.0.1:", bed.FreePort(t)))

	factory := informers.NewSharedInformerFactory(client, 0)
	nodeLister, podLister := factory.Core().V1().Nodes(), factory.Core().V1().Pods()
	nodeInformer, podInformer := nodeLister.Informer(), podLister.Informer()
	stop := make(chan struct{})
	factory.Start(stop)
	t.Cleanup(func() { close(stop); factory.Shutdown() })
	factory.WaitForCacheSync(t.Context().Done())

	ctx := t.Context()
	for i := range nodes {
		if _, err := client.CoreV1().Nodes().Create(ctx, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("kwok-%04d", i),
			Annotations: map[string]string{"kwok.x-k8s.io/node": "fake"}, Labels: map[string]string{"type": "kwok"}}}, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range pods {
		name := fmt.Sprint("kwok-", i)
		eventually(t, 20*time.Second, "creating "+name, func() bool {
			_, err := client.CoreV1().Pods("default").Create(ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name},
				Spec: corev1.PodSpec{NodeName: fmt.Sprintf("kwok-%04d", i*3), Containers: []corev1.Container{{Name: "c", Image: "i"}}}}, metav1.CreateOptions{})
			return err == nil // not before the namespace has its service account
		})
	}
	readyNodes := func() (n int) {
		for _, o := range nodeInformer.GetStore().List() {
			for _, c := range o.(*corev1.Node).Status.Conditions {
				if c.Type == corev1.NodeReady && c.Status == corev1.ConditionTrue {
					n++
				}
			}
		}
		return n
	}
	readyPods := func() (n int) {
		for _, o := range podInformer.GetStore().List() {
			for _, c := range o.(*corev1.Pod).Status.Conditions {
				if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue {
					n++
				}
			}
		}
		return n
	}
	within(t, 3*time.Minute, func() error {
		if n, p := readyNodes(), readyPods(); n != nodes || p != pods {
			return fmt.Errorf("%d of %d nodes and %d of %d pods are ready", n, nodes, p, pods)
		}
		return nil
	})
	for _, o := range nodeInformer.GetStore().List() {
		if node := o.(*corev1.Node); node.Spec.PodCIDR == "" && len(node.Spec.Taints) > 1 {
			t.Errorf("%s: taints %v", node.Name, node.Spec.Taints)
		}
	}
	// Deleting works as with a kubelet: kwok lets the pods go.
	if err := client.CoreV1().Pods("default").DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{}); err != nil {
		t.Fatal(err)
	}
	within(t, time.Minute, func() error {
		if n := len(podInformer.GetStore().List()); n != 0 {
			return fmt.Errorf("%d pods are left", n)
		}
		return nil
	})
}

// within fails the test with the last error when f does not return nil in time.
func within(t *testing.T, d time.Duration, f func() error) {
	t.Helper()
	deadline := time.NewTimer(d)
	defer deadline.Stop()
	for {
		err := f()
		if err == nil {
			return
		}
		select {
		case <-deadline.C:
			t.Fatalf("not within %s: %v", d, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// start runs a program until the test ends, and shows what it said when the
// test has failed.
func start(t *testing.T, name, path string, args ...string) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), name+".log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("%s says:\n%s", name, text[max(0, len(text)-6000):])
		}
		log.Close()
	})
}
