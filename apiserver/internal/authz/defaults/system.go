package defaults

import "github.com/pilothouse/pilothouse/proto/rbac"

// systemRoles are those of the daemons, and of everybody who comes in.
var systemRoles = []Role{
	{Name: "system:auth-delegator", Rules: []rbac.PolicyRule{
		on("authentication.k8s.io", "tokenreviews", "create"),
		on("authorization.k8s.io", "subjectaccessreviews", "create"),
	}},
	{Name: "system:basic-user", Rules: []rbac.PolicyRule{
		on("authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews", "create"),
		on("authentication.k8s.io", "selfsubjectreviews", "create"),
	}},
	{Name: "system:certificates.k8s.io:certificatesigningrequests:nodeclient", Rules: []rbac.PolicyRule{
		on("certificates.k8s.io", "certificatesigningrequests/nodeclient", "create"),
	}},
	{Name: "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient", Rules: []rbac.PolicyRule{
		on("certificates.k8s.io", "certificatesigningrequests/selfnodeclient", "create"),
	}},
	{Name: "system:certificates.k8s.io:kube-apiserver-client-approver", Rules: []rbac.PolicyRule{
		on("certificates.k8s.io", "signers", "approve", "kubernetes.io/kube-apiserver-client"),
	}},
	{Name: "system:certificates.k8s.io:kube-apiserver-client-kubelet-approver", Rules: []rbac.PolicyRule{
		on("certificates.k8s.io", "signers", "approve", "kubernetes.io/kube-apiserver-client-kubelet"),
	}},
	{Name: "system:certificates.k8s.io:kubelet-serving-approver", Rules: []rbac.PolicyRule{
		on("certificates.k8s.io", "signers", "approve", "kubernetes.io/kubelet-serving"),
	}},
	{Name: "system:certificates.k8s.io:legacy-unknown-approver", Rules: []rbac.PolicyRule{
		on("certificates.k8s.io", "signers", "approve", "kubernetes.io/legacy-unknown"),
	}},
	{Name: "system:discovery", Rules: []rbac.PolicyRule{
		urls("/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/", "get"),
	}},
	{Name: "system:heapster", Rules: []rbac.PolicyRule{
		on("core", "events namespaces nodes pods", "get list watch"),
		on("extensions", "deployments", "get list watch"),
	}},
	{Name: "system:kube-aggregator", Rules: []rbac.PolicyRule{
		on("core", "endpoints services", "get list watch"),
	}},
	{Name: "system:kube-controller-manager", Rules: []rbac.PolicyRule{
		on("core events.k8s.io", "events", "create patch update"),
		on("coordination.k8s.io", "leases", "create"),
		on("coordination.k8s.io", "leases", "get update", "kube-controller-manager"),
		on("core", "secrets serviceaccounts", "create"),
		on("core", "secrets", "delete"),
		on("core", "configmaps namespaces secrets serviceaccounts", "get"),
		on("core", "secrets serviceaccounts", "update"),
		on("authentication.k8s.io", "tokenreviews", "create"),
		on("authorization.k8s.io", "subjectaccessreviews", "create"),
		on("*", "*", "list watch"),
		on("core", "serviceaccounts/token", "create"),
	}},
	{Name: "system:kube-dns", Rules: []rbac.PolicyRule{
		on("core", "endpoints services", "list watch"),
	}},
	{Name: "system:kube-scheduler", Rules: []rbac.PolicyRule{
		on("core events.k8s.io", "events", "create patch update"),
		on("coordination.k8s.io", "leases", "create"),
		on("coordination.k8s.io", "leases", "get list update watch", "kube-scheduler"),
		on("coordination.k8s.io", "leasecandidates", "create delete deletecollection get list patch update watch"),
		on("core", "nodes", "get list watch"),
		on("core", "pods", "delete get list watch"),
		on("core", "bindings pods/binding", "create"),
		on("core", "pods/status", "patch update"),
		on("core", "replicationcontrollers services", "get list watch"),
		on("apps extensions", "replicasets", "get list watch"),
		on("apps", "statefulsets", "get list watch"),
		on("policy", "poddisruptionbudgets", "get list watch"),
		on("core", "persistentvolumeclaims persistentvolumes", "get list watch"),
		on("authentication.k8s.io", "tokenreviews", "create"),
		on("authorization.k8s.io", "subjectaccessreviews", "create"),
		on("storage.k8s.io", "csinodes", "get list watch"),
		on("storage.k8s.io", "volumeattachments", "get list watch"),
		on("core", "namespaces", "get list watch"),
		on("storage.k8s.io", "csidrivers", "get list watch"),
		on("storage.k8s.io", "csistoragecapacities", "get list watch"),
	}},
	{Name: "system:kubelet-api-admin", Rules: []rbac.PolicyRule{
		on("core", "nodes", "get list watch"),
		on("core", "nodes", "proxy"),
		on("core", "nodes/log nodes/metrics nodes/proxy nodes/stats", "*"),
	}},
	{Name: "system:monitoring", Rules: []rbac.PolicyRule{
		urls("/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*", "get"),
	}},
	{Name: "system:node", Rules: []rbac.PolicyRule{
		on("authentication.k8s.io", "tokenreviews", "create"),
		on("authorization.k8s.io", "localsubjectaccessreviews subjectaccessreviews", "create"),
		on("core", "services", "get list watch"),
		on("core", "nodes", "create get list watch"),
		on("core", "nodes/status", "patch update"),
		on("core", "nodes", "patch update"),
		on("core", "events", "create patch update"),
		on("core", "pods", "get list watch"),
		on("core", "pods", "create delete"),
		on("core", "pods/status", "patch update"),
		on("core", "pods/eviction", "create"),
		on("core", "configmaps secrets", "get list watch"),
		on("core", "persistentvolumeclaims persistentvolumes", "get"),
		on("core", "endpoints", "get"),
		on("certificates.k8s.io", "certificatesigningrequests", "create get list watch"),
		on("coordination.k8s.io", "leases", "create delete get patch update"),
		on("storage.k8s.io", "volumeattachments", "get"),
		on("core", "serviceaccounts/token", "create"),
		on("core", "persistentvolumeclaims/status", "get patch update"),
		on("storage.k8s.io", "csidrivers", "get list watch"),
		on("storage.k8s.io", "csinodes", "create delete get patch update"),
		on("node.k8s.io", "runtimeclasses", "get list watch"),
	}},
	{Name: "system:node-bootstrapper", Rules: []rbac.PolicyRule{
		on("certificates.k8s.io", "certificatesigningrequests", "create get list watch"),
	}},
	{Name: "system:node-problem-detector", Rules: []rbac.PolicyRule{
		on("core", "nodes", "get"),
		on("core", "nodes/status", "patch"),
		on("core events.k8s.io", "events", "create patch update"),
	}},
	{Name: "system:node-proxier", Rules: []rbac.PolicyRule{
		on("core", "endpoints services", "list watch"),
		on("core", "nodes", "get list watch"),
		on("core events.k8s.io", "events", "create patch update"),
		on("discovery.k8s.io", "endpointslices", "list watch"),
	}},
	{Name: "system:persistent-volume-provisioner", Rules: []rbac.PolicyRule{
		on("core", "persistentvolumes", "create delete get list watch"),
		on("core", "persistentvolumeclaims", "get list update watch"),
		on("storage.k8s.io", "storageclasses", "get list watch"),
		on("core", "events", "watch"),
		on("core events.k8s.io", "events", "create patch update"),
	}},
	{Name: "system:public-info-viewer", Rules: []rbac.PolicyRule{
		urls("/healthz /livez /readyz /version /version/", "get"),
	}},
	{Name: "system:service-account-issuer-discovery", Rules: []rbac.PolicyRule{
		urls("/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/", "get"),
	}},
	{Name: "system:volume-scheduler", Rules: []rbac.PolicyRule{
		on("core", "persistentvolumes", "get list patch update watch"),
		on("storage.k8s.io", "storageclasses", "get list watch"),
		on("core", "persistentvolumeclaims", "get list patch update watch"),
	}},
}
