package authz

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
)

// Nodes is the group of the nodes' own users, which are named system:node:NAME.
const Nodes = "system:nodes"

const nodePrefix = "system:node:"

// NodeView tells what runs on a node.
type NodeView interface {
	// OnNode says whether the pod is bound to the node.
	OnNode(ctx context.Context, node, namespace, pod string) bool
	// Uses says whether a pod on the node refers to that secret, config map or
	// service account; resource is the plural.
	Uses(ctx context.Context, node, resource, namespace, name string) bool
}

// NodeName is the node whose user u is, if it is one.
func NodeName(u *authn.User) (string, bool) {
	if !u.In(Nodes) {
		return "", false
	}
	return strings.CutPrefix(u.Name, nodePrefix)
}

// nodeReads is what kubelets, proxies and flannel follow as a whole.
var nodeReads = []string{"pods", "services", "endpoints", "endpointslices", "nodes", "namespaces", "networkpolicies",
	"persistentvolumes", "persistentvolumeclaims", "runtimeclasses", "csidrivers", "csinodes", "volumeattachments"}

// nodeMay is what a node may do: follow what it needs to run and connect pods,
// write about itself, and read the secrets of its own pods. Whether an object
// it creates is its own is for admission to see.
func (a *Authorizer) nodeMay(ctx context.Context, u *authn.User, i *request.Info) bool {
	node, ok := NodeName(u)
	if !ok || !i.IsResource {
		return false
	}
	reads, writes := slices.Contains(read, i.Verb), slices.Contains(write, i.Verb)
	resource := i.Resource
	if i.Subresource != "" {
		resource += "/" + i.Subresource
	}
	switch resource {
	case "secrets", "configmaps", "serviceaccounts":
		name := cmp.Or(i.Name, i.SelectedName)
		return reads && name != "" && a.Nodes.Uses(ctx, node, resource, i.Namespace, name)
	case "nodes":
		return reads || i.Verb == "create" || writes && i.Name == node
	case "nodes/status":
		return i.Name == node && (reads || writes)
	case "leases":
		return i.Namespace == "kube-node-lease" && (i.Verb == "create" || i.Name == node && (reads || writes || i.Verb == "delete"))
	case "events":
		return writes
	case "pods":
		return reads || i.Verb == "create" || i.Verb == "delete" && a.Nodes.OnNode(ctx, node, i.Namespace, i.Name)
	case "pods/status", "pods/eviction":
		return (reads || writes) && a.Nodes.OnNode(ctx, node, i.Namespace, i.Name)
	case "serviceaccounts/token":
		return i.Verb == "create" && a.Nodes.Uses(ctx, node, "serviceaccounts", i.Namespace, i.Name)
	}
	return reads && slices.Contains(nodeReads, resource)
}
