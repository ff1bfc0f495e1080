package scenarios

import (
	"strings"
	"testing"
)

// kubectl rollout, as its users know it, on running pods.
func TestKubectlRollout(t *testing.T) {
	ns := namespace(t)
	says := func(want string, args ...string) {
		t.Helper()
		if out := kubectl(t, append([]string{"-n", ns}, args...)...); !strings.Contains(out, want) {
			t.Errorf("kubectl %s:\n%swant %q", strings.Join(args, " "), out, want)
		}
	}
	kubectl(t, "create", "-n", ns, "-f", file(t, deployment("web", 2, "")))
	says("deployment \"web\" successfully rolled out", "rollout", "status", "deployment/web", "--timeout=90s")
	kubectl(t, "annotate", "-n", ns, "deployment/web", "kubernetes.io/change-cause=the first")
	revise(t, ns, "deployment/web", "2")
	says("deployment \"web\" successfully rolled out", "rollout", "status", "deployment/web", "--timeout=90s")
	says("1         the first\n2         the first\n", "rollout", "history", "deployment/web")
	says("deployment.apps/web with revision #1\nPod Template:", "rollout", "history", "deployment/web", "--revision=1")
	says("deployment.apps/web rolled back\n", "rollout", "undo", "deployment/web")
	says("deployment.apps/web skipped rollback (current template already matches revision 3)\n", "rollout", "undo", "deployment/web", "--to-revision=3")
	says("successfully rolled out", "rollout", "status", "deployment/web", "--timeout=90s")
	says("deployment.apps/web paused\n", "rollout", "pause", "deployment/web")
	if out := refused(t, "rollout", "pause", "-n", ns, "deployment/web"); !strings.Contains(out, `error: deployments.apps "web" is already paused`) {
		t.Error(out)
	}
	says("deployment.apps/web resumed\n", "rollout", "resume", "deployment/web")
	says("deployment.apps/web restarted\n", "rollout", "restart", "deployment/web")
	says("successfully rolled out", "rollout", "status", "deployment/web", "--timeout=90s")
	says("deployment.apps/web image updated\n", "set", "image", "deployment/web", "nginx=docker.io/library/nginx:1.22")
	says("successfully rolled out", "rollout", "status", "deployment/web", "--timeout=90s")
	says("horizontalpodautoscaler.autoscaling/web autoscaled\n", "autoscale", "deployment/web", "--max=3", "--cpu-percent=80")
	if out := refused(t, "rollout", "undo", "-n", ns, "deployment/web", "--to-revision=99"); !strings.Contains(out, "error: unable to find specified revision 99 in history") {
		t.Error(out)
	}
}

// A rolling update of a replication controller: to another image under its own
// name, to the controller of a file, and back from one that does not get ready.
func TestKubectlRollingUpdate(t *testing.T) {
	ns := namespace(t)
	quick := []string{"--update-period=100ms", "--poll-interval=100ms", "-n", ns}
	run := func(args ...string) string {
		t.Helper()
		return kubectl(t, append(append([]string{"rolling-update"}, args...), quick...)...)
	}
	kubectl(t, "create", "-n", ns, "-f", file(t, controller("web", 2)))
	before := waitPods(t, ns, "app=web", 2)
	out := run("web", "--image=docker.io/library/nginx:1.22")
	for _, want := range []string{"Created web-", "Scaling up web-", "scaling down web from 2 to 0 (keep 2 pods available, don't exceed 3 pods)\n",
		"Scaling web down to 1\n", "Scaling web down to 0\n", "Update succeeded. Deleting old controller: web\n", " to web\n", "replicationcontroller \"web\" rolling updated\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	after := waitPods(t, ns, "app=web", 2)
	for _, a := range after {
		for _, b := range before {
			if a.Metadata.UID == b.Metadata.UID {
				t.Errorf("%s is still there", a.Metadata.Name)
			}
		}
	}
	if got := strings.TrimSpace(kubectl(t, "get", "rc", "-n", ns, "-o", "name")); got != "replicationcontroller/web" {
		t.Errorf("controllers: %q", got)
	}
	// The renamed controller has taken the pods over and made none.
	if out := kubectl(t, "scale", "-n", ns, "rc", "web", "--replicas=1"); out == "" {
		t.Error("nothing said")
	}
	waitPods(t, ns, "app=web", 1)

	kubectl(t, "create", "-n", ns, "-f", file(t, controller("front", 2)))
	waitPods(t, ns, "app=front", 2)
	sick := strings.Replace(controller("next", 2), "path: /,", "path: /nowhere,", 1)
	args := append([]string{"rolling-update", "front", "--timeout=4s", "-f", file(t, sick)}, quick...)
	if out := refused(t, args...); !strings.Contains(out, "Scaling next up to 1\n") || !strings.Contains(out, "timed out waiting for pods of next to become ready") {
		t.Errorf("pods that do not get ready:\n%s", out)
	}
	out = run("front", "next", "--rollback")
	if !strings.Contains(out, "Scaling next down to 0\n") || !strings.Contains(out, "Update succeeded. Deleting next\n") || !strings.Contains(out, "replicationcontroller \"front\" rolled back\n") {
		t.Errorf("rollback:\n%s", out)
	}
	waitPods(t, ns, "app=front", 2)
	waitPods(t, ns, "app=next", 0)
}
