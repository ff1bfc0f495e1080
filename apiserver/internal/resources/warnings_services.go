package resources

import (
	"crypto/tls"
	"fmt"
	"net/netip"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/field"
)

// topologyHints is an annotation of services that has another name now.
const topologyHints = "service.kubernetes.io/topology-aware-hints"

func aboutService(s, _ *core.Service) (out []string) {
	if _, ok := s.Annotations[topologyHints]; ok {
		out = append(out, "annotation "+topologyHints+" is deprecated, please use service.kubernetes.io/topology-mode instead")
	}
	return append(out, aboutServiceSpec(&s.Spec, field.New("spec"))...)
}

func aboutServiceSpec(s *core.ServiceSpec, p *field.Path) (out []string) {
	say := func(when bool, text string) {
		if when {
			out = append(out, text)
		}
	}
	addresses := func(name string, list []string) {
		for i, ip := range list {
			out = append(out, aboutAddress(p.Child(name).Index(i), ip)...)
		}
	}
	if s.ClusterIP != core.ClusterIPNone {
		addresses("clusterIPs", s.ClusterIPs)
	}
	addresses("externalIPs", s.ExternalIPs)
	//lint:ignore SA1019 users still set it
	if ip := s.LoadBalancerIP; ip != "" {
		out = append(out, aboutAddress(p.Child("loadBalancerIP"), ip)...)
	}
	for i, cidr := range s.LoadBalancerSourceRanges {
		out = append(out, aboutPrefix(p.Child("loadBalancerSourceRanges").Index(i), cidr)...)
	}
	named := s.Type == core.ServiceTypeExternalName
	say(named && len(s.ExternalIPs) > 0, `spec.externalIPs is ignored when spec.type is "ExternalName"`)
	say(!named && s.ExternalName != "", `spec.externalName is ignored when spec.type is not "ExternalName"`)
	return out
}

// aboutAddress tells of an address that others may read differently.
func aboutAddress(p *field.Path, text string) []string {
	a, err := netip.ParseAddr(text)
	if err != nil {
		return []string{fmt.Sprintf("%s: IP address was accepted, but will be invalid in a future Kubernetes release: %v", p, err)}
	}
	if a.Is6() && a.String() != text {
		return []string{fmt.Sprintf("%s: IPv6 address %q is not in RFC 5952 canonical format (%q), which may cause controller apply-loops", p, text, a)}
	}
	return nil
}

// aboutPrefix is the same for a network.
func aboutPrefix(p *field.Path, text string) []string {
	n, err := netip.ParsePrefix(text)
	if err != nil {
		return []string{fmt.Sprintf("%s: IP prefix was accepted, but will be invalid in a future Kubernetes release: %v", p, err)}
	}
	if n.Addr().Is6() && n.String() != text {
		return []string{fmt.Sprintf("%s: IPv6 prefix %q is not in RFC 5952 canonical format (%q), which may cause controller apply-loops", p, text, n)}
	}
	return nil
}

// aboutSlice tells of a new slice with addresses that are names.
func aboutSlice(s, old *discovery.EndpointSlice) []string {
	if old == nil && s.AddressType == discovery.AddressTypeFQDN {
		return []string{"spec.addressType: FQDN endpoints are deprecated"}
	}
	return nil
}

// aboutSecret tells of a certificate that does not go with its key.
func aboutSecret(s, _ *core.Secret) []string {
	if s.Type != core.SecretTypeTLS {
		return nil
	}
	if _, err := tls.X509KeyPair(s.Data[core.TLSCertKey], s.Data[core.TLSPrivateKeyKey]); err != nil {
		return []string{err.Error()}
	}
	return nil
}
