// Package authz says who may do what. It knows the system's own components by
// name and group; everybody else may look at what the API offers (discovery),
// and nobody who has not proved who they are may do more than ask for health
// and version.
//
// The rules are data (rules.go) except for nodes, whose rights depend on the
// pods that run on them (node.go).
package authz

import (
	"context"
	"fmt"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
)

// Masters is the group that may do everything.
const Masters = "system:masters"

// Authorizer decides.
type Authorizer struct {
	// Nodes answers what runs on a node.
	Nodes NodeView
}

// Allowed says whether u may do what i asks for. When not, why is the reason
// in the words of the Status.
func (a *Authorizer) Allowed(ctx context.Context, u *authn.User, i *request.Info) (ok bool, why string) {
	if u.In(Masters) || anyRule(u, i) {
		return true, ""
	}
	if u.In(Nodes) && a.nodeMay(ctx, u, i) {
		return true, ""
	}
	return false, refusal(u, i)
}

// refusal is what the user is told.
func refusal(u *authn.User, i *request.Info) string {
	if !i.IsResource {
		return fmt.Sprintf("User %q cannot %s path %q", u.Name, i.Verb, i.Path)
	}
	resource := i.Resource
	if i.Subresource != "" {
		resource += "/" + i.Subresource
	}
	s := fmt.Sprintf("User %q cannot %s resource %q in API group %q", u.Name, i.Verb, resource, i.Group)
	if i.Namespace == "" || i.Resource == "namespaces" {
		return s + " at the cluster scope"
	}
	return s + fmt.Sprintf(" in the namespace %q", i.Namespace)
}
