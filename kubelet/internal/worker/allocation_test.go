package worker

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pilothouse/pilothouse/kubelet/internal/cgroup"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

func amounts(cpu, memory string) core.ResourceList {
	out := core.ResourceList{}
	for n, v := range map[core.ResourceName]string{core.ResourceCPU: cpu, core.ResourceMemory: memory} {
		if v != "" {
			out[n] = quantity.MustParse(v)
		}
	}
	return out
}

// asking is a running pod of one container with requests.
func asking(cpu, memory string) *core.Pod {
	p := pod(core.RestartPolicyAlways, "a")
	p.Spec.Containers[0].Resources.Requests = amounts(cpu, memory)
	return p
}

func TestAllocationOutlivesTheKubelet(t *testing.T) {
	dir := t.TempDir()
	if a, err := readAllocation(dir); a != nil || err != nil {
		t.Fatalf("nothing was written, and %v, %v is there", a, err)
	}
	had, wants := asking("100m", "1Gi"), asking("2", "1Gi")
	if err := allocationOf(had).write(dir); err != nil {
		t.Fatal(err)
	}
	a, err := readAllocation(dir)
	if err != nil || !a.same(allocationOf(had)) || a.same(allocationOf(wants)) {
		t.Fatalf("read %v, %v", a, err)
	}
	if d := cmp.Diff(had.Spec, a.granted(wants).Spec); d != "" {
		t.Errorf("the pod as agreed: %s", d)
	}
	if got := wants.Spec.Containers[0].Resources.Requests[core.ResourceCPU]; got.MilliValue() != 2000 {
		t.Errorf("what it asks for was changed to %v", got)
	}
	if a.granted(had) != had {
		t.Error("a pod that has what it wants was copied")
	}
	if err := os.WriteFile(allocationFile(dir), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readAllocation(dir); err == nil {
		t.Error("half a file was read")
	}
}

func TestFits(t *testing.T) {
	room := core.ResourceList{core.ResourceCPU: quantity.MustParse("2"), core.ResourceMemory: quantity.MustParse("4Ki"), core.ResourcePods: quantity.MustParse("3")}
	shrinking := asking("100m", "")
	shrinking.Status.ContainerStatuses = []core.ContainerStatus{{Name: "a", AllocatedResources: amounts("100m", ""), Resources: &core.ResourceRequirements{Requests: amounts("1500m", "")}}}
	device := asking("", "")
	device.Spec.Containers[0].Resources.Requests["example.com/gpu"] = quantity.MustParse("1")
	for name, c := range map[string]struct {
		pod             *core.Pod
		others          []*core.Pod
		reason, message string
	}{
		"alone":                    {asking("2", "4Ki"), nil, "", ""},
		"just":                     {asking("500m", "1Ki"), []*core.Pod{asking("1500m", "3Ki")}, "", ""},
		"not quite":                {asking("501m", "1Ki"), []*core.Pod{asking("1500m", "3Ki")}, "OutOfcpu", "Node didn't have enough resource: cpu, requested: 501, used: 1500, capacity: 2000"},
		"memory":                   {asking("", "2Ki"), []*core.Pod{asking("", "3Ki")}, "OutOfmemory", "Node didn't have enough resource: memory, requested: 2048, used: 3072, capacity: 4096"},
		"too many":                 {asking("", ""), []*core.Pod{asking("", ""), asking("", ""), asking("", "")}, "OutOfpods", "Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3"},
		"beside one that shrinks":  {asking("1", ""), []*core.Pod{shrinking}, "OutOfcpu", "Node didn't have enough resource: cpu, requested: 1000, used: 1500, capacity: 2000"},
		"what the node has not":    {device, nil, "OutOfexample.com/gpu", "Node didn't have enough resource: example.com/gpu, requested: 1, used: 0, capacity: 0"},
		"nothing asks for nothing": {asking("", ""), []*core.Pod{asking("2", "4Ki")}, "", ""},
	} {
		reason, message := fits(c.pod, &Node{Others: c.others, Allocatable: room})
		if reason != c.reason || message != c.message {
			t.Errorf("%s: %s %q, want %s %q", name, reason, message, c.reason, c.message)
		}
	}
}

// TestResizeStatus: a status tells what the node agreed to, what the kernel
// holds the container to, and what is in the way.
func TestResizeStatus(t *testing.T) {
	p := asking("1", "64Mi")
	p.Spec.Containers[0].Resources.Limits = amounts("2", "128Mi")
	m := ready()
	m.Sizes["a-1"] = cgroup.Size{Shares: 102, Quota: 20000, Memory: 32 << 20}
	st := Status(p, runtime("a:running"), m, host, now)
	c := st.ContainerStatuses[0]
	if d := cmp.Diff(amounts("1", "64Mi"), c.AllocatedResources); d != "" {
		t.Errorf("allocated: %s", d)
	}
	if d := cmp.Diff(&core.ResourceRequirements{Requests: amounts("100m", "64Mi"), Limits: amounts("200m", "32Mi")}, c.Resources); d != "" {
		t.Errorf("has: %s", d)
	}
	if got := conditionOf(st.Conditions, core.PodResizeInProgress); got == nil || got.Status != core.ConditionTrue || got.Reason != "" {
		t.Errorf("under way: %+v", got)
	}
	m.ResizeFailure = &Failure{Reason: core.PodReasonError, Message: "no"}
	m.ResizePending = &ResizePending{Reason: core.PodReasonDeferred, Message: "full"}
	p.Status = *st
	st = Status(p, runtime("a:running"), m, host, now)
	if got := conditionOf(st.Conditions, core.PodResizeInProgress); got == nil || got.Reason != "Error" || got.Message != "no" {
		t.Errorf("failed: %+v", got)
	}
	if got := conditionOf(st.Conditions, core.PodResizePending); got == nil || got.Reason != "Deferred" || got.Message != "full" {
		t.Errorf("pending: %+v", got)
	}
	m.ResizeFailure, m.ResizePending, m.Sizes["a-1"] = nil, nil, cgroup.ContainerSize(&p.Spec.Containers[0])
	p.Status = *st
	st = Status(p, runtime("a:running"), m, host, now)
	for _, cond := range st.Conditions {
		if cond.Type == core.PodResizePending || cond.Type == core.PodResizeInProgress {
			t.Errorf("done, and still %+v", cond)
		}
	}
	if d := cmp.Diff(&p.Spec.Containers[0].Resources, st.ContainerStatuses[0].Resources); d != "" {
		t.Errorf("done: %s", d)
	}
}
