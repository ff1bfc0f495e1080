package core

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// maxAffinitySeconds bounds ClientIP affinity to a day.
const maxAffinitySeconds = 86400

// ValidateService checks a service that is created or changed. Cluster IPs may
// still be unset: the API server allocates them afterwards.
func ValidateService(s *Service) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &s.ObjectMeta, meta.Namespaced, meta.IsDNS1035Label, metadataPath)
	checkServiceSpec(&r, s)
	return r.Errors
}

func checkServiceSpec(r *field.Report, s *Service) {
	spec, p := &s.Spec, specPath
	if len(spec.Ports) == 0 && spec.Type != ServiceTypeExternalName && spec.ClusterIP != ClusterIPNone {
		r.Required(p.Child("ports"), "")
	}
	checkServiceType(r, spec, p)
	checkServicePorts(r, spec, p.Child("ports"))
	meta.ValidateLabels(r, spec.Selector, p.Child("selector"))
	checkSessionAffinity(r, spec, p)
	checkClusterIPs(r, spec, p)
	for i, ip := range spec.ExternalIPs {
		before := len(r.Errors)
		if checkIP(r, ip, p.Child("externalIPs").Index(i)); len(r.Errors) == before {
			CheckNonSpecialIP(r, ip, p.Child("externalIPs").Index(i))
		}
	}
	field.OneOf(r, p.Child("type"), spec.Type, ServiceTypeClusterIP, ServiceTypeExternalName, ServiceTypeLoadBalancer, ServiceTypeNodePort)
	checkPortsTogether(r, spec, p.Child("ports"))
	checkLoadBalancer(r, s, p)
	checkTrafficPolicies(r, spec, p)
}

func checkServiceType(r *field.Report, s *ServiceSpec, p *field.Path) {
	headless := len(s.ClusterIPs) > 0 && s.ClusterIPs[0] == ClusterIPNone || s.ClusterIP == ClusterIPNone
	switch s.Type {
	case ServiceTypeLoadBalancer, ServiceTypeNodePort:
		if headless {
			r.Invalid(p.Child("clusterIPs").Index(0), ClusterIPNone, fmt.Sprintf("may not be set to 'None' for %s services", s.Type))
		}
	case ServiceTypeExternalName:
		checkExternalName(r, s, p)
	}
}

func checkExternalName(r *field.Report, s *ServiceSpec, p *field.Path) {
	const why = "may not be set for ExternalName services"
	if len(s.ClusterIPs) > 0 || s.ClusterIP != "" {
		r.Forbidden(p.Child("clusterIPs"), why)
	}
	if len(s.IPFamilies) > 0 {
		r.Forbidden(p.Child("ipFamilies"), why)
	}
	if s.IPFamilyPolicy != nil {
		r.Forbidden(p.Child("ipFamilyPolicy"), why)
	}
	if name := strings.TrimSuffix(s.ExternalName, "."); name == "" {
		r.Required(p.Child("externalName"), "")
	} else {
		r.Each(p.Child("externalName"), name, meta.IsDNS1123Subdomain(name))
	}
}

func checkServicePorts(r *field.Report, s *ServiceSpec, ports *field.Path) {
	names := map[string]bool{}
	for i := range s.Ports {
		port, p := &s.Ports[i], ports.Index(i)
		checkServicePort(r, port, len(s.Ports) > 1, p)
		if port.Name != "" && names[port.Name] {
			r.Duplicate(p.Child("name"), port.Name)
		}
		names[port.Name] = true
	}
}

// checkPortsTogether checks the ports against the type and against each other.
func checkPortsTogether(r *field.Report, s *ServiceSpec, ports *field.Path) {
	type key struct {
		protocol Protocol
		port     int32
	}
	if s.Type == ServiceTypeClusterIP {
		for i := range s.Ports {
			if s.Ports[i].NodePort != 0 {
				r.Forbidden(ports.Index(i).Child("nodePort"), "may not be used when `type` is 'ClusterIP'")
			}
		}
	}
	nodePorts := map[key]bool{}
	for i := range s.Ports {
		if k := (key{s.Ports[i].Protocol, s.Ports[i].NodePort}); k.port != 0 {
			if nodePorts[k] {
				r.Duplicate(ports.Index(i).Child("nodePort"), k.port)
			}
			nodePorts[k] = true
		}
	}
	seen := map[key]bool{}
	for i := range s.Ports {
		k := key{s.Ports[i].Protocol, s.Ports[i].Port}
		if seen[k] {
			r.Duplicate(ports.Index(i), s.Ports[i])
		}
		seen[k] = true
	}
}

func checkServicePort(r *field.Report, port *ServicePort, named bool, p *field.Path) {
	if port.Name != "" {
		r.Each(p.Child("name"), port.Name, meta.IsDNS1123Label(port.Name))
	} else if named {
		r.Required(p.Child("name"), "")
	}
	checkPort(r, port.Port, p.Child("port"))
	checkProtocol(r, port.Protocol, p.Child("protocol"))
	checkPortOrName(r, port.TargetPort, p.Child("targetPort"))
	if port.AppProtocol != nil {
		r.Each(p.Child("appProtocol"), *port.AppProtocol, meta.IsQualifiedName(*port.AppProtocol))
	}
}

func checkSessionAffinity(r *field.Report, s *ServiceSpec, p *field.Path) {
	field.OneOf(r, p.Child("sessionAffinity"), s.SessionAffinity, ServiceAffinityClientIP, ServiceAffinityNone)
	c, p := s.SessionAffinityConfig, p.Child("sessionAffinityConfig")
	if s.SessionAffinity == ServiceAffinityNone && c != nil {
		r.Forbidden(p, "must not be set when session affinity is None")
	}
	if s.SessionAffinity != ServiceAffinityClientIP {
		return
	}
	const why = "when session affinity type is ClientIP"
	switch {
	case c == nil:
		r.Required(p, why)
	case c.ClientIP == nil:
		r.Required(p.Child("clientIP"), why)
	case c.ClientIP.TimeoutSeconds == nil:
		r.Required(p.Child("clientIP", "timeoutSeconds"), why)
	case *c.ClientIP.TimeoutSeconds <= 0 || *c.ClientIP.TimeoutSeconds > maxAffinitySeconds:
		r.Invalid(p.Child("clientIP", "timeoutSeconds"), *c.ClientIP.TimeoutSeconds, fmt.Sprintf("must be greater than 0 and less than %d", maxAffinitySeconds))
	}
}

// checkClusterIPs checks the addresses within the cluster and their families.
func checkClusterIPs(r *field.Report, s *ServiceSpec, p *field.Path) {
	if s.Type == ServiceTypeExternalName {
		return
	}
	ips := p.Child("clusterIPs")
	switch {
	case s.ClusterIP != "" && len(s.ClusterIPs) == 0:
		r.Required(ips, "")
	case s.ClusterIP != "" && s.ClusterIPs[0] != s.ClusterIP:
		r.Invalid(ips, s.ClusterIPs, "first value must match `clusterIP`")
	case s.ClusterIP == "" && len(s.ClusterIPs) > 0:
		r.Invalid(ips, s.ClusterIPs, "must be empty when `clusterIP` is not specified")
	}
	checkFamilies(r, s, p)
	before := len(r.Errors)
	for i, ip := range s.ClusterIPs {
		if i == 0 && ip == ClusterIPNone {
			if len(s.ClusterIPs) > 1 {
				r.Invalid(ips, s.ClusterIPs, "'None' must be the first and only value")
			}
			continue
		}
		checkIP(r, ip, ips.Index(i))
	}
	if len(s.ClusterIPs) > 2 {
		r.Invalid(ips, s.ClusterIPs, "may only hold up to 2 values")
	}
	if len(r.Errors) > before {
		return
	}
	if !onePerFamily(s.ClusterIPs) {
		r.Invalid(ips, s.ClusterIPs, "may specify no more than one IP for each IP family")
	}
	for i, ip := range s.ClusterIPs {
		if ip == ClusterIPNone || i >= len(s.IPFamilies) {
			break
		}
		if want := s.IPFamilies[i]; want != familyOf(ip) && (want == IPv4Protocol || want == IPv6Protocol) {
			r.Invalid(ips.Index(i), ip, fmt.Sprintf("expected an %s value as indicated by `ipFamilies[%d]`", want, i))
		}
	}
}

func checkFamilies(r *field.Report, s *ServiceSpec, p *field.Path) {
	families := []IPFamily{IPv4Protocol, IPv6Protocol}
	again := field.Repeats(s.IPFamilies)
	for i, f := range s.IPFamilies {
		if !slices.Contains(families, f) {
			r.Add(field.NotSupported(p.Child("ipFamilies").Index(i), f, families))
		}
		if again(i) {
			r.Duplicate(p.Child("ipFamilies").Index(i), f)
		}
	}
	if s.IPFamilyPolicy != nil {
		field.Known(r, p.Child("ipFamilyPolicy"), *s.IPFamilyPolicy, IPFamilyPolicyPreferDualStack, IPFamilyPolicyRequireDualStack, IPFamilyPolicySingleStack)
	}
}

// familyOf is the family of a sound address.
func familyOf(ip string) IPFamily {
	if strings.Contains(ip, ":") {
		return IPv6Protocol
	}
	return IPv4Protocol
}

func checkLoadBalancer(r *field.Report, s *Service, p *field.Path) {
	const only = "may only be used when `type` is 'LoadBalancer'"
	balanced := s.Spec.Type == ServiceTypeLoadBalancer
	if ranges := s.Spec.LoadBalancerSourceRanges; len(ranges) > 0 {
		p := p.Child("LoadBalancerSourceRanges") // the capital is upstream's
		if !balanced {
			r.Forbidden(p, only)
		}
		for i, v := range ranges {
			checkCIDR(r, strings.TrimSpace(v), p.Index(i))
		}
	} else if v, ok := s.Annotations[AnnotationLoadBalancerSourceRanges]; ok {
		p := metadataPath.Child("annotations").Key(AnnotationLoadBalancerSourceRanges)
		if !balanced {
			r.Forbidden(p, only)
		}
		for part := range strings.SplitSeq(strings.TrimSpace(v), ",") {
			if part != "" {
				checkCIDR(r, strings.TrimSpace(part), p)
			}
		}
	}
	if s.Spec.AllocateLoadBalancerNodePorts != nil && !balanced {
		r.Forbidden(p.Child("allocateLoadBalancerNodePorts"), only)
	}
	checkLoadBalancerClass(r, &s.Spec, p.Child("loadBalancerClass"))
}

func checkLoadBalancerClass(r *field.Report, s *ServiceSpec, p *field.Path) {
	switch c := s.LoadBalancerClass; {
	case c == nil:
	case s.Type != ServiceTypeLoadBalancer:
		r.Forbidden(p, "may only be used when `type` is 'LoadBalancer'")
	default:
		r.Each(p, *c, meta.IsQualifiedName(*c))
	}
}

// CheckServiceAddresses says what is wrong with the addresses of a service among
// themselves. While something is, nothing else is looked at.
func CheckServiceAddresses(s *Service) field.ErrorList {
	var r field.Report
	checkClusterIPs(&r, &s.Spec, specPath)
	return r.Errors
}

func checkTrafficPolicies(r *field.Report, s *ServiceSpec, p *field.Path) {
	outside := p.Child("externalTrafficPolicy")
	if reachableFromOutside(s) {
		field.OneOf(r, outside, s.ExternalTrafficPolicy, ServiceExternalTrafficPolicyCluster, ServiceExternalTrafficPolicyLocal)
	} else if s.ExternalTrafficPolicy != "" {
		r.Invalid(outside, s.ExternalTrafficPolicy, "may only be set for externally-accessible services")
	}
	health := p.Child("healthCheckNodePort")
	if !NeedsHealthCheck(s) {
		if s.HealthCheckNodePort != 0 {
			r.Invalid(health, s.HealthCheckNodePort, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'")
		}
	} else if s.HealthCheckNodePort != 0 {
		checkPort(r, s.HealthCheckNodePort, health)
	}
	if s.InternalTrafficPolicy != nil {
		field.Known(r, p.Child("internalTrafficPolicy"), *s.InternalTrafficPolicy, ServiceInternalTrafficPolicyCluster, ServiceInternalTrafficPolicyLocal)
	} else if s.Type != ServiceTypeExternalName {
		r.Required(p.Child("internalTrafficPolicy"), "")
	}
	if s.TrafficDistribution != nil {
		field.Known(r, p.Child("trafficDistribution"), *s.TrafficDistribution, TrafficPreferClose, TrafficPreferSameNode, TrafficPreferSameZone)
	}
}

// NeedsHealthCheck reports whether a load balancer asks the nodes which of
// them have endpoints: the service then has a port for that on every node.
func NeedsHealthCheck(s *ServiceSpec) bool {
	return s.Type == ServiceTypeLoadBalancer && s.ExternalTrafficPolicy == ServiceExternalTrafficPolicyLocal
}

// WantsNodePorts says whether each port of a service has one on every node too.
func WantsNodePorts(s *ServiceSpec) bool {
	switch s.Type {
	case ServiceTypeNodePort:
		return true
	case ServiceTypeLoadBalancer:
		return s.AllocateLoadBalancerNodePorts == nil || *s.AllocateLoadBalancerNodePorts
	}
	return false
}

// CheckNonSpecialIP refuses addresses that no endpoint can have: unspecified,
// loopback and link-local ones.
func CheckNonSpecialIP(r *field.Report, ip string, p *field.Path) {
	a, err := netip.ParseAddr(ip)
	switch {
	case err != nil:
		r.Invalid(p, ip, "must be a valid IP address")
	case a.IsUnspecified():
		r.Invalid(p, ip, fmt.Sprintf("may not be unspecified (%s)", ip))
	case a.IsLoopback():
		r.Invalid(p, ip, "may not be in the loopback range (127.0.0.0/8, ::1/128)")
	case a.IsLinkLocalUnicast():
		r.Invalid(p, ip, "may not be in the link-local range (169.254.0.0/16, fe80::/10)")
	case a.IsLinkLocalMulticast():
		r.Invalid(p, ip, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")
	}
}

// ValidateServiceUpdate checks a change: the addresses of a service are fixed
// while it has any.
func ValidateServiceUpdate(s, old *Service) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &s.ObjectMeta, &old.ObjectMeta)
	checkClusterIPUpdate(&r, &s.Spec, &old.Spec)
	if NeedsHealthCheck(&s.Spec) && NeedsHealthCheck(&old.Spec) && s.Spec.HealthCheckNodePort != old.Spec.HealthCheckNodePort {
		r.Forbidden(specPath.Child("healthCheckNodePort"), meta.ImmutableMessage)
	}
	if s.Spec.Type == ServiceTypeLoadBalancer && old.Spec.Type == ServiceTypeLoadBalancer && !meta.Equal(s.Spec.LoadBalancerClass, old.Spec.LoadBalancerClass) {
		r.Invalid(specPath.Child("loadBalancerClass"), s.Spec.LoadBalancerClass, "may not change once set")
	}
	checkLoadBalancerClass(&r, &s.Spec, specPath.Child("loadBalancerClass")) // told again below
	checkServiceSpec(&r, s)
	return r.Errors
}

// checkClusterIPUpdate keeps the first address; a second may come and go.
func checkClusterIPUpdate(r *field.Report, s, old *ServiceSpec) {
	if s.Type == ServiceTypeExternalName || old.Type == ServiceTypeExternalName || len(old.ClusterIPs) == 0 {
		return
	}
	p := specPath.Child("clusterIPs")
	if len(s.ClusterIPs) == 0 {
		r.Invalid(p.Index(0), []string{}, "primary clusterIP can not be unset")
		return
	}
	for i := range min(len(s.ClusterIPs), len(old.ClusterIPs)) {
		if s.ClusterIPs[i] != old.ClusterIPs[i] {
			r.Invalid(p.Index(i), s.ClusterIPs, "may not change once set")
		}
	}
	if len(s.ClusterIPs) < len(old.ClusterIPs) && (s.IPFamilyPolicy == nil || *s.IPFamilyPolicy != IPFamilyPolicySingleStack) {
		r.Invalid(specPath.Child("ipFamilyPolicy"), s.IPFamilyPolicy, "must be set to 'SingleStack' when releasing the secondary clusterIP")
	}
	if s.ClusterIPs[0] == ClusterIPNone {
		return
	}
	if len(s.IPFamilies) > 0 && len(old.IPFamilies) > 0 && s.IPFamilies[0] != old.IPFamilies[0] {
		r.Invalid(specPath.Child("ipFamilies").Index(0), s.IPFamilies, "may not change once set")
	}
}

// ValidateServiceStatusUpdate checks a change of status.
func ValidateServiceStatusUpdate(s, old *Service) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &s.ObjectMeta, &old.ObjectMeta)
	p := statusPath.Child("loadBalancer", "ingress")
	ingress := s.Status.LoadBalancer.Ingress
	if s.Spec.Type != ServiceTypeLoadBalancer && len(ingress) > 0 {
		r.Forbidden(p, "may only be used when `spec.type` is 'LoadBalancer'")
		return r.Errors
	}
	for i := range ingress {
		checkIngress(&r, &ingress[i], p.Index(i))
	}
	return r.Errors
}

func checkIngress(r *field.Report, in *LoadBalancerIngress, p *field.Path) {
	if in.IP != "" {
		checkIP(r, in.IP, p.Child("ip"))
	}
	switch {
	case in.IP != "" && in.IPMode == nil:
		r.Required(p.Child("ipMode"), "must be specified when `ip` is set")
	case in.IP == "" && in.IPMode != nil:
		r.Forbidden(p.Child("ipMode"), "may not be specified when `ip` is not set")
	case in.IPMode != nil:
		field.OneOf(r, p.Child("ipMode"), *in.IPMode, LoadBalancerIPModeProxy, LoadBalancerIPModeVIP)
	}
	if in.Hostname == "" {
		return
	}
	r.Each(p.Child("hostname"), in.Hostname, meta.IsDNS1123Subdomain(in.Hostname))
	if _, err := netip.ParseAddr(in.Hostname); err == nil {
		r.Invalid(p.Child("hostname"), in.Hostname, "must be a DNS name, not an IP address")
	}
}
