package core

import (
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// claimPrefix begins the names of what was allocated through a claim.
const claimPrefix = "claim:"

var deviceHealths = []ResourceHealthStatus{ResourceHealthStatusHealthy, ResourceHealthStatusUnhealthy, ResourceHealthStatusUnknown}

// checkDeviceStatuses checks what is told of the containers' devices: each belongs to
// something that the container asked for, and is told of once.
func checkDeviceStatuses(r *field.Report, list []ContainerStatus, containers []Container, p *field.Path) {
	for i := range list {
		for j := range list[i].AllocatedResourcesStatus {
			s, p := &list[i].AllocatedResourcesStatus[j], p.Index(i).Child("allocatedResourcesStatus").Index(j)
			// A status without its container is told of elsewhere.
			if n := slices.IndexFunc(containers, func(c Container) bool { return c.Name == list[i].Name }); n >= 0 {
				checkDeviceName(r, s.Name, &containers[n].Resources, p.Child("name"))
			}
			seen := map[ResourceID]bool{}
			for k, device := range s.Resources {
				p := p.Child("resources").Index(k)
				if !slices.Contains(deviceHealths, device.Health) {
					r.Add(field.NotSupported(p.Child("health"), device.Health, deviceHealths))
				}
				if seen[device.ResourceID] {
					r.Duplicate(p.Child("resourceID"), device.ResourceID)
				}
				seen[device.ResourceID] = true
			}
		}
	}
}

func checkDeviceName(r *field.Report, name ResourceName, asked *ResourceRequirements, p *field.Path) {
	if !strings.HasPrefix(string(name), claimPrefix) {
		if _, ok := asked.Requests[name]; !ok {
			r.Invalid(p, name, "must match one of the container's resource requests")
		}
		return
	}
	if !slices.ContainsFunc(asked.Claims, func(c ResourceClaim) bool {
		full := claimPrefix + c.Name
		if c.Request != "" {
			full += "/" + c.Request
		}
		return full == string(name)
	}) {
		r.Invalid(p, name, "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty")
	}
}

// checkClaimStatuses checks what is told of the claims that were made for the
// pod.
func checkClaimStatuses(r *field.Report, p *Pod) {
	seen := map[string]bool{}
	for i, s := range p.Status.ResourceClaimStatuses {
		at := statusPath.Child("resourceClaimStatuses").Index(i).Child("name")
		if !slices.ContainsFunc(p.Spec.ResourceClaims, func(c PodResourceClaim) bool { return c.Name == s.Name }) {
			r.Invalid(at, s.Name, "must match the name of an entry in `spec.resourceClaims`")
		}
		if seen[s.Name] {
			r.Duplicate(at, s.Name)
		}
		seen[s.Name] = true
		if s.ResourceClaimName != nil {
			r.Each(at, *s.ResourceClaimName, meta.IsDNS1123Subdomain(*s.ResourceClaimName))
		}
	}
}
