package defaults

import "github.com/pilothouse/pilothouse/proto/rbac"

// ourRoles are those of daemons that other clusters bring roles of their own
// for. flanneld comes in as its node and keeps the node's firewall: it follows
// all nodes for their routes, and the pods, namespaces and policies for who may
// talk to whom.
var ourRoles = []Role{
	{Name: "system:flannel", Rules: []rbac.PolicyRule{
		on("core", "namespaces nodes pods", "get list watch"),
		on("networking.k8s.io", "networkpolicies", "get list watch"),
	}},
}

var ourBindings = []Binding{
	{Name: "system:flannel", Role: "system:flannel", Subjects: []rbac.Subject{group("system:nodes")}},
}
