package ephemeralvolume

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestPlan(t *testing.T) {
	p := &core.Pod{ObjectMeta: meta.ObjectMeta{Namespace: "ns", Name: "p", UID: "u"}}
	p.Spec.Volumes = []core.Volume{{Name: "scratch"}, {Name: "other"}}
	class := "fast"
	p.Spec.Volumes[0].Ephemeral = &core.EphemeralVolumeSource{VolumeClaimTemplate: &core.PersistentVolumeClaimTemplate{
		ObjectMeta: meta.ObjectMeta{Labels: map[string]string{"a": "b"}}, Spec: core.PersistentVolumeClaimSpec{StorageClassName: &class}}}
	claims := map[string]*core.PersistentVolumeClaim{}
	there := func(name string) *core.PersistentVolumeClaim { return claims[name] }

	create, wrong := plan(p, there)
	if len(create) != 1 || len(wrong) > 0 {
		t.Fatalf("%d claims, %v", len(create), wrong)
	}
	c := create[0]
	if c.Namespace != "ns" || c.Name != "p-scratch" || c.Labels["a"] != "b" || c.Class() != "fast" || !ownedBy(c, p) {
		t.Errorf("the claim is %+v", c)
	}
	// What a crash after the write left is found.
	claims[c.Name] = c
	if create, wrong = plan(p, there); len(create)+len(wrong) > 0 {
		t.Errorf("once more: %v, %v", create, wrong)
	}
	// Somebody's claim of that name is neither taken nor replaced.
	claims[c.Name] = &core.PersistentVolumeClaim{ObjectMeta: meta.ObjectMeta{Namespace: "ns", Name: c.Name}}
	create, wrong = plan(p, there)
	if len(create) > 0 || len(wrong) != 1 || wrong[0].Error() != "ephemeral volume scratch: PVC ns/p-scratch was not created for pod ns/p (pod is not owner)" {
		t.Errorf("another's: %v, %v", create, wrong)
	}
	delete(claims, c.Name)
	now := meta.Now()
	p.DeletionTimestamp = &now
	if create, _ = plan(p, there); len(create) > 0 {
		t.Error("a pod that goes gets a claim")
	}
}
