package compat

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"

	"github.com/pilothouse/pilothouse/e2e/compat/bed"
	"github.com/pilothouse/pilothouse/e2e/compat/strangers"
)

// hook is a pod that helm waits for before an upgrade.
const hook = `apiVersion: v1
kind: Pod
metadata:
  name: {{ include "web.fullname" . }}-before
  annotations:
    helm.sh/hook: pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  restartPolicy: Never
  containers: [{name: c, image: busybox, command: ["true"]}]
`

// The chart that helm create makes: installed, upgraded with a hook, rolled
// back, tested and removed. Nobody runs the pods here; the hooks' pods are said
// to have succeeded as a kubelet would.
func TestHelm(t *testing.T) {
	helm := strangers.Install(t, "helm.sh/helm/v3/cmd/helm", "v3.22.0")
	b := bed.Start(t, bed.Config{})
	client := kubernetes.NewForConfigOrDie(config(t, b))
	home := t.TempDir()
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), helm, args...)
		cmd.Dir = home
		cmd.Env = append(os.Environ(), "HOME="+home, "KUBECONFIG="+b.Kubeconfig)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("helm %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.String())
		}
		if strings.Contains(strings.ToLower(stderr.String()), "warn") {
			t.Errorf("helm %s warns: %s", strings.Join(args, " "), stderr.String())
		}
		return string(out)
	}
	succeed(t, client, "apps")

	run("create", "web")
	if err := os.WriteFile(filepath.Join(home, "web", "templates", "hook.yaml"), []byte(hook), 0o644); err != nil {
		t.Fatal(err)
	}
	everything := []string{"--set", "autoscaling.enabled=true,ingress.enabled=true", "--namespace", "apps"}
	run(append([]string{"install", "site", "web", "--create-namespace", "--dry-run=server"}, everything...)...)
	out := run(append([]string{"install", "site", "web", "--create-namespace"}, everything...)...)
	if !strings.Contains(out, "STATUS: deployed") {
		t.Errorf("install: %s", out)
	}
	ctx := t.Context()
	deployment, err := client.AppsV1().Deployments("apps").Get(ctx, "site-web", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	image := deployment.Spec.Template.Spec.Containers[0].Image
	for what, err := range map[string]error{
		"service": get(client.CoreV1().Services("apps").Get(ctx, "site-web", metav1.GetOptions{})),
		"account": get(client.CoreV1().ServiceAccounts("apps").Get(ctx, "site-web", metav1.GetOptions{})),
		"ingress": get(client.NetworkingV1().Ingresses("apps").Get(ctx, "site-web", metav1.GetOptions{})),
		"scaler":  get(client.AutoscalingV2().HorizontalPodAutoscalers("apps").Get(ctx, "site-web", metav1.GetOptions{})),
		"release": get(client.CoreV1().Secrets("apps").Get(ctx, "sh.helm.release.v1.site.v1", metav1.GetOptions{})),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}

	out = run(append([]string{"upgrade", "site", "web", "--set", "image.tag=2.0", "--set", "replicaCount=3", "--timeout=60s"}, everything...)...)
	if !strings.Contains(out, "REVISION: 2") {
		t.Errorf("upgrade: %s", out)
	}
	if deployment, err = client.AppsV1().Deployments("apps").Get(ctx, "site-web", metav1.GetOptions{}); err != nil || deployment.Spec.Template.Spec.Containers[0].Image != "nginx:2.0" {
		t.Errorf("after the upgrade: %v, %v", deployment.Spec.Template.Spec.Containers, err)
	}
	if _, err := client.CoreV1().Pods("apps").Get(ctx, "site-web-before", metav1.GetOptions{}); err == nil {
		t.Error("the hook's pod is still there")
	}
	if out := run("test", "site", "--namespace", "apps", "--timeout=60s"); !strings.Contains(out, "Succeeded") {
		t.Errorf("test: %s", out)
	}
	run("rollback", "site", "1", "--namespace", "apps", "--timeout=60s")
	if deployment, err = client.AppsV1().Deployments("apps").Get(ctx, "site-web", metav1.GetOptions{}); err != nil || deployment.Spec.Template.Spec.Containers[0].Image != image {
		t.Errorf("after the rollback: %v, %v", deployment.Spec.Template.Spec.Containers, err)
	}
	var history []struct {
		Revision    int
		Status      string
		Description string
	}
	if err := json.Unmarshal([]byte(run("history", "site", "--namespace", "apps", "-o", "json")), &history); err != nil {
		t.Fatal(err)
	}
	if len(history) != 3 || history[2].Status != "deployed" || history[2].Description != "Rollback to 1" {
		t.Errorf("history: %+v", history)
	}
	if out := run("list", "--all-namespaces"); !strings.Contains(out, "site") {
		t.Errorf("list: %s", out)
	}
	if out := run("get", "manifest", "site", "--namespace", "apps"); !strings.Contains(out, "kind: Deployment") {
		t.Errorf("get manifest: %s", out)
	}
	run("uninstall", "site", "--namespace", "apps", "--wait", "--timeout=60s")
	if left, err := client.CoreV1().Services("apps").List(ctx, metav1.ListOptions{}); err != nil || len(left.Items) != 0 {
		t.Errorf("left: %+v, %v", left.Items, err)
	}
	if out := run("list", "-q", "--namespace", "apps"); strings.TrimSpace(out) != "" {
		t.Errorf("still listed: %s", out)
	}
}

func get(_ any, err error) error { return err }

// succeed says of every pod in ns that belongs to no controller that it has
// run and succeeded.
func succeed(t *testing.T, client kubernetes.Interface, ns string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w, err := client.CoreV1().Pods(ns).Watch(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for e := range w.ResultChan() {
			pod, ok := e.Object.(*corev1.Pod)
			if !ok || e.Type != watch.Added || len(pod.OwnerReferences) > 0 {
				continue
			}
			if _, err := client.CoreV1().Pods(ns).Patch(ctx, pod.Name, types.MergePatchType, []byte(`{"status":{"phase":"Succeeded"}}`), metav1.PatchOptions{}, "status"); err != nil {
				t.Errorf("the status of %s: %v", pod.Name, err)
			}
		}
	}()
	t.Cleanup(func() { w.Stop(); cancel(); <-done })
}
