package defaults

import "github.com/pilothouse/pilothouse/proto/rbac"

// systemBindings say who has the roles for the whole cluster, but for the
// controllers'.
var systemBindings = []Binding{
	{Name: "cluster-admin", Role: "cluster-admin", Subjects: []rbac.Subject{group("system:masters")}},
	{Name: "system:basic-user", Role: "system:basic-user", Subjects: []rbac.Subject{group("system:authenticated")}},
	{Name: "system:discovery", Role: "system:discovery", Subjects: []rbac.Subject{group("system:authenticated")}},
	{Name: "system:kube-controller-manager", Role: "system:kube-controller-manager", Subjects: []rbac.Subject{user("system:kube-controller-manager")}},
	{Name: "system:kube-dns", Role: "system:kube-dns", Subjects: []rbac.Subject{account("kube-system", "kube-dns")}},
	{Name: "system:kube-scheduler", Role: "system:kube-scheduler", Subjects: []rbac.Subject{user("system:kube-scheduler")}},
	{Name: "system:monitoring", Role: "system:monitoring", Subjects: []rbac.Subject{group("system:monitoring")}},
	{Name: "system:node", Role: "system:node", Subjects: nil},
	{Name: "system:node-proxier", Role: "system:node-proxier", Subjects: []rbac.Subject{user("system:kube-proxy")}},
	{Name: "system:public-info-viewer", Role: "system:public-info-viewer", Subjects: []rbac.Subject{group("system:authenticated"), group("system:unauthenticated")}},
	{Name: "system:service-account-issuer-discovery", Role: "system:service-account-issuer-discovery", Subjects: []rbac.Subject{group("system:serviceaccounts")}},
	{Name: "system:volume-scheduler", Role: "system:volume-scheduler", Subjects: []rbac.Subject{user("system:kube-scheduler")}},
}

// namespacedBindings are those in the system's namespaces.
var namespacedBindings = []Binding{
	{Namespace: "kube-public", Name: "system:controller:bootstrap-signer", Role: "system:controller:bootstrap-signer", Subjects: []rbac.Subject{account("kube-system", "bootstrap-signer")}},
	{Namespace: "kube-system", Name: "system::extension-apiserver-authentication-reader", Role: "extension-apiserver-authentication-reader", Subjects: []rbac.Subject{user("system:kube-controller-manager"), user("system:kube-scheduler")}},
	{Namespace: "kube-system", Name: "system::leader-locking-kube-controller-manager", Role: "system::leader-locking-kube-controller-manager", Subjects: []rbac.Subject{user("system:kube-controller-manager"), account("kube-system", "kube-controller-manager"), account("kube-system", "leader-election-controller")}},
	{Namespace: "kube-system", Name: "system::leader-locking-kube-scheduler", Role: "system::leader-locking-kube-scheduler", Subjects: []rbac.Subject{user("system:kube-scheduler"), account("kube-system", "kube-scheduler")}},
	{Namespace: "kube-system", Name: "system:controller:bootstrap-signer", Role: "system:controller:bootstrap-signer", Subjects: []rbac.Subject{account("kube-system", "bootstrap-signer")}},
	{Namespace: "kube-system", Name: "system:controller:cloud-provider", Role: "system:controller:cloud-provider", Subjects: []rbac.Subject{account("kube-system", "cloud-provider")}},
	{Namespace: "kube-system", Name: "system:controller:token-cleaner", Role: "system:controller:token-cleaner", Subjects: []rbac.Subject{account("kube-system", "token-cleaner")}},
}
