package defaults

import "github.com/pilothouse/pilothouse/proto/rbac"

// namespacedRoles are those for what lies in the system's namespaces.
var namespacedRoles = []Role{
	{Namespace: "kube-public", Name: "system:controller:bootstrap-signer", Rules: []rbac.PolicyRule{
		on("core", "configmaps", "get list watch"),
		on("core", "configmaps", "update", "cluster-info"),
		on("core events.k8s.io", "events", "create patch update"),
	}},
	{Namespace: "kube-system", Name: "extension-apiserver-authentication-reader", Rules: []rbac.PolicyRule{
		on("core", "configmaps", "get list watch", "extension-apiserver-authentication"),
	}},
	{Namespace: "kube-system", Name: "system::leader-locking-kube-controller-manager", Rules: []rbac.PolicyRule{
		on("core", "configmaps", "watch"),
		on("core", "configmaps", "get update", "kube-controller-manager"),
		on("coordination.k8s.io", "leases", "create get list update watch"),
		on("coordination.k8s.io", "leasecandidates", "create get list update watch"),
	}},
	{Namespace: "kube-system", Name: "system::leader-locking-kube-scheduler", Rules: []rbac.PolicyRule{
		on("core", "configmaps", "watch"),
		on("core", "configmaps", "get update", "kube-scheduler"),
		on("coordination.k8s.io", "leases", "create get list update watch"),
		on("coordination.k8s.io", "leasecandidates", "create get list update watch"),
	}},
	{Namespace: "kube-system", Name: "system:controller:bootstrap-signer", Rules: []rbac.PolicyRule{
		on("core", "secrets", "get list watch"),
	}},
	{Namespace: "kube-system", Name: "system:controller:cloud-provider", Rules: []rbac.PolicyRule{
		on("core", "configmaps", "create get list watch"),
	}},
	{Namespace: "kube-system", Name: "system:controller:token-cleaner", Rules: []rbac.PolicyRule{
		on("core", "secrets", "delete get list watch"),
		on("core events.k8s.io", "events", "create patch update"),
	}},
}
