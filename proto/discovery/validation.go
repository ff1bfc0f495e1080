package discovery

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Limits of one slice; a controller makes more slices instead.
const (
	maxEndpoints = 1000
	maxAddresses = 100
	maxPorts     = 20000
	maxTopology  = 16
	maxHints     = 8
)

// ValidateEndpointSlice checks a slice that is created.
func ValidateEndpointSlice(s *EndpointSlice) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &s.ObjectMeta, meta.Namespaced, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkSlice(&r, s)
	return r.Errors
}

// ValidateEndpointSliceUpdate checks a change; the address type is fixed.
func ValidateEndpointSliceUpdate(s, old *EndpointSlice) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &s.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	checkSlice(&r, s)
	meta.ValidateImmutable(&r, s.AddressType, old.AddressType, field.New("addressType"))
	return r.Errors
}

func checkSlice(r *field.Report, s *EndpointSlice) {
	field.OneOf(r, field.New("addressType"), s.AddressType, AddressTypeFQDN, AddressTypeIPv4, AddressTypeIPv6)
	p := field.New("endpoints")
	if len(s.Endpoints) > maxEndpoints {
		r.Add(field.TooMany(p, len(s.Endpoints), maxEndpoints))
	} else {
		for i := range s.Endpoints {
			checkEndpoint(r, &s.Endpoints[i], s.AddressType, p.Index(i))
		}
	}
	p = field.New("ports")
	if len(s.Ports) > maxPorts {
		r.Add(field.TooMany(p, len(s.Ports), maxPorts))
	} else {
		checkPorts(r, s.Ports, p)
	}
}

func checkEndpoint(r *field.Report, e *Endpoint, t AddressType, p *field.Path) {
	addresses := p.Child("addresses")
	if len(e.Addresses) == 0 {
		r.Required(addresses, "must contain at least 1 address")
	} else if len(e.Addresses) > maxAddresses {
		r.Add(field.TooMany(addresses, len(e.Addresses), maxAddresses))
	}
	for i, a := range e.Addresses {
		checkAddress(r, a, t, addresses.Index(i))
	}
	if e.NodeName != nil {
		r.Each(p.Child("nodeName"), *e.NodeName, meta.IsDNS1123Subdomain(*e.NodeName))
	}
	topology := p.Child("deprecatedTopology")
	if len(e.DeprecatedTopology) > maxTopology {
		r.Add(field.TooMany(topology, len(e.DeprecatedTopology), maxTopology))
	}
	meta.ValidateLabels(r, e.DeprecatedTopology, topology)
	if e.Hostname != nil {
		r.Each(p.Child("hostname"), *e.Hostname, meta.IsDNS1123Label(*e.Hostname))
	}
	if e.Hints != nil {
		checkHints(r, e.Hints, p.Child("hints"))
	}
}

func checkAddress(r *field.Report, a string, t AddressType, p *field.Path) {
	ip, err := netip.ParseAddr(a)
	switch t {
	case AddressTypeIPv4:
		if err != nil || !ip.Is4() {
			r.Invalid(p, a, "must be a valid IPv4 address")
		}
	case AddressTypeIPv6:
		if err != nil || !ip.Is6() || ip.Is4In6() || ip.Zone() != "" {
			r.Invalid(p, a, "must be a valid IPv6 address")
		}
	case AddressTypeFQDN:
		checkDomain(r, a, p)
		return
	default:
		return
	}
	core.CheckNonSpecialIP(r, a, p)
}

// checkDomain wants a name of several labels.
func checkDomain(r *field.Report, a string, p *field.Path) {
	name := strings.TrimSuffix(a, ".")
	switch problems := meta.IsDNS1123Subdomain(name); {
	case a == "":
		r.Required(p, "")
		return
	case len(problems) > 0:
		r.Invalid(p, name, strings.Join(problems, ","))
		return
	case !strings.Contains(name, "."):
		r.Invalid(p, name, "should be a domain with at least two segments separated by dots")
		return
	}
	for label := range strings.SplitSeq(name, ".") {
		if problems := meta.IsDNS1123Label(label); len(problems) > 0 {
			r.Invalid(p, label, strings.Join(problems, ","))
		}
	}
}

func checkPorts(r *field.Report, ports []EndpointPort, list *field.Path) {
	names := map[string]bool{}
	for i := range ports {
		port, p := &ports[i], list.Index(i)
		name := ""
		if port.Name != nil {
			name = *port.Name
		}
		if name != "" {
			r.Each(p.Child("name"), name, meta.IsDNS1123Label(name))
		}
		if names[name] {
			r.Duplicate(p.Child("name"), name)
		}
		names[name] = true
		if port.Protocol == nil {
			r.Required(p.Child("protocol"), "")
		} else if all := []core.Protocol{core.ProtocolSCTP, core.ProtocolTCP, core.ProtocolUDP}; !slices.Contains(all, *port.Protocol) {
			r.Add(field.NotSupported(p.Child("protocol"), *port.Protocol, all))
		}
		if port.AppProtocol != nil {
			r.Each(p.Child("appProtocol"), *port.AppProtocol, meta.IsQualifiedName(*port.AppProtocol))
		}
	}
}

// checkHints checks which zones and nodes are to use an endpoint.
func checkHints(r *field.Report, h *EndpointHints, p *field.Path) {
	var zones, nodes []string
	for _, z := range h.ForZones {
		zones = append(zones, z.Name)
	}
	for _, n := range h.ForNodes {
		nodes = append(nodes, n.Name)
	}
	checkHintNames(r, zones, meta.IsLabelValue, p.Child("forZones"))
	checkHintNames(r, nodes, meta.IsDNS1123Subdomain, p.Child("forNodes"))
}

func checkHintNames(r *field.Report, names []string, rule meta.NameCheck, p *field.Path) {
	if len(names) > maxHints {
		r.Add(field.TooMany(p, len(names), maxHints))
		return
	}
	seen := map[string]bool{}
	for i, n := range names {
		if seen[n] {
			r.Duplicate(p.Index(i).Child("name"), n)
			continue
		}
		seen[n] = true
		r.Each(p.Index(i).Child("name"), n, rule(n))
	}
}
