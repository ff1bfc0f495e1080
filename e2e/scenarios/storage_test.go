package scenarios

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// localVolumes makes a class whose claims wait for their pod, and a volume of it
// on every node.
func localVolumes(t *testing.T, name string) {
	t.Helper()
	manifest := fmt.Sprintf(`apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: %s}
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
`, name)
	for _, n := range cluster.Nodes {
		if out, err := n.Output(t.Context(), "mkdir", "-p", "/var/lib/kubelet/disks/"+name); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		manifest += fmt.Sprintf(`---
apiVersion: v1
kind: PersistentVolume
metadata: {name: %[1]s-%[2]s, labels: {of: %[1]s}}
spec:
  storageClassName: %[1]s
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  local: {path: /var/lib/kubelet/disks/%[1]s}
  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [%[2]s]}]}]}}
`, name, n.Name)
	}
	kubectl(t, "create", "-f", file(t, manifest))
	afterwards(t, "delete", "pv", "-l", "of="+name)
	afterwards(t, "delete", "storageclass", name)
}

// home says on which node a pod is and what lies in its volume.
func home(t *testing.T, ns, pod string) string {
	t.Helper()
	return kubectl(t, "get", "pod", pod, "-n", ns, "-o", "jsonpath={.spec.nodeName}") + " " +
		kubectl(t, "exec", "-n", ns, pod, "--", "cat", "/data/name")
}

// A stateful set with a volume per pod: what they wrote outlives them, and they
// come back to where it is.
func TestStatefulSetKeepsItsData(t *testing.T) {
	localVolumes(t, "own-disk")
	ns := namespace(t) // goes before the volumes do
	kubectl(t, "create", "-n", ns, "-f", file(t, `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: nginx
        image: nginx:1.22
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {storageClassName: own-disk, accessModes: [ReadWriteOnce], resources: {requests: {storage: 500Mi}}}
`))
	waitPods(t, ns, "app=db", 2)
	before := map[string]string{}
	for _, name := range []string{"db-0", "db-1"} {
		kubectl(t, "exec", "-n", ns, name, "--", "sh", "-c", "hostname > /data/name")
		before[name] = home(t, ns, name)
		if !strings.HasSuffix(before[name], " "+name+"\n") {
			t.Fatalf("%s has %q", name, before[name])
		}
		says(t, ns, "pvc/data-"+name, "{.status.phase} {.status.capacity.storage}", "Bound 1Gi")
		node, _, _ := strings.Cut(before[name], " ")
		says(t, ns, "pvc/data-"+name, "{.spec.volumeName}", "own-disk-"+node)
		says(t, ns, "pv/own-disk-"+node, "{.status.phase} {.spec.claimRef.name}", "Bound data-"+name)
	}
	same := func(what string, names ...string) {
		t.Helper()
		waitPods(t, ns, "app=db", len(names))
		for _, name := range names {
			if got := home(t, ns, name); got != before[name] {
				t.Errorf("%s: %s is %q, and was %q", what, name, got, before[name])
			}
		}
	}
	uid := kubectl(t, "get", "pod", "db-0", "-n", ns, "-o", "jsonpath={.metadata.uid}")
	kubectl(t, "delete", "pod", "db-0", "-n", ns)
	eventually(t, time.Minute, func() error {
		if now := kubectl(t, "get", "pod", "db-0", "-n", ns, "--ignore-not-found", "-o", "jsonpath={.metadata.uid}"); now == "" || now == uid {
			return errors.New("db-0 has not been replaced")
		}
		return nil
	})
	same("after a pod was deleted", "db-0", "db-1")
	kubectl(t, "scale", "statefulset/db", "-n", ns, "--replicas=0")
	waitPods(t, ns, "app=db", 0)
	says(t, ns, "pvc/data-db-1", "{.status.phase}", "Bound")
	kubectl(t, "scale", "statefulset/db", "-n", ns, "--replicas=2")
	same("after it was scaled to nothing", "db-0", "db-1")

	kubectl(t, "patch", "statefulset/db", "-n", ns, "-p", `{"spec":{"persistentVolumeClaimRetentionPolicy":{"whenScaled":"Delete"}}}`)
	kubectl(t, "scale", "statefulset/db", "-n", ns, "--replicas=1")
	eventually(t, time.Minute, func() error {
		if left := kubectl(t, "get", "pvc", "-n", ns, "-o", "name"); strings.TrimSpace(left) != "persistentvolumeclaim/data-db-0" {
			return fmt.Errorf("claims: %q", left)
		}
		return nil
	})
	node, _, _ := strings.Cut(before["db-1"], " ")
	says(t, ns, "pv/own-disk-"+node, "{.status.phase}", "Released")
	same("after the other's claim went", "db-0")
}

// A pod waits for its claim, and its claim for the pod; a pod that must be on
// one node gets the volume of that; another that needs the same volume elsewhere
// is told why it cannot.
func TestVolumesAndNodes(t *testing.T) {
	localVolumes(t, "pinned")
	ns := namespace(t)
	node, other := cluster.Nodes[1].Name, cluster.Nodes[2].Name
	user := func(name, node, mount string) string {
		return fmt.Sprintf(`apiVersion: v1
kind: Pod
metadata: {name: %s, labels: {app: user}}
spec:
  terminationGracePeriodSeconds: 1
  nodeSelector: {kubernetes.io/hostname: %s}
  containers:
  - name: nginx
    image: nginx:1.22
    volumeMounts: [{name: data, mountPath: /data%s}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
`, name, node, mount)
	}
	const scheduled = `{.status.conditions[?(@.type=="PodScheduled")].message}`
	kubectl(t, "create", "-n", ns, "-f", file(t, user("first", node, "")))
	eventually(t, time.Minute, func() error {
		if got := kubectl(t, "get", "pod/first", "-n", ns, "-o", "jsonpath="+scheduled); !strings.Contains(got, `persistentvolumeclaim "data" not found`) {
			return fmt.Errorf("it says %q", got)
		}
		return nil
	})
	kubectl(t, "create", "-n", ns, "-f", file(t, `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {storageClassName: pinned, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`))
	waitPods(t, ns, "app=user", 1)
	says(t, ns, "pvc/data", "{.spec.volumeName}", "pinned-"+node)
	kubectl(t, "exec", "-n", ns, "first", "--", "sh", "-c", "mkdir /data/sub && echo here > /data/sub/name")

	kubectl(t, "create", "-n", ns, "-f", file(t, user("second", node, ", subPath: sub, readOnly: true")))
	waitPods(t, ns, "app=user", 2)
	if out := home(t, ns, "second"); out != node+" here\n" {
		t.Errorf("by its sub path a second pod sees %q", out)
	}
	if out := refused(t, "exec", "-n", ns, "second", "--", "sh", "-c", "echo x > /data/name"); !strings.Contains(out, "Read-only") {
		t.Errorf("a read-only mount was written: %s", out)
	}
	kubectl(t, "create", "-n", ns, "-f", file(t, user("elsewhere", other, "")))
	eventually(t, time.Minute, func() error {
		got := kubectl(t, "get", "pod/elsewhere", "-n", ns, "-o", "jsonpath="+scheduled)
		if !strings.Contains(got, "1 node(s) had volume node affinity conflict") {
			return fmt.Errorf("it says %q", got)
		}
		return nil
	})

	// The claim stays while pods use it, and what they wrote stays after it.
	kubectl(t, "delete", "pvc", "data", "-n", ns, "--wait=false")
	says(t, ns, "pvc/data", "{.status.phase} {.metadata.finalizers[0]}", "Bound kubernetes.io/pvc-protection")
	kubectl(t, "delete", "pod", "-n", ns, "--all")
	says(t, ns, "pv/pinned-"+node, "{.status.phase}", "Released")
	if out, err := cluster.Nodes[1].Output(t.Context(), "cat", "/var/lib/kubelet/disks/pinned/sub/name"); err != nil || strings.TrimSpace(out) != "here" {
		t.Errorf("the data is %q, %v", out, err)
	}
}
