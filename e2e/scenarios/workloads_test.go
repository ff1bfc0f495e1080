package scenarios

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/testbed"
)

// deployment is n nginx pods labelled app=name, of a revision that an
// environment variable tells apart.
func deployment(name string, n int, extra string) string {
	return fmt.Sprintf(`apiVersion: apps/v1
kind: Deployment
metadata: {name: %[1]s}
spec:
  replicas: %[2]d
  %[3]s
  selector: {matchLabels: {app: %[1]s}}
  template:
    metadata: {labels: {app: %[1]s}}
    spec:
      terminationGracePeriodSeconds: 2
      containers:
      - name: nginx
        image: nginx:1.22
        env: [{name: REVISION, value: "1"}]
        ports: [{containerPort: 80}]
        readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}
`, name, n, extra)
}

// says waits until a field of an object has a value.
func says(t *testing.T, ns, object, path, want string) {
	t.Helper()
	eventually(t, 90*time.Second, func() error {
		if got := kubectl(t, "get", object, "-n", ns, "-o", "jsonpath="+path); got != want {
			return fmt.Errorf("%s of %s is %q, want %q", path, object, got, want)
		}
		return nil
	})
}

const progressing = `{.status.conditions[?(@.type=="Progressing")].reason}`

// revise changes the template of a workload.
func revise(t *testing.T, ns, object, revision string) {
	t.Helper()
	kubectl(t, "patch", "-n", ns, object, "-p", `{"spec":{"template":{"spec":{"containers":[{"name":"nginx","env":[{"name":"REVISION","value":"`+revision+`"}]}]}}}}`)
}

// A deployment moves its pods to a new template and back; what it keeps lets it
// use the old replica set again.
func TestDeploymentRolls(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, deployment("web", 3, "")))
	waitPods(t, ns, "app=web", 3)
	says(t, ns, "deployment/web", progressing, "NewReplicaSetAvailable")
	first := kubectl(t, "get", "rs", "-n", ns, "-o", "jsonpath={.items[0].metadata.name}")
	revise(t, ns, "deployment/web", "2")
	says(t, ns, "deployment/web", "{.status.updatedReplicas} {.status.availableReplicas} {.status.replicas}", "3 3 3")
	says(t, ns, "deployment/web", `{.metadata.annotations.deployment\.kubernetes\.io/revision}`, "2")
	says(t, ns, "rs/"+first, "{.spec.replicas}", "0")
	revise(t, ns, "deployment/web", "1")
	says(t, ns, "rs/"+first, "{.status.availableReplicas}", "3")
	says(t, ns, "deployment/web", `{.metadata.annotations.deployment\.kubernetes\.io/revision}`, "3")
	if out := kubectl(t, "get", "rs", "-n", ns, "-o", "name"); strings.Count(out, "\n") != 2 {
		t.Errorf("replica sets: %q, want two", out)
	}
	if out := kubectl(t, "get", "events", "-n", ns); !strings.Contains(out, "ScalingReplicaSet") {
		t.Errorf("no event tells of the scaling:\n%s", out)
	}
	kubectl(t, "delete", "deployment", "-n", ns, "web")
	waitPods(t, ns, "app=web", 0)
}

// A deployment that recreates ends all old pods before it starts a new one.
func TestDeploymentRecreates(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, deployment("web", 2, "strategy: {type: Recreate}")))
	old := map[string]bool{}
	for _, p := range waitPods(t, ns, "app=web", 2) {
		old[p.Metadata.UID] = true
	}
	revise(t, ns, "deployment/web", "2")
	eventually(t, 60*time.Second, func() error {
		before, after := 0, 0
		for _, p := range pods(t, ns, "app=web") {
			if old[p.Metadata.UID] {
				before++
			} else {
				after++
			}
		}
		if before > 0 && after > 0 {
			t.Fatalf("%d old pods run beside %d new ones", before, after)
		}
		if after != 2 {
			return errors.New("the new pods are not there yet")
		}
		return nil
	})
	waitPods(t, ns, "app=web", 2)
}

// A daemon runs on every node, cordoned ones too, and moves to a new template
// node by node.
func TestDaemonSet(t *testing.T) {
	ns := namespace(t)
	node := cluster.Nodes[1].Name
	kubectl(t, "cordon", node)
	afterwards(t, "uncordon", node)
	kubectl(t, "create", "-n", ns, "-f", file(t, strings.NewReplacer("kind: Deployment", "kind: DaemonSet", "replicas: 0\n  ", "").Replace(deployment("agent", 0, ""))))
	on := map[string]bool{}
	for _, p := range waitPods(t, ns, "app=agent", len(cluster.Nodes)) {
		on[p.Spec.NodeName] = true
	}
	if len(on) != len(cluster.Nodes) {
		t.Errorf("daemons run on %v", on)
	}
	revise(t, ns, "daemonset/agent", "2")
	n := len(cluster.Nodes)
	says(t, ns, "daemonset/agent", "{.status.updatedNumberScheduled} {.status.numberAvailable}", fmt.Sprintf("%d %d", n, n))
	if out := kubectl(t, "get", "controllerrevisions", "-n", ns, "-o", "name"); strings.Count(out, "\n") != 2 {
		t.Errorf("revisions: %q, want two", out)
	}
	kubectl(t, "label", "node", node, "agent=no")
	afterwards(t, "label", "node", node, "agent-")
	kubectl(t, "patch", "-n", ns, "daemonset/agent", "-p",
		`{"spec":{"template":{"spec":{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"agent","operator":"DoesNotExist"}]}]}}}}}}}`)
	says(t, ns, "daemonset/agent", "{.status.desiredNumberScheduled} {.status.updatedNumberScheduled} {.status.numberAvailable}", fmt.Sprintf("%d %d %d", n-1, n-1, n-1))
}

// A drain waits for the disruption budget: never is a pod less available than
// it says.
func TestDrainKeepsToTheBudget(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, deployment("web", 2, "")))
	kubectl(t, "create", "-n", ns, "-f", file(t, `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}
`))
	victim := waitPods(t, ns, "app=web", 2)[0]
	says(t, ns, "pdb/web", "{.status.currentHealthy} {.status.disruptionsAllowed}", "2 0")
	afterwards(t, "uncordon", victim.Spec.NodeName)
	if out := refused(t, "drain", victim.Spec.NodeName, "--pod-selector=app=web", "--timeout=3s"); !strings.Contains(out, "disruption budget") {
		t.Errorf("drain said %q", out)
	}
	kubectl(t, "patch", "-n", ns, "pdb/web", "--type=merge", "-p", `{"spec":{"minAvailable":1}}`)
	says(t, ns, "pdb/web", "{.status.disruptionsAllowed}", "1")
	kubectl(t, "drain", victim.Spec.NodeName, "--pod-selector=app=web", "--timeout=60s")
	err := testbed.Eventually(t.Context(), 60*time.Second, func() error {
		for _, p := range pods(t, ns, "app=web") {
			if p.Spec.NodeName == victim.Spec.NodeName {
				return fmt.Errorf("%s is still on the drained node", p.Metadata.Name)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	waitPods(t, ns, "app=web", 2)
}

// A stateful set's pods have numbers: they come up in order, are updated in
// reverse, and keep their names.
func TestStatefulSet(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, strings.NewReplacer("kind: Deployment", "kind: StatefulSet", "replicas: 3", "replicas: 3\n  serviceName: web").Replace(deployment("web", 3, ""))))
	three := waitPods(t, ns, "app=web", 3)
	names := map[string]string{}
	for _, p := range three {
		names[p.Metadata.Name] = p.Metadata.UID
	}
	for _, name := range []string{"web-0", "web-1", "web-2"} {
		if names[name] == "" {
			t.Fatalf("pods %v: there is no %s", names, name)
		}
		if out := kubectl(t, "exec", "-n", ns, name, "--", "hostname"); out != name+"\n" {
			t.Errorf("%s calls itself %q", name, out)
		}
	}
	made := kubectl(t, "get", "pods", "-n", ns, "-o", `jsonpath={range .items[*]}{.metadata.name} {.metadata.creationTimestamp}{"\n"}{end}`)
	var last string
	for _, line := range strings.Split(strings.TrimSpace(made), "\n") { // sorted by name
		if at := strings.Fields(line)[1]; at < last {
			t.Errorf("they were not made in order:\n%s", made)
		} else {
			last = at
		}
	}
	revise(t, ns, "statefulset/web", "2")
	eventually(t, 60*time.Second, func() error {
		out := kubectl(t, "get", "statefulset", "web", "-n", ns, "-o",
			"jsonpath={.status.currentRevision} {.status.updateRevision} {.status.availableReplicas} {.metadata.generation} {.status.observedGeneration}")
		if f := strings.Fields(out); len(f) != 5 || f[0] != f[1] || f[2] != "3" || f[3] != f[4] {
			return fmt.Errorf("status %q", out)
		}
		return nil
	})
	for _, p := range waitPods(t, ns, "app=web", 3) {
		if names[p.Metadata.Name] == "" || names[p.Metadata.Name] == p.Metadata.UID {
			t.Errorf("%s is not a new pod of an old name", p.Metadata.Name)
		}
	}
	kubectl(t, "scale", "-n", ns, "statefulset/web", "--replicas=1")
	if left := waitPods(t, ns, "app=web", 1); left[0].Metadata.Name != "web-0" {
		t.Errorf("%s is left", left[0].Metadata.Name)
	}
}

// Jobs run to their end, numbered ones too; a cron job starts what was missed.
func TestJobs(t *testing.T) {
	ns := namespace(t)
	job := func(name, script string, spec ...string) string {
		return fmt.Sprintf(`apiVersion: batch/v1
kind: Job
metadata: {name: %s}
spec:
  %s
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 1
      containers:
      - {name: c, image: "busybox:1.35", command: [sh, -c, %q]}
`, name, strings.Join(spec, "\n  "), script)
	}
	kubectl(t, "create", "-n", ns, "-f", file(t, job("numbers", "echo I am $JOB_COMPLETION_INDEX of $(hostname)", "completions: 4", "parallelism: 2", "completionMode: Indexed")))
	kubectl(t, "create", "-n", ns, "-f", file(t, job("broken", "exit 3", "backoffLimit: 0")))
	kubectl(t, "create", "-n", ns, "-f", file(t, job("endless", "sleep 600", "activeDeadlineSeconds: 2")))
	const end = `{.status.conditions[?(@.status=="True")].type}`
	says(t, ns, "job/numbers", end+" {.status.completedIndexes} {.status.succeeded}", "SuccessCriteriaMet Complete 0-3 4")
	says(t, ns, "job/broken", `{.status.conditions[?(@.type=="Failed")].reason} {.status.failed}`, "BackoffLimitExceeded 1")
	says(t, ns, "job/endless", `{.status.conditions[?(@.type=="Failed")].reason}`, "DeadlineExceeded")
	if out := kubectl(t, "logs", "-n", ns, "-l", "batch.kubernetes.io/job-completion-index=2"); out != "I am 2 of numbers-2\n" {
		t.Errorf("the third said %q", out)
	}
	if out := kubectl(t, "get", "pods", "-n", ns, "-o", "jsonpath={.items[*].metadata.finalizers}"); out != "" {
		t.Errorf("finalizers are left: %s", out)
	}
	kubectl(t, "create", "-n", ns, "-f", file(t, `apiVersion: batch/v1
kind: CronJob
metadata: {name: tick}
spec:
  schedule: "0 0 1 1 *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: "busybox:1.35", command: [date]}]}}}}
`))
	kubectl(t, "patch", "-n", ns, "cronjob/tick", "--subresource=status", "--type=merge", "-p", `{"status":{"lastScheduleTime":"2020-01-01T00:00:00Z"}}`)
	eventually(t, 60*time.Second, func() error {
		if out := kubectl(t, "get", "cronjob/tick", "-n", ns, "-o", "jsonpath={.status.lastSuccessfulTime}"); out == "" {
			return errors.New("the cron job has not run")
		}
		return nil
	})
}
