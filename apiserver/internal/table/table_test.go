package table

import (
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestDuration(t *testing.T) {
	const day = 24 * time.Hour
	for want, d := range map[string]time.Duration{
		"<invalid>": -5 * time.Second, "0s": 0, "119s": 119 * time.Second, "2m": 2 * time.Minute, "3m20s": 200 * time.Second,
		"25m": 25 * time.Minute, "179m": 179 * time.Minute, "5h12m": 5*time.Hour + 12*time.Minute, "20h": 20*time.Hour + 5*time.Minute,
		"3d4h": 3*day + 4*time.Hour, "45d": 45*day + time.Hour, "2y30d": 760 * day, "9y": 3300 * day,
	} {
		if got := duration(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestPodStatus(t *testing.T) {
	always := core.ContainerRestartPolicy("Always")
	gone := meta.NewTime(time.Unix(1, 0))
	running := core.ContainerState{Running: &core.ContainerStateRunning{}}
	waiting := func(r string) core.ContainerState {
		return core.ContainerState{Waiting: &core.ContainerStateWaiting{Reason: r}}
	}
	ended := func(code int32, r string) core.ContainerState {
		return core.ContainerState{Terminated: &core.ContainerStateTerminated{ExitCode: code, Reason: r}}
	}
	two := []core.Container{{Name: "a"}, {Name: "b"}}
	for _, c := range []struct {
		want, ready string
		pod         core.Pod
	}{
		{"Running", "2/2", core.Pod{Spec: core.PodSpec{Containers: two}, Status: core.PodStatus{Phase: "Running", ContainerStatuses: []core.ContainerStatus{{State: running, Ready: true}, {State: running, Ready: true}}}}},
		{"CrashLoopBackOff", "1/2", core.Pod{Spec: core.PodSpec{Containers: two}, Status: core.PodStatus{Phase: "Running", ContainerStatuses: []core.ContainerStatus{{State: waiting("CrashLoopBackOff")}, {State: running, Ready: true}}}}},
		{"Init:0/1", "0/2", core.Pod{Spec: core.PodSpec{InitContainers: two[:1], Containers: two}, Status: core.PodStatus{Phase: "Pending", InitContainerStatuses: []core.ContainerStatus{{Name: "a", State: running}}}}},
		{"Init:Error", "0/2", core.Pod{Spec: core.PodSpec{InitContainers: two[:1], Containers: two}, Status: core.PodStatus{Phase: "Pending", InitContainerStatuses: []core.ContainerStatus{{Name: "a", State: ended(1, "Error")}}}}},
		{"PodInitializing", "1/2", core.Pod{Spec: core.PodSpec{InitContainers: []core.Container{{Name: "s", RestartPolicy: &always}}, Containers: two[:1]}, Status: core.PodStatus{Phase: "Pending", InitContainerStatuses: []core.ContainerStatus{{Name: "s", Ready: true, Started: new(true), State: running}}, ContainerStatuses: []core.ContainerStatus{{State: waiting("PodInitializing")}}}}},
		{"Completed", "0/2", core.Pod{Spec: core.PodSpec{Containers: two}, Status: core.PodStatus{Phase: "Succeeded", ContainerStatuses: []core.ContainerStatus{{State: ended(0, "Completed")}, {State: ended(0, "Completed")}}}}},
		{"NotReady", "1/2", core.Pod{Spec: core.PodSpec{Containers: two}, Status: core.PodStatus{Phase: "Running", ContainerStatuses: []core.ContainerStatus{{State: ended(0, "Completed")}, {State: running, Ready: true}}}}},
		{"Terminating", "0/2", core.Pod{ObjectMeta: meta.ObjectMeta{DeletionTimestamp: &gone}, Spec: core.PodSpec{Containers: two}, Status: core.PodStatus{Phase: "Running"}}},
		{"ExitCode:3", "0/2", core.Pod{Spec: core.PodSpec{Containers: two}, Status: core.PodStatus{Phase: "Failed", ContainerStatuses: []core.ContainerStatus{{State: ended(3, "")}}}}},
	} {
		cells := podCells(&c.pod, time.Now())
		if cells[2] != c.want || cells[1] != c.ready {
			t.Errorf("status %v, ready %v, want %s, %s", cells[2], cells[1], c.want, c.ready)
		}
	}
}

func TestEventSource(t *testing.T) {
	for _, c := range []struct {
		want  string
		event core.Event
	}{
		{"kubelet", core.Event{Source: core.EventSource{Component: "kubelet"}}},
		{"kubelet, n1", core.Event{Source: core.EventSource{Component: "kubelet", Host: "n1"}, ReportingController: "other", ReportingInstance: "x"}},
		{"example.com/c, i", core.Event{ReportingController: "example.com/c", ReportingInstance: "i"}},
		{"", core.Event{}},
	} {
		if got := eventCells(&c.event, time.Now())[5]; got != c.want {
			t.Errorf("source %q, want %q", got, c.want)
		}
	}
}

func TestEventObject(t *testing.T) {
	for _, c := range []struct {
		want string
		of   core.ObjectReference
	}{{"pod/x", core.ObjectReference{Kind: "Pod", Name: "x"}}, {"pod", core.ObjectReference{Kind: "Pod"}}, {"/x", core.ObjectReference{Name: "x"}}, {}} {
		if got := object(&c.of); got != c.want {
			t.Errorf("%v is %q, want %q", c.of, got, c.want)
		}
	}
}
