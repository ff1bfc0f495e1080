package authz

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/authz/defaults"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// Nodes is the group of the nodes' own users, which are named system:node:NAME.
const Nodes = "system:nodes"

const nodePrefix = "system:node:"

// NodeView tells what has to do with a node.
type NodeView interface {
	// Related says whether the object is one that the node needs for a pod that
	// is bound to it. resource is secrets, configmaps, serviceaccounts,
	// persistentvolumeclaims, persistentvolumes, volumeattachments or pods.
	Related(ctx context.Context, node, resource, namespace, name string) bool
}

// NodeName is the node whose user u is, if it is one.
func NodeName(u *authn.User) (string, bool) {
	if !strings.HasPrefix(u.Name, nodePrefix) || !u.In(Nodes) {
		return "", false
	}
	return u.Name[len(nodePrefix):], true
}

// nodeRules are asked for what is not looked at in detail.
var nodeRules = func() []rule {
	var out []rule
	for _, r := range defaults.NodeRules() {
		out = append(out, newRule(&r))
	}
	return out
}()

// nodeMay is what a node may do: read what its own pods need, write about
// itself, follow its own pods. Whether an object that it writes is its own is
// for admission to see, which knows the object.
func (a *Authorizer) nodeMay(ctx context.Context, u *authn.User, i *request.Info) (bool, string) {
	node, ok := NodeName(u)
	if !ok {
		return false, ""
	}
	if node == "" {
		return false, fmt.Sprintf("unknown node for user %q", u.Name)
	}
	n := nodeAsk{view: a.Nodes, node: node, ask: newAsk(i)}
	if i.IsResource {
		if decide := nodeResources[i.Group+"/"+i.Resource]; decide != nil {
			why, ok := decide(ctx, &n)
			return ok, why
		}
	}
	return slices.ContainsFunc(nodeRules, func(r rule) bool { return r.allows(&n.ask) }), ""
}

// nodeAsk is a node's request.
type nodeAsk struct {
	ask
	view NodeView
	node string
}

func (n *nodeAsk) is(verbs ...string) bool { return slices.Contains(verbs, n.Verb) }

// nodeResources are those looked at in detail, by group/resource.
var nodeResources map[string]func(context.Context, *nodeAsk) (why string, ok bool)

func init() {
	nodeResources = map[string]func(context.Context, *nodeAsk) (string, bool){
		"/secrets":                         nodeObject,
		"/configmaps":                      nodeObject,
		"/persistentvolumeclaims":          nodeClaim,
		"/persistentvolumes":               nodeGet,
		"storage.k8s.io/volumeattachments": nodeGet,
		"/serviceaccounts":                 nodeAccount,
		"coordination.k8s.io/leases":       nodeLease,
		"storage.k8s.io/csinodes":          nodeCSI,
		"/nodes":                           nodeNode,
		"/pods":                            nodePod,
	}
}

// related looks for a way from the node to the object.
func (n *nodeAsk) related(ctx context.Context) (string, bool) {
	if n.name == "" {
		return "No Object name found", false
	}
	if n.view.Related(ctx, n.node, n.Resource, n.Namespace, n.name) {
		return "", true
	}
	return fmt.Sprintf("no relationship found between node '%s' and this object", n.node), false
}

// nodeObject is reading, and following, one secret or config map.
func nodeObject(ctx context.Context, n *nodeAsk) (string, bool) {
	switch {
	case !n.is("get", "list", "watch"):
		return "can only read resources of this type", false
	case n.Subresource != "":
		return "cannot read subresource", false
	case n.Namespace == "":
		return "can only read namespaced object of this type", false
	}
	return n.related(ctx)
}

func nodeGet(ctx context.Context, n *nodeAsk) (string, bool) {
	switch {
	case n.Verb != "get":
		return "can only get individual resources of this type", false
	case n.Subresource != "":
		return "cannot get subresource", false
	}
	return n.related(ctx)
}

func nodeClaim(ctx context.Context, n *nodeAsk) (string, bool) {
	if n.Subresource != "status" {
		return nodeGet(ctx, n)
	}
	if !n.is("get", "update", "patch") {
		return "can only get/update/patch this type", false
	}
	return n.related(ctx)
}

func nodeAccount(ctx context.Context, n *nodeAsk) (string, bool) {
	if n.Verb != "create" || n.Subresource != "token" || n.name == "" {
		return "can only create tokens for individual service accounts", false
	}
	return n.related(ctx)
}

// nodeLeases is where nodes have their leases.
const nodeLeases = "kube-node-lease"

func nodeLease(_ context.Context, n *nodeAsk) (string, bool) {
	switch {
	case !n.is("get", "create", "update", "patch", "delete"):
		return "can only get, create, update, patch, or delete a node lease", false
	case n.Namespace != nodeLeases:
		return fmt.Sprintf("can only access leases in the %q system namespace", nodeLeases), false
	case n.Verb != "create" && n.name != n.node:
		return "can only access node lease with the same name as the requesting node", false
	}
	return "", true
}

func nodeCSI(_ context.Context, n *nodeAsk) (string, bool) {
	switch {
	case !n.is("get", "create", "update", "patch", "delete"):
		return "can only get, create, update, patch, or delete a CSINode", false
	case n.Subresource != "":
		return "cannot authorize CSINode subresources", false
	case n.Verb != "create" && n.name != n.node:
		return "can only access CSINode with the same name as the requesting node", false
	}
	return "", true
}

func nodeNode(_ context.Context, n *nodeAsk) (string, bool) {
	switch n.Subresource {
	case "":
		switch {
		case n.is("create", "update", "patch"):
			return "", true
		case !n.is("get", "list", "watch"):
			return "", false
		case n.name == n.node:
			return "", true
		case n.name == "":
			return fmt.Sprintf("node '%s' cannot read all nodes, only its own Node object", n.node), false
		}
		return fmt.Sprintf("node '%s' cannot read '%s', only its own Node object", n.node, n.name), false
	case "status":
		return "", n.is("update", "patch")
	}
	return "", false
}

func nodePod(ctx context.Context, n *nodeAsk) (string, bool) {
	switch n.Subresource {
	case "":
		switch n.Verb {
		case "get":
			return n.related(ctx)
		case "create", "delete":
			return "", true
		case "list", "watch":
			if f, err := selector.ParseFields(n.FieldSelector); err == nil {
				if on, ok := f.RequiresExact("spec.nodeName"); ok && on == n.node {
					return "", true
				}
			}
			return "can only list/watch pods with spec.nodeName field selector", false
		}
	case "status":
		return "", n.is("update", "patch")
	case "eviction":
		return "", n.Verb == "create"
	}
	return "", false
}
