package core

import (
	"strings"
	"testing"
)

// TestDeviceStatuses: what is told of devices belongs to what containers asked
// for, and ephemeral containers ask for none.
func TestDeviceStatuses(t *testing.T) {
	told := func(s ...ResourceStatus) ContainerStatus {
		return ContainerStatus{Name: "c", AllocatedResourcesStatus: s}
	}
	pod := func(status PodStatus) *Pod {
		c := Container{Name: "c", Resources: ResourceRequirements{Requests: ResourceList{"example.com/gpu": {}}, Claims: []ResourceClaim{{Name: "net"}, {Name: "gpu", Request: "one"}}}}
		return &Pod{Spec: PodSpec{Containers: []Container{c}, InitContainers: []Container{{Name: "i"}}, ResourceClaims: []PodResourceClaim{{Name: "net"}}, RestartPolicy: RestartPolicyAlways}, Status: status}
	}
	bad := "A B"
	for name, c := range map[string]struct {
		status PodStatus
		want   string
	}{
		"sound": {PodStatus{ContainerStatuses: []ContainerStatus{told(
			ResourceStatus{Name: "example.com/gpu", Resources: []ResourceHealth{{ResourceID: "a", Health: "Healthy"}, {ResourceID: "b", Health: "Unknown"}}},
			ResourceStatus{Name: "claim:net"}, ResourceStatus{Name: "claim:gpu/one"})}}, ""},
		"a container that is not there": {PodStatus{InitContainerStatuses: []ContainerStatus{told(ResourceStatus{Name: "x"})}}, ""},
		"not asked for": {PodStatus{ContainerStatuses: []ContainerStatus{told(ResourceStatus{Name: "x"}, ResourceStatus{Name: "claim:gpu"})}},
			"status.containerStatuses[0].allocatedResourcesStatus[0].name: Invalid value: x: must match one of the container's resource requests\n" +
				"status.containerStatuses[0].allocatedResourcesStatus[1].name: Invalid value: claim:gpu: must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty"},
		"health": {PodStatus{ContainerStatuses: []ContainerStatus{told(ResourceStatus{Name: "claim:net", Resources: []ResourceHealth{{ResourceID: "a", Health: "Good"}, {ResourceID: "a", Health: "Healthy"}}})}},
			`status.containerStatuses[0].allocatedResourcesStatus[0].resources[0].health: Unsupported value: "Good": supported values: "Healthy", "Unhealthy", "Unknown"` + "\n" +
				`status.containerStatuses[0].allocatedResourcesStatus[0].resources[1].resourceID: Duplicate value: "a"`},
		"ephemeral": {PodStatus{EphemeralContainerStatuses: []ContainerStatus{told(ResourceStatus{Name: "x"})}},
			"status.ephemeralContainerStatuses[0].allocatedResourcesStatus: Forbidden: must not be specified in container status"},
		"claims": {PodStatus{ResourceClaimStatuses: []PodResourceClaimStatus{{Name: "net"}, {Name: "net"}, {Name: "other", ResourceClaimName: &bad}}},
			`status.resourceClaimStatuses[1].name: Duplicate value: "net"` + "\n" +
				"status.resourceClaimStatuses[2].name: Invalid value: \"other\": must match the name of an entry in `spec.resourceClaims`\n" +
				`status.resourceClaimStatuses[2].name: Invalid value: "A B": a lowercase RFC 1123 subdomain must`},
		"addresses": {PodStatus{PodIPs: []PodIP{{IP: "1.1.1.1"}, {IP: "1.1.1.1"}}, HostIPs: []HostIP{{IP: "1.1.1.1"}, {IP: "1.1.1.2"}}},
			`status.podIPs: Invalid value: []core.PodIP{core.PodIP{IP:"1.1.1.1"}, core.PodIP{IP:"1.1.1.1"}}: may specify no more than one IP for each IP family` + "\n" +
				`status.podIPs[1]: Duplicate value: core.PodIP{IP:"1.1.1.1"}` + "\n" +
				"status.hostIPs[0].ip: Invalid value: \"1.1.1.1\": must be equal to `hostIP`\n" +
				`status.hostIPs: Invalid value: []core.HostIP{core.HostIP{IP:"1.1.1.1"}, core.HostIP{IP:"1.1.1.2"}}: may specify no more than one IP for each IP family`},
	} {
		var got []string
		for _, e := range ValidatePodStatusUpdate(pod(c.status), pod(PodStatus{})) {
			if strings.HasPrefix(e.Field, "status.") {
				got = append(got, e.Error())
			}
		}
		want := strings.Split(c.want, "\n")
		for i := 0; i < max(len(got), len(want)); i++ {
			switch {
			case i >= len(got) && want[i] != "":
				t.Errorf("%s: there is no %s", name, want[i])
			case i < len(got) && (i >= len(want) || want[i] == "" || !strings.HasPrefix(got[i], want[i])):
				t.Errorf("%s: it says %s", name, got[i])
			}
		}
	}
}
