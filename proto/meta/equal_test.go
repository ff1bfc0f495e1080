package meta

import (
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
		{"bytes", RawExtension{Raw: []byte("ab")}, RawExtension{Raw: []byte("ab")}, true},
		{"other bytes", RawExtension{Raw: []byte("ab")}, RawExtension{Raw: []byte("ac")}, false},
		{"order", []string{"a", "b"}, []string{"b", "a"}, false},
	} {
		if got := Equal(tc.a, tc.b); got != tc.want {
			t.Errorf("%s: got %v", tc.name, got)
		}
	}
}
