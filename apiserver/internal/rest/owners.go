package rest

import (
	"strings"

	"github.com/pilothouse/pilothouse/proto/meta"
)

// singleOwners takes out of an object's owners those that are there already, and
// warns of them. admitted says that webhooks have had their word before.
func (c *call) singleOwners(m *meta.ObjectMeta, admitted bool) {
	if len(m.OwnerReferences) < 2 {
		return
	}
	owners, again := withoutRepeats(m.OwnerReferences)
	if len(again) == 0 {
		return
	}
	m.OwnerReferences = owners
	when := ""
	if admitted {
		when = " after mutating admission happens"
	}
	c.warn(".metadata.ownerReferences contains duplicate entries" + when + "; API server dedups owner references in 1.20+, " +
		"and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: " + strings.Join(again, ", "))
}

// ownerKey is an OwnerReference without pointers.
type ownerKey struct {
	apiVersion, kind, name string
	uid                    meta.UID
	controller, blocks     flag
}

// flag is a truth value that may be absent.
type flag struct{ given, value bool }

func flagOf(p *bool) flag {
	if p == nil {
		return flag{}
	}
	return flag{true, *p}
}

// withoutRepeats leaves out what is in the list already, and names what it left
// out. The list itself stays as it is.
func withoutRepeats(list []meta.OwnerReference) (out []meta.OwnerReference, again []string) {
	seen := make(map[ownerKey]bool, len(list))
	for i := range list {
		r := &list[i]
		o := ownerKey{r.APIVersion, r.Kind, r.Name, r.UID, flagOf(r.Controller), flagOf(r.BlockOwnerDeletion)}
		if seen[o] {
			again = append(again, string(r.UID))
			continue
		}
		seen[o] = true
		out = append(out, *r)
	}
	return out, again
}
