package core

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// Resource names without a prefix that mean something: to containers, and to
// quotas beside those.
var (
	containerResources = []ResourceName{ResourceCPU, ResourceMemory, ResourceEphemeralStorage}
	countedResources   = []ResourceName{ResourcePods, ResourceServices, ResourceReplicationControllers, ResourceQuotas, ResourceSecrets,
		ResourceConfigMaps, ResourcePersistentVolumeClaims, ResourceServicesNodePorts, ResourceServicesLoadBalancers}
	quotaResources = append([]ResourceName{ResourceCPU, ResourceMemory, ResourceEphemeralStorage, ResourceRequestsCPU, ResourceRequestsMemory,
		ResourceRequestsStorage, ResourceRequestsEphemeralStorage, ResourceLimitsCPU, ResourceLimitsMemory, ResourceLimitsEphemeralStorage},
		countedResources...)
	podResources = []ResourceName{ResourceCPU, ResourceMemory}
)

// isHugePages reports whether n counts huge pages of one size.
func isHugePages(n ResourceName) bool { return strings.HasPrefix(string(n), ResourceHugePagesPrefix) }

// isNative reports whether n belongs to the system and not to a vendor.
func isNative(n ResourceName) bool {
	return !strings.Contains(string(n), "/") || strings.Contains(string(n), ResourceDefaultNamespacePrefix)
}

// IsExtendedResource reports whether n is a vendor's resource, such as
// example.com/gpu: counted in whole numbers and never overcommitted.
func IsExtendedResource(n ResourceName) bool {
	return !isNative(n) && !strings.HasPrefix(string(n), ResourceRequestsPrefix) &&
		len(meta.IsQualifiedName(ResourceRequestsPrefix+string(n))) == 0
}

// mayOvercommit reports whether requests may be lower than limits.
func mayOvercommit(n ResourceName) bool { return isNative(n) && !isHugePages(n) }

// isStandard reports whether n is known although it has no prefix.
func isStandard(n ResourceName) bool {
	return slices.Contains(quotaResources, n) || n == ResourceStorage || isHugePages(n) ||
		strings.HasPrefix(string(n), ResourceRequestsPrefix+ResourceHugePagesPrefix)
}

// checkResourceName wants a known name or one with a prefix; it reports
// whether the name is sound.
func checkResourceName(r *field.Report, n ResourceName, p *field.Path) bool {
	if bad := meta.IsQualifiedName(string(n)); len(bad) > 0 {
		r.Each(p, n, bad)
		return false
	}
	if !strings.Contains(string(n), "/") && !isStandard(n) {
		r.Invalid(p, n, "must be a standard resource type or fully qualified")
		return false
	}
	return true
}

// checkContainerResourceName wants a resource that a container can have.
// CheckContainerResourceName wants a resource that a container can ask for.
func CheckContainerResourceName(r *field.Report, n ResourceName, p *field.Path) {
	var own field.Report
	checkContainerResourceName(&own, n, p)
	for _, e := range own.Errors[:min(len(own.Errors), len(meta.IsQualifiedName(string(n))))] {
		e.BadValue = string(n) // what is wrong with the form of a name is said of plain text
	}
	r.Add(own.Errors...)
}

func checkContainerResourceName(r *field.Report, n ResourceName, p *field.Path) {
	checkResourceName(r, n, p)
	if !strings.Contains(string(n), "/") {
		if !slices.Contains(containerResources, n) && !isHugePages(n) {
			r.Invalid(p, n, "must be a standard resource for containers")
		}
	} else if !isNative(n) && !IsExtendedResource(n) {
		r.Invalid(p, n, "doesn't follow extended resource name standard")
	}
}

// checkQuotaResourceName wants a resource that a quota can count.
func checkQuotaResourceName(r *field.Report, n ResourceName, p *field.Path) {
	sound := checkResourceName(r, n, p)
	if sound && !strings.Contains(string(n), "/") && !slices.Contains(quotaResources, n) && !strings.Contains(string(n), ResourceHugePagesPrefix) {
		r.Invalid(p, n, "must be a standard resource for quota")
	} else if !sound && !strings.Contains(string(n), "/") {
		r.Invalid(p, n, "must be a standard resource for quota")
	}
}

// checkAmount wants no negative amount, and whole numbers where only those
// exist.
func checkAmount(r *field.Report, n ResourceName, q quantity.Quantity, p *field.Path) {
	if q.Sign() < 0 {
		r.Invalid(p, q.String(), "must be greater than or equal to 0")
	}
	if whole := slices.Contains(countedResources, n) || IsExtendedResource(n); whole && !quantity.FromInt(q.Value(), q.Format()).Equal(q) {
		r.Invalid(p, q, notInteger)
	}
}

// checkResources checks the requests and limits of a container; claims are the
// names that the pod declares.
func checkResources(r *field.Report, req *ResourceRequirements, claims map[string]bool, p *field.Path) {
	checkRequirements(r, req, p, checkContainerResourceName)
	checkClaimRefs(r, req.Claims, claims, p.Child("claims"))
}

func checkRequirements(r *field.Report, req *ResourceRequirements, p *field.Path, checkName func(*field.Report, ResourceName, *field.Path)) {
	limits, requests := p.Child("limits"), p.Child("requests")
	huge, compute := false, false
	for _, n := range sortedKeys(req.Limits) {
		checkName(r, n, limits.Key(string(n)))
		checkAmount(r, n, req.Limits[n], limits.Key(string(n)))
		huge, compute = huge || isHugePages(n), compute || n == ResourceCPU || n == ResourceMemory
	}
	for _, n := range sortedKeys(req.Requests) {
		q := req.Requests[n]
		checkName(r, n, requests.Key(string(n)))
		checkAmount(r, n, q, requests.Key(string(n)))
		huge, compute = huge || isHugePages(n), compute || n == ResourceCPU || n == ResourceMemory
		limit, limited := req.Limits[n]
		switch {
		case !limited && !mayOvercommit(n):
			r.Required(limits, "Limit must be set for non overcommitable resources")
		case limited && !mayOvercommit(n) && q.Cmp(limit) != 0:
			r.Invalid(requests, q.String(), fmt.Sprintf("must be equal to %s limit of %s", n, limit))
		case limited && q.Cmp(limit) > 0:
			r.Invalid(requests, q.String(), fmt.Sprintf("must be less than or equal to %s limit of %s", n, limit))
		}
	}
	if huge && !compute {
		r.Forbidden(p, "HugePages require cpu or memory")
	}
}

func checkClaimRefs(r *field.Report, refs []ResourceClaim, claims map[string]bool, p *field.Path) {
	seen := map[ResourceClaim]bool{}
	for i, c := range refs {
		p := p.Index(i)
		if c.Name == "" {
			r.Required(p, "")
			continue
		}
		if seen[c] || seen[ResourceClaim{Name: c.Name}] {
			r.Duplicate(p, c.Name)
		}
		seen[c] = true
		if c.Request != "" {
			r.Each(p.Child("request"), c.Request, meta.IsDNS1123Label(c.Request))
		}
		if !claims[c.Name] {
			e := field.NotFound(p, c.Name)
			e.Detail = "must be one of the names in pod.spec.resourceClaims"
			if len(claims) == 0 {
				e.Detail += " which is empty"
			} else {
				e.Detail += ": " + strings.Join(slices.Sorted(maps.Keys(claims)), ", ")
			}
			r.Add(e)
		}
	}
}

// checkPodResources checks what is set for the pod as a whole.
func checkPodResources(r *field.Report, s *PodSpec, p *field.Path) {
	if s.Resources == nil {
		return
	}
	if s.Resources.Claims != nil {
		r.Forbidden(p.Child("claims"), "claims cannot be set for Resources at pod-level")
	}
	checkRequirements(r, s.Resources, p, func(r *field.Report, n ResourceName, p *field.Path) {
		if checkResourceName(r, n, p) && !slices.Contains(podResources, n) && !isHugePages(n) {
			r.Add(field.NotSupported(p, n, podResources))
		}
	})
	for i := range s.Containers {
		for n, q := range s.Containers[i].Resources.Limits {
			if limit, ok := s.Resources.Limits[n]; ok && q.Cmp(limit) > 0 {
				r.Invalid(p.Child("containers").Index(i).Key(string(n)).Child("limits"), q.String(), fmt.Sprintf("must be less than or equal to pod limits of %s", limit))
			}
		}
	}
}
