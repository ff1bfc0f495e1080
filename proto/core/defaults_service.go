package core

import "github.com/pilothouse/pilothouse/proto/meta"

// SetServiceDefaults fills what a manifest may leave out. Cluster IPs, their
// families and node ports are allocated by the API server afterwards.
func SetServiceDefaults(s *Service) {
	spec := &s.Spec
	setDefault(&spec.Type, ServiceTypeClusterIP)
	setDefault(&spec.SessionAffinity, ServiceAffinityNone)
	if spec.ClusterIP != "" && len(spec.ClusterIPs) == 0 {
		spec.ClusterIPs = []string{spec.ClusterIP}
	}
	switch spec.SessionAffinity {
	case ServiceAffinityNone:
		spec.SessionAffinityConfig = nil
	case ServiceAffinityClientIP:
		c := spec.SessionAffinityConfig
		if c == nil || c.ClientIP == nil || c.ClientIP.TimeoutSeconds == nil {
			spec.SessionAffinityConfig = &SessionAffinityConfig{ClientIP: &ClientIPConfig{TimeoutSeconds: ptr(int32(DefaultClientIPSeconds))}}
		}
	}
	for i := range spec.Ports {
		p := &spec.Ports[i]
		setDefault(&p.Protocol, ProtocolTCP)
		if p.TargetPort == (meta.IntOrString{}) || p.TargetPort == meta.FromString("") {
			p.TargetPort = meta.FromInt(p.Port)
		}
	}
	if reachableFromOutside(spec) {
		setDefault(&spec.ExternalTrafficPolicy, ServiceExternalTrafficPolicyCluster)
	}
	if spec.InternalTrafficPolicy == nil && spec.Type != ServiceTypeExternalName {
		spec.InternalTrafficPolicy = ptr(ServiceInternalTrafficPolicyCluster)
	}
	if spec.Type == ServiceTypeLoadBalancer {
		setLoadBalancerDefaults(s)
	}
}

func setLoadBalancerDefaults(s *Service) {
	if s.Spec.AllocateLoadBalancerNodePorts == nil {
		s.Spec.AllocateLoadBalancerNodePorts = ptr(true)
	}
	for i := range s.Status.LoadBalancer.Ingress {
		if in := &s.Status.LoadBalancer.Ingress[i]; in.IP != "" && in.IPMode == nil {
			in.IPMode = ptr(LoadBalancerIPModeVIP)
		}
	}
}

// reachableFromOutside reports whether traffic from outside the cluster can
// come in through the service.
func reachableFromOutside(s *ServiceSpec) bool {
	return s.Type == ServiceTypeLoadBalancer || s.Type == ServiceTypeNodePort ||
		s.Type == ServiceTypeClusterIP && len(s.ExternalIPs) > 0
}

// SetEndpointsDefaults fills the protocol of ports.
func SetEndpointsDefaults(e *Endpoints) {
	for i := range e.Subsets {
		for j := range e.Subsets[i].Ports {
			setDefault(&e.Subsets[i].Ports[j].Protocol, ProtocolTCP)
		}
	}
}
