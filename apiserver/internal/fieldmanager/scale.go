package fieldmanager

import (
	"fmt"

	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/merge"
)

// scale is the subresource through which an object's size alone is written. Its
// entries stand among the object's, and carry no time.
const scale = "scale"

// Size is a size that somebody applies to an object through its scale.
type Size struct {
	// Without and With are an empty object as it is, and with a size: what they
	// differ in is where the kind keeps it.
	Without, With []byte
	// Given says that there is a size in the configuration, Same that the object
	// has it already.
	Given, Same bool
	// Force takes the size over from others.
	Force bool
}

// scaleVersion is what conflicts about a size name as its version.
const scaleVersion = "autoscaling/v1"

// replicas is where a Scale has the size, whatever the object calls it.
var replicas = fieldpath.MakePathOrDie("spec", "replicas")

// ApplySize is the managedFields of an object whose size is applied. The error
// is a *Conflict when others own it.
func (k *Kind) ApplySize(w Writer, s Size, managed Managed) (Managed, error) {
	t := newTree()
	defer t.free()
	entries, err := t.read(managed)
	if err != nil {
		return nil, fmt.Errorf("failed to decode managed fields: %v", err)
	}
	c, err := t.compare(k.shape(), string(s.Without), string(s.With))
	if err != nil {
		return nil, err
	}
	self := entry{manager: w.Manager, operation: apply, apiVersion: k.version, subresource: scale, set: c.set}
	out := entries[:0]
	var conflicts merge.Conflicts
	for _, e := range entries {
		if e.same(&self) {
			continue
		}
		if s.Given && !s.Same && e.apiVersion == k.version && t.subtract(e.set, t, c.set, false) {
			of := e
			of.apiVersion = scaleVersion
			conflicts = append(conflicts, merge.Conflict{Manager: of.identifier(), Path: replicas})
			e.raw = nil
		}
		if !t.empty(e.set) {
			out = append(out, e)
		}
	}
	if len(conflicts) > 0 && !s.Force {
		return nil, newConflict(conflicts)
	}
	if s.Given {
		out = append(out, self)
	}
	return t.write(out), nil
}

// Check says what of a configuration does not fit the kind.
func (k *Kind) Check(c Config) error {
	if _, err := k.typed(c.JSON); err != nil {
		return fmt.Errorf("failed to create typed patch object (%s): %v", k.describe(c.Namespace, c.Name), err)
	}
	return nil
}
