package resources

import (
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// eventTTL is how long events are kept.
const eventTTL = time.Hour

// coreResources are those of the core group.
func coreResources() []*Resource {
	v1 := func(name, prefix string) Resource {
		return Resource{Kind: named("v1", name), Prefix: "/registry/" + prefix + "/"}
	}
	var (
		binding    = v1("Binding", "")
		components = v1("ComponentStatus", "")
		endpoints  = v1("Endpoints", "services/endpoints")
		event      = v1("Event", "events")
		limits     = v1("LimitRange", "limitranges")
		namespace  = v1("Namespace", "namespaces")
		node       = v1("Node", "minions")
		pvc        = v1("PersistentVolumeClaim", "persistentvolumeclaims")
		pv         = v1("PersistentVolume", "persistentvolumes")
		pod        = v1("Pod", "pods")
		rc         = v1("ReplicationController", "controllers")
		quota      = v1("ResourceQuota", "resourcequotas")
		secret     = v1("Secret", "secrets")
		account    = v1("ServiceAccount", "serviceaccounts")
		service    = v1("Service", "services/specs")
	)
	binding.Prefix, binding.Verbs = "", []string{"create"}
	components.Prefix, components.Verbs = "", []string{"get", "list"}

	endpoints.CreateOnUpdate = true
	event.CreateOnUpdate, event.TTL, event.Fields = true, eventTTL, eventFields
	limits.CreateOnUpdate = true

	namespace.Verbs = []string{"create", "delete", "get", "list", "patch", "update", "watch"}
	namespace.Fields = []cache.Field{{Name: "status.phase"}}
	namespace.Subresources = []Subresource{
		finalizeSubresource(),
		part("status", keepNamespaceSpec, core.ValidateNamespaceStatusUpdate),
	}

	node.Fields = []cache.Field{{Name: "spec.unschedulable", Default: "false"}}
	node.Subresources = []Subresource{
		{Name: "proxy", Kind: named("v1", "NodeProxyOptions"), Verbs: proxyVerbs},
		part("status", keepNodeSpec, core.ValidateNodeStatusUpdate),
	}

	pv.Subresources = []Subresource{part("status", keepVolumeSpec, core.ValidatePersistentVolumeStatusUpdate)}
	pvc.Subresources = []Subresource{part("status", keepClaimSpec, core.ValidatePersistentVolumeClaimStatusUpdate)}

	pod.Graceful = true
	pod.Fields = podFields
	pod.Subresources = podSubresources()

	rc.Fields = []cache.Field{{Name: "status.replicas", Default: "0"}}
	rc.Subresources = []Subresource{
		scaleOf(func(c *core.ReplicationController) scaling {
			return scaling{&c.Spec.Replicas, c.Status.Replicas, &meta.LabelSelector{MatchLabels: c.Spec.Selector}}
		}),
		part("status", keepControllerSpec, core.ValidateReplicationControllerStatusUpdate),
	}

	quota.Subresources = []Subresource{part("status", keepQuotaSpec, core.ValidateResourceQuotaStatusUpdate)}

	secret.Fields = []cache.Field{{Name: "type"}}
	account.Subresources = []Subresource{{Name: "token", Kind: named("authentication.k8s.io/v1", "TokenRequest"), Verbs: []string{"create"}}}

	service.CreateOnUpdate = true
	service.Fields = []cache.Field{{Name: "spec.clusterIP"}, {Name: "spec.type"}}
	components.Warning = "v1 ComponentStatus is deprecated in v1.19+"
	service.Subresources = []Subresource{
		{Name: "proxy", Kind: named("v1", "ServiceProxyOptions"), Verbs: proxyVerbs},
		part("status", keepServiceSpec, core.ValidateServiceStatusUpdate),
	}

	templates := v1("PodTemplate", "podtemplates")
	templates.Warnings = about(false, field.New("template"), func(t *core.PodTemplate) *core.PodTemplateSpec { return &t.Template })
	rc.Warnings = about(true, templatePath, func(c *core.ReplicationController) *core.PodTemplateSpec { return c.Spec.Template })
	pod.Warnings, node.Warnings, account.Warnings = warnings(aboutPod), warnings(aboutNode), warnings(aboutAccount)
	service.Warnings, secret.Warnings = warnings(aboutService), warnings(aboutSecret)
	pvc.Warnings = warnings(func(c, _ *core.PersistentVolumeClaim) []string { return core.WarnAboutClaim(c) })
	pv.Warnings = warnings(func(v, _ *core.PersistentVolume) []string { return core.WarnAboutVolume(v) })

	return []*Resource{
		kind[*core.Binding]{}.on(binding),
		kind[*core.ComponentStatus]{}.on(components),
		kind[*core.ConfigMap]{core.SetConfigMapDefaults, nil, nil, core.ValidateConfigMap, core.ValidateConfigMapUpdate}.on(v1("ConfigMap", "configmaps")),
		kind[*core.Endpoints]{core.SetEndpointsDefaults, nil, nil, core.ValidateEndpoints, core.ValidateEndpointsUpdate}.on(endpoints),
		kind[*core.Event]{core.SetEventDefaults, nil, nil, core.ValidateEvent, core.ValidateEventUpdate}.on(event),
		kind[*core.LimitRange]{core.SetLimitRangeDefaults, nameLimitRange, nil, core.ValidateLimitRange, core.ValidateLimitRangeUpdate}.on(limits),
		kind[*core.Namespace]{core.SetNamespaceDefaults, newNamespace, keepNamespaceStatus, core.ValidateNamespace, core.ValidateNamespaceUpdate}.on(namespace),
		kind[*core.Node]{core.SetNodeDefaults, newNode, keepNodeStatus, core.ValidateNode, core.ValidateNodeUpdate}.on(node),
		kind[*core.PersistentVolumeClaim]{core.SetPersistentVolumeClaimDefaults, newClaim, keepClaimStatus, core.ValidatePersistentVolumeClaim, core.ValidatePersistentVolumeClaimUpdate}.on(pvc),
		kind[*core.PersistentVolume]{core.SetPersistentVolumeDefaults, newVolume, keepVolumeStatus, core.ValidatePersistentVolume, core.ValidatePersistentVolumeUpdate}.on(pv),
		kind[*core.Pod]{core.SetPodDefaults, newPod, keepPodStatus, core.ValidatePod, core.ValidatePodUpdate}.on(pod),
		kind[*core.PodTemplate]{core.SetPodTemplateDefaults, newPodTemplate, keepPodTemplateGeneration, core.ValidatePodTemplate, core.ValidatePodTemplateUpdate}.on(templates),
		kind[*core.ReplicationController]{core.SetReplicationControllerDefaults, newController, keepControllerStatus, core.ValidateReplicationController, core.ValidateReplicationControllerUpdate}.on(rc),
		kind[*core.ResourceQuota]{core.SetResourceQuotaDefaults, newQuota, keepQuotaStatus, core.ValidateResourceQuota, core.ValidateResourceQuotaUpdate}.on(quota),
		kind[*core.Secret]{core.SetSecretDefaults, nil, nil, core.ValidateSecret, core.ValidateSecretUpdate}.on(secret),
		kind[*core.ServiceAccount]{core.SetServiceAccountDefaults, newAccount, keepAccount, core.ValidateServiceAccount, core.ValidateServiceAccountUpdate}.on(account),
		kind[*core.Service]{core.SetServiceDefaults, newService, keepServiceStatus, validateService, validateServiceUpdate}.on(service),
	}
}

// podFields: the first is what a kubelet follows its own pods by.
var podFields = []cache.Field{
	{Name: "spec.nodeName", Indexed: true},
	{Name: "spec.restartPolicy"},
	{Name: "spec.schedulerName"},
	{Name: "spec.serviceAccountName"},
	{Name: "spec.hostNetwork", Default: "false"},
	{Name: "status.phase"},
	{Name: "status.podIP"},
	{Name: "status.podIPs", Paths: []string{"status.podIP"}},
	{Name: "status.nominatedNodeName"},
}

var eventFields = []cache.Field{
	{Name: "involvedObject.kind"},
	{Name: "involvedObject.namespace"},
	{Name: "involvedObject.name", Indexed: true},
	{Name: "involvedObject.uid", Indexed: true},
	{Name: "involvedObject.apiVersion"},
	{Name: "involvedObject.resourceVersion"},
	{Name: "involvedObject.fieldPath"},
	{Name: "reason"},
	{Name: "reportingComponent"},
	{Name: "source", Paths: []string{"source.component", "reportingComponent"}},
	{Name: "type"},
}

func podSubresources() []Subresource {
	return []Subresource{
		{Name: "attach", Kind: named("v1", "PodAttachOptions"), Verbs: connectVerbs},
		{Name: "binding", Kind: named("v1", "Binding"), Verbs: []string{"create"}},
		part("ephemeralcontainers", keepAllButEphemeral, core.ValidatePodEphemeralContainersUpdate),
		{Name: "eviction", Kind: named("policy/v1", "Eviction"), Verbs: []string{"create"}},
		{Name: "exec", Kind: named("v1", "PodExecOptions"), Verbs: connectVerbs},
		{Name: "log", Verbs: []string{"get"}},
		{Name: "portforward", Kind: named("v1", "PodPortForwardOptions"), Verbs: connectVerbs},
		{Name: "proxy", Kind: named("v1", "PodProxyOptions"), Verbs: proxyVerbs},
		part("resize", keepAllButSizes, core.ValidatePodResize),
		part("status", keepPodSpec, core.ValidatePodStatusUpdate),
	}
}
