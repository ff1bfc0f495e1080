package networking

import "github.com/pilothouse/pilothouse/proto/core"

// SetIngressDefaults has nothing to fill in: the controller decides.
func SetIngressDefaults(*Ingress) {}

// SetIngressClassDefaults fills in where parameters are.
func SetIngressClassDefaults(c *IngressClass) {
	if p := c.Spec.Parameters; p != nil && p.Scope == nil {
		scope := ScopeCluster
		p.Scope = &scope
	}
}

// SetIPAddressDefaults has nothing to fill in.
func SetIPAddressDefaults(*IPAddress) {}

// SetServiceCIDRDefaults has nothing to fill in.
func SetServiceCIDRDefaults(*ServiceCIDR) {}

// SetNetworkPolicyDefaults fills in the directions that the policy is about,
// and protocols.
func SetNetworkPolicyDefaults(p *NetworkPolicy) {
	s := &p.Spec
	if len(s.PolicyTypes) == 0 {
		s.PolicyTypes = []PolicyType{PolicyTypeIngress}
		if len(s.Egress) > 0 {
			s.PolicyTypes = append(s.PolicyTypes, PolicyTypeEgress)
		}
	}
	for i := range s.Ingress {
		setProtocols(s.Ingress[i].Ports)
	}
	for i := range s.Egress {
		setProtocols(s.Egress[i].Ports)
	}
}

func setProtocols(ports []NetworkPolicyPort) {
	for i := range ports {
		if ports[i].Protocol == nil {
			tcp := core.ProtocolTCP
			ports[i].Protocol = &tcp
		}
	}
}
