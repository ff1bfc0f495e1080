package cluster

import (
	"reflect"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

func container(cpu, memory string, sidecar bool) core.Container {
	c := core.Container{Name: "c"}
	c.Resources.Requests = core.ResourceList{}
	if cpu != "" {
		c.Resources.Requests[core.ResourceCPU] = quantity.MustParse(cpu)
	}
	if memory != "" {
		c.Resources.Requests[core.ResourceMemory] = quantity.MustParse(memory)
	}
	if sidecar {
		always := core.ContainerRestartPolicyAlways
		c.RestartPolicy = &always
	}
	return c
}

func TestPodRequest(t *testing.T) {
	tests := []struct {
		name        string
		spec        core.PodSpec
		cpu, memory int64
	}{
		{"sum", core.PodSpec{Containers: []core.Container{container("1", "1Ki", false), container("500m", "", false)}}, 1500, 1024},
		{"hungry init container", core.PodSpec{
			InitContainers: []core.Container{container("3", "", false)},
			Containers:     []core.Container{container("1", "1Ki", false)},
		}, 3000, 1024},
		{"init containers do not add up", core.PodSpec{
			InitContainers: []core.Container{container("2", "", false), container("2", "", false)},
			Containers:     []core.Container{container("1", "", false)},
		}, 2000, 0},
		{"a sidecar runs beside", core.PodSpec{
			InitContainers: []core.Container{container("1", "", true)},
			Containers:     []core.Container{container("1", "", false)},
		}, 2000, 0},
		{"an init container beside the sidecar before it", core.PodSpec{
			InitContainers: []core.Container{container("1", "", true), container("2", "", false)},
			Containers:     []core.Container{container("1", "", false)},
		}, 3000, 0},
		{"overhead", core.PodSpec{
			Containers: []core.Container{container("1", "", false)},
			Overhead:   core.ResourceList{core.ResourceCPU: quantity.MustParse("250m")},
		}, 1250, 0},
		{"the pod as a whole", core.PodSpec{
			Containers: []core.Container{container("1", "1Ki", false)},
			Resources:  &core.ResourceRequirements{Requests: core.ResourceList{core.ResourceCPU: quantity.MustParse("4")}},
		}, 4000, 1024},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := podRequest(&core.Pod{Spec: tt.spec}, false)
			if got.MilliCPU != tt.cpu || got.Memory != tt.memory || got.Pods != 1 {
				t.Errorf("got %dm cpu, %d bytes, %d pods; want %dm, %d, 1", got.MilliCPU, got.Memory, got.Pods, tt.cpu, tt.memory)
			}
		})
	}
}

// TestResizedPodRequest: a pod counts for what it wants and for what it still
// has, whichever is more, until its node has refused it.
func TestResizedPodRequest(t *testing.T) {
	cpu := func(v string) core.ResourceList { return core.ResourceList{core.ResourceCPU: quantity.MustParse(v)} }
	for name, tt := range map[string]struct {
		wants, allocated, has string
		reason                string
		want                  int64
	}{
		"no resize":              {"1", "1", "1", "", 1000},
		"it grows":               {"3", "1", "1", "", 3000},
		"the node has agreed":    {"3", "3", "1", "", 3000},
		"it shrinks":             {"1", "1", "3", "", 3000},
		"it waits for room":      {"3", "1", "1", core.PodReasonDeferred, 3000},
		"there will be no room":  {"30", "1", "1", core.PodReasonInfeasible, 1000},
		"a fresh one, no status": {"2", "", "", "", 2000},
	} {
		p := &core.Pod{Spec: core.PodSpec{Containers: []core.Container{container(tt.wants, "", false)}}}
		if tt.allocated != "" {
			p.Status.ContainerStatuses = []core.ContainerStatus{{Name: "c", AllocatedResources: cpu(tt.allocated), Resources: &core.ResourceRequirements{Requests: cpu(tt.has)}}}
		}
		if tt.reason != "" {
			p.Status.Conditions = []core.PodCondition{{Type: core.PodResizePending, Status: core.ConditionTrue, Reason: tt.reason}}
		}
		if got := podRequest(p, false).MilliCPU; got != tt.want {
			t.Errorf("%s: %dm, want %dm", name, got, tt.want)
		}
		before := NewPod(&core.Pod{Spec: core.PodSpec{Containers: []core.Container{container("1", "", false)}}})
		if same := before.Asks(p); same != (tt.want == 1000) {
			t.Errorf("%s: asks for what it had: %v", name, same)
		}
	}
}

// TestGuesses: only scores see more in a container that asks for nothing.
func TestGuesses(t *testing.T) {
	p := NewPod(&core.Pod{Spec: core.PodSpec{Containers: []core.Container{{Name: "c"}}}})
	if p.Requests.MilliCPU != 0 || p.Requests.Memory != 0 {
		t.Errorf("requests %+v, want nothing", p.Requests)
	}
	if p.Scored.MilliCPU != guessedMilliCPU || p.Scored.Memory != guessedMemory {
		t.Errorf("scored as %+v", p.Scored)
	}
}

// TestEverythingIsGivenBack: what pods take of a node is gone when they are,
// whatever happens in between.
func TestEverythingIsGivenBack(t *testing.T) {
	yes := true
	newPod := func(uid meta.UID, cpu string) *Pod {
		p := &core.Pod{ObjectMeta: meta.ObjectMeta{Name: string(uid), UID: uid, Labels: map[string]string{"app": "web"}, OwnerReferences: []meta.OwnerReference{{UID: "rc", Controller: &yes}}}}
		p.Spec.Containers = []core.Container{container(cpu, "1Gi", false)}
		p.Spec.Containers[0].Resources.Requests["example.com/gpu"] = quantity.MustParse("1")
		p.Spec.Containers[0].Ports = []core.ContainerPort{{HostPort: 80, ContainerPort: 80}}
		return NewPod(p)
	}
	c := New()
	c.SetController("rc", "", &meta.LabelSelector{MatchLabels: map[string]string{"app": "web"}})
	c.SetNode(&core.Node{ObjectMeta: meta.ObjectMeta{Name: "n1"}})
	c.SetPod(newPod("a", "1"), "n1")
	c.SetPod(newPod("b", "1"), "n2") // not known yet
	c.SetPod(newPod("a", "2"), "n1") // changed
	c.SetPod(newPod("b", "1"), "n1") // moved
	if got := c.Node("n1").Requested.MilliCPU; got != 3000 {
		t.Errorf("two pods take %dm, want 3000m", got)
	}
	if c.byName["n2"] != nil {
		t.Error("n2 is remembered without pods and without a node")
	}
	ending := newPod("a", "2")
	ending.DeletionTimestamp = &meta.Time{}
	c.SetPod(NewPod(ending.Pod), "n1")
	like := c.DefaultSpread(newPod("like", "1"))[0]
	if got, _ := c.Tally(&like.Who, like.Key, nil).On(c.Node("n1")); got != 1 {
		t.Errorf("%d pods of the controller count, want 1: the other is on its way out", got)
	}
	c.RemovePod("a")
	c.RemovePod("b")
	if _, ok := c.RemovePod("b"); ok {
		t.Error("b was removed twice")
	}
	n := c.Node("n1")
	want := Resources{Extended: map[core.ResourceName]int64{"example.com/gpu": 0}}
	if !reflect.DeepEqual(n.Requested, want) || len(n.Ports) != 0 || len(n.Pods) != 0 {
		t.Errorf("left on the node: %+v, ports %v, pods %v", n.Requested, n.Ports, n.Pods)
	}
	c.RemoveNode("n1")
	if len(c.Nodes) != 0 || len(c.byName) != 0 {
		t.Errorf("left in the cluster: %v", c.byName)
	}
}

// TestPodsOutliveTheirNode: a node that comes back has the room that its pods leave.
func TestPodsOutliveTheirNode(t *testing.T) {
	c := New()
	n := &core.Node{ObjectMeta: meta.ObjectMeta{Name: "n1"}}
	c.SetNode(n)
	p := &core.Pod{ObjectMeta: meta.ObjectMeta{UID: "a"}, Spec: core.PodSpec{Containers: []core.Container{container("1", "", false)}}}
	c.SetPod(NewPod(p), "n1")
	c.RemoveNode("n1")
	if c.Node("n1") != nil {
		t.Fatal("the removed node is still there")
	}
	c.SetNode(n)
	if got := c.Node("n1").Requested.MilliCPU; got != 1000 || len(c.Nodes) != 1 {
		t.Errorf("after the node came back its pod takes %dm on %d nodes, want 1000m on 1", got, len(c.Nodes))
	}
}
