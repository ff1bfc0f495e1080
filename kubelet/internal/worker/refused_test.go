package worker

import (
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
)

func TestRunsHere(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*core.Pod)
		want   string
	}{
		"says nothing":  {func(*core.Pod) {}, ""},
		"for Linux":     {func(p *core.Pod) { p.Spec.OS = &core.PodOS{Name: "linux"} }, ""},
		"for Windows":   {func(p *core.Pod) { p.Spec.OS = &core.PodOS{Name: "windows"} }, "PodOSNotSupported"},
		"by its label":  {func(p *core.Pod) { p.Labels = map[string]string{"kubernetes.io/os": "windows"} }, "PodOSSelectorNodeLabelDoesNotMatch"},
		"a right label": {func(p *core.Pod) { p.Labels = map[string]string{"kubernetes.io/os": "linux"} }, ""},
	} {
		p := pod(core.RestartPolicyAlways, "a")
		c.change(p)
		if reason, message := runsHere(p, nil); reason != c.want || (message == "") != (c.want == "") {
			t.Errorf("a pod that %s: %q, %q", name, reason, message)
		}
	}
}

// TestRefusedStatus: of a pod that was not taken only the refusal is told, neither
// containers nor conditions, also by a kubelet that was started later.
func TestRefusedStatus(t *testing.T) {
	p := pod(core.RestartPolicyAlways, "a")
	p.Status.Conditions = []core.PodCondition{{Type: core.PodScheduled, Status: core.ConditionFalse, Reason: "Unschedulable"}}
	m := &Memory{Stop: &Stop{Phase: core.PodFailed, Reason: "OutOfcpu", Message: rejected + "too much"}}
	host := Host{IPs: []string{"10.0.0.1"}}
	for range 2 {
		st := Status(p, nil, m, host, time.Now())
		if st.Phase != core.PodFailed || st.Reason != "OutOfcpu" || st.Message != "Pod was rejected: too much" || st.StartTime == nil {
			t.Errorf("the refusal is told as %+v", st)
		}
		if len(st.Conditions)+len(st.ContainerStatuses)+len(st.HostIPs) > 0 || st.HostIP != "" {
			t.Errorf("it is told more than the refusal: %+v", st)
		}
		p.Status, m = *st, &Memory{}
	}
}
