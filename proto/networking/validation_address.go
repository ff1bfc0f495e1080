package networking

import (
	"net/netip"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// isAddress is the rule for names of IPAddress objects.
func isAddress(name string) []string {
	a, err := netip.ParseAddr(name)
	if err != nil {
		return []string{err.Error()}
	}
	if a.String() != name {
		return []string{"must be a canonical format IP address"}
	}
	return nil
}

// ValidateIPAddress checks an address that is created.
func ValidateIPAddress(o *IPAddress) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, isAddress, field.New("metadata"))
	checkParent(&r, o.Spec.ParentRef, field.New("spec", "parentRef"))
	return r.Errors
}

// ValidateIPAddressUpdate checks a change; the parent stays.
func ValidateIPAddressUpdate(o, old *IPAddress) field.ErrorList {
	var r field.Report
	checkParent(&r, o.Spec.ParentRef, field.New("spec", "parentRef"))
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	meta.ValidateImmutable(&r, o.Spec.ParentRef, old.Spec.ParentRef, field.New("spec", "parentRef"))
	return r.Errors
}

func checkParent(r *field.Report, ref *ParentReference, p *field.Path) {
	if ref == nil {
		r.Required(p, "")
		return
	}
	if ref.Group != "" {
		r.Each(p.Child("group"), ref.Group, meta.IsDNS1123Subdomain(ref.Group))
	}
	for _, f := range []struct{ name, value string }{{"resource", ref.Resource}, {"name", ref.Name}} {
		if f.value == "" {
			r.Required(p.Child(f.name), "")
		} else {
			r.Each(p.Child(f.name), f.value, meta.IsPathSegment(f.value))
		}
	}
	if ref.Namespace != "" {
		r.Each(p.Child("namespace"), ref.Namespace, meta.IsPathSegment(ref.Namespace))
	}
}

// ValidateServiceCIDR checks a range that is created.
func ValidateServiceCIDR(o *ServiceCIDR) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkRanges(&r, &o.Spec, field.New("spec", "cidrs"))
	return r.Errors
}

// ValidateServiceCIDRUpdate checks a change; the networks stay.
func ValidateServiceCIDRUpdate(o, old *ServiceCIDR) field.ErrorList {
	var r field.Report
	checkRanges(&r, &o.Spec, field.New("spec", "cidrs"))
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	meta.ValidateImmutable(&r, o.Spec.CIDRs, old.Spec.CIDRs, field.New("spec", "cidrs"))
	return r.Errors
}

// ValidateServiceCIDRStatusUpdate checks a change of the status.
func ValidateServiceCIDRStatusUpdate(o, old *ServiceCIDR) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

func checkRanges(r *field.Report, s *ServiceCIDRSpec, p *field.Path) {
	switch n := len(s.CIDRs); {
	case n == 0:
		r.Required(p, "at least one CIDR required")
		return
	case n > 2:
		r.Invalid(p, *s, "may only hold up to 2 values")
		return
	case n == 2 && !dual(s.CIDRs[0], s.CIDRs[1]):
		r.Invalid(p, *s, "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64")
		return
	}
	for i, c := range s.CIDRs {
		n, err := netip.ParsePrefix(c)
		if err != nil {
			r.Invalid(p.Index(i), c, err.Error())
			continue
		}
		if n != n.Masked() {
			r.Invalid(p.Index(i), c, "wrong CIDR format, IP doesn't match network IP address")
		}
		if n.String() != c {
			r.Invalid(p.Index(i), c, "CIDR not in RFC 5952 canonical format")
		}
	}
}

// dual says whether two networks are one of each family.
func dual(a, b string) bool {
	x, err1 := netip.ParsePrefix(a)
	y, err2 := netip.ParsePrefix(b)
	return err1 == nil && err2 == nil && x.Addr().Is4() != y.Addr().Is4()
}
