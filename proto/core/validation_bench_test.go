package core

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// BenchmarkPodWrite is what defaults and validation add to the write of a
// typical pod.
func BenchmarkPodWrite(b *testing.B) {
	p := newPod()
	p.Labels = map[string]string{"app": "web", "tier": "front"}
	p.Annotations = map[string]string{"example.com/owner": "team"}
	p.Spec.Volumes = []Volume{{Name: "data", VolumeSource: VolumeSource{EmptyDir: &EmptyDirVolumeSource{}}}}
	c := &p.Spec.Containers[0]
	c.Ports = []ContainerPort{{Name: "http", ContainerPort: 80}}
	c.Env = []EnvVar{{Name: "A", Value: "1"}, {Name: "B", ValueFrom: &EnvVarSource{FieldRef: &ObjectFieldSelector{FieldPath: "metadata.name"}}}}
	c.VolumeMounts = []VolumeMount{{Name: "data", MountPath: "/data"}}
	c.Resources = ResourceRequirements{Limits: ResourceList{"cpu": quantity.MustParse("1"), "memory": quantity.MustParse("1Gi")}}
	c.ReadinessProbe = &Probe{ProbeHandler: ProbeHandler{HTTPGet: &HTTPGetAction{Port: meta.FromString("http")}}}
	b.ReportAllocs()
	for b.Loop() {
		SetPodDefaults(p)
		if errs := ValidatePod(p); len(errs) > 0 {
			b.Fatal(errs.Text())
		}
	}
}
