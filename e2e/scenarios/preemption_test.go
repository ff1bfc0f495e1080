package scenarios

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// asking is a deployment of pods that ask for that much CPU, with a priority.
func asking(name string, n, milli int, class string) string {
	return strings.NewReplacer("    spec:\n", "    spec:\n      priorityClassName: "+class+"\n",
		"        image:", fmt.Sprintf("        resources: {requests: {cpu: %dm}}\n        image:", milli)).Replace(deployment(name, n, ""))
}

// On full nodes pods of a higher priority get in; of those that could go, those
// go that no budget protects.
func TestPreemption(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-f", file(t, `apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: batch}
value: 10
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: serving}
value: 1000
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: patient}
value: 1000
preemptionPolicy: Never
`))
	afterwards(t, "delete", "priorityclass", "batch", "serving", "patient")
	var cores int
	if _, err := fmt.Sscan(kubectl(t, "get", "node", cluster.Nodes[0].Name, "-o", "jsonpath={.status.allocatable.cpu}"), &cores); err != nil {
		t.Fatal(err)
	}
	most := cores * 600 // two of these do not fit on one node
	kubectl(t, "create", "-n", ns, "-f", file(t, asking("kept", 1, most, "batch")))
	kubectl(t, "create", "-n", ns, "-f", file(t, `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: kept}
spec: {minAvailable: 1, selector: {matchLabels: {app: kept}}}
`))
	kubectl(t, "create", "-n", ns, "-f", file(t, asking("spare", len(cluster.Nodes)-1, most, "batch")))
	kept := waitPods(t, ns, "app=kept", 1)[0].Metadata.UID
	spare := waitPods(t, ns, "app=spare", len(cluster.Nodes)-1)
	says(t, ns, "pdb/kept", "{.status.currentHealthy} {.status.disruptionsAllowed}", "1 0")

	kubectl(t, "create", "-n", ns, "-f", file(t, asking("gentle", 1, most, "patient")))
	eventually(t, time.Minute, func() error {
		if out := kubectl(t, "get", "events", "-n", ns); !strings.Contains(out, "preemption: not eligible due to preemptionPolicy=Never.") {
			return errors.New("nothing says that it may not push others out")
		}
		return nil
	})
	kubectl(t, "delete", "deployment", "gentle", "-n", ns)

	// A finalizer keeps the victim to be looked at.
	for _, p := range spare {
		kubectl(t, "patch", "pod", p.Metadata.Name, "-n", ns, "-p", `{"metadata":{"finalizers":["example.com/keep"]}}`)
	}
	release := func() {
		for _, p := range spare {
			kubectl(t, "patch", "pod", p.Metadata.Name, "-n", ns, "--type=merge", "-p", `{"metadata":{"finalizers":null}}`)
		}
	}
	kubectl(t, "create", "-n", ns, "-f", file(t, asking("vital", 1, most, "serving")))
	vital := waitPods(t, ns, "app=vital", 1)[0]
	var victims []string
	for _, p := range spare {
		if gone := kubectl(t, "get", "pod", p.Metadata.Name, "-n", ns, "-o", "jsonpath={.metadata.deletionTimestamp}"); gone != "" {
			victims = append(victims, p.Metadata.Name)
		}
	}
	if len(victims) != 1 {
		release()
		t.Fatalf("victims: %v, want one", victims)
	}
	says(t, ns, "pod/"+victims[0], `{.spec.nodeName} {.status.conditions[?(@.type=="DisruptionTarget")].reason} {.status.conditions[?(@.type=="DisruptionTarget")].message}`,
		vital.Spec.NodeName+" PreemptionByScheduler default-scheduler: preempting to accommodate a higher priority pod")
	says(t, ns, "pod/"+vital.Metadata.Name, "{.status.nominatedNodeName}", vital.Spec.NodeName)
	if out := kubectl(t, "get", "events", "-n", ns); !strings.Contains(out, "Preempted by pod "+vital.Metadata.UID+" on node "+vital.Spec.NodeName) {
		t.Errorf("no event tells of the victim:\n%s", out)
	}
	release()
	if now := waitPods(t, ns, "app=kept", 1)[0].Metadata.UID; now != kept {
		t.Error("the pod that its budget protects was pushed out")
	}

	// Every node is taken by pods of a low priority still: the next ones have to
	// take what is left, the protected one last.
	kubectl(t, "scale", "deployment/vital", "-n", ns, fmt.Sprintf("--replicas=%d", len(cluster.Nodes)-1))
	waitPods(t, ns, "app=vital", len(cluster.Nodes)-1)
	if now := waitPods(t, ns, "app=kept", 1)[0].Metadata.UID; now != kept {
		t.Error("the pod that its budget protects was pushed out before the others")
	}
	kubectl(t, "scale", "deployment/vital", "-n", ns, fmt.Sprintf("--replicas=%d", len(cluster.Nodes)))
	waitPods(t, ns, "app=vital", len(cluster.Nodes))
}
