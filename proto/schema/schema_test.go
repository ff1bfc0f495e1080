package schema_test

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/schema"
)

func TestPod(t *testing.T) {
	pod := schema.For(&core.Pod{})
	if pod == nil || pod.Name != "io.k8s.api.core.v1.Pod" || schema.ByName(pod.Name) != pod {
		t.Fatalf("the pod's type is %+v", pod)
	}
	volumes := pod.Field("spec").Type.Field("volumes")
	if !volumes.PatchMerge || !volumes.RetainKeys || volumes.MergeKey != "name" || volumes.ListType != "map" {
		t.Errorf("spec.volumes is %+v", volumes)
	}
	if volumes.Type.Kind != schema.Array || volumes.Type.Elem.Field("emptyDir") == nil {
		t.Error("spec.volumes is no list of volumes with the inlined sources")
	}
	if kind := pod.Field("kind"); kind == nil || kind.Type.Kind != schema.String {
		t.Error("the pod has no kind")
	}
	if (*schema.Type)(nil).Field("x") != nil || schema.For(3) != nil {
		t.Error("something was found where nothing is")
	}
}
