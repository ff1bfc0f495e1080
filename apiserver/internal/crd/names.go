package crd

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/definition"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// taken are the names that the other definitions of a group have.
type taken struct{ resources, kinds map[string]bool }

func takenBy(others []*apiextensions.CustomResourceDefinition, d *apiextensions.CustomResourceDefinition) taken {
	t := taken{map[string]bool{}, map[string]bool{}}
	for _, o := range others {
		if o.Spec.Group != d.Spec.Group || o.UID == d.UID {
			continue
		}
		n := &o.Status.AcceptedNames
		for _, r := range append([]string{n.Plural, n.Singular}, n.ShortNames...) {
			t.resources[r] = true
		}
		t.kinds[n.Kind], t.kinds[n.ListKind] = true, true
	}
	delete(t.resources, "")
	delete(t.kinds, "")
	return t
}

// acceptNames gives d the names that are free, and says in its conditions how
// that went.
func acceptNames(d *apiextensions.CustomResourceDefinition, others []*apiextensions.CustomResourceDefinition, now meta.Time) {
	t := takenBy(others, d)
	want, have := &d.Spec.Names, &d.Status.AcceptedNames
	c := apiextensions.CustomResourceDefinitionCondition{Type: apiextensions.NamesAccepted, Status: apiextensions.ConditionTrue,
		Reason: "NoConflicts", Message: "no conflicts found"}
	refuse := func(reason, message string) {
		c.Status, c.Reason, c.Message = apiextensions.ConditionFalse, reason, message
	}
	one := func(want string, have *string, by map[string]bool, reason string) {
		if want != *have && by[want] {
			refuse(reason, fmt.Sprintf("%q is already in use", want))
			return
		}
		*have = want
	}
	one(want.Plural, &have.Plural, t.resources, "PluralConflict")
	one(want.Singular, &have.Singular, t.resources, "SingularConflict")
	if inUse := conflicts(want.ShortNames, have.ShortNames, t.resources); len(inUse) > 0 {
		refuse("ShortNamesConflict", strings.Join(inUse, ", "))
	} else {
		have.ShortNames = slices.Clone(want.ShortNames)
	}
	one(want.Kind, &have.Kind, t.kinds, "KindConflict")
	one(want.ListKind, &have.ListKind, t.kinds, "ListKindConflict")
	have.Categories = slices.Clone(want.Categories)
	d.SetCondition(c, now)
	establish(d, c.Status == apiextensions.ConditionTrue, now)
	noteApproval(d, now)
}

// conflicts says which new short names belong to others.
func conflicts(want, have []string, by map[string]bool) []string {
	found := map[string]bool{}
	for _, s := range want {
		if !slices.Contains(have, s) && by[s] {
			found[fmt.Sprintf("%q is already in use", s)] = true
		}
	}
	out := slices.Sorted(maps.Keys(found))
	if len(out) > 1 {
		return []string{"[" + strings.Join(out, ", ") + "]"}
	}
	return out
}

// establish says that the resource is served from now on. Once it is, it stays.
func establish(d *apiextensions.CustomResourceDefinition, accepted bool, now meta.Time) {
	if d.Is(apiextensions.Established) {
		return
	}
	c := apiextensions.CustomResourceDefinitionCondition{Type: apiextensions.Established, Status: apiextensions.ConditionFalse,
		Reason: "NotAccepted", Message: "not all names are accepted"}
	if accepted {
		c.Status, c.Reason, c.Message = apiextensions.ConditionTrue, "InitialNamesAccepted", "the initial names have been accepted"
	}
	d.SetCondition(c, now)
}

// noteApproval says whether a resource in a protected group was approved.
func noteApproval(d *apiextensions.CustomResourceDefinition, now meta.Time) {
	if !definition.Protected(d.Spec.Group) {
		return
	}
	value := d.Annotations[apiextensions.ApprovedAnnotation]
	c := apiextensions.CustomResourceDefinitionCondition{Type: apiextensions.KubernetesAPIApprovalPolicyConformant, Status: apiextensions.ConditionFalse}
	switch definition.Approved(value) {
	case "approved":
		c.Status, c.Reason, c.Message = apiextensions.ConditionTrue, "ApprovedAnnotation", "approved in "+value
	case "unapproved":
		c.Reason, c.Message = "UnapprovedAnnotation", fmt.Sprintf("not approved: %q", value)
	default:
		if value == "" {
			c.Reason, c.Message = "MissingAnnotation", fmt.Sprintf(`protected groups must have approval annotation %q, see https://github.com/kubernetes/enhancements/pull/1111`, apiextensions.ApprovedAnnotation)
		} else {
			c.Reason, c.Message = "InvalidAnnotation", fmt.Sprintf(`protected groups must have approval annotation %q with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111`, apiextensions.ApprovedAnnotation)
		}
	}
	d.SetCondition(c, now)
}
