package table

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
)

// Name identifies one port of one service in one address family. It is comparable, and it
// stays the same for as long as the service keeps that port.
type Name struct {
	Namespace, Service string
	// Port is the port's name; empty for the only port of a service.
	Port     string
	Protocol core.Protocol
	IPv6     bool
}

// String prints the name as "namespace/service:port/PROTOCOL", with "/IPv6" where it applies.
func (n Name) String() string {
	s := n.Namespace + "/" + n.Service
	if n.Port != "" {
		s += ":" + n.Port
	}
	s += "/" + string(n.Protocol)
	if n.IPv6 {
		s += "/IPv6"
	}
	return s
}

// compare orders names for printing and for back ends that load everything at once.
func (n Name) compare(o Name) int { return strings.Compare(n.String(), o.String()) }

// Endpoint is one address that answers for a service port.
type Endpoint struct {
	Addr netip.AddrPort
	// Local says that the endpoint runs on this node.
	Local bool
}

// Port is what a back end must know of one service port in one address family: where
// traffic comes in, and which endpoints may have it. Endpoints are already chosen (ready
// ones, or terminating ones that still serve when there is nothing better) and sorted.
type Port struct {
	Name      Name
	ClusterIP netip.Addr
	Port      uint16
	// NodePort is 0 when the service has none.
	NodePort        uint16
	ExternalIPs     []netip.Addr
	LoadBalancerIPs []netip.Addr
	// SourceRanges limits who may use the load balancer addresses; empty means everybody.
	SourceRanges []netip.Prefix
	// Affinity is how long a client keeps its endpoint; 0 means no session affinity.
	Affinity time.Duration
	// InternalLocal and ExternalLocal are the traffic policies "Local".
	InternalLocal, ExternalLocal bool
	// Cluster holds the endpoints for traffic under the policy "Cluster".
	Cluster []Endpoint
	// Local holds the endpoints of this node, for traffic under the policy "Local". It is
	// filled only when one of the two policies is Local.
	Local []Endpoint
	// HealthCheckNodePort is where a load balancer asks whether this node has endpoints; 0 for none.
	HealthCheckNodePort uint16
}

// Internal returns the endpoints for traffic that came to the cluster IP.
func (p *Port) Internal() []Endpoint {
	if p.InternalLocal {
		return p.Local
	}
	return p.Cluster
}

// External returns the endpoints for traffic from outside the cluster that came to a node
// port, an external IP or a load balancer's address.
func (p *Port) External() []Endpoint {
	if p.ExternalLocal {
		return p.Local
	}
	return p.Cluster
}

// ExternalAddrs lists the addresses besides the cluster IP on which the service's own port
// is served.
func (p *Port) ExternalAddrs() []netip.Addr {
	return append(slices.Clone(p.ExternalIPs), p.LoadBalancerIPs...)
}

// equal says whether a back end would make the same rules of both.
func (p *Port) equal(o *Port) bool {
	return p.Name == o.Name && p.ClusterIP == o.ClusterIP && p.Port == o.Port && p.NodePort == o.NodePort &&
		p.Affinity == o.Affinity && p.InternalLocal == o.InternalLocal && p.ExternalLocal == o.ExternalLocal &&
		p.HealthCheckNodePort == o.HealthCheckNodePort &&
		slices.Equal(p.ExternalIPs, o.ExternalIPs) && slices.Equal(p.LoadBalancerIPs, o.LoadBalancerIPs) &&
		slices.Equal(p.SourceRanges, o.SourceRanges) &&
		slices.Equal(p.Cluster, o.Cluster) && slices.Equal(p.Local, o.Local)
}

// String prints the port on one line, for logs and golden files.
func (p *Port) String() string {
	s := fmt.Sprintf("%s %s:%d", p.Name, p.ClusterIP, p.Port)
	if p.NodePort != 0 {
		s += fmt.Sprintf(" nodePort=%d", p.NodePort)
	}
	if len(p.ExternalIPs) > 0 {
		s += fmt.Sprintf(" externalIPs=%v", p.ExternalIPs)
	}
	if len(p.LoadBalancerIPs) > 0 {
		s += fmt.Sprintf(" loadBalancerIPs=%v", p.LoadBalancerIPs)
	}
	if len(p.SourceRanges) > 0 {
		s += fmt.Sprintf(" sourceRanges=%v", p.SourceRanges)
	}
	if p.Affinity > 0 {
		s += fmt.Sprintf(" affinity=%s", p.Affinity)
	}
	if p.InternalLocal {
		s += " internal=Local"
	}
	if p.ExternalLocal {
		s += " external=Local"
	}
	s += " ->" + endpointString(p.Cluster)
	if p.InternalLocal || p.ExternalLocal {
		s += " local ->" + endpointString(p.Local)
	}
	return s
}

func endpointString(eps []Endpoint) string {
	if len(eps) == 0 {
		return " none"
	}
	s := ""
	for _, e := range eps {
		s += " " + e.Addr.String()
		if e.Local {
			s += "*"
		}
	}
	return s
}
