package resources

import "github.com/pilothouse/pilothouse/proto/meta"

// reviewResources are questions that are answered and not kept: who a token is,
// and what somebody may do.
func reviewResources() []*Resource {
	ask := func(apiVersion, name string) *Resource {
		r := Resource{Kind: named(apiVersion, name), Verbs: []string{"create"}}
		return kind[meta.Object]{}.on(r)
	}
	const authentication, authorization = "authentication.k8s.io/v1", "authorization.k8s.io/v1"
	return []*Resource{
		ask(authentication, "SelfSubjectReview"),
		ask(authentication, "TokenReview"),
		ask(authorization, "LocalSubjectAccessReview"),
		ask(authorization, "SelfSubjectAccessReview"),
		ask(authorization, "SelfSubjectRulesReview"),
		ask(authorization, "SubjectAccessReview"),
	}
}
