package core

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/quantity"
)

func TestQOSClassOf(t *testing.T) {
	both := func(cpu, memory string) ResourceList {
		return ResourceList{"cpu": quantity.MustParse(cpu), "memory": quantity.MustParse(memory)}
	}
	for _, tc := range []struct {
		name       string
		containers []Container
		want       PodQOSClass
	}{
		{"nothing asked", []Container{{}}, PodQOSBestEffort},
		{"zero asked", []Container{{Resources: ResourceRequirements{Requests: both("0", "0")}}}, PodQOSBestEffort},
		{"requests only", []Container{{Resources: ResourceRequirements{Requests: both("1", "1Gi")}}}, PodQOSBurstable},
		{"limits above requests", []Container{{Resources: ResourceRequirements{Requests: both("1", "1Gi"), Limits: both("2", "1Gi")}}}, PodQOSBurstable},
		{"limits as requests", []Container{{Resources: ResourceRequirements{Requests: both("1", "1Gi"), Limits: both("1000m", "1024Mi")}}}, PodQOSGuaranteed},
		{"only one container limited", []Container{{Resources: ResourceRequirements{Requests: both("1", "1Gi"), Limits: both("1", "1Gi")}}, {}}, PodQOSBurstable},
		{"cpu only", []Container{{Resources: ResourceRequirements{Limits: ResourceList{"cpu": quantity.MustParse("1")}, Requests: ResourceList{"cpu": quantity.MustParse("1")}}}}, PodQOSBurstable},
	} {
		if got := QOSClassOf(&PodSpec{Containers: tc.containers}); got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.name, got, tc.want)
		}
	}
}
