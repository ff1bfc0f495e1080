package admissionregistration

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// webhook is what the two kinds of webhooks have in common.
type webhook struct {
	name                       string
	client                     *WebhookClientConfig
	rules                      []RuleWithOperations
	failure                    *FailurePolicyType
	match                      *MatchPolicyType
	namespaceSelector, objects *meta.LabelSelector
	sideEffects                *SideEffectClass
	timeout                    *int32
	versions                   []string
	conditions                 []MatchCondition
	reinvocation               *ReinvocationPolicyType
}

func mutating(list []MutatingWebhook) []webhook {
	var out []webhook
	for i := range list {
		h := &list[i]
		out = append(out, webhook{h.Name, &h.ClientConfig, h.Rules, h.FailurePolicy, h.MatchPolicy, h.NamespaceSelector, h.ObjectSelector,
			h.SideEffects, h.TimeoutSeconds, h.AdmissionReviewVersions, h.MatchConditions, h.ReinvocationPolicy})
	}
	return out
}

func validating(list []ValidatingWebhook) []webhook {
	var out []webhook
	for i := range list {
		h := &list[i]
		out = append(out, webhook{h.Name, &h.ClientConfig, h.Rules, h.FailurePolicy, h.MatchPolicy, h.NamespaceSelector, h.ObjectSelector,
			h.SideEffects, h.TimeoutSeconds, h.AdmissionReviewVersions, h.MatchConditions, nil})
	}
	return out
}

// ValidateMutatingWebhookConfiguration checks a configuration that is created.
func ValidateMutatingWebhookConfiguration(o *MutatingWebhookConfiguration) field.ErrorList {
	var r field.Report
	meta.ValidatePlainMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkWebhooks(&r, mutating(o.Webhooks), nil)
	return r.Errors
}

// ValidateMutatingWebhookConfigurationUpdate checks a change.
func ValidateMutatingWebhookConfigurationUpdate(o, old *MutatingWebhookConfiguration) field.ErrorList {
	var r field.Report
	checkWebhooks(&r, mutating(o.Webhooks), mutating(old.Webhooks))
	meta.ValidatePlainMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidateValidatingWebhookConfiguration checks a configuration that is created.
func ValidateValidatingWebhookConfiguration(o *ValidatingWebhookConfiguration) field.ErrorList {
	var r field.Report
	meta.ValidatePlainMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkWebhooks(&r, validating(o.Webhooks), nil)
	return r.Errors
}

// ValidateValidatingWebhookConfigurationUpdate checks a change.
func ValidateValidatingWebhookConfigurationUpdate(o, old *ValidatingWebhookConfiguration) field.ErrorList {
	var r field.Report
	checkWebhooks(&r, validating(o.Webhooks), validating(old.Webhooks))
	meta.ValidatePlainMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

func checkWebhooks(r *field.Report, hooks, old []webhook) {
	stored := map[string]bool{}
	for _, h := range old {
		for _, c := range h.conditions {
			stored[c.Expression] = true
		}
	}
	// Conditions are looked at again only when one of them has changed.
	same := old != nil && slices.EqualFunc(hooks, old, func(a, b webhook) bool { return slices.Equal(a.conditions, b.conditions) })
	names := map[string]bool{}
	for i := range hooks {
		h, p := &hooks[i], field.New("webhooks").Index(i)
		checkWebhook(r, h, p)
		if !same {
			checkConditions(r, h.conditions, false, stored, p.Child("matchConditions"))
		}
		checkVersions(r, h.versions, p.Child("admissionReviewVersions"))
		if h.name != "" && names[h.name] {
			r.Duplicate(p.Child("name"), h.name)
		}
		names[h.name] = true
	}
}

// oneOf wants nothing, or one of a few values; an empty one is not missing but
// wrong.
func oneOf[T ~string](r *field.Report, p *field.Path, value *T, allowed ...T) {
	if value != nil && !slices.Contains(allowed, *value) {
		r.Add(field.NotSupported(p, *value, allowed))
	}
}

func checkWebhook(r *field.Report, h *webhook, p *field.Path) {
	checkFullName(r, h.name, p.Child("name"))
	for i := range h.rules {
		checkRule(r, &h.rules[i], p.Child("rules").Index(i))
	}
	oneOf(r, p.Child("failurePolicy"), h.failure, Fail, Ignore)
	oneOf(r, p.Child("matchPolicy"), h.match, Equivalent, Exact)
	if h.sideEffects == nil {
		r.Required(p.Child("sideEffects"), "must specify one of None, NoneOnDryRun")
	}
	oneOf(r, p.Child("sideEffects"), h.sideEffects, SideEffectClassNone, SideEffectClassNoneOnDryRun)
	if t := h.timeout; t != nil && (*t < 1 || *t > 30) {
		r.Invalid(p.Child("timeoutSeconds"), *t, "the timeout value must be between 1 and 30 seconds")
	}
	meta.ValidateLabelSelector(r, h.namespaceSelector, p.Child("namespaceSelector"))
	meta.ValidateLabelSelector(r, h.objects, p.Child("objectSelector"))
	oneOf(r, p.Child("reinvocationPolicy"), h.reinvocation, IfNeededReinvocationPolicy, NeverReinvocationPolicy)
	c, p := h.client, p.Child("clientConfig")
	switch {
	case (c.URL == nil) == (c.Service == nil):
		r.Required(p, "exactly one of url or service is required")
	case c.URL != nil:
		CheckURL(r, *c.URL, p.Child("url"))
	default:
		CheckService(r, c.Service, p.Child("service"))
	}
}

// checkFullName wants a DNS name of three labels or more.
func checkFullName(r *field.Report, name string, p *field.Path) {
	if name == "" {
		r.Required(p, "")
	} else if errs := meta.IsDNS1123Subdomain(name); len(errs) > 0 {
		r.Invalid(p, name, strings.Join(errs, ","))
	} else if strings.Count(name, ".") < 2 {
		r.Invalid(p, name, "should be a domain with at least three segments separated by dots")
	}
}

// reviewVersions are those that the server speaks.
var reviewVersions = []string{"v1", "v1beta1"}

func checkVersions(r *field.Report, versions []string, p *field.Path) {
	known := strings.Join(reviewVersions, ", ")
	if len(versions) == 0 {
		r.Required(p, "must specify one of "+known)
		return
	}
	again := field.Repeats(versions)
	for i, v := range versions {
		if again(i) {
			r.Invalid(p.Index(i), v, "duplicate version")
			continue
		}
		r.Each(p.Index(i), v, meta.IsDNS1035Label(v))
	}
	if !slices.ContainsFunc(versions, func(v string) bool { return slices.Contains(reviewVersions, v) }) {
		r.Invalid(p, versions, "must include at least one of "+known)
	}
}

// CheckURL checks where a webhook is: https, and nothing but host and path.
func CheckURL(r *field.Report, text string, p *field.Path) {
	const form = "; desired format: https://host[/path]"
	u, err := url.Parse(text)
	if err != nil {
		r.Required(p, "url must be a valid URL: "+err.Error()+form)
		return
	}
	if u.Scheme != "https" {
		r.Invalid(p, u.Scheme, "'https' is the only allowed URL scheme"+form)
	}
	if u.Host == "" {
		r.Invalid(p, u.Host, "host must be specified"+form)
	}
	if u.User != nil {
		r.Invalid(p, u.User.String(), "user information is not permitted in the URL")
	}
	if u.Fragment != "" {
		r.Invalid(p, u.Fragment, "fragments are not permitted in the URL")
	}
	if u.RawQuery != "" {
		r.Invalid(p, u.RawQuery, "query parameters are not permitted in the URL")
	}
}

// CheckService checks the service that a webhook is reached by.
func CheckService(r *field.Report, s *ServiceReference, p *field.Path) {
	// Each of the two is told of in the place of the other, as clients have
	// always seen it.
	if s.Namespace == "" {
		r.Required(p.Child("name"), "service name is required")
	}
	if s.Name == "" {
		r.Required(p.Child("namespace"), "service namespace is required")
	}
	if s.Port != nil {
		if errs := meta.IsPortNumber(int(*s.Port)); len(errs) > 0 {
			r.Invalid(p.Child("port"), *s.Port, "port is not valid: "+strings.Join(errs, ", "))
		}
	}
	if s.Path != nil && *s.Path != "" && *s.Path != "/" {
		checkServicePath(r, *s.Path, p.Child("path"))
	}
}

func checkServicePath(r *field.Report, path string, p *field.Path) {
	if path == "//" {
		r.Invalid(p, path, "segment[0] may not be empty")
		return
	}
	if path[0] != '/' {
		r.Invalid(p, path, "must start with a '/'")
	}
	for i, s := range strings.Split(strings.TrimSuffix(path[1:], "/"), "/") {
		if s == "" {
			r.Invalid(p, path, fmt.Sprintf("segment[%d] may not be empty", i))
			continue
		}
		for _, msg := range meta.IsDNS1123Subdomain(s) {
			r.Invalid(p, path, fmt.Sprintf("segment[%d]: %s", i, msg))
		}
	}
}
