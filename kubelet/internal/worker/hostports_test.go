package worker

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func withPort(p core.ContainerPort, change func(*core.Pod)) *core.Pod {
	pod := &core.Pod{Spec: core.PodSpec{Containers: []core.Container{{Name: "c", Ports: []core.ContainerPort{p}}}}}
	if change != nil {
		change(pod)
	}
	return pod
}

func TestHostPortsFree(t *testing.T) {
	now := meta.Now()
	eighty := core.ContainerPort{HostPort: 80, ContainerPort: 8080}
	state := func(s core.ContainerState) func(*core.Pod) {
		return func(p *core.Pod) {
			p.DeletionTimestamp = &now
			p.Status.ContainerStatuses = []core.ContainerStatus{{Name: "c", State: s}}
		}
	}
	for name, c := range map[string]struct {
		pod, other *core.Pod
		refused    bool
	}{
		"the same port":              {withPort(eighty, nil), withPort(eighty, nil), true},
		"no port of the node":        {withPort(core.ContainerPort{ContainerPort: 80}, nil), withPort(core.ContainerPort{ContainerPort: 80}, nil), false},
		"another port":               {withPort(eighty, nil), withPort(core.ContainerPort{HostPort: 81}, nil), false},
		"another protocol":           {withPort(eighty, nil), withPort(core.ContainerPort{HostPort: 80, Protocol: core.ProtocolUDP}, nil), false},
		"another address":            {withPort(core.ContainerPort{HostPort: 80, HostIP: "10.0.0.1"}, nil), withPort(core.ContainerPort{HostPort: 80, HostIP: "10.0.0.2"}, nil), false},
		"one address and all":        {withPort(core.ContainerPort{HostPort: 80, HostIP: "10.0.0.1"}, nil), withPort(eighty, nil), true},
		"the other has ended":        {withPort(eighty, nil), withPort(eighty, func(p *core.Pod) { p.Status.Phase = core.PodFailed }), false},
		"the other ends":             {withPort(eighty, nil), withPort(eighty, state(core.ContainerState{Running: &core.ContainerStateRunning{}})), true},
		"the other's containers end": {withPort(eighty, nil), withPort(eighty, state(core.ContainerState{Terminated: &core.ContainerStateTerminated{}})), false},
	} {
		reason, message := hostPortsFree(c.pod, &Node{Others: []*core.Pod{c.other}})
		if want := map[bool][2]string{true: {"NodePorts", "Predicate NodePorts failed"}}[c.refused]; [2]string{reason, message} != want {
			t.Errorf("%s: %q, %q", name, reason, message)
		}
	}
}
