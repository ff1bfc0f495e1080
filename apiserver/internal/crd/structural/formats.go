package structural

import (
	"encoding/base64"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/meta"
)

// formats are the formats of strings that are checked; all others say something
// to people only.
var formats = map[string]func(string) bool{
	"bsonobjectid": regexp.MustCompile(`^[0-9a-fA-F]{24}$`).MatchString,
	"uri":          func(s string) bool { _, err := url.ParseRequestURI(s); return err == nil },
	"email":        func(s string) bool { a, err := mail.ParseAddress(s); return err == nil && a.Address != "" },
	"hostname":     hostname,
	"ipv4":         func(s string) bool { ip := net.ParseIP(s); return ip != nil && strings.Contains(s, ".") },
	"ipv6":         func(s string) bool { ip := net.ParseIP(s); return ip != nil && strings.Contains(s, ":") },
	"cidr":         func(s string) bool { _, _, err := net.ParseCIDR(s); return err == nil },
	"mac":          func(s string) bool { _, err := net.ParseMAC(s); return err == nil },
	"uuid":         regexp.MustCompile(`(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$`).MatchString,
	"uuid3":        regexp.MustCompile(`(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$`).MatchString,
	"uuid4":        regexp.MustCompile(`(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$`).MatchString,
	"uuid5":        regexp.MustCompile(`(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$`).MatchString,
	"isbn":         func(s string) bool { return isbn10(s) || isbn13(s) },
	"isbn10":       isbn10,
	"isbn13":       isbn13,
	"creditcard":   creditCard,
	"ssn":          regexp.MustCompile(`^\d{3}[- ]?\d{2}[- ]?\d{4}$`).MatchString,
	"hexcolor":     regexp.MustCompile(`^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`).MatchString,
	"rgbcolor":     regexp.MustCompile(`^rgb\(\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*\)$`).MatchString,
	"byte":         func(s string) bool { _, err := base64.StdEncoding.DecodeString(s); return err == nil },
	"date":         func(s string) bool { _, err := time.Parse(time.DateOnly, s); return err == nil },
	"datetime":     func(s string) bool { _, err := ParseDateTime(s); return err == nil },
	"duration":     func(s string) bool { _, err := ParseDuration(s); return err == nil },
	"k8sshortname": func(s string) bool { return len(meta.IsDNS1123Label(s)) == 0 },
	"k8slongname":  func(s string) bool { return len(meta.IsDNS1123Subdomain(s)) == 0 },
}

// normalFormat is how formats are looked up: date-time is datetime.
func normalFormat(f string) string { return strings.ReplaceAll(f, "-", "") }

// ParseDateTime reads a date-time.
func ParseDateTime(s string) (time.Time, error) {
	return time.Parse(time.RFC3339, strings.ToUpper(s))
}

var spans = regexp.MustCompile(`^(\d+)\s*([a-z]+)$`)

// units of durations in words.
var units = map[string]time.Duration{
	"ns": time.Nanosecond, "nano": time.Nanosecond, "us": time.Microsecond, "micro": time.Microsecond, "ms": time.Millisecond, "milli": time.Millisecond,
	"s": time.Second, "sec": time.Second, "second": time.Second, "m": time.Minute, "min": time.Minute, "minute": time.Minute,
	"h": time.Hour, "hr": time.Hour, "hour": time.Hour, "d": 24 * time.Hour, "day": 24 * time.Hour, "w": 168 * time.Hour, "wk": 168 * time.Hour, "week": 168 * time.Hour,
}

// ParseDuration reads a duration as Go writes it, or as a number and a word.
func ParseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err == nil {
		return d, nil
	}
	m := spans.FindStringSubmatch(s)
	if m == nil {
		return 0, err
	}
	unit, ok := units[m[2]]
	if !ok {
		unit, ok = units[strings.TrimSuffix(m[2], "s")]
	}
	n, perr := time.ParseDuration(m[1] + "ns")
	if !ok || perr != nil {
		return 0, err
	}
	return n * unit, nil
}

var label = regexp.MustCompile(`^([a-zA-Z0-9\p{S}\p{L}]([a-zA-Z0-9-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)$`)

func hostname(s string) bool {
	if len(s) > 255 || s == "" {
		return false
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	for part := range strings.SplitSeq(s, ".") {
		if !label.MatchString(part) {
			return false
		}
	}
	return true
}

func digits(s string) string { return strings.NewReplacer("-", "", " ", "").Replace(s) }

func isbn10(s string) bool {
	s = digits(s)
	if len(s) != 10 {
		return false
	}
	sum := 0
	for i, c := range s {
		switch {
		case c >= '0' && c <= '9':
			sum += (i + 1) * int(c-'0')
		case (c == 'X' || c == 'x') && i == 9:
			sum += 100
		default:
			return false
		}
	}
	return sum%11 == 0
}

func isbn13(s string) bool {
	s = digits(s)
	if len(s) != 13 {
		return false
	}
	sum := 0
	for i, c := range s {
		if c < '0' || c > '9' {
			return false
		}
		sum += int(c-'0') * (1 + i%2*2)
	}
	return sum%10 == 0
}

var card = regexp.MustCompile(`^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$`)

// creditCard checks the digits' sum.
func creditCard(s string) bool {
	s = digits(s)
	if !card.MatchString(s) {
		return false
	}
	sum := 0
	for i := range len(s) {
		n := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}
