package rest

import (
	"context"
	"net/http"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/authz"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/authorization"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// reviewed reads a review out of the request, checks it, lets admission see it
// and says whether it is only a rehearsal.
func (c *call) reviewed(check func(meta.Object) field.ErrorList) (meta.Object, error) {
	obj, o, err := c.sent(c.res.Kind)
	if err != nil {
		return nil, err
	}
	if err := c.place(obj.GetObjectMeta()); err != nil {
		return nil, err
	}
	m := obj.GetObjectMeta()
	m.ManagedFields, m.DeletionTimestamp, m.DeletionGracePeriodSeconds = nil, nil, nil
	m.UID, m.CreationTimestamp, m.SelfLink = "", meta.Time{}, ""
	if err := c.admitSent(obj, c.res.Kind, o); err != nil {
		return nil, err
	}
	if errs := check(obj); len(errs) > 0 {
		// The kind is left out of these refusals, as clients have always known them.
		return nil, status.Invalid(c.res.Kind.Group, "", "", errs)
	}
	return obj, nil
}

// accessReview answers whether somebody may do something.
func (c *call) accessReview() error {
	obj, err := c.reviewed(validateAccessReview)
	if err != nil {
		return err
	}
	ctx := c.r.Context()
	switch r := obj.(type) {
	case *authorization.SelfSubjectAccessReview:
		r.Status = c.access(ctx, c.user, r.Spec.ResourceAttributes, r.Spec.NonResourceAttributes)
	case *authorization.SubjectAccessReview:
		r.Status = c.access(ctx, subject(&r.Spec), r.Spec.ResourceAttributes, r.Spec.NonResourceAttributes)
	case *authorization.LocalSubjectAccessReview:
		r.Status = c.access(ctx, subject(&r.Spec), r.Spec.ResourceAttributes, r.Spec.NonResourceAttributes)
	}
	return c.answerAny(http.StatusCreated, obj)
}

// subject is the user that a review asks about.
func subject(s *authorization.SubjectAccessReviewSpec) *authn.User {
	u := &authn.User{Name: s.User, UID: s.UID, Groups: s.Groups}
	for k, v := range s.Extra {
		if u.Extra == nil {
			u.Extra = map[string][]string{}
		}
		u.Extra[strings.ToLower(k)] = v
	}
	return u
}

// access decides as for a request.
func (c *call) access(ctx context.Context, u *authn.User, a *authorization.ResourceAttributes, n *authorization.NonResourceAttributes) authorization.SubjectAccessReviewStatus {
	var s authorization.SubjectAccessReviewStatus
	var i request.Info
	if a != nil {
		i = request.Info{IsResource: true, Verb: a.Verb, Group: a.Group, Version: a.Version, Resource: a.Resource,
			Subresource: a.Subresource, Namespace: a.Namespace, Name: a.Name}
		var ignored []string
		if f := a.FieldSelector; f != nil {
			i.FieldSelector = fieldSelector(f)
			if _, err := selector.ParseFields(i.FieldSelector); err != nil {
				i.FieldSelector = ""
				ignored = append(ignored, "spec.resourceAttributes.fieldSelector ignored due to parse error")
			} else if n := unreadFields(f); n > 0 {
				ignored = append(ignored, "spec.resourceAttributes.fieldSelector "+howMuch(n, len(f.Requirements))+" due to parse error")
			}
		}
		if l := a.LabelSelector; l != nil && l.RawSelector != "" {
			if _, err := selector.ParseLabels(l.RawSelector); err != nil {
				ignored = append(ignored, "spec.resourceAttributes.labelSelector ignored due to parse error")
			}
		} else if l != nil {
			if n := unreadLabels(l); n > 0 {
				ignored = append(ignored, "spec.resourceAttributes.labelSelector "+howMuch(n, len(l.Requirements))+" due to parse error")
			}
		}
		s.EvaluationError = strings.Join(ignored, "; ")
	} else {
		i = request.Info{Verb: n.Verb, Path: n.Path}
	}
	d := c.Authz.Decide(ctx, u, &i)
	s.Allowed, s.Reason = d.Allowed, d.Reason()
	return s
}

// fieldSelector is the selector of a review as a query writes it. Requirements
// that a query cannot write limit the request further, so leaving them out
// never allows more.
func fieldSelector(f *authorization.FieldSelectorAttributes) string {
	if f.RawSelector != "" {
		return f.RawSelector
	}
	var parts []string
	for _, r := range f.Requirements {
		switch {
		case len(r.Values) != 1:
		case r.Operator == "In":
			parts = append(parts, r.Key+"="+selector.EscapeFieldValue(r.Values[0]))
		case r.Operator == "NotIn":
			parts = append(parts, r.Key+"!="+selector.EscapeFieldValue(r.Values[0]))
		}
	}
	return strings.Join(parts, ",")
}

// unreadFields counts the requirements that no selector of fields can have.
func unreadFields(f *authorization.FieldSelectorAttributes) (n int) {
	for _, r := range f.Requirements {
		if r.Operator != "In" && r.Operator != "NotIn" || len(r.Values) != 1 {
			n++
		}
	}
	return n
}

// unreadLabels counts the requirements whose operator is unknown.
func unreadLabels(l *authorization.LabelSelectorAttributes) (n int) {
	for _, r := range l.Requirements {
		switch r.Operator {
		case "In", "NotIn", "Exists", "DoesNotExist":
		default:
			n++
		}
	}
	return n
}

// howMuch says whether all of a selector is ignored.
func howMuch(n, of int) string {
	if n < of {
		return "partially ignored"
	}
	return "ignored"
}

// rulesReview answers what the caller may do in a namespace.
func (c *call) rulesReview() error {
	obj, err := c.reviewed(func(meta.Object) field.ErrorList { return nil })
	if err != nil {
		return err
	}
	r := obj.(*authorization.SelfSubjectRulesReview)
	if r.Spec.Namespace == "" {
		return status.BadRequest("no namespace on request")
	}
	rules, missing := c.Authz.RBAC.RulesFor(c.user, r.Spec.Namespace)
	out := authorization.SubjectRulesReviewStatus{ResourceRules: []authorization.ResourceRule{}, NonResourceRules: []authorization.NonResourceRule{}}
	for _, rule := range rules {
		if len(rule.Resources) > 0 {
			out.ResourceRules = append(out.ResourceRules, authorization.ResourceRule{Verbs: rule.Verbs, APIGroups: rule.APIGroups,
				Resources: rule.Resources, ResourceNames: rule.ResourceNames})
		}
		if len(rule.NonResourceURLs) > 0 {
			out.NonResourceRules = append(out.NonResourceRules, authorization.NonResourceRule{Verbs: rule.Verbs, NonResourceURLs: rule.NonResourceURLs})
		}
	}
	var errs []string
	if _, ok := authz.NodeName(c.user); ok {
		// What a node may do depends on its pods.
		out.Incomplete, errs = true, []string{"node authorizer does not support user rule resolution"}
	}
	for _, m := range missing {
		errs = append(errs, m.String())
	}
	out.EvaluationError = authz.Aggregate(errs)
	r.Spec.Namespace, r.Status = "", out
	return c.answerAny(http.StatusCreated, r)
}
