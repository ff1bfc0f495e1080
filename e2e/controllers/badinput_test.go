package controllers

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/policy"
)

// bodyOf is a kind's JSON with a spec that has a template for pods labelled
// app=web; restart is more of the pods' spec.
func bodyOf(apiVersion, kind, name, spec, podSpec string) string {
	if spec != "" {
		spec += ","
	}
	return fmt.Sprintf(`{"apiVersion":%q,"kind":%q,"metadata":{"name":%q},"spec":{%s"template":{"metadata":{"labels":{"app":"web"}},"spec":{%s"containers":[{"name":"c","image":"i"}]}}}}`,
		apiVersion, kind, name, spec, podSpec)
}

func post(t *testing.T, path, body string) error {
	t.Helper()
	_, err := testbed.client.Raw().Do(t.Context(), http.MethodPost, path, nil, "application/json", []byte(body))
	return err
}

// TestRefusedWorkloads: what no controller could carry out is refused at the
// door, in upstream's words.
func TestRefusedWorkloads(t *testing.T) {
	ns := namespace(t)
	const never = `"restartPolicy":"Never",`
	for _, c := range []struct{ path, body, want string }{
		{"apps/v1 deployments", bodyOf("apps/v1", "Deployment", "a", `"replicas":-1,"minReadySeconds":-1,"revisionHistoryLimit":-1,"selector":{"matchLabels":{"app":"other"}}`, ""),
			"[spec.replicas: Invalid value: -1: must be greater than or equal to 0, spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"web\"}: `selector` does not match template `labels`, spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0, spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0]"},
		{"v1 replicationcontrollers", bodyOf("v1", "ReplicationController", "a", `"replicas":-1,"selector":{"app":"other"}`, ""), "`selector` does not match template `labels`"},
		{"apps/v1 statefulsets", bodyOf("apps/v1", "StatefulSet", "a", `"replicas":-1,"updateStrategy":{"rollingUpdate":{"partition":-1}},"selector":{"matchLabels":{"app":"web"}}`, ""),
			"[spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0, spec.replicas: Invalid value: -1: must be greater than or equal to 0]"},
		{"apps/v1 daemonsets", bodyOf("apps/v1", "DaemonSet", "a", `"updateStrategy":{"rollingUpdate":{"maxUnavailable":0}},"selector":{"matchLabels":{"app":"web"}}`, ""),
			"spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0"},
		{"batch/v1 jobs", bodyOf("batch/v1", "Job", "a", `"parallelism":-1,"completions":-1,"backoffLimit":-1,"ttlSecondsAfterFinished":-1,"activeDeadlineSeconds":-1`, never+`"activeDeadlineSeconds":0,`),
			"[spec.parallelism: Invalid value: -1: must be greater than or equal to 0, spec.completions: Invalid value: -1: must be greater than or equal to 0, spec.activeDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0, spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0, spec.ttlSecondsAfterFinished: Invalid value: -1: must be greater than or equal to 0, spec.template.spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive]"},
		{"batch/v1 cronjobs", `{"metadata":{"name":"a"},"spec":{"schedule":"60 * * * *","timeZone":"Mars/Base","startingDeadlineSeconds":-1,"jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}}`,
			`[spec.schedule: Invalid value: "60 * * * *": end of range (60) above maximum (59): 60, spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0, spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base]`},
		{"policy/v1 poddisruptionbudgets", `{"metadata":{"name":"a"},"spec":{"minAvailable":-1,"maxUnavailable":1}}`, "minAvailable and maxUnavailable cannot be both set"},
		{"v1 resourcequotas", `{"metadata":{"name":"a"},"spec":{"hard":{"pods":"-1"}}}`, `spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0`},
	} {
		gv, plural, _ := strings.Cut(c.path, " ")
		root := "/apis/" + gv
		if gv == "v1" {
			root = "/api/v1"
		}
		if err := post(t, root+"/namespaces/"+ns+"/"+plural, c.body); !client.IsInvalid(err) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant %s", plural, err, c.want)
		}
	}
}

// TestImmutableFields: what a workload was made with for good cannot be changed.
func TestImmutableFields(t *testing.T) {
	ns := namespace(t)
	selector := `"replicas":0,"selector":{"matchLabels":{"app":"web"}}`
	for _, c := range []struct{ path, body, patch, want string }{
		{"/apis/apps/v1/namespaces/" + ns + "/deployments", bodyOf("apps/v1", "Deployment", "a", selector, ""), `{"spec":{"selector":{"matchLabels":{"app":"x"}},"template":{"metadata":{"labels":{"app":"x"}}}}}`, "field is immutable"},
		{"/apis/apps/v1/namespaces/" + ns + "/statefulsets", bodyOf("apps/v1", "StatefulSet", "a", selector+`,"serviceName":"s"`, ""), `{"spec":{"serviceName":"x"}}`,
			"updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"},
		{"/apis/batch/v1/namespaces/" + ns + "/jobs", bodyOf("batch/v1", "Job", "a", `"parallelism":0,"completions":2`, `"restartPolicy":"Never",`), `{"spec":{"completions":3}}`, "field is immutable"},
		{"/api/v1/namespaces/" + ns + "/resourcequotas", `{"metadata":{"name":"a"},"spec":{"hard":{"pods":"1"},"scopes":["BestEffort"]}}`, `{"spec":{"scopes":["NotBestEffort"]}}`, "field is immutable"},
	} {
		if err := post(t, c.path, c.body); err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		_, err := testbed.client.Raw().Do(t.Context(), http.MethodPatch, c.path+"/a", nil, string(client.MergePatch), []byte(c.patch))
		if !client.IsInvalid(err) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.path, err)
		}
	}
}

// TestHopelessSchedule: a cron job for the 30th of February is told so, and the
// next one is not kept waiting.
func TestHopelessSchedule(t *testing.T) {
	ns := namespace(t)
	cron := func(name, schedule string) {
		t.Helper()
		c := &batch.CronJob{}
		text := fmt.Sprintf(`{"metadata":{"name":%q,"namespace":%q},"spec":{"schedule":%q,"jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}}`, name, ns, schedule)
		if err := codec.DecodeJSON([]byte(text), c); err != nil {
			t.Fatal(err)
		}
		must(client.Of[*batch.CronJob](testbed.client).Create(t.Context(), c))(t)
	}
	cron("never", "0 0 30 2 *")
	eventually(t, 10*time.Second, func() error {
		return said(t, ns, "never", "InvalidSchedule: invalid schedule: 0 0 30 2 * : time difference between two schedules is less than 1 second")
	})
	cron("yearly", "0 0 1 1 *")
	last := meta.NewTime(time.Now().AddDate(0, 0, -400))
	b, _ := last.MarshalJSON()
	must(client.Of[*batch.CronJob](testbed.client).Patch(t.Context(), ns, "yearly", client.MergePatch, []byte(`{"status":{"lastScheduleTime":`+string(b)+`}}`), client.Subresource("status")))(t)
	eventually(t, 10*time.Second, func() error {
		l, err := client.Of[*batch.Job](testbed.client).List(t.Context(), ns, client.ListOptions{})
		if err == nil && (len(l.Items) != 1 || !strings.HasPrefix(l.Items[0].Name, "yearly-")) {
			err = fmt.Errorf("%d jobs", len(l.Items))
		}
		return err
	})
}

// TestJobsOfNothing: a deadline of zero is over at once, zero completions are
// reached at once, and a job beside them is worked on.
func TestJobsOfNothing(t *testing.T) {
	ns := namespace(t)
	path := "/apis/batch/v1/namespaces/" + ns + "/jobs"
	for name, spec := range map[string]string{"zero": `"activeDeadlineSeconds":0`, "nothing": `"completions":0`, "idle": `"parallelism":0`, "work": ""} {
		if err := post(t, path, bodyOf("batch/v1", "Job", name, spec, `"restartPolicy":"Never",`)); err != nil {
			t.Fatal(err)
		}
	}
	jobs := client.Of[*batch.Job](testbed.client)
	has := func(name string, kind batch.JobConditionType, reason, message string) func() error {
		return func() error {
			j, err := jobs.Get(t.Context(), ns, name)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(j.Status.Conditions, func(c batch.JobCondition) bool {
				return c.Type == kind && c.Status == core.ConditionTrue && c.Reason == reason && c.Message == message
			}) {
				return fmt.Errorf("%s has the status %+v", name, j.Status)
			}
			return nil
		}
	}
	eventually(t, 10*time.Second, has("zero", batch.JobFailed, "DeadlineExceeded", "Job was active longer than specified deadline"))
	eventually(t, 10*time.Second, has("nothing", batch.JobComplete, "CompletionsReached", "Reached expected number of succeeded pods"))
	eventually(t, 10*time.Second, func() error {
		j, err := jobs.Get(t.Context(), ns, "work")
		if err == nil && j.Status.Active != 1 {
			err = fmt.Errorf("status %+v", j.Status)
		}
		return err
	})
	if j := must(jobs.Get(t.Context(), ns, "idle"))(t); j.Status.Active != 0 || len(j.Status.Conditions) != 0 {
		t.Errorf("a job that may run nothing has the status %+v", j.Status)
	}
}

// TestBudgetThatBlocks: a budget that spares nothing refuses every eviction and
// says why; the pods' controller goes on, and the budget follows it.
func TestBudgetThatBlocks(t *testing.T) {
	ns := namespace(t)
	replicate(t, ns, "web", 2)
	b := &policy.PodDisruptionBudget{}
	if err := codec.DecodeJSON(fmt.Appendf(nil, `{"metadata":{"name":"b","namespace":%q},"spec":{"maxUnavailable":0,"selector":{"matchLabels":{"app":"web"}}}}`, ns), b); err != nil {
		t.Fatal(err)
	}
	budgets := client.Of[*policy.PodDisruptionBudget](testbed.client)
	must(budgets.Create(t.Context(), b))(t)
	follows := func(n int32) func() error {
		return func() error {
			got, err := budgets.Get(t.Context(), ns, "b")
			if err == nil && (got.Status.CurrentHealthy != n || got.Status.DesiredHealthy != n || got.Status.DisruptionsAllowed != 0 || got.Status.ObservedGeneration != got.Generation) {
				err = fmt.Errorf("status %+v", got.Status)
			}
			return err
		}
	}
	eventually(t, 15*time.Second, follows(2))
	e := &policy.Eviction{}
	e.APIVersion, e.Kind, e.Namespace, e.Name = "policy/v1", "Eviction", ns, podsOf(t, ns, "web")[0].Name
	err := client.Of[*core.Pod](testbed.client).CreateSub(t.Context(), ns, e.Name, "eviction", e, nil)
	if !client.IsTooManyRequests(err) || !strings.Contains(err.Error(), "Cannot evict pod as it would violate the pod's disruption budget.") {
		t.Errorf("the eviction: %v", err)
	}
	scale(t, ns, "web", 3)
	eventually(t, 15*time.Second, follows(3))
}

// TestBudgetOfUnmanagedPods: pods that nobody controls count for nothing in a
// share; that is told, and is no failure.
func TestBudgetOfUnmanagedPods(t *testing.T) {
	ns := namespace(t)
	p := &core.Pod{}
	p.Namespace, p.Name, p.Labels = ns, "naked", map[string]string{"app": "naked"}
	p.Spec.Containers = []core.Container{{Name: "c", Image: "i"}}
	must(client.Of[*core.Pod](testbed.client).Create(t.Context(), p))(t)
	half := meta.FromString("50%")
	b := &policy.PodDisruptionBudget{}
	b.Namespace, b.Name = ns, "b"
	b.Spec.MinAvailable, b.Spec.Selector = &half, &meta.LabelSelector{MatchLabels: p.Labels}
	budgets := client.Of[*policy.PodDisruptionBudget](testbed.client)
	must(budgets.Create(t.Context(), b))(t)
	eventually(t, 15*time.Second, func() error {
		got, err := budgets.Get(t.Context(), ns, "b")
		if err != nil {
			return err
		}
		if c := got.Status.Conditions; len(c) != 1 || c[0].Reason != policy.InsufficientPodsReason || got.Status.ExpectedPods != 0 {
			return fmt.Errorf("status %+v", got.Status)
		}
		list, err := client.Of[*core.Event](testbed.client).List(t.Context(), ns, client.ListOptions{})
		if err != nil {
			return err
		}
		for _, e := range list.Items {
			if e.Reason == "UnmanagedPods" && strings.Contains(e.Message, "(selector: &LabelSelector{MatchLabels:map[string]string{app: naked,},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged") {
				return nil
			}
		}
		return errors.New("nobody told of the pods without a controller")
	})
}

// TestBudgetOfUncountablePods: a share of what nobody tells cannot be counted;
// the budget and an event say why, and allow nothing.
func TestBudgetOfUncountablePods(t *testing.T) {
	ns := namespace(t)
	if err := post(t, "/apis/batch/v1/namespaces/"+ns+"/jobs", bodyOf("batch/v1", "Job", "job", "", `"restartPolicy":"Never",`)); err != nil {
		t.Fatal(err)
	}
	owned := func(label, apiVersion, kind, name string) {
		t.Helper()
		text := fmt.Sprintf(`{"metadata":{"name":%[1]q,"labels":{"app":%[1]q},"ownerReferences":[{"apiVersion":%q,"kind":%q,"name":%q,"uid":"u","controller":true}]},"spec":{"containers":[{"name":"c","image":"i"}]}}`,
			label, apiVersion, kind, name)
		if err := post(t, "/api/v1/namespaces/"+ns+"/pods", text); err != nil {
			t.Fatal(err)
		}
	}
	owned("odd", "foo.example.com/v1", "Foo", "f")
	budgets := client.Of[*policy.PodDisruptionBudget](testbed.client)
	for app, want := range map[string]string{
		"web": "jobs.batch does not implement the scale subresource",
		"odd": `no matches for kind "Foo" in version "foo.example.com/v1"`,
	} {
		if err := post(t, "/apis/policy/v1/namespaces/"+ns+"/poddisruptionbudgets",
			fmt.Sprintf(`{"metadata":{"name":%[1]q},"spec":{"maxUnavailable":"50%%","selector":{"matchLabels":{"app":%[1]q}}}}`, app)); err != nil {
			t.Fatal(err)
		}
		eventually(t, 15*time.Second, func() error {
			got, err := budgets.Get(t.Context(), ns, app)
			if err != nil {
				return err
			}
			if c := got.Status.Conditions; len(c) != 1 || c[0].Reason != policy.SyncFailedReason || c[0].Message != want || got.Status.DisruptionsAllowed != 0 {
				return fmt.Errorf("status %+v", got.Status)
			}
			return nil
		})
		eventually(t, 10*time.Second, func() error {
			return said(t, ns, app, "CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: "+want)
		})
	}
}

// TestClaimsThatCannotBe: a stateful set whose claims are refused tells of each,
// and of the pod that waits for them.
func TestClaimsThatCannotBe(t *testing.T) {
	ns := namespace(t)
	if err := post(t, "/api/v1/namespaces/"+ns+"/resourcequotas", `{"metadata":{"name":"q"},"spec":{"hard":{"requests.storage":"1Gi"}}}`); err != nil {
		t.Fatal(err)
	}
	body := bodyOf("apps/v1", "StatefulSet", "s", `"selector":{"matchLabels":{"app":"web"}},"volumeClaimTemplates":[`+
		`{"metadata":{"name":"d"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"5Gi"}}}},`+
		`{"metadata":{"name":"e"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"5Gi"}}}}]`, "")
	if err := post(t, "/apis/apps/v1/namespaces/"+ns+"/statefulsets", body); err != nil {
		t.Fatal(err)
	}
	refused := func(claim string) string {
		return `persistentvolumeclaims "` + claim + `" is forbidden: exceeded quota: q, requested: requests.storage=5Gi, used: requests.storage=0, limited: requests.storage=1Gi`
	}
	for _, want := range []string{
		"create Claim d-s-0 for Pod s-0 in StatefulSet s failed error: " + refused("d-s-0"),
		"create Claim e-s-0 for Pod s-0 in StatefulSet s failed error: " + refused("e-s-0"),
		"create Pod s-0 in StatefulSet s failed error: [failed to create PVC d-s-0: " + refused("d-s-0") + ", failed to create PVC e-s-0: " + refused("e-s-0") + "]",
	} {
		eventually(t, 10*time.Second, func() error { return said(t, ns, "s", "FailedCreate: "+want) })
	}
}
