package meta

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	long := func(n int) string { return strings.Repeat("a", n) }
	for _, tc := range []struct {
		name string
		rule NameCheck
		good []string
		bad  []string
	}{
		{"DNS label", IsDNS1123Label, []string{"a", "1", "a-b", long(63)}, []string{"", "-a", "a-", "A", "a_b", "a.b", "ä", long(64)}},
		{"DNS subdomain", IsDNS1123Subdomain, []string{"a", "a.b", "1.2", long(253)}, []string{"", ".", "a.", ".a", "a..b", "a.-b", "A.b", long(254)}},
		{"DNS-1035 label", IsDNS1035Label, []string{"a", "a1", "a-1"}, []string{"", "1a", "-a", "a-", "a.b", long(64)}},
		{"qualified name", IsQualifiedName, []string{"a", "A.b_c-d", "example.com/a", "1/1"}, []string{"", "/a", "a/", "a/b/c", "-a", "a b", "Example.com/a", long(64)}},
		{"label value", IsLabelValue, []string{"", "a", "A_b.c-1", long(63)}, []string{"-", "a b", "a/", "a-", long(64)}},
		{"port name", IsPortName, []string{"a", "http", "a-1", "1a"}, []string{"", "1", "-a", "a-", "a--b", "A", "sixteen-letters-"}},
		{"environment variable", IsEnvVarName, []string{"A", "a.b", "1", "-", "a b"}, []string{"", "a=b", "ä", "a\n"}},
		{"config key", IsConfigMapKey, []string{"a", ".a", "A_b.c-d"}, []string{"", ".", "..", "..a", "a/b", "a b"}},
		{"path segment", IsPathSegment, []string{"a", "A:b", "..."}, []string{".", "..", "a/b", "a%b"}},
		{"header", IsHTTPHeaderName, []string{"X-A", "a"}, []string{"", "a b", "a:"}},
	} {
		for _, s := range tc.good {
			if msgs := tc.rule(s); len(msgs) > 0 {
				t.Errorf("%s %q is refused: %v", tc.name, s, msgs)
			}
		}
		for _, s := range tc.bad {
			if len(tc.rule(s)) == 0 {
				t.Errorf("%s %q is taken", tc.name, s)
			}
		}
	}
}
