package crd

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/proto/apiextensions"
)

var kubeVersion = regexp.MustCompile(`^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$`)

// rank is how ripe a version's name says that it is: stability, major, minor.
func rank(name string) (r [3]int, ok bool) {
	m := kubeVersion.FindStringSubmatch(name)
	if m == nil {
		return r, false
	}
	r[0] = map[string]int{"": 2, "beta": 1, "alpha": 0}[m[2]]
	r[1], _ = strconv.Atoi(m[1])
	r[2], _ = strconv.Atoi(m[3])
	return r, true
}

// CompareVersions puts v2 before v1, v1 before v1beta1, and names of other forms
// last, in their own order.
func CompareVersions(a, b string) int {
	x, okX := rank(a)
	y, okY := rank(b)
	switch {
	case okX && okY:
		return slices.Compare(y[:], x[:])
	case okX:
		return -1
	case okY:
		return 1
	}
	return strings.Compare(a, b)
}

// newer is the version to use instead of a deprecated one: the ripest that is
// served, not deprecated and riper.
func newer(d *apiextensions.CustomResourceDefinition, name string) string {
	best := ""
	for i := range d.Spec.Versions {
		v := &d.Spec.Versions[i]
		if v.Served && !v.Deprecated && CompareVersions(v.Name, name) < 0 && (best == "" || CompareVersions(v.Name, best) < 0) {
			best = v.Name
		}
	}
	return best
}
