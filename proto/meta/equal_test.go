package meta

import (
	"strings"
	"testing"
	"time"
)

func TestEqual(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	elsewhere := now.In(time.FixedZone("x", 3600))
	one, same, two := int64(1), int64(1), int64(2)
	for _, tc := range []struct {
		name string
		a, b any
		want bool
	}{
		{"nil and empty list", ObjectMeta{}, ObjectMeta{Finalizers: []string{}}, true},
		{"nil and empty map", ObjectMeta{}, ObjectMeta{Labels: map[string]string{}}, true},
		{"other label", ObjectMeta{Labels: map[string]string{"a": "1"}}, ObjectMeta{Labels: map[string]string{"a": "2"}}, false},
		{"other key", ObjectMeta{Labels: map[string]string{"a": "1"}}, ObjectMeta{Labels: map[string]string{"b": "1"}}, false},
		{"same instant", ObjectMeta{CreationTimestamp: Time{now}}, ObjectMeta{CreationTimestamp: Time{elsewhere}}, true},
		{"other instant", &Time{now}, &Time{now.Add(time.Second)}, false},
		{"pointers to equals", &one, &same, true},
		{"pointers to others", &one, &two, false},
		{"nil and pointer", (*int64)(nil), &one, false},
		{"both nil", nil, nil, true},
		{"order", []string{"a", "b"}, []string{"b", "a"}, false},
	} {
		if got := Equal(tc.a, tc.b); got != tc.want {
			t.Errorf("%s: got %v", tc.name, got)
		}
	}
}

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
