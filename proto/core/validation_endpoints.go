package core

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateEndpoints checks the addresses and ports behind a service.
func ValidateEndpoints(e *Endpoints) field.ErrorList {
	var r field.Report
	checkMeta(&r, &e.ObjectMeta)
	checkSubsets(&r, e.Subsets)
	return r.Errors
}

// ValidateEndpointsUpdate checks a change of them.
func ValidateEndpointsUpdate(e, old *Endpoints) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &e.ObjectMeta, &old.ObjectMeta)
	checkSubsets(&r, e.Subsets)
	return r.Errors
}

func checkSubsets(r *field.Report, subsets []EndpointSubset) {
	for i := range subsets {
		s, p := &subsets[i], field.New("subsets").Index(i)
		if len(s.Addresses) == 0 && len(s.NotReadyAddresses) == 0 {
			r.Required(p, "must specify `addresses` or `notReadyAddresses`")
		}
		for j := range s.Addresses {
			checkEndpointAddress(r, &s.Addresses[j], p.Child("addresses").Index(j))
		}
		for j := range s.NotReadyAddresses {
			checkEndpointAddress(r, &s.NotReadyAddresses[j], p.Child("notReadyAddresses").Index(j))
		}
		for j := range s.Ports {
			checkEndpointPort(r, &s.Ports[j], len(s.Ports) > 1, p.Child("ports").Index(j))
		}
	}
}

func checkEndpointAddress(r *field.Report, a *EndpointAddress, p *field.Path) {
	checkIP(r, a.IP, p.Child("ip"))
	if a.Hostname != "" {
		r.Each(p.Child("hostname"), a.Hostname, meta.IsDNS1123Label(a.Hostname))
	}
	if a.NodeName != nil {
		r.Each(p.Child("nodeName"), *a.NodeName, meta.IsDNS1123Subdomain(*a.NodeName))
	}
	CheckNonSpecialIP(r, a.IP, p.Child("ip"))
}

func checkEndpointPort(r *field.Report, port *EndpointPort, named bool, p *field.Path) {
	if port.Name != "" {
		r.Each(p.Child("name"), port.Name, meta.IsDNS1123Label(port.Name))
	} else if named {
		r.Required(p.Child("name"), "")
	}
	checkPort(r, port.Port, p.Child("port"))
	checkProtocol(r, port.Protocol, p.Child("protocol"))
	if port.AppProtocol != nil {
		r.Each(p.Child("appProtocol"), *port.AppProtocol, meta.IsQualifiedName(*port.AppProtocol))
	}
}
