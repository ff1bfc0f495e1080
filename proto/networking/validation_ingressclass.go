package networking

import (
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

const maxController = 250

// ValidateIngressClass checks a class that is created.
func ValidateIngressClass(o *IngressClass) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkClass(&r, &o.Spec, field.New("spec"))
	return r.Errors
}

// ValidateIngressClassUpdate checks a change; the controller stays.
func ValidateIngressClassUpdate(o, old *IngressClass) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	meta.ValidateImmutable(&r, o.Spec.Controller, old.Spec.Controller, field.New("spec", "controller"))
	checkClass(&r, &o.Spec, field.New("spec"))
	return r.Errors
}

func checkClass(r *field.Report, s *IngressClassSpec, p *field.Path) {
	if len(s.Controller) > maxController {
		r.Add(field.TooLong(p.Child("controller"), maxController))
	}
	checkController(r, s.Controller, p.Child("controller"))
	if s.Parameters != nil {
		checkParameters(r, s.Parameters, p.Child("parameters"))
	}
}

// checkController wants a domain and a path.
func checkController(r *field.Report, s string, p *field.Path) {
	if s == "" {
		r.Required(p, "")
		return
	}
	host, path, _ := strings.Cut(s, "/")
	if host == "" || path == "" {
		r.Invalid(p, s, `must be a domain-prefixed path (such as "acme.io/foo")`)
		return
	}
	r.Each(p, host, meta.IsDNS1123Subdomain(host))
	for i := range len(path) {
		c := path[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("/-._~%!$&'()*+,;=:", c) >= 0) {
			r.Invalid(p, path, meta.PatternError("Invalid path", `[A-Za-z0-9/\-._~%!$&'()*+,;=:]+`))
			return
		}
	}
}

func checkParameters(r *field.Report, ref *IngressClassParametersReference, p *field.Path) {
	checkReference(r, &core.TypedLocalObjectReference{APIGroup: ref.APIGroup, Kind: ref.Kind, Name: ref.Name}, p)
	namespace := p.Child("namespace")
	switch {
	case ref.Scope == nil:
		r.Required(p.Child("scope"), "")
	case *ref.Scope == ScopeCluster:
		if ref.Namespace != nil {
			r.Forbidden(namespace, "`parameters.scope` is set to 'Cluster'")
		}
	case *ref.Scope != ScopeNamespace:
		r.Add(field.NotSupported(p.Child("scope"), *ref.Scope, []string{ScopeCluster, ScopeNamespace}))
	case ref.Namespace == nil:
		r.Required(namespace, "`parameters.scope` is set to 'Namespace'")
	default:
		r.Each(namespace, *ref.Namespace, meta.IsDNS1123Label(*ref.Namespace))
	}
}
