package crd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/meta"
)

// finalizerWarnings tells of new finalizers whose names others may choose as well.
func finalizerWarnings(o, old meta.Object) (out []string) {
	var before []string
	if old != nil {
		before = old.GetObjectMeta().Finalizers
	}
	names := slices.Clone(o.GetObjectMeta().Finalizers)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if slices.Contains(before, name) || strings.Contains(name, "/") || name == meta.FinalizerOrphanDependents || name == meta.FinalizerDeleteDependents {
			continue
		}
		out = append(out, fmt.Sprintf("metadata.finalizers: %q: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers", name))
	}
	return out
}
