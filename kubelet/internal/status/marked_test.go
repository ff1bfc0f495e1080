package status

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// A pod that the controller manager has marked not ready while the node was
// silent is written again although its status is what we last wrote.
func TestMarksOfTheControllerManagerAreTakenBack(t *testing.T) {
	w := &Writer{Log: slog.New(slog.DiscardHandler), pods: map[meta.UID]*entry{}, wake: make(chan struct{}, 1)}
	ready := &core.PodStatus{Conditions: []core.PodCondition{{Type: core.PodReady, Status: core.ConditionTrue}}}
	p := &core.Pod{Status: *ready}
	p.UID = "u1"
	w.Report(p, ready)
	if e := w.pods["u1"]; !bytes.Equal(e.want, e.written) {
		t.Fatal("a status that the API server has is written again")
	}
	marked := p.DeepCopy()
	marked.Status.Conditions[0].Status, marked.Status.Conditions[0].Reason = core.ConditionFalse, "NodeNotReady"
	w.Report(marked, ready)
	if e := w.pods["u1"]; bytes.Equal(e.want, e.written) {
		t.Error("the mark is left as it is")
	}
}

// The API server's word that a resize was asked for goes when it is done, also
// when the kubelet has nothing else to say.
func TestProposedResizesAreTakenBack(t *testing.T) {
	w := &Writer{Log: slog.New(slog.DiscardHandler), pods: map[meta.UID]*entry{}, wake: make(chan struct{}, 1)}
	p := &core.Pod{Status: core.PodStatus{Phase: core.PodRunning}}
	p.UID = "u1"
	w.Report(p, p.Status.DeepCopy())
	proposed := p.DeepCopy()
	proposed.Status.Resize = core.PodResizeStatusProposed
	w.Report(proposed, &p.Status)
	e := w.pods["u1"]
	patch, err := patchOf("u1", e.written, e.want, false)
	if err != nil || string(patch) != `{"metadata":{"uid":"u1"},"status":{"resize":null}}` {
		t.Errorf("the patch is %s, %v", patch, err)
	}
}
