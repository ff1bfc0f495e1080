package core

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// BenchmarkEqual compares two equal specs, as every update of a pod does.
func BenchmarkEqual(b *testing.B) {
	p := newPod()
	c := &p.Spec.Containers[0]
	c.Ports = []ContainerPort{{Name: "http", ContainerPort: 80, Protocol: "TCP"}}
	c.Env = []EnvVar{{Name: "A", Value: "1"}, {Name: "B", Value: "2"}}
	c.Resources.Limits = ResourceList{"cpu": quantity.MustParse("1"), "memory": quantity.MustParse("1Gi")}
	old := p.DeepCopy()
	b.ReportAllocs()
	for b.Loop() {
		if !meta.Equal(p.Spec, old.Spec) {
			b.Fatal("not equal")
		}
	}
}
