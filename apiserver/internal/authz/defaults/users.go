package defaults

import "github.com/pilothouse/pilothouse/proto/rbac"

// userRoles are those that administrators hand out.
var userRoles = []Role{
	{Name: "admin", Gathers: true},
	{Name: "cluster-admin", Rules: []rbac.PolicyRule{
		on("*", "*", "*"),
		urls("*", "*"),
	}},
	{Name: "edit", Into: "admin", Gathers: true},
	{Name: "system:aggregate-to-admin", Into: "admin", Rules: []rbac.PolicyRule{
		on("authorization.k8s.io", "localsubjectaccessreviews", "create"),
		on("rbac.authorization.k8s.io", "rolebindings roles", "create delete deletecollection get list patch update watch"),
	}},
	{Name: "system:aggregate-to-edit", Into: "edit", Rules: []rbac.PolicyRule{
		on("core", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy", "get list watch"),
		on("core", "serviceaccounts", "impersonate"),
		on("core", "pods pods/attach pods/exec pods/portforward pods/proxy", "create delete deletecollection patch update"),
		on("core", "pods/eviction", "create"),
		on("core", "configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy", "create delete deletecollection patch update"),
		on("core", "serviceaccounts/token", "create"),
		on("apps", "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale", "create delete deletecollection patch update"),
		on("autoscaling", "horizontalpodautoscalers", "create delete deletecollection patch update"),
		on("batch", "cronjobs jobs", "create delete deletecollection patch update"),
		on("extensions", "daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale", "create delete deletecollection patch update"),
		on("policy", "poddisruptionbudgets", "create delete deletecollection patch update"),
		on("networking.k8s.io", "ingresses networkpolicies", "create delete deletecollection patch update"),
		on("coordination.k8s.io", "leases", "create delete deletecollection get list patch update watch"),
	}},
	{Name: "system:aggregate-to-view", Into: "view", Rules: []rbac.PolicyRule{
		on("core", "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status", "get list watch"),
		on("core", "bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status", "get list watch"),
		on("core", "namespaces", "get list watch"),
		on("discovery.k8s.io", "endpointslices", "get list watch"),
		on("apps", "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status", "get list watch"),
		on("autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status", "get list watch"),
		on("batch", "cronjobs cronjobs/status jobs jobs/status", "get list watch"),
		on("extensions", "daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale", "get list watch"),
		on("policy", "poddisruptionbudgets poddisruptionbudgets/status", "get list watch"),
		on("networking.k8s.io", "ingresses ingresses/status networkpolicies", "get list watch"),
	}},
	{Name: "view", Into: "edit", Gathers: true},
}
