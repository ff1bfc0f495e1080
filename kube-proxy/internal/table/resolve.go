package table

import (
	"net/netip"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
)

// defaultAffinity is how long a client keeps its endpoint when the service does not say.
const defaultAffinity = 3 * time.Hour

// resolve makes the ports of one service. Services without a cluster IP (headless,
// ExternalName) and those whose labels ask for another proxy or none have none.
func resolve(node string, s *core.Service, sl map[string]*discovery.EndpointSlice) []*Port {
	if s == nil || s.Spec.Type == core.ServiceTypeExternalName {
		return nil
	}
	for _, label := range []string{core.LabelServiceProxyName, core.LabelHeadlessService} {
		if _, set := s.Labels[label]; set {
			return nil
		}
	}
	var ports []*Port
	for _, ip := range clusterIPs(s) {
		for i := range s.Spec.Ports {
			p := resolvePort(s, &s.Spec.Ports[i], ip)
			p.setEndpoints(gather(node, sl, p.Name))
			ports = append(ports, p)
		}
	}
	return ports
}

func clusterIPs(s *core.Service) []netip.Addr {
	texts := s.Spec.ClusterIPs
	if len(texts) == 0 {
		texts = []string{s.Spec.ClusterIP}
	}
	return addrs(texts, func(netip.Addr) bool { return true })
}

// addrs parses the texts that are addresses ("None" and "" are not) and passes keep.
func addrs(texts []string, keep func(netip.Addr) bool) []netip.Addr {
	var list []netip.Addr
	for _, t := range texts {
		a, err := netip.ParseAddr(t)
		if err == nil && keep(a) && !slices.Contains(list, a) {
			list = append(list, a)
		}
	}
	return list
}

func resolvePort(s *core.Service, sp *core.ServicePort, ip netip.Addr) *Port {
	same := func(a netip.Addr) bool { return a.Is4() == ip.Is4() }
	protocol := sp.Protocol
	if protocol == "" {
		protocol = core.ProtocolTCP
	}
	p := &Port{
		Name:        Name{Namespace: s.Namespace, Service: s.Name, Port: sp.Name, Protocol: protocol, IPv6: ip.Is6()},
		ClusterIP:   ip,
		Port:        uint16(sp.Port),
		ExternalIPs: addrs(s.Spec.ExternalIPs, same),
		Affinity:    affinity(s),
	}
	internal := s.Spec.InternalTrafficPolicy
	p.InternalLocal = internal != nil && *internal == core.ServiceInternalTrafficPolicyLocal
	if s.Spec.Type == core.ServiceTypeNodePort || s.Spec.Type == core.ServiceTypeLoadBalancer {
		p.NodePort = uint16(sp.NodePort)
	}
	if s.Spec.Type == core.ServiceTypeLoadBalancer {
		p.LoadBalancerIPs = loadBalancerIPs(s, same)
		p.SourceRanges = sourceRanges(s, ip)
	}
	external := p.NodePort != 0 || len(p.ExternalIPs) > 0 || len(p.LoadBalancerIPs) > 0
	p.ExternalLocal = external && s.Spec.ExternalTrafficPolicy == core.ServiceExternalTrafficPolicyLocal
	if p.ExternalLocal && s.Spec.Type == core.ServiceTypeLoadBalancer {
		p.HealthCheckNodePort = uint16(s.Spec.HealthCheckNodePort)
	}
	return p
}

func affinity(s *core.Service) time.Duration {
	if s.Spec.SessionAffinity != core.ServiceAffinityClientIP {
		return 0
	}
	if c := s.Spec.SessionAffinityConfig; c != nil && c.ClientIP != nil && c.ClientIP.TimeoutSeconds != nil {
		if n := *c.ClientIP.TimeoutSeconds; n > 0 {
			return time.Duration(n) * time.Second
		}
	}
	return defaultAffinity
}

// loadBalancerIPs leaves out addresses of the mode Proxy: their traffic must go by the
// balancer even from inside the cluster.
func loadBalancerIPs(s *core.Service, same func(netip.Addr) bool) []netip.Addr {
	var texts []string
	for _, in := range s.Status.LoadBalancer.Ingress {
		if in.IPMode == nil || *in.IPMode == core.LoadBalancerIPModeVIP {
			texts = append(texts, in.IP)
		}
	}
	return addrs(texts, same)
}

// sourceRanges keeps the prefixes of one family. When ranges are given and none is of this
// family, nobody may come in by it.
func sourceRanges(s *core.Service, ip netip.Addr) []netip.Prefix {
	var list []netip.Prefix
	for _, t := range s.Spec.LoadBalancerSourceRanges {
		if p, err := netip.ParsePrefix(t); err == nil && p.Addr().Is4() == ip.Is4() {
			list = append(list, p.Masked())
		}
	}
	if len(list) == 0 && len(s.Spec.LoadBalancerSourceRanges) > 0 {
		list = append(list, netip.PrefixFrom(ip, ip.BitLen()))
	}
	return list
}

// candidate is an endpoint with the conditions that decide whether it gets traffic.
type candidate struct {
	Endpoint
	ready, terminating bool // terminating: on its way out but still serving
}

// gather collects the endpoints of one service port from all its slices. An address in two
// slices (as while a slice is being split) counts once, at its best.
func gather(node string, sl map[string]*discovery.EndpointSlice, name Name) []candidate {
	best := map[netip.AddrPort]candidate{}
	for _, s := range sl {
		for i := range s.Ports {
			number, ok := portNumber(&s.Ports[i], name)
			if !ok {
				continue
			}
			for j := range s.Endpoints {
				c, ok := newCandidate(node, &s.Endpoints[j], number, name.IPv6)
				if old, twice := best[c.Addr]; ok && (!twice || c.ready && !old.ready) {
					best[c.Addr] = c
				}
			}
		}
	}
	list := make([]candidate, 0, len(best))
	for _, c := range best {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b candidate) int { return a.Addr.Compare(b.Addr) })
	return list
}

func portNumber(p *discovery.EndpointPort, name Name) (uint16, bool) {
	portName, protocol := "", core.ProtocolTCP
	if p.Name != nil {
		portName = *p.Name
	}
	if p.Protocol != nil {
		protocol = *p.Protocol
	}
	if p.Port == nil || portName != name.Port || protocol != name.Protocol {
		return 0, false
	}
	return uint16(*p.Port), true
}

func newCandidate(node string, e *discovery.Endpoint, port uint16, ipv6 bool) (candidate, bool) {
	if len(e.Addresses) == 0 {
		return candidate{}, false
	}
	a, err := netip.ParseAddr(e.Addresses[0]) // the addresses of one endpoint are alternatives: the first counts
	if err != nil || a.Is6() != ipv6 {
		return candidate{}, false
	}
	c := candidate{ready: isTrue(e.Conditions.Ready, true)}
	serving := isTrue(e.Conditions.Serving, c.ready)
	c.terminating = serving && isTrue(e.Conditions.Terminating, false)
	c.Addr = netip.AddrPortFrom(a, port)
	c.Local = e.NodeName != nil && *e.NodeName == node
	return c, c.ready || c.terminating
}

func isTrue(b *bool, otherwise bool) bool {
	if b == nil {
		return otherwise
	}
	return *b
}

// setEndpoints picks the endpoints for each policy: the ready ones, and only where there is
// none those that terminate but still serve, so that a rolling update loses no connection.
func (p *Port) setEndpoints(all []candidate) {
	p.Cluster = pick(all)
	if p.InternalLocal || p.ExternalLocal {
		local := slices.DeleteFunc(slices.Clone(all), func(c candidate) bool { return !c.Local })
		p.Local = pick(local)
	}
}

func pick(all []candidate) []Endpoint {
	var ready, terminating []Endpoint
	for _, c := range all {
		if c.ready {
			ready = append(ready, c.Endpoint)
		} else {
			terminating = append(terminating, c.Endpoint)
		}
	}
	if len(ready) > 0 {
		return ready
	}
	return terminating
}
