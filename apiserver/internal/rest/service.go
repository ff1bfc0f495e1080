package rest

import (
	"errors"
	"slices"

	"github.com/pilothouse/pilothouse/apiserver/internal/allocator"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
)

// owner is how a service's claims name it.
func owner(s *core.Service) string { return s.Namespace + "/" + s.Name }

// wantsIP says whether a service gets a cluster address.
func wantsIP(s *core.Service) bool {
	return s.Spec.Type != core.ServiceTypeExternalName && s.Spec.ClusterIP != core.ClusterIPNone
}

// ports are a service's node ports in order, the health check's last. Ports
// with the same number and different protocols may share one.
func ports(s *core.Service) []int32 {
	var out []int32
	for i := range s.Spec.Ports {
		if s.Spec.Ports[i].NodePort != 0 {
			out = append(out, s.Spec.Ports[i].NodePort)
		}
	}
	if s.Spec.HealthCheckNodePort != 0 {
		out = append(out, s.Spec.HealthCheckNodePort)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// clusterIP is the address a service holds, if any.
func clusterIP(s *core.Service) string {
	if wantsIP(s) {
		return s.Spec.ClusterIP
	}
	return ""
}

// allocate gives a service its address and node ports and stores it together
// with the claims to them. old is the service as it is stored; nil for a new
// one.
func (c *call) allocate(s, old *core.Service, put func(ops []store.Op) error) error {
	req := allocator.Request{Owner: owner(s), WantIP: wantsIP(s), IP: clusterIP(s)}
	if old != nil {
		req.HaveIP, req.HavePorts = clusterIP(old), ports(old)
	}
	var slots []*int32 // the fields that the allocated ports go to
	if core.WantsNodePorts(&s.Spec) {
		slots = portFields(s)
	} else {
		clearPorts(s)
	}
	if needsHealthPort(s) {
		slots = append(slots, &s.Spec.HealthCheckNodePort)
	}
	for _, p := range slots {
		req.Ports = append(req.Ports, *p)
	}
	err := c.Allocator.Assign(c.r.Context(), req, func(got allocator.Result, ops []store.Op) error {
		if req.WantIP {
			s.Spec.ClusterIP = got.IP
			s.Spec.ClusterIPs = []string{got.IP}
		} else if s.Spec.Type == core.ServiceTypeExternalName {
			s.Spec.ClusterIP, s.Spec.ClusterIPs = "", nil
		} else {
			s.Spec.ClusterIPs = []string{core.ClusterIPNone}
		}
		fillFamilies(s)
		for i, p := range slots {
			*p = got.Ports[i]
		}
		return put(ops)
	})
	return c.allocationError(s, err)
}

// errPretended ends an allocation that is not to be written.
var errPretended = errors.New("a dry run")

// pretendAllocate fills in what a service would be given, and gives it back.
func (c *call) pretendAllocate(s, old *core.Service) error {
	err := c.allocate(s, old, func([]store.Op) error { return errPretended })
	if errors.Is(err, errPretended) {
		return nil
	}
	return err
}

// fillFamilies says which address family the service has: the one that this
// cluster has.
func fillFamilies(s *core.Service) {
	if s.Spec.Type == core.ServiceTypeExternalName {
		s.Spec.IPFamilies, s.Spec.IPFamilyPolicy = nil, nil
		return
	}
	if len(s.Spec.IPFamilies) == 0 {
		s.Spec.IPFamilies = []core.IPFamily{core.IPv4Protocol}
	}
	if s.Spec.IPFamilyPolicy == nil {
		single := core.IPFamilyPolicySingleStack
		s.Spec.IPFamilyPolicy = &single
	}
}

// portFields are the fields that want a node port of their own: one for each
// port, but one for two ports that name the same number.
func portFields(s *core.Service) []*int32 {
	var out []*int32
	seen := map[int32]bool{}
	for i := range s.Spec.Ports {
		p := &s.Spec.Ports[i].NodePort
		if *p != 0 && seen[*p] {
			continue
		}
		seen[*p] = true
		out = append(out, p)
	}
	return out
}

func needsHealthPort(s *core.Service) bool {
	return s.Spec.Type == core.ServiceTypeLoadBalancer && s.Spec.ExternalTrafficPolicy == core.ServiceExternalTrafficPolicyLocal
}

// clearPorts drops the node ports of a service that no longer has any.
func clearPorts(s *core.Service) {
	if s.Spec.Type == core.ServiceTypeNodePort || s.Spec.Type == core.ServiceTypeLoadBalancer {
		return
	}
	for i := range s.Spec.Ports {
		s.Spec.Ports[i].NodePort = 0
	}
	s.Spec.HealthCheckNodePort = 0
}

// release are the operations that give back what a service holds.
func (c *call) release(s *core.Service) []store.Op {
	return c.Allocator.Release(owner(s), clusterIP(s), ports(s))
}

// allocationError puts the allocator's refusal at the field that it is about.
func (c *call) allocationError(s *core.Service, err error) error {
	var (
		taken *allocator.TakenError
		out   *allocator.RangeError
		full  *allocator.FullError
	)
	switch {
	case errors.As(err, &taken):
		return c.invalid(s.Name, allocationErrors(s, taken.IP, taken.Port, err))
	case errors.As(err, &out):
		return c.invalid(s.Name, allocationErrors(s, out.IP, out.Port, err))
	case errors.As(err, &full):
		return status.Internal(err)
	}
	return err
}

// allocationErrors finds the field that holds the refused address or port.
func allocationErrors(s *core.Service, ip string, port int32, err error) field.ErrorList {
	if ip != "" {
		return field.ErrorList{field.Invalid(field.New("spec", "clusterIPs"), []string{ip}, "failed to allocate IP "+ip+": "+err.Error())}
	}
	for i := range s.Spec.Ports {
		if s.Spec.Ports[i].NodePort == port {
			return field.ErrorList{field.Invalid(field.New("spec", "ports").Index(i).Child("nodePort"), port, err.Error())}
		}
	}
	return field.ErrorList{field.Invalid(field.New("spec", "healthCheckNodePort"), port, err.Error())}
}
