package crd

import (
	"slices"
	"testing"

	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestCompareVersions(t *testing.T) {
	got := []string{"v1", "v10beta3", "foo1", "v2", "v12alpha1", "v11alpha2", "v10", "v3beta1", "foo10", "v11beta2", "v1beta1"}
	slices.SortFunc(got, CompareVersions)
	want := []string{"v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v1beta1", "v12alpha1", "v11alpha2", "foo1", "foo10"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func named(uid string, n apiextensions.CustomResourceDefinitionNames) *apiextensions.CustomResourceDefinition {
	d := &apiextensions.CustomResourceDefinition{Spec: apiextensions.CustomResourceDefinitionSpec{Group: "example.com", Names: n}}
	d.Name, d.UID = n.Plural+".example.com", meta.UID(uid)
	apiextensions.SetCustomResourceDefinitionDefaults(d)
	return d
}

func TestNames(t *testing.T) {
	first := named("1", apiextensions.CustomResourceDefinitionNames{Plural: "crontabs", Kind: "CronTab", ShortNames: []string{"ct"}})
	acceptNames(first, nil, meta.Now())
	if !first.Is(apiextensions.NamesAccepted) || !first.Is(apiextensions.Established) || first.Status.AcceptedNames.ListKind != "CronTabList" {
		t.Fatalf("names that nobody has are refused: %+v", first.Status)
	}
	for reason, n := range map[string]apiextensions.CustomResourceDefinitionNames{
		"PluralConflict":     {Plural: "ct", Kind: "A"},
		"SingularConflict":   {Plural: "a", Singular: "crontab", Kind: "A"},
		"ShortNamesConflict": {Plural: "a", Kind: "A", ShortNames: []string{"x", "crontabs"}},
		"KindConflict":       {Plural: "a", Singular: "a", Kind: "CronTab", ListKind: "AList"},
		"ListKindConflict":   {Plural: "a", Kind: "A", ListKind: "CronTab"},
	} {
		d := named("2", n)
		acceptNames(d, []*apiextensions.CustomResourceDefinition{first, d}, meta.Now())
		if c := d.Condition(apiextensions.NamesAccepted); c.Reason != reason || c.Status != apiextensions.ConditionFalse || d.Is(apiextensions.Established) {
			t.Errorf("%s: %+v", reason, d.Status.Conditions)
		}
	}
	// Who is served already keeps the old name until the new one is free.
	first.Spec.Names.ShortNames = []string{"taken"}
	other := named("3", apiextensions.CustomResourceDefinitionNames{Plural: "others", Kind: "Other", ShortNames: []string{"taken"}})
	acceptNames(other, nil, meta.Now())
	acceptNames(first, []*apiextensions.CustomResourceDefinition{other, first}, meta.Now())
	if !first.Is(apiextensions.Established) || first.Is(apiextensions.NamesAccepted) || !slices.Equal(first.Status.AcceptedNames.ShortNames, []string{"ct"}) {
		t.Errorf("a change to a taken name: %+v", first.Status)
	}
}

func TestWarnings(t *testing.T) {
	own := "go away"
	d := named("1", apiextensions.CustomResourceDefinitionNames{Plural: "crontabs", Kind: "CronTab"})
	d.Spec.Versions = []apiextensions.CustomResourceDefinitionVersion{
		{Name: "v1alpha1", Served: true, Deprecated: true}, {Name: "v1", Served: true, Storage: true}, {Name: "v1beta1", Served: true, Deprecated: true, DeprecationWarning: &own}}
	acceptNames(d, nil, meta.Now())
	served, _ := resourcesOf(d, nil)
	for i, want := range []string{"example.com/v1alpha1 CronTab is deprecated; use example.com/v1 CronTab", "", "go away"} {
		if served[i].Warning != want {
			t.Errorf("%s warns %q", served[i].Kind.Version, served[i].Warning)
		}
	}
}
