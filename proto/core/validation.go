package core

import (
	"net/netip"
	"path"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// The validators of this package answer with the field paths and the words
// that users of Kubernetes know; tools match on both. Validate<Kind> checks an
// object that is created, after defaults; Validate<Kind>Update also compares
// it with what is stored.

// Details that several checks share.
const (
	notPositive    = "must be greater than zero"
	notInteger     = "must be an integer"
	badFileMode    = "must be a number between 0 and 0777 (octal), both inclusive"
	badIP          = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
	badCIDR        = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
	noBackSteps    = "must not contain '..'"
	notAbsolute    = "must be an absolute path"
	notRelative    = "must be a relative path"
	maxInt32       = 1<<31 - 1
	maxIDValue     = maxInt32
	maxMessageSize = 1024
)

var (
	metadataPath = field.New("metadata")
	specPath     = field.New("spec")
	statusPath   = field.New("status")
)

// checkMeta checks the metadata of an object in a namespace whose name is a
// DNS subdomain: the common case.
func checkMeta(r *field.Report, m *meta.ObjectMeta) {
	meta.ValidateObjectMeta(r, m, meta.Namespaced, meta.IsDNS1123Subdomain, metadataPath)
}

// checkMetaUpdate checks the metadata of an update.
func checkMetaUpdate(r *field.Report, m, old *meta.ObjectMeta) {
	meta.ValidateObjectMetaUpdate(r, m, old, metadataPath)
}

// checkIP wants an IP address. Leading zeroes and mapped addresses, which
// programs read differently, are refused.
func checkIP(r *field.Report, s string, p *field.Path) {
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		r.Invalid(p, s, badIP)
	} else if a.Is4In6() {
		r.Invalid(p, s, "must not be an IPv4-mapped IPv6 address")
	}
}

// checkCIDR wants a network.
func checkCIDR(r *field.Report, s string, p *field.Path) {
	if _, err := netip.ParsePrefix(s); err != nil {
		r.Invalid(p, s, badCIDR)
	}
}

// checkPort wants a port number.
func checkPort(r *field.Report, n int32, p *field.Path) {
	r.Each(p, n, meta.IsPortNumber(int(n)))
}

// checkPortOrName wants the number or the name of a port.
func checkPortOrName(r *field.Report, v meta.IntOrString, p *field.Path) {
	if v.Type == meta.Int {
		checkPort(r, v.IntVal, p)
	} else {
		r.Each(p, v.StrVal, meta.IsPortName(v.StrVal))
	}
}

// checkMode wants permission bits, or nothing.
func checkMode(r *field.Report, mode *int32, p *field.Path) {
	if mode != nil && (*mode < 0 || *mode > 0o777) {
		r.Invalid(p, *mode, badFileMode)
	}
}

// checkID wants a numeric user or group id, or nothing.
func checkID(r *field.Report, id *int64, p *field.Path) {
	if id != nil && (*id < 0 || *id > maxIDValue) {
		r.Invalid(p, *id, meta.RangeError(0, maxIDValue))
	}
}

// checkNoBackSteps wants a path without "..".
func checkNoBackSteps(r *field.Report, s string, p *field.Path) {
	if slices.Contains(strings.Split(s, "/"), "..") {
		r.Invalid(p, s, noBackSteps)
	}
}

// checkDescending wants a relative path that stays below where it starts.
func checkDescending(r *field.Report, s string, p *field.Path) {
	if path.IsAbs(s) {
		r.Invalid(p, s, notRelative)
	}
	checkNoBackSteps(r, s, p)
}

// checkProjected wants the path of a file in a volume made from objects: it
// may not begin with "..", which the kubelet keeps for itself.
func checkProjected(r *field.Report, s string, p *field.Path) {
	before := len(r.Errors)
	checkDescending(r, s, p)
	if len(r.Errors) == before && strings.HasPrefix(s, "..") {
		r.Invalid(p, s, "must not start with '..'")
	}
}

// requireAll reports the empty ones of pairs of field name and value.
func requireAll(r *field.Report, p *field.Path, pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			r.Required(p.Child(pairs[i]), "")
		}
	}
}

// requireName wants the name of another object.
func requireName(r *field.Report, name string, p *field.Path) {
	if name == "" {
		r.Required(p, "")
	} else {
		r.Each(p, name, meta.IsDNS1123Subdomain(name))
	}
}

// sortedKeys makes the order of errors the same every time.
func sortedKeys[K ~string, V any](m map[K]V) []K {
	return jsonwire.SortedKeys(m, make([]K, 0, len(m)))
}

// isTrue reports whether an optional flag is set.
func isTrue(b *bool) bool { return b != nil && *b }
