package scenarios

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// jealous is n pods labelled app=name of which no two go to one node.
func jealous(name string, n int) string {
	return strings.Replace(deployment(name, n, ""), "      terminationGracePeriodSeconds: 2\n", `      terminationGracePeriodSeconds: 2
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - topologyKey: kubernetes.io/hostname
            labelSelector: {matchLabels: {app: `+name+`}}
`, 1)
}

// even is n pods labelled app=name that are spread over the zones.
func even(name string, n int) string {
	return strings.Replace(deployment(name, n, ""), "      terminationGracePeriodSeconds: 2\n", `      terminationGracePeriodSeconds: 2
      topologySpreadConstraints:
      - maxSkew: 1
        topologyKey: topology.kubernetes.io/zone
        whenUnsatisfiable: DoNotSchedule
        labelSelector: {matchLabels: {app: `+name+`}}
`, 1)
}

// tells waits until the events of a namespace hold a line with all of words.
func tells(t *testing.T, ns string, words ...string) {
	t.Helper()
	eventually(t, 30*time.Second, func() error {
		out := kubectl(t, "get", "events", "-n", ns)
		for _, line := range strings.Split(out, "\n") {
			missing := false
			for _, w := range words {
				missing = missing || !strings.Contains(line, w)
			}
			if !missing {
				return nil
			}
		}
		return fmt.Errorf("no event has %q:\n%s", words, out)
	})
}

// Replicas that bear no other go to one node each; the one too many says why it
// waits, and starts when a place is free.
func TestOneOnEachNode(t *testing.T) {
	ns := namespace(t)
	n := len(cluster.Nodes)
	kubectl(t, "create", "-n", ns, "-f", file(t, jealous("alone", n)))
	on := map[string]bool{}
	for _, p := range waitPods(t, ns, "app=alone", n) {
		on[p.Spec.NodeName] = true
	}
	if len(on) != n {
		t.Errorf("%d replicas that bear no other are on %v", n, on)
	}
	tells(t, ns, "Normal", "Scheduled", "Successfully assigned "+ns+"/alone-")
	// One more waits, and is told why.
	kubectl(t, "scale", "-n", ns, "deployment/alone", fmt.Sprint("--replicas=", n+1))
	tells(t, ns, "Warning", "FailedScheduling",
		fmt.Sprintf("0/%d nodes are available: %d node(s) didn't match pod anti-affinity rules.", n, n))
	// One that runs goes: its node is free for the one that waits.
	var victim string
	waiting := map[string]bool{}
	for _, p := range pods(t, ns, "app=alone") {
		if p.Spec.NodeName == "" {
			waiting[p.Metadata.Name] = true
		} else {
			victim = p.Metadata.Name
		}
	}
	if len(waiting) != 1 {
		t.Fatalf("%v wait, want one", waiting)
	}
	kubectl(t, "delete", "pod", "-n", ns, victim)
	eventually(t, 60*time.Second, func() error {
		for _, p := range pods(t, ns, "app=alone") {
			if waiting[p.Metadata.Name] && p.Spec.NodeName != "" {
				return nil
			}
		}
		return fmt.Errorf("%v still waits", waiting)
	})
}

// Replicas are spread over zones that nodes are labelled with; a node that gets
// another label moves nothing that runs, but counts anew.
func TestSpreadOverZones(t *testing.T) {
	ns := namespace(t)
	zone := map[string]string{}
	for i, n := range cluster.Nodes {
		zone[n.Name] = fmt.Sprintf("zone-%d", i%2)
		kubectl(t, "label", "node", n.Name, "topology.kubernetes.io/zone="+zone[n.Name], "--overwrite")
	}
	t.Cleanup(func() {
		for _, n := range cluster.Nodes {
			_, _ = cluster.Kubectl(context.Background(), "label", "node", n.Name, "topology.kubernetes.io/zone-")
		}
	})
	kubectl(t, "create", "-n", ns, "-f", file(t, even("even", 6)))
	in := map[string]int{}
	for _, p := range waitPods(t, ns, "app=even", 6) {
		in[zone[p.Spec.NodeName]]++
	}
	if in["zone-0"] != 3 || in["zone-1"] != 3 {
		t.Errorf("six replicas are spread as %v, want three in each zone", in)
	}
}

// A gated pod is not tried and says so; it runs once its gates are lifted.
func TestGatedPod(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, `apiVersion: v1
kind: Pod
metadata: {name: gated}
spec:
  schedulingGates: [{name: example.com/data}]
  terminationGracePeriodSeconds: 1
  containers: [{name: nginx, image: "nginx:1.22"}]
`))
	says(t, ns, "pod/gated", `{.status.conditions[?(@.type=="PodScheduled")].reason}`, "SchedulingGated")
	if out := kubectl(t, "get", "pod", "-n", ns, "gated"); !strings.Contains(out, "SchedulingGated") {
		t.Errorf("the column does not say that it is gated:\n%s", out)
	}
	kubectl(t, "patch", "pod", "-n", ns, "gated", "--type=json", "-p", `[{"op":"remove","path":"/spec/schedulingGates"}]`)
	says(t, ns, "pod/gated", "{.status.phase}", "Running")
	tells(t, ns, "Normal", "Scheduled", "Successfully assigned "+ns+"/gated to ")
}

// A pod whose node does not exist yet waits for the label, not for a timer.
func TestLabelFreesAPod(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, `apiVersion: v1
kind: Pod
metadata: {name: picky}
spec:
  nodeSelector: {example.com/disk: ssd}
  terminationGracePeriodSeconds: 1
  containers: [{name: nginx, image: "nginx:1.22"}]
`))
	tells(t, ns, "Warning", "FailedScheduling", "node(s) didn't match Pod's node affinity/selector")
	node := cluster.Nodes[1].Name
	kubectl(t, "label", "node", node, "example.com/disk=ssd")
	t.Cleanup(func() { _, _ = cluster.Kubectl(context.Background(), "label", "node", node, "example.com/disk-") })
	says(t, ns, "pod/picky", "{.spec.nodeName}", node)
	says(t, ns, "pod/picky", "{.status.phase}", "Running")
}
