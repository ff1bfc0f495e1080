package meta

import (
	"fmt"
	"strings"
)

// The longest names of each kind, in bytes.
const (
	DNS1123LabelMaxLength     = 63
	DNS1123SubdomainMaxLength = 253
	DNS1035LabelMaxLength     = 63
	LabelValueMaxLength       = 63
	qualifiedNameMaxLength    = 63
	portNameMaxLength         = 15
)

// The patterns that error messages show. Matching itself is done by hand: a
// pod has dozens of names, and regular expressions would rule the cost of a
// write.
const (
	dns1123LabelFormat     = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
	dns1123SubdomainFormat = dns1123LabelFormat + `(\.` + dns1123LabelFormat + ")*"
	dns1035LabelFormat     = "[a-z]([-a-z0-9]*[a-z0-9])?"
	qualifiedNameFormat    = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
	labelValueFormat       = "(" + qualifiedNameFormat + ")?"
	configMapKeyFormat     = "[-._a-zA-Z0-9]+"
	httpHeaderNameFormat   = "[-A-Za-z0-9]+"
)

// NameCheck says what is wrong with a name; no messages mean that it is good.
type NameCheck func(name string) []string

// PatternError says in words what is expected, with examples and the pattern.
func PatternError(msg, pattern string, examples ...string) string {
	if len(examples) == 0 {
		return msg + " (regex used for validation is '" + pattern + "')"
	}
	return msg + " (e.g. '" + strings.Join(examples, "',  or '") + "', regex used for validation is '" + pattern + "')"
}

// RangeError says that a number must lie between low and high.
func RangeError(low, high int64) string {
	return fmt.Sprintf("must be between %d and %d, inclusive", low, high)
}

func tooLongError(limit int) string { return fmt.Sprintf("must be no more than %d characters", limit) }

// IsDNS1123Label checks a name that becomes one label of a DNS name: most
// kinds whose name is a host's or a namespace's.
func IsDNS1123Label(s string) []string {
	var errs []string
	if len(s) > DNS1123LabelMaxLength {
		errs = append(errs, tooLongError(DNS1123LabelMaxLength))
	}
	if isLabel(s) {
		return errs
	}
	if isSubdomain(s) {
		return append(errs, "must not contain dots")
	}
	return append(errs, PatternError("a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
		dns1123LabelFormat, "my-name", "123-abc"))
}

// IsDNS1123Subdomain checks a dotted DNS name: the rule for most kinds.
func IsDNS1123Subdomain(s string) []string {
	var errs []string
	if len(s) > DNS1123SubdomainMaxLength {
		errs = append(errs, tooLongError(DNS1123SubdomainMaxLength))
	}
	if !isSubdomain(s) {
		errs = append(errs, PatternError("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
			dns1123SubdomainFormat, "example.com"))
	}
	return errs
}

// IsWildcardDNS1123Subdomain checks a dotted DNS name with a star in the place
// of its first label.
func IsWildcardDNS1123Subdomain(s string) []string {
	var errs []string
	if len(s) > DNS1123SubdomainMaxLength {
		errs = append(errs, tooLongError(DNS1123SubdomainMaxLength))
	}
	if rest, ok := strings.CutPrefix(s, "*."); !ok || !isSubdomain(rest) {
		errs = append(errs, PatternError("a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
			`\*\.`+dns1123SubdomainFormat, "*.example.com"))
	}
	return errs
}

// IsDNS1035Label checks a DNS label that may not begin with a digit: the name
// of a Service.
func IsDNS1035Label(s string) []string {
	var errs []string
	if len(s) > DNS1035LabelMaxLength {
		errs = append(errs, tooLongError(DNS1035LabelMaxLength))
	}
	if !isLabel(s) || s[0] < 'a' {
		errs = append(errs, PatternError("a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
			dns1035LabelFormat, "my-name", "abc-123"))
	}
	return errs
}

// IsQualifiedName checks the key of a label, an annotation or a resource: a
// name with an optional DNS prefix and a slash.
func IsQualifiedName(s string) []string {
	const words = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
	examples := []string{"MyName", "my.name", "123-abc"}
	var errs []string
	prefix, name, prefixed := strings.Cut(s, "/")
	switch {
	case !prefixed:
		name = s
	case strings.Contains(name, "/"):
		return []string{"a qualified name " + PatternError(words, qualifiedNameFormat, examples...) +
			" with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"}
	case prefix == "":
		errs = append(errs, "prefix part must be non-empty")
	default:
		for _, e := range IsDNS1123Subdomain(prefix) {
			errs = append(errs, "prefix part "+e)
		}
	}
	if name == "" {
		errs = append(errs, "name part must be non-empty")
	} else if len(name) > qualifiedNameMaxLength {
		errs = append(errs, "name part "+tooLongError(qualifiedNameMaxLength))
	}
	if !isQualified(name) {
		errs = append(errs, "name part "+PatternError(words, qualifiedNameFormat, examples...))
	}
	return errs
}

// IsLabelValue checks the value of a label; it may be empty.
func IsLabelValue(s string) []string {
	var errs []string
	if len(s) > LabelValueMaxLength {
		errs = append(errs, tooLongError(LabelValueMaxLength))
	}
	if s != "" && !isQualified(s) {
		errs = append(errs, PatternError("a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
			labelValueFormat, "MyValue", "my_value", "12345"))
	}
	return errs
}

// IsPathSegment checks the least that every name must meet: to be one part of
// a URL's path.
func IsPathSegment(s string) []string {
	if s == "." || s == ".." {
		return []string{"may not be '" + s + "'"}
	}
	var errs []string
	for _, c := range []string{"/", "%"} {
		if strings.Contains(s, c) {
			errs = append(errs, "may not contain '"+c+"'")
		}
	}
	return errs
}

// IsPortNumber checks a TCP, UDP or SCTP port: 1 to 65535.
func IsPortNumber(n int) []string {
	if n >= 1 && n <= 65535 {
		return nil
	}
	return []string{RangeError(1, 65535)}
}

// IsPortName checks the name of a container's port: an IANA service name of
// at most 15 lower case letters, digits and single hyphens.
func IsPortName(s string) []string {
	var errs []string
	if len(s) > portNameMaxLength {
		errs = append(errs, tooLongError(portNameMaxLength))
	}
	if s == "" || !each(s, func(c byte) bool { return lowerOrDigit(c) || c == '-' }) {
		errs = append(errs, "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
	}
	if each(s, func(c byte) bool { return c < 'a' || c > 'z' }) {
		errs = append(errs, "must contain at least one letter (a-z)")
	}
	if strings.Contains(s, "--") {
		errs = append(errs, "must not contain consecutive hyphens")
	}
	if strings.HasPrefix(s, "-") || strings.HasSuffix(s, "-") {
		errs = append(errs, "must not begin or end with a hyphen")
	}
	return errs
}

// IsEnvVarName checks the name of an environment variable: any printable
// ASCII but '='.
func IsEnvVarName(s string) []string {
	if s == "" {
		return []string{"environment variable name must be non-empty"}
	}
	if !each(s, func(c byte) bool { return c >= ' ' && c <= '~' && c != '=' }) {
		return []string{"a valid environment variable name must consist only of printable ASCII characters other than '='"}
	}
	return nil
}

// IsConfigMapKey checks a key of a ConfigMap or Secret, which becomes a file
// name when it is mounted.
func IsConfigMapKey(s string) []string {
	var errs []string
	if len(s) > DNS1123SubdomainMaxLength {
		errs = append(errs, tooLongError(DNS1123SubdomainMaxLength))
	}
	if s == "" || !each(s, nameByte) {
		errs = append(errs, PatternError("a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
			configMapKeyFormat, "key.name", "KEY_NAME", "key-name"))
	}
	switch {
	case s == ".":
		errs = append(errs, "must not be '.'")
	case s == "..":
		errs = append(errs, "must not be '..'")
	case strings.HasPrefix(s, ".."):
		errs = append(errs, "must not start with '..'")
	}
	return errs
}

// IsHTTPHeaderName checks the name of a header that a probe sends.
func IsHTTPHeaderName(s string) []string {
	if s != "" && each(s, func(c byte) bool { return alphanumeric(c) || c == '-' }) {
		return nil
	}
	return []string{PatternError("a valid HTTP header must consist of alphanumeric characters or '-'", httpHeaderNameFormat, "X-Header-Name")}
}

// isLabel matches dns1123LabelFormat.
func isLabel(s string) bool {
	return s != "" && lowerOrDigit(s[0]) && lowerOrDigit(s[len(s)-1]) &&
		each(s, func(c byte) bool { return lowerOrDigit(c) || c == '-' })
}

// isSubdomain matches dns1123SubdomainFormat.
func isSubdomain(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if !isLabel(part) {
			return false
		}
	}
	return true
}

// isQualified matches qualifiedNameFormat.
func isQualified(s string) bool {
	return s != "" && alphanumeric(s[0]) && alphanumeric(s[len(s)-1]) && each(s, nameByte)
}

// each reports whether ok holds for every byte of s.
func each(s string, ok func(byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}

func lowerOrDigit(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

func alphanumeric(c byte) bool { return lowerOrDigit(c) || c >= 'A' && c <= 'Z' }

func nameByte(c byte) bool { return alphanumeric(c) || c == '-' || c == '_' || c == '.' }
