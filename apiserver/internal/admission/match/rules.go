// Package match says which requests a webhook or a policy is for: by what is
// done to which resources (rules.go), by the labels of the namespace and of the
// object (selectors.go), and by conditions in CEL (conditions.go). The values that
// expressions see of a request are made in variables.go. What is configured is
// kept by Index, at no cost to requests while there is none.
package match

import (
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/proto/admissionregistration"
)

// Target is what a rule is held against: the request's own resource, or another
// one under which the same object is served.
type Target struct {
	Group, Version, Resource string
}

// Of is the request's own target.
func Of(r *admission.Request) Target { return Target{r.Resource.Group, r.Version, r.Resource.Name} }

// Rule says whether a rule names the target and what is done to it.
func Rule(rule *admissionregistration.RuleWithOperations, t Target, r *admission.Request) bool {
	return scope(rule.Scope, t, r) && operation(rule.Operations, r.Operation) &&
		anyOf(rule.APIGroups, t.Group) && anyOf(rule.APIVersions, t.Version) && resource(rule.Resources, t.Resource, r.Subresource)
}

func anyOf(list []string, s string) bool {
	return slices.ContainsFunc(list, func(x string) bool { return x == "*" || x == s })
}

func operation(list []admissionregistration.OperationType, op admission.Operation) bool {
	return slices.ContainsFunc(list, func(x admissionregistration.OperationType) bool {
		return x == admissionregistration.OperationAll || string(x) == string(op)
	})
}

// resource compares with forms such as pods, pods/*, */status and *.
func resource(list []string, name, sub string) bool {
	return slices.ContainsFunc(list, func(x string) bool {
		n, s, _ := strings.Cut(x, "/")
		return (n == "*" || n == name) && (s == "*" || s == sub)
	})
}

// scope: namespaces themselves are no part of a namespace.
func scope(want *admissionregistration.ScopeType, t Target, r *admission.Request) bool {
	if want == nil || *want == admissionregistration.AllScopes {
		return true
	}
	inside := r.Namespace != "" && (t.Resource != "namespaces" || t.Group != "")
	return inside == (*want == admissionregistration.NamespacedScope)
}

// configuring are the resources that decide what admission does: neither
// webhooks nor policies are asked about them, or a mistake could not be undone.
var configuring = []string{"validatingwebhookconfigurations", "mutatingwebhookconfigurations",
	"validatingadmissionpolicies", "validatingadmissionpolicybindings", "mutatingadmissionpolicies", "mutatingadmissionpolicybindings"}

// Exempt says whether the request is about what configures admission.
func Exempt(r *admission.Request) bool {
	return r.Resource.Group == "admissionregistration.k8s.io" && slices.Contains(configuring, r.Resource.Name)
}
