// Package authz says who may do what. Three are asked in turn, and the first
// yes counts: members of system:masters may do everything; the node authorizer
// (node.go) knows what a node needs for the pods that run on it; RBAC (rbac.go)
// knows the roles and bindings. Nobody says no for good: what none allows is
// refused, with the reasons that each had.
//
// RBAC's index is kept by the changes that the cache applies (follow.go), so a
// decision decodes nothing and waits for nothing.
package authz

import (
	"context"
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
)

// Masters is the group that may do everything.
const Masters = "system:masters"

// The control plane's user names.
const (
	ControllerManager = "system:kube-controller-manager"
	Scheduler         = "system:kube-scheduler"
	Proxy             = "system:kube-proxy"
)

// Authorizer decides.
type Authorizer struct {
	// RBAC knows the roles and bindings.
	RBAC *RBAC
	// Nodes answers what runs on a node; nil leaves nodes to RBAC.
	Nodes NodeView
	// Lag, when set, makes a refusal wait for writes that were answered and are
	// not in the index yet: who has just bound a role may rely on it.
	Lag *Lag
}

// Decision is the answer to one question.
type Decision struct {
	// Allowed is the answer.
	Allowed bool
	by      grant  // what allows it, if that is a binding
	why     string // else the reason
}

// Reason is why it is allowed, or what there is to say about its not being
// allowed; it may be empty.
func (d *Decision) Reason() string {
	if d.by.bound != nil {
		return "RBAC: allowed by " + d.by.String()
	}
	return d.why
}

// Decide says whether u may do what i asks for.
func (a *Authorizer) Decide(ctx context.Context, u *authn.User, i *request.Info) Decision {
	if u.In(Masters) {
		return Decision{Allowed: true}
	}
	var seen int64
	if a.Lag != nil {
		seen = a.Lag.Cache.Revision()
	}
	d := a.decide(ctx, u, i)
	if !d.Allowed && a.Lag != nil && a.Lag.wait(ctx, seen) {
		return a.decide(ctx, u, i)
	}
	return d
}

func (a *Authorizer) decide(ctx context.Context, u *authn.User, i *request.Info) Decision {
	var node Decision
	if a.Nodes != nil {
		if node.Allowed, node.why = a.nodeMay(ctx, u, i); node.Allowed {
			return node
		}
	}
	d := a.RBAC.Decide(u, i)
	switch {
	case d.Allowed || node.why == "":
	case d.why == "":
		d.why = node.why
	default:
		d.why = node.why + "\n" + d.why
	}
	return d
}

// Forbidden is the answer to a request that is not allowed.
func Forbidden(u *authn.User, i *request.Info, why string) *status.Error {
	text := refusal(u, i)
	if why != "" {
		text += ": " + why
	}
	if !i.IsResource {
		e := status.Forbidden(status.Resource{}, "", text)
		e.Status.Message = "forbidden: " + text
		return e
	}
	name := i.Name
	if name == "" {
		name = i.SelectedName
	}
	return status.Forbidden(status.Resource{Group: i.Group, Name: i.Resource}, name, text)
}

// unmarked keeps what a client sent from being read as HTML.
var unmarked = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func refusal(u *authn.User, i *request.Info) string {
	return unmarked.Replace(sentence(u, i))
}

func sentence(u *authn.User, i *request.Info) string {
	if !i.IsResource {
		return fmt.Sprintf("User %q cannot %s path %q", u.Name, i.Verb, i.Path)
	}
	resource := i.Resource
	if i.Subresource != "" {
		resource += "/" + i.Subresource
	}
	s := fmt.Sprintf("User %q cannot %s resource %q in API group %q", u.Name, i.Verb, resource, i.Group)
	if i.Namespace == "" {
		return s + " at the cluster scope"
	}
	return s + fmt.Sprintf(" in the namespace %q", i.Namespace)
}
