package apiserver

import (
	"context"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	"github.com/pilothouse/pilothouse/apiserver/internal/admission/policy"
	"github.com/pilothouse/pilothouse/apiserver/internal/admission/webhook"
	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
	"github.com/pilothouse/pilothouse/apiserver/internal/proxy"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
)

// admission is the chain that every write passes: the server's own steps, then
// what users have added.
func (d *process) admission(reach *proxy.Proxy) *admission.Chain {
	view := &match.View{Cache: d.cache, Authorizer: d.ask,
		Forms: func(r *admission.Request) []match.Form { return d.rest.Forms(r) },
		Kinds: func(apiVersion, kind string) *match.Stored { return d.rest.Kept(apiVersion, kind) }}
	policies := policy.New(view, d.ready, d.Log)
	mutators := policy.NewMutators(view, d.ready, d.Log)
	hooks := webhook.New(view, reach.ServiceHost, d.ready, d.Log)
	chain := admission.New(d.cache, d.authz)
	chain.AddAdmit(admission.Step{Name: "MutatingAdmissionPolicy", Look: mutators.Mutate})
	chain.AddAdmit(admission.Step{Name: "MutatingAdmissionWebhook", Look: hooks.Mutate})
	chain.AddCheck(admission.Step{Name: "ValidatingAdmissionPolicy", Look: policies.Validate})
	chain.AddCheck(admission.Step{Name: "ValidatingAdmissionWebhook", Look: hooks.Validate})
	d.metrics = append(d.metrics, chain, hooks)
	return chain
}

// ask lets expressions in webhooks and policies ask who may do what.
func (d *process) ask(ctx context.Context, u *authn.User, a cel.Access) cel.Decision {
	if a.Account[1] != "" {
		u = &authn.User{Name: authn.AccountUser(a.Account[0], a.Account[1]),
			Groups: []string{authn.AllAccounts, authn.AllAccounts + ":" + a.Account[0], authn.Authenticated}}
	}
	i := &request.Info{Verb: a.Verb, Path: a.Path}
	if a.Path == "" {
		i.IsResource, i.Version = true, "*"
		i.Group, i.Resource, i.Subresource, i.Namespace, i.Name = a.Group, a.Resource, a.Subresource, a.Namespace, a.Name
	}
	decision := d.authz.Decide(ctx, u, i)
	return cel.Decision{Allowed: decision.Allowed, Reason: decision.Reason()}
}
