package cel

import (
	"fmt"
	"net/netip"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// ipLibrary adds IP addresses, cidrLibrary blocks of them.
type (
	ipLibrary   struct{ noOptions }
	cidrLibrary struct{ noOptions }
)

var (
	ipType   = types.NewOpaqueType("net.IP")
	cidrType = types.NewOpaqueType("net.CIDR")
)

// LibraryName names it.
func (ipLibrary) LibraryName() string { return "kubernetes.net.ip" }

// LibraryName names it.
func (cidrLibrary) LibraryName() string { return "kubernetes.net.cidr" }

func ipVal(a netip.Addr) ref.Val {
	return opaque[netip.Addr]{of: ipType, is: a, say: netip.Addr.String, eq: func(a, b netip.Addr) bool { return a == b }}
}

func cidrVal(p netip.Prefix) ref.Val {
	return opaque[netip.Prefix]{of: cidrType, is: p, say: netip.Prefix.String, eq: func(a, b netip.Prefix) bool { return a == b }}
}

// parseIP refuses zones and IPv4 written as IPv6.
func parseIP(s string) (netip.Addr, error) {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return a, fmt.Errorf("IP Address %q parse error during conversion from string: %v", s, err)
	}
	if a.Zone() != "" {
		return a, fmt.Errorf("IP address %q with zone value is not allowed", s)
	}
	if a.Is4In6() {
		return a, fmt.Errorf("IPv4-mapped IPv6 address %q is not allowed", s)
	}
	return a, nil
}

func parseCIDR(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, fmt.Errorf("network address parse error during conversion from string: %v", err)
	}
	if p.Addr().Is4In6() {
		return p, fmt.Errorf("IPv4-mapped IPv6 address %q is not allowed", s)
	}
	return p, nil
}

// parsed makes a function of a string that fails when parse does.
func parsed[T any](parse func(string) (T, error), f func(T) ref.Val) cel.OverloadOpt {
	return string1(func(s string) ref.Val {
		v, err := parse(s)
		if err != nil {
			return types.WrapErr(err)
		}
		return f(v)
	})
}

// parses makes the test whether a string can be parsed.
func parses[T any](parse func(string) (T, error)) cel.OverloadOpt {
	return string1(func(s string) ref.Val {
		_, err := parse(s)
		return types.Bool(err == nil)
	})
}

// CompileOptions declares the functions.
func (ipLibrary) CompileOptions() []cel.EnvOption {
	str, ip := []*types.Type{types.StringType}, []*types.Type{ipType}
	test := func(name, id string, f func(netip.Addr) bool) cel.EnvOption {
		return cel.Function(name, cel.MemberOverload(id, ip, types.BoolType, of1(func(a netip.Addr) ref.Val { return types.Bool(f(a)) })))
	}
	return []cel.EnvOption{
		cel.Types(ipType),
		cel.Function("ip", cel.Overload("string_to_ip", str, ipType, parsed(parseIP, ipVal))),
		cel.Function("isIP", cel.Overload("is_ip", str, types.BoolType, parses(parseIP))),
		cel.Function("ip.isCanonical", cel.Overload("ip_is_canonical", str, types.BoolType, string1(func(s string) ref.Val {
			a, err := parseIP(s)
			if err != nil {
				return types.WrapErr(err)
			}
			return types.Bool(a.String() == s)
		}))),
		cel.Function("family", cel.MemberOverload("ip_family", ip, types.IntType, of1(func(a netip.Addr) ref.Val {
			if a.Is4() {
				return types.Int(4)
			}
			return types.Int(6)
		}))),
		cel.Function("string", cel.Overload("ip_to_string", ip, types.StringType, of1(func(a netip.Addr) ref.Val { return types.String(a.String()) }))),
		test("isUnspecified", "ip_is_unspecified", netip.Addr.IsUnspecified),
		test("isLoopback", "ip_is_loopback", netip.Addr.IsLoopback),
		test("isLinkLocalMulticast", "ip_is_link_local_multicast", netip.Addr.IsLinkLocalMulticast),
		test("isLinkLocalUnicast", "ip_is_link_local_unicast", netip.Addr.IsLinkLocalUnicast),
		test("isGlobalUnicast", "ip_is_global_unicast", netip.Addr.IsGlobalUnicast),
	}
}

// CompileOptions declares the functions.
func (cidrLibrary) CompileOptions() []cel.EnvOption {
	str, cidr := []*types.Type{types.StringType}, []*types.Type{cidrType}
	with := func(t *types.Type) []*types.Type { return []*types.Type{cidrType, t} }
	within := func(p, q netip.Prefix) ref.Val {
		return types.Bool(p.Masked().Contains(q.Addr()) && p.Bits() <= q.Bits())
	}
	return []cel.EnvOption{
		cel.Types(cidrType),
		cel.Function("cidr", cel.Overload("string_to_cidr", str, cidrType, parsed(parseCIDR, cidrVal))),
		cel.Function("isCIDR", cel.Overload("is_cidr", str, types.BoolType, parses(parseCIDR))),
		cel.Function("containsIP",
			cel.MemberOverload("cidr_contains_ip_string", with(types.StringType), types.BoolType, of2(func(p netip.Prefix, s string) ref.Val {
				a, err := parseIP(s)
				if err != nil {
					return types.WrapErr(err)
				}
				return types.Bool(p.Contains(a))
			})),
			cel.MemberOverload("cidr_contains_ip_ip", with(ipType), types.BoolType, of2(func(p netip.Prefix, a netip.Addr) ref.Val { return types.Bool(p.Contains(a)) }))),
		cel.Function("containsCIDR",
			cel.MemberOverload("cidr_contains_cidr_string", with(types.StringType), types.BoolType, of2(func(p netip.Prefix, s string) ref.Val {
				q, err := parseCIDR(s)
				if err != nil {
					return types.WrapErr(err)
				}
				return within(p, q)
			})),
			cel.MemberOverload("cidr_contains_cidr", with(cidrType), types.BoolType, of2(within))),
		cel.Function("ip", cel.MemberOverload("cidr_ip", cidr, ipType, of1(func(p netip.Prefix) ref.Val { return ipVal(p.Addr()) }))),
		cel.Function("masked", cel.MemberOverload("cidr_masked", cidr, cidrType, of1(func(p netip.Prefix) ref.Val { return cidrVal(p.Masked()) }))),
		cel.Function("prefixLength", cel.MemberOverload("cidr_prefix_length", cidr, types.IntType, of1(func(p netip.Prefix) ref.Val { return types.Int(p.Bits()) }))),
		cel.Function("string", cel.Overload("cidr_to_string", cidr, types.StringType, of1(func(p netip.Prefix) ref.Val { return types.String(p.String()) }))),
	}
}
