package match

import (
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/admissionregistration"
)

func TestRule(t *testing.T) {
	type rule = admissionregistration.RuleWithOperations
	make := func(groups, versions, resources []string, op admissionregistration.OperationType, scope admissionregistration.ScopeType) *rule {
		return &rule{Operations: []admissionregistration.OperationType{op},
			Rule: admissionregistration.Rule{APIGroups: groups, APIVersions: versions, Resources: resources, Scope: &scope}}
	}
	all := []string{"*"}
	scale := &admission.Request{Operation: admission.Update, Resource: status.Resource{Group: "apps", Name: "deployments"}, Version: "v1", Subresource: "scale", Namespace: "ns"}
	pod := &admission.Request{Operation: admission.Create, Resource: status.Resource{Name: "pods"}, Version: "v1", Namespace: "ns"}
	space := &admission.Request{Operation: admission.Delete, Resource: status.Resource{Name: "namespaces"}, Version: "v1", Namespace: "ns", Name: "ns"}
	node := &admission.Request{Operation: admission.Update, Resource: status.Resource{Name: "nodes"}, Version: "v1"}
	for _, tt := range []struct {
		name string
		rule *rule
		r    *admission.Request
		want bool
	}{
		{"everything", make(all, all, []string{"*/*"}, "*", "*"), scale, true},
		{"no subresources", make(all, all, []string{"*"}, "*", "*"), scale, false},
		{"all of one", make(all, all, []string{"deployments/*"}, "*", "*"), scale, true},
		{"one of all", make(all, all, []string{"*/scale"}, "*", "*"), scale, true},
		{"another one", make(all, all, []string{"*/status"}, "*", "*"), scale, false},
		{"with all subresources, itself", make(all, all, []string{"pods/*"}, "*", "*"), pod, true},
		{"group", make([]string{"apps"}, all, []string{"*"}, "*", "*"), pod, false},
		{"core group", make([]string{""}, []string{"v1"}, []string{"pods"}, "CREATE", "*"), pod, true},
		{"version", make([]string{""}, []string{"v2"}, []string{"pods"}, "CREATE", "*"), pod, false},
		{"operation", make([]string{""}, []string{"v1"}, []string{"pods"}, "DELETE", "*"), pod, false},
		{"namespaced", make(all, all, all, "*", admissionregistration.NamespacedScope), pod, true},
		{"not cluster-wide", make(all, all, all, "*", admissionregistration.ClusterScope), pod, false},
		{"cluster-wide", make(all, all, all, "*", admissionregistration.ClusterScope), node, true},
		{"a namespace is cluster-wide", make(all, all, all, "*", admissionregistration.ClusterScope), space, true},
		{"a namespace is in none", make(all, all, all, "*", admissionregistration.NamespacedScope), space, false},
	} {
		if got := Rule(tt.rule, Of(tt.r), tt.r); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
