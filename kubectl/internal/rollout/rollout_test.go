package rollout

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

func parse(t *testing.T, s string) api.Object {
	t.Helper()
	var o api.Object
	if err := json.Unmarshal([]byte(s), &o); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return o
}

func TestStatus(t *testing.T) {
	for _, c := range []struct {
		object   string
		revision int64
		want     string
		done     bool
		err      string
	}{
		{`{"kind":"Deployment","metadata":{"name":"web","generation":2},"status":{"observedGeneration":1}}`, 0, "Waiting for deployment spec update to be observed...\n", false, ""},
		{`{"kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":3},"status":{"updatedReplicas":1}}`, 0, "Waiting for deployment \"web\" rollout to finish: 1 out of 3 new replicas have been updated...\n", false, ""},
		{`{"kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":3},"status":{"updatedReplicas":3,"replicas":5}}`, 0, "Waiting for deployment \"web\" rollout to finish: 2 old replicas are pending termination...\n", false, ""},
		{`{"kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":3},"status":{"updatedReplicas":3,"replicas":3,"availableReplicas":2}}`, 0, "Waiting for deployment \"web\" rollout to finish: 2 of 3 updated replicas are available...\n", false, ""},
		{`{"kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":3},"status":{"updatedReplicas":3,"replicas":3,"availableReplicas":3}}`, 0, "deployment \"web\" successfully rolled out\n", true, ""},
		{`{"kind":"Deployment","metadata":{"name":"web"},"status":{"conditions":[{"type":"Progressing","reason":"ProgressDeadlineExceeded"}]}}`, 0, "", false, "deployment \"web\" exceeded its progress deadline"},
		{`{"kind":"Deployment","metadata":{"name":"web","annotations":{"deployment.kubernetes.io/revision":"2"}}}`, 3, "", false, "desired revision (3) is different from the running revision (2)"},
		{`{"kind":"DaemonSet","metadata":{"name":"a"},"spec":{"updateStrategy":{"type":"OnDelete"}}}`, 0, "", true, "rollout status is only available for RollingUpdate strategy type"},
		{`{"kind":"DaemonSet","metadata":{"name":"a"},"spec":{"updateStrategy":{"type":"RollingUpdate"}},"status":{"desiredNumberScheduled":2,"updatedNumberScheduled":1}}`, 0, "Waiting for daemon set \"a\" rollout to finish: 1 out of 2 new pods have been updated...\n", false, ""},
		{`{"kind":"DaemonSet","metadata":{"name":"a"},"spec":{"updateStrategy":{"type":"RollingUpdate"}},"status":{"desiredNumberScheduled":2,"updatedNumberScheduled":2,"numberAvailable":1}}`, 0, "Waiting for daemon set \"a\" rollout to finish: 1 of 2 updated pods are available...\n", false, ""},
		{`{"kind":"DaemonSet","metadata":{"name":"a"},"spec":{"updateStrategy":{"type":"RollingUpdate"}},"status":{"desiredNumberScheduled":2,"updatedNumberScheduled":2,"numberAvailable":2}}`, 0, "daemon set \"a\" successfully rolled out\n", true, ""},
		{`{"kind":"StatefulSet","metadata":{"name":"db"},"spec":{"updateStrategy":{"type":"RollingUpdate"}}}`, 0, "Waiting for statefulset spec update to be observed...\n", false, ""},
		{`{"kind":"StatefulSet","metadata":{"name":"db"},"spec":{"replicas":3,"updateStrategy":{"type":"RollingUpdate"}},"status":{"observedGeneration":1,"readyReplicas":1}}`, 0, "Waiting for 2 pods to be ready...\n", false, ""},
		{`{"kind":"StatefulSet","metadata":{"name":"db"},"spec":{"replicas":3,"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":1}}},"status":{"observedGeneration":1,"readyReplicas":3,"updatedReplicas":1}}`, 0, "Waiting for partitioned roll out to finish: 1 out of 2 new pods have been updated...\n", false, ""},
		{`{"kind":"StatefulSet","metadata":{"name":"db"},"spec":{"replicas":3,"updateStrategy":{"type":"RollingUpdate"}},"status":{"observedGeneration":1,"readyReplicas":3,"updatedReplicas":1,"updateRevision":"db-2","currentRevision":"db-1"}}`, 0, "waiting for statefulset rolling update to complete 1 pods at revision db-2...\n", false, ""},
		{`{"kind":"StatefulSet","metadata":{"name":"db"},"spec":{"replicas":3,"updateStrategy":{"type":"RollingUpdate"}},"status":{"observedGeneration":1,"readyReplicas":3,"currentReplicas":3,"updateRevision":"db-2","currentRevision":"db-2"}}`, 0, "statefulset rolling update complete 3 pods at revision db-2...\n", true, ""},
		{`{"kind":"Job"}`, 0, "", false, "no status viewer has been implemented for Job"},
	} {
		text, done, err := Status(parse(t, c.object), c.revision)
		if text != c.want || done != c.done || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Errorf("%s\n got %q, %v, %v\nwant %q, %v, %s", c.object, text, done, err, c.want, c.done, c.err)
		}
	}
}

func TestHistory(t *testing.T) {
	web := parse(t, `{"kind":"Deployment","metadata":{"name":"web","uid":"1"}}`)
	set := func(owner, revision, cause string) api.Object {
		return parse(t, `{"kind":"ReplicaSet","metadata":{"annotations":{"deployment.kubernetes.io/revision":"`+revision+`","kubernetes.io/change-cause":"`+cause+`"},"ownerReferences":[{"uid":"`+owner+`","controller":true}]}}`)
	}
	list := Revisions(web, []api.Object{set("1", "10", "third"), set("2", "5", "another's"), set("1", "2", ""), set("1", "7", "second")})
	want := "REVISION  CHANGE-CAUSE\n2         <none>\n7         second\n10        third\n"
	if got := Table(list); got != want {
		t.Errorf("table\n%s", got)
	}
	if r, err := Target(web, list, 0); err != nil || r.Number != 7 {
		t.Errorf("the one before: %v, %v", r, err)
	}
	if _, err := Target(web, list, 5); err == nil || err.Error() != "unable to find specified revision 5 in history" {
		t.Errorf("%v", err)
	}
	if _, err := Target(web, list[:1], 0); err == nil || err.Error() != `no rollout history found for deployment "web"` {
		t.Errorf("%v", err)
	}
}

func TestChanges(t *testing.T) {
	paused := parse(t, `{"kind":"Deployment","spec":{"paused":true}}`)
	running := parse(t, `{"kind":"Deployment","metadata":{"annotations":{"deployment.kubernetes.io/revision":"2","kubernetes.io/change-cause":"new"}},"spec":{"template":{"metadata":{"labels":{"app":"web"}},"spec":{"a":2}}}}`)
	before := Revision{Number: 1, From: parse(t, `{"kind":"ReplicaSet","metadata":{"annotations":{"deployment.kubernetes.io/revision":"1","kubernetes.io/change-cause":"old"}},"spec":{"template":{"metadata":{"labels":{"app":"web","pod-template-hash":"x"}},"spec":{"a":1}}}}`)}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	expect := func(what string, p Patch, err error, want string) {
		t.Helper()
		got := string(p.Body)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", what, got, want)
		}
	}
	p, err := Restart(running, now)
	expect("restart", p, err, `{"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"2026-01-02T03:04:05Z"}}}}}`)
	p, err = Restart(paused, now)
	expect("restart paused", p, err, "error: can't restart paused deployment (run rollout resume first)")
	p, err = Pause(running, true)
	expect("pause", p, err, `{"spec":{"paused":true}}`)
	p, err = Pause(paused, true)
	expect("pause again", p, err, "error: is already paused")
	p, err = Pause(paused, false)
	expect("resume", p, err, `{"spec":{"paused":null}}`)
	p, _, err = Undo(paused, before)
	expect("undo paused", p, err, "error: you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again")
	p, changed, err := Undo(running, before)
	expect("undo", p, err, `[{"op":"replace","path":"/spec/template","value":{"metadata":{"labels":{"app":"web"}},"spec":{"a":1}}},{"op":"replace","path":"/metadata/annotations","value":{"deployment.kubernetes.io/revision":"2","kubernetes.io/change-cause":"old"}}]`)
	if !changed {
		t.Error("undo changes nothing")
	}
	agent := parse(t, `{"kind":"DaemonSet","spec":{"template":{"spec":{"a":2}}}}`)
	same := Revision{From: parse(t, `{"kind":"ControllerRevision","data":{"spec":{"template":{"$patch":"replace","spec":{"a":2}}}}}`)}
	if _, changed, err := Undo(agent, same); changed || err != nil {
		t.Errorf("undo to the same: %v, %v", changed, err)
	}
}
