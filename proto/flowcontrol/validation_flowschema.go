package flowcontrol

import (
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

const (
	maxPrecedence = 10000
	// exempt is the schema, and the level, of requests that never wait.
	exempt = "exempt"
	// everything is the name that stands for all others.
	everything = "*"
)

// knownVerbs are in the order in which errors list them.
var knownVerbs = []string{"create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"}

// ValidateFlowSchema checks a schema that is created.
func ValidateFlowSchema(o *FlowSchema) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkSchema(&r, o.Name, &o.Spec, field.New("spec"))
	return r.Errors
}

// ValidateFlowSchemaUpdate checks a change.
func ValidateFlowSchemaUpdate(o, old *FlowSchema) field.ErrorList {
	var r field.Report
	checkSchema(&r, o.Name, &o.Spec, field.New("spec"))
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidateFlowSchemaStatusUpdate checks a change of the status.
func ValidateFlowSchemaStatusUpdate(o, old *FlowSchema) field.ErrorList {
	var r field.Report
	var types []string
	for _, c := range o.Status.Conditions {
		types = append(types, string(c.Type))
	}
	checkConditionTypes(&r, types)
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

func checkConditionTypes(r *field.Report, types []string) {
	again := field.Repeats(types)
	for i, t := range types {
		p := field.New("status", "conditions").Index(i).Child("type")
		if again(i) {
			r.Duplicate(p, t)
		}
		if t == "" {
			r.Required(p, "must not be empty")
		}
	}
}

func checkSchema(r *field.Report, name string, s *FlowSchemaSpec, p *field.Path) {
	precedence := p.Child("matchingPrecedence")
	switch n := s.MatchingPrecedence; {
	case n <= 0:
		r.Invalid(precedence, n, "must be a positive value")
	case n > maxPrecedence:
		r.Invalid(precedence, n, "must not be greater than 10000")
	case n == 1 && name != exempt:
		r.Invalid(precedence, n, "only the schema named 'exempt' may have matchingPrecedence 1")
	}
	methods := []FlowDistinguisherMethodType{FlowDistinguisherMethodByNamespaceType, FlowDistinguisherMethodByUserType}
	if m := s.DistinguisherMethod; m != nil && !slices.Contains(methods, m.Type) {
		r.Add(field.NotSupported(p.Child("distinguisherMethod", "type"), *m, methods))
	}
	level := p.Child("priorityLevelConfiguration", "name")
	if n := s.PriorityLevelConfiguration.Name; n == "" {
		r.Required(level, "must reference a priority level")
	} else {
		r.Each(level, n, meta.IsDNS1123Subdomain(n))
	}
	for i := range s.Rules {
		checkRules(r, &s.Rules[i], p.Child("rules").Index(i))
	}
}

func checkRules(r *field.Report, rules *PolicyRulesWithSubjects, p *field.Path) {
	if len(rules.Subjects) == 0 {
		r.Required(p.Child("subjects"), "subjects must contain at least one value")
	}
	for i := range rules.Subjects {
		checkSubject(r, &rules.Subjects[i], p.Child("subjects").Index(i))
	}
	if len(rules.ResourceRules) == 0 && len(rules.NonResourceRules) == 0 {
		r.Required(p, "at least one of resourceRules and nonResourceRules has to be non-empty")
	}
	for i := range rules.ResourceRules {
		checkResourceRule(r, &rules.ResourceRules[i], p.Child("resourceRules").Index(i))
	}
	for i := range rules.NonResourceRules {
		rule, p := &rules.NonResourceRules[i], p.Child("nonResourceRules").Index(i)
		checkVerbs(r, rule.Verbs, p.Child("verbs"))
		checkURLs(r, rule.NonResourceURLs, p.Child("nonResourceURLs"))
	}
}

func checkSubject(r *field.Report, s *Subject, p *field.Path) {
	user, group, account := p.Child("user"), p.Child("group"), p.Child("serviceAccount")
	switch s.Kind {
	case SubjectKindServiceAccount:
		checkAccount(r, s.ServiceAccount, account)
	case SubjectKindUser:
		if s.User == nil {
			r.Required(user, "user is required when subject kind is 'User'")
		} else if s.User.Name == "" {
			r.Required(user.Child("name"), "")
		}
	case SubjectKindGroup:
		if s.Group == nil {
			r.Required(group, "group is required when subject kind is 'Group'")
		} else if s.Group.Name == "" {
			r.Required(group.Child("name"), "")
		}
	default:
		r.Add(field.NotSupported(p.Child("kind"), s.Kind, []SubjectKind{SubjectKindGroup, SubjectKindServiceAccount, SubjectKindUser}))
		return
	}
	if s.ServiceAccount != nil && s.Kind != SubjectKindServiceAccount {
		r.Forbidden(account, "serviceAccount is forbidden when subject kind is not 'ServiceAccount'")
	}
	if s.User != nil && s.Kind != SubjectKindUser {
		r.Forbidden(user, "user is forbidden when subject kind is not 'User'")
	}
	if s.Group != nil && s.Kind != SubjectKindGroup {
		r.Forbidden(group, "group is forbidden when subject kind is not 'Group'")
	}
}

func checkAccount(r *field.Report, a *ServiceAccountSubject, p *field.Path) {
	if a == nil {
		r.Required(p, "serviceAccount is required when subject kind is 'ServiceAccount'")
		return
	}
	if a.Name == "" {
		r.Required(p.Child("name"), "")
	} else if a.Name != everything {
		r.Each(p.Child("name"), a.Name, meta.IsDNS1123Subdomain(a.Name))
	}
	if a.Namespace == "" {
		r.Required(p.Child("namespace"), "must specify namespace for service account")
	} else {
		r.Each(p.Child("namespace"), a.Namespace, meta.IsDNS1123Label(a.Namespace))
	}
}

func checkVerbs(r *field.Report, verbs []string, p *field.Path) {
	if len(verbs) == 0 {
		r.Required(p, "verbs must contain at least one value")
		return
	}
	if alone(r, verbs, "verbs", p) {
		return
	}
	for _, v := range verbs {
		if !slices.Contains(knownVerbs, v) {
			r.Add(field.NotSupported(p, verbs, knownVerbs))
			return
		}
	}
}

// alone says whether a list has *, which must stand alone then.
func alone(r *field.Report, list []string, what string, p *field.Path) bool {
	if !slices.Contains(list, everything) {
		return false
	}
	if len(list) > 1 {
		r.Invalid(p, list, "if '*' is present, must not specify other "+what)
	}
	return true
}

func checkResourceRule(r *field.Report, rule *ResourcePolicyRule, p *field.Path) {
	checkVerbs(r, rule.Verbs, p.Child("verbs"))
	if len(rule.APIGroups) == 0 {
		r.Required(p.Child("apiGroups"), "resource rules must supply at least one api group")
	}
	alone(r, rule.APIGroups, "api groups", p.Child("apiGroups"))
	if len(rule.Resources) == 0 {
		r.Required(p.Child("resources"), "resource rules must supply at least one resource")
	}
	alone(r, rule.Resources, "resources", p.Child("resources"))
	p = p.Child("namespaces")
	if len(rule.Namespaces) == 0 && !rule.ClusterScope {
		r.Required(p, "resource rules that are not cluster scoped must supply at least one namespace")
	}
	if alone(r, rule.Namespaces, "namespaces", p) {
		return
	}
	for i, n := range rule.Namespaces {
		for _, msg := range meta.IsDNS1123Label(n) {
			r.Invalid(p.Index(i), n, "each member of this list must be '*' or a DNS-1123 label; "+msg)
		}
	}
}

func checkURLs(r *field.Report, urls []string, p *field.Path) {
	if len(urls) == 0 {
		r.Required(p, "nonResourceURLs must contain at least one value")
	}
	if alone(r, urls, "non-resource URLs", p) {
		return
	}
	for i, u := range urls {
		if wrong := badURL(u); wrong != "" {
			r.Invalid(p.Index(i), u, wrong)
		}
	}
}

// badURL says what is wrong with a path, or nothing.
func badURL(u string) string {
	stars := strings.Count(u, everything)
	switch {
	case u == "":
		return "must not be empty"
	case u[0] != '/':
		return "must start with slash"
	case strings.Contains(u, " "):
		return "must not contain white-space"
	case strings.Contains(u, "//"):
		return "must not contain double slash"
	case stars > 1 || stars == 1 && !strings.HasSuffix(u, "/*"):
		return "wildcard can only do suffix matching"
	}
	return ""
}
