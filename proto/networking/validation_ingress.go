package networking

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// AnnotationIngressClass named the class before ingressClassName did.
const AnnotationIngressClass = "kubernetes.io/ingress.class"

// ValidateIngress checks an ingress that is created.
func ValidateIngress(o *Ingress) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.Namespaced, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkIngress(&r, &o.Spec, nil, field.New("spec"))
	class, set := o.Annotations[AnnotationIngressClass]
	if name := o.Spec.IngressClassName; set && name != nil && *name != class {
		r.Invalid(field.New("annotations").Child(AnnotationIngressClass), class, "must match `ingressClassName` when both are specified")
	}
	return r.Errors
}

// ValidateIngressUpdate checks a change.
func ValidateIngressUpdate(o, old *Ingress) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	checkIngress(&r, &o.Spec, &old.Spec, field.New("spec"))
	return r.Errors
}

// ValidateIngressStatusUpdate checks where requests are said to come in.
func ValidateIngressStatusUpdate(o, old *Ingress) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	for i := range o.Status.LoadBalancer.Ingress {
		in, p := &o.Status.LoadBalancer.Ingress[i], field.New("status", "loadBalancer", "ingress").Index(i)
		if in.IP != "" && !isIP(in.IP) {
			r.Invalid(p.Child("ip"), in.IP, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")
		}
		if in.Hostname != "" {
			r.Each(p.Child("hostname"), in.Hostname, meta.IsDNS1123Subdomain(in.Hostname))
			checkNotIP(&r, in.Hostname, p.Child("hostname"))
		}
	}
	return r.Errors
}

func isIP(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Zone() == ""
}

func checkNotIP(r *field.Report, host string, p *field.Path) {
	if isIP(host) {
		r.Invalid(p, host, "must be a DNS name, not an IP address")
	}
}

// checkIngress checks a spec; old is what is stored, or nil.
func checkIngress(r *field.Report, s, old *IngressSpec, p *field.Path) {
	if len(s.Rules) == 0 && s.DefaultBackend == nil {
		r.Invalid(p, s.Rules, "either `defaultBackend` or `rules` must be specified")
	}
	if s.DefaultBackend != nil {
		checkBackend(r, s.DefaultBackend, p.Child("defaultBackend"))
	}
	for i := range s.Rules {
		checkIngressRule(r, &s.Rules[i], p.Child("rules").Index(i))
	}
	// A name that was let in by older rules does not stop other changes.
	lax := old != nil && badSecretName(old.TLS)
	for i := range s.TLS {
		t, p := &s.TLS[i], p.Child("tls").Index(i)
		for j, h := range t.Hosts {
			checkHost(r, h, p.Child("hosts").Index(j))
		}
		if t.SecretName != "" && !lax {
			r.Each(p.Child("secretName"), t.SecretName, meta.IsDNS1123Subdomain(t.SecretName))
		}
	}
	if n := s.IngressClassName; n != nil {
		r.Each(p.Child("ingressClassName"), *n, meta.IsDNS1123Subdomain(*n))
	}
}

func badSecretName(list []IngressTLS) bool {
	for _, t := range list {
		if t.SecretName != "" && len(meta.IsDNS1123Subdomain(t.SecretName)) > 0 {
			return true
		}
	}
	return false
}

// checkHost wants a DNS name, or one with a star as its first label.
func checkHost(r *field.Report, host string, p *field.Path) {
	if strings.Contains(host, "*") {
		r.Each(p, host, meta.IsWildcardDNS1123Subdomain(host))
	} else {
		r.Each(p, host, meta.IsDNS1123Subdomain(host))
	}
}

func checkIngressRule(r *field.Report, rule *IngressRule, p *field.Path) {
	if rule.Host != "" {
		checkNotIP(r, rule.Host, p.Child("host"))
		checkHost(r, rule.Host, p.Child("host"))
	}
	if rule.HTTP == nil {
		return
	}
	p = p.Child("http", "paths")
	if len(rule.HTTP.Paths) == 0 {
		r.Required(p, "")
	}
	for i := range rule.HTTP.Paths {
		checkPath(r, &rule.HTTP.Paths[i], p.Index(i))
	}
}

// What a path that is compared must not have: it would never match, or mean
// something else to the backend.
var (
	badInPath  = []string{"//", "/./", "/../", "%2f", "%2F"}
	badPathEnd = []string{"/..", "/."}
)

func checkPath(r *field.Report, h *HTTPIngressPath, p *field.Path) {
	if h.PathType == nil {
		r.Required(p.Child("pathType"), "pathType must be specified")
		return
	}
	path := p.Child("path")
	absolute := strings.HasPrefix(h.Path, "/")
	switch *h.PathType {
	case PathTypeExact, PathTypePrefix:
		if !absolute {
			r.Invalid(path, h.Path, "must be an absolute path")
		}
		for _, s := range badInPath {
			if strings.Contains(h.Path, s) {
				r.Invalid(path, h.Path, fmt.Sprintf("must not contain '%s'", s))
			}
		}
		for _, s := range badPathEnd {
			if strings.HasSuffix(h.Path, s) {
				r.Invalid(path, h.Path, fmt.Sprintf("cannot end with '%s'", s))
			}
		}
	case PathTypeImplementationSpecific:
		if h.Path != "" && !absolute {
			r.Invalid(path, h.Path, "must be an absolute path")
		}
	default:
		r.Add(field.NotSupported(p.Child("pathType"), *h.PathType, []PathType{PathTypeExact, PathTypeImplementationSpecific, PathTypePrefix}))
	}
	checkBackend(r, &h.Backend, p.Child("backend"))
}

func checkBackend(r *field.Report, b *IngressBackend, p *field.Path) {
	switch {
	case b.Resource != nil && b.Service != nil:
		r.Invalid(p, "", "cannot set both resource and service backends")
	case b.Resource != nil:
		checkReference(r, b.Resource, p.Child("resource"))
	case b.Service != nil:
		checkServiceBackend(r, b.Service, p)
	default:
		r.Invalid(p, "", "resource or service backend is required")
	}
}

func checkServiceBackend(r *field.Report, s *IngressServiceBackend, p *field.Path) {
	service := p.Child("service")
	if s.Name == "" {
		r.Required(service.Child("name"), "")
	} else {
		r.Each(service.Child("name"), s.Name, meta.IsDNS1035Label(s.Name))
	}
	port := &s.Port
	switch {
	case port.Name != "" && port.Number != 0:
		r.Invalid(p, "", "cannot set both port name & port number")
	case port.Name != "":
		r.Each(service.Child("port", "name"), port.Name, meta.IsPortName(port.Name))
	case port.Number != 0:
		r.Each(service.Child("port", "number"), port.Number, meta.IsPortNumber(int(port.Number)))
	default:
		r.Required(p, "port name or number is required")
	}
}

func checkReference(r *field.Report, ref *core.TypedLocalObjectReference, p *field.Path) {
	if g := ref.APIGroup; g != nil {
		r.Each(p.Child("apiGroup"), *g, meta.IsDNS1123Subdomain(*g))
	}
	for _, f := range []struct{ name, value string }{{"kind", ref.Kind}, {"name", ref.Name}} {
		if f.value == "" {
			r.Required(p.Child(f.name), f.name+" is required")
		} else {
			r.Each(p.Child(f.name), f.value, meta.IsPathSegment(f.value))
		}
	}
}
