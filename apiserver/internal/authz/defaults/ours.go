package defaults

import "github.com/pilothouse/pilothouse/proto/rbac"

// ourRoles are those of daemons that other clusters bring roles of their own
// for. flanneld comes in as its node and follows all nodes for their routes;
// the node authorizer shows a node only itself. Who may look at pods may see what
// they use, by a role of the name that metrics-server's own has.
var ourRoles = []Role{
	{Name: "system:flannel", Rules: []rbac.PolicyRule{
		on("core", "nodes", "get list watch"),
	}},
	{Name: "system:aggregated-metrics-reader", Into: "view", Rules: []rbac.PolicyRule{
		on("metrics.k8s.io", "pods nodes", "get list watch"),
	}},
}

var ourBindings = []Binding{
	{Name: "system:flannel", Role: "system:flannel", Subjects: []rbac.Subject{group("system:nodes")}},
}
