package table

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// labelText is a set of labels as a selector, or <none>.
func labelText(m map[string]string) string {
	if len(m) == 0 {
		return "<none>"
	}
	return selector.FromMap(m).String()
}

func serviceCells(s *core.Service, now time.Time) []any {
	ip := s.Spec.ClusterIP
	if len(s.Spec.ClusterIPs) > 0 {
		ip = s.Spec.ClusterIPs[0]
	}
	return []any{s.Name, string(s.Spec.Type), orNone(ip), externalIP(s), servicePorts(s.Spec.Ports), age(s.CreationTimestamp, now), labelText(s.Spec.Selector)}
}

// externalIP is where a service is reached from outside.
func externalIP(s *core.Service) string {
	switch s.Spec.Type {
	case core.ServiceTypeExternalName:
		return s.Spec.ExternalName
	case core.ServiceTypeLoadBalancer:
		var at []string
		for _, in := range s.Status.LoadBalancer.Ingress {
			if in.IP != "" {
				at = append(at, in.IP)
			} else if in.Hostname != "" {
				at = append(at, in.Hostname)
			}
		}
		if at = append(at, s.Spec.ExternalIPs...); len(at) > 0 {
			return strings.Join(at, ",")
		}
		return "<pending>"
	}
	return orNone(strings.Join(s.Spec.ExternalIPs, ","))
}

func servicePorts(ports []core.ServicePort) string {
	var out []string
	for _, p := range ports {
		s := strconv.Itoa(int(p.Port))
		if p.NodePort != 0 {
			s += ":" + strconv.Itoa(int(p.NodePort))
		}
		out = append(out, s+"/"+string(p.Protocol))
	}
	return orNone(strings.Join(out, ","))
}

// shownAddresses is how many addresses a row shows before it says "+ n more...".
const shownAddresses = 3

func endpointsCells(e *core.Endpoints, now time.Time) []any {
	return []any{e.Name, addressText(e.Subsets), age(e.CreationTimestamp, now)}
}

func addressText(subsets []core.EndpointSubset) string {
	var all []string
	for _, s := range subsets {
		if len(s.Ports) == 0 {
			for _, a := range s.Addresses {
				all = append(all, a.IP)
			}
		}
		for _, p := range s.Ports {
			for _, a := range s.Addresses {
				all = append(all, joinHostPort(a.IP, p.Port))
			}
		}
	}
	return firstFew(all)
}

func joinHostPort(ip string, port int32) string {
	if strings.Contains(ip, ":") {
		ip = "[" + ip + "]"
	}
	return ip + ":" + strconv.Itoa(int(port))
}

// firstFew joins the first few and tells how many there are beside.
func firstFew(all []string) string {
	if len(all) == 0 {
		return "<none>"
	}
	if len(all) > shownAddresses {
		return strings.Join(all[:shownAddresses], ",") + fmt.Sprintf(" + %d more...", len(all)-shownAddresses)
	}
	return strings.Join(all, ",")
}

func sliceCells(s *discovery.EndpointSlice, now time.Time) []any {
	var ports, addresses []string
	for _, p := range s.Ports {
		switch {
		case p.Port != nil:
			ports = append(ports, strconv.Itoa(int(*p.Port)))
		default:
			ports = append(ports, "*")
		}
	}
	for _, e := range s.Endpoints {
		addresses = append(addresses, e.Addresses...)
	}
	shown := "<unset>"
	if len(addresses) > 0 {
		shown = firstFew(addresses)
	}
	portText := "<unset>"
	if len(ports) > 0 {
		portText = firstFew(slices.Clone(ports))
	}
	return []any{s.Name, string(s.AddressType), portText, shown, age(s.CreationTimestamp, now)}
}
