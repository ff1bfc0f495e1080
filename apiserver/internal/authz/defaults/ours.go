package defaults

import "github.com/pilothouse/pilothouse/proto/rbac"

// ourRoles are those of daemons that other clusters bring roles of their own
// for. flanneld comes in as its node and follows all nodes for their routes;
// the node authorizer shows a node only itself.
var ourRoles = []Role{
	{Name: "system:flannel", Rules: []rbac.PolicyRule{
		on("core", "nodes", "get list watch"),
	}},
}

var ourBindings = []Binding{
	{Name: "system:flannel", Role: "system:flannel", Subjects: []rbac.Subject{group("system:nodes")}},
}
