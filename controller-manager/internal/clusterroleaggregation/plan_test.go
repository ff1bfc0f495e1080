package clusterroleaggregation

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/rbac"
)

func role(name, label string, verbs ...string) *rbac.ClusterRole {
	r := &rbac.ClusterRole{}
	r.Name = name
	if label != "" {
		r.Labels = map[string]string{label: "true"}
	}
	for _, v := range verbs {
		r.Rules = append(r.Rules, rbac.PolicyRule{Verbs: []string{v}, APIGroups: []string{""}, Resources: []string{"pods"}})
	}
	return r
}

func TestPlan(t *testing.T) {
	all := role("all", "into-a")
	all.AggregationRule = &rbac.AggregationRule{ClusterRoleSelectors: []meta.LabelSelector{
		{MatchLabels: map[string]string{"into-a": "true"}}, {MatchLabels: map[string]string{"into-b": "true"}}}}
	others := []*rbac.ClusterRole{role("z", "into-a", "get", "list"), all, role("b", "into-b", "get", "watch"), role("m", "into-a", "create"), role("x", "", "delete")}
	got, err := plan(all, others)
	if err != nil || got == nil {
		t.Fatalf("%v, %v", got, err)
	}
	var verbs []string
	for _, r := range got.Rules {
		verbs = append(verbs, r.Verbs...)
	}
	if want := "[create get list watch]"; len(verbs) != 4 || verbs[0] != "create" || verbs[1] != "get" || verbs[3] != "watch" {
		t.Errorf("the rules are for %v, want %s", verbs, want)
	}
	if again, err := plan(got, others); again != nil || err != nil {
		t.Errorf("a second look writes %v, %v", again, err)
	}
	// What somebody has put in by hand goes.
	got.Rules = append(got.Rules, role("", "", "escalate").Rules...)
	if again, _ := plan(got, others); again == nil || len(again.Rules) != 4 {
		t.Errorf("a rule put in by hand stays: %v", again)
	}
	if next, _ := plan(others[0], others); next != nil {
		t.Errorf("a role that gathers nothing is written: %v", next)
	}
	all.AggregationRule.ClusterRoleSelectors[0].MatchExpressions = []meta.LabelSelectorRequirement{{Key: "a", Operator: "About"}}
	if _, err := plan(all, others); err == nil {
		t.Error("a selector that cannot be is taken")
	}
}
