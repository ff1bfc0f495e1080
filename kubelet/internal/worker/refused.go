package worker

import (
	system "runtime"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
)

// runsHere refuses a pod for another operating system.
func runsHere(pod *core.Pod, _ *Node) (reason, message string) {
	if name, ok := pod.Labels[core.LabelOSStable]; ok && name != system.GOOS {
		return "PodOSSelectorNodeLabelDoesNotMatch", "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label"
	}
	if os := pod.Spec.OS; os != nil && string(os.Name) != system.GOOS {
		return "PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS"
	}
	return "", ""
}

// rejected begins the message of a pod that the node did not take.
const rejected = "Pod was rejected: "

// refused says whether the node did not take the pod. A kubelet that was started
// later knows it by what was reported.
func refused(pod *core.Pod, m *Memory) bool {
	if m.Stop != nil {
		return m.Stop.Phase == core.PodFailed && strings.HasPrefix(m.Stop.Message, rejected)
	}
	st := &pod.Status
	return st.Phase == core.PodFailed && strings.HasPrefix(st.Message, rejected) && len(st.ContainerStatuses) == 0
}

// refusedStatus is all that there is to tell of a pod that was refused: nothing of
// it ever was on the node.
func refusedStatus(st *core.PodStatus, m *Memory) *core.PodStatus {
	if m.Stop != nil {
		st.Reason, st.Message = m.Stop.Reason, m.Stop.Message
	}
	return &core.PodStatus{
		Phase: core.PodFailed, Reason: st.Reason, Message: st.Message, StartTime: st.StartTime,
		QOSClass: st.QOSClass, NominatedNodeName: st.NominatedNodeName,
		ObservedGeneration: st.ObservedGeneration, ResourceClaimStatuses: st.ResourceClaimStatuses,
	}
}
