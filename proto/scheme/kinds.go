package scheme

import (
	"reflect"
	"strings"

	"github.com/pilothouse/pilothouse/proto/admission"
	"github.com/pilothouse/pilothouse/proto/admissionregistration"
	"github.com/pilothouse/pilothouse/proto/apidiscovery"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/apiregistration"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/authentication"
	"github.com/pilothouse/pilothouse/proto/authorization"
	"github.com/pilothouse/pilothouse/proto/autoscaling"
	"github.com/pilothouse/pilothouse/proto/autoscalingv2"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/certificates"
	"github.com/pilothouse/pilothouse/proto/coordination"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/events"
	"github.com/pilothouse/pilothouse/proto/flowcontrol"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/metrics"
	"github.com/pilothouse/pilothouse/proto/networking"
	"github.com/pilothouse/pilothouse/proto/node"
	"github.com/pilothouse/pilothouse/proto/policy"
	"github.com/pilothouse/pilothouse/proto/rbac"
	"github.com/pilothouse/pilothouse/proto/scheduling"
	"github.com/pilothouse/pilothouse/proto/storage"
)

// table is every kind. names holds the plural, then the short names, with a
// leading * for each category: "pods po *all".
var table = []entry{
	listed[core.Binding, none]("", "v1", "Binding", namespaced, "bindings"),
	listed[core.ComponentStatus, core.ComponentStatusList]("", "v1", "ComponentStatus", cluster, "componentstatuses cs"),
	listed[core.ConfigMap, core.ConfigMapList]("", "v1", "ConfigMap", namespaced, "configmaps cm"),
	listed[core.Endpoints, core.EndpointsList]("", "v1", "Endpoints", namespaced, "endpoints ep"),
	listed[core.Event, core.EventList]("", "v1", "Event", namespaced, "events ev"),
	listed[core.LimitRange, core.LimitRangeList]("", "v1", "LimitRange", namespaced, "limitranges limits"),
	listed[core.Namespace, core.NamespaceList]("", "v1", "Namespace", cluster, "namespaces ns"),
	listed[core.Node, core.NodeList]("", "v1", "Node", cluster, "nodes no"),
	listed[core.PersistentVolumeClaim, core.PersistentVolumeClaimList]("", "v1", "PersistentVolumeClaim", namespaced, "persistentvolumeclaims pvc"),
	listed[core.PersistentVolume, core.PersistentVolumeList]("", "v1", "PersistentVolume", cluster, "persistentvolumes pv"),
	listed[core.Pod, core.PodList]("", "v1", "Pod", namespaced, "pods po *all"),
	listed[core.PodTemplate, core.PodTemplateList]("", "v1", "PodTemplate", namespaced, "podtemplates"),
	listed[core.ReplicationController, core.ReplicationControllerList]("", "v1", "ReplicationController", namespaced, "replicationcontrollers rc *all"),
	listed[core.ResourceQuota, core.ResourceQuotaList]("", "v1", "ResourceQuota", namespaced, "resourcequotas quota"),
	listed[core.Secret, core.SecretList]("", "v1", "Secret", namespaced, "secrets"),
	listed[core.ServiceAccount, core.ServiceAccountList]("", "v1", "ServiceAccount", namespaced, "serviceaccounts sa"),
	listed[core.Service, core.ServiceList]("", "v1", "Service", namespaced, "services svc *all"),

	listed[coordination.Lease, coordination.LeaseList]("coordination.k8s.io", "v1", "Lease", namespaced, "leases"),
	listed[discovery.EndpointSlice, discovery.EndpointSliceList]("discovery.k8s.io", "v1", "EndpointSlice", namespaced, "endpointslices"),
	listed[events.Event, events.EventList]("events.k8s.io", "v1", "Event", namespaced, "events ev"),

	listed[apps.ControllerRevision, apps.ControllerRevisionList]("apps", "v1", "ControllerRevision", namespaced, "controllerrevisions"),
	listed[apps.DaemonSet, apps.DaemonSetList]("apps", "v1", "DaemonSet", namespaced, "daemonsets ds *all"),
	listed[apps.Deployment, apps.DeploymentList]("apps", "v1", "Deployment", namespaced, "deployments deploy *all"),
	listed[apps.ReplicaSet, apps.ReplicaSetList]("apps", "v1", "ReplicaSet", namespaced, "replicasets rs *all"),
	listed[apps.StatefulSet, apps.StatefulSetList]("apps", "v1", "StatefulSet", namespaced, "statefulsets sts *all"),
	listed[batch.CronJob, batch.CronJobList]("batch", "v1", "CronJob", namespaced, "cronjobs cj *all"),
	listed[batch.Job, batch.JobList]("batch", "v1", "Job", namespaced, "jobs *all"),
	listed[autoscaling.HorizontalPodAutoscaler, autoscaling.HorizontalPodAutoscalerList]("autoscaling", "v1", "HorizontalPodAutoscaler", namespaced, "horizontalpodautoscalers hpa *all"),
	listed[autoscalingv2.HorizontalPodAutoscaler, autoscalingv2.HorizontalPodAutoscalerList]("autoscaling", "v2", "HorizontalPodAutoscaler", namespaced, "horizontalpodautoscalers hpa *all"),
	listed[networking.Ingress, networking.IngressList]("networking.k8s.io", "v1", "Ingress", namespaced, "ingresses ing"),
	listed[networking.IngressClass, networking.IngressClassList]("networking.k8s.io", "v1", "IngressClass", cluster, "ingressclasses"),
	listed[networking.IPAddress, networking.IPAddressList]("networking.k8s.io", "v1", "IPAddress", cluster, "ipaddresses ip"),
	listed[networking.NetworkPolicy, networking.NetworkPolicyList]("networking.k8s.io", "v1", "NetworkPolicy", namespaced, "networkpolicies netpol"),
	listed[networking.ServiceCIDR, networking.ServiceCIDRList]("networking.k8s.io", "v1", "ServiceCIDR", cluster, "servicecidrs"),
	listed[policy.PodDisruptionBudget, policy.PodDisruptionBudgetList]("policy", "v1", "PodDisruptionBudget", namespaced, "poddisruptionbudgets pdb"),
	listed[rbac.ClusterRole, rbac.ClusterRoleList]("rbac.authorization.k8s.io", "v1", "ClusterRole", cluster, "clusterroles"),
	listed[rbac.ClusterRoleBinding, rbac.ClusterRoleBindingList]("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", cluster, "clusterrolebindings"),
	listed[rbac.Role, rbac.RoleList]("rbac.authorization.k8s.io", "v1", "Role", namespaced, "roles"),
	listed[rbac.RoleBinding, rbac.RoleBindingList]("rbac.authorization.k8s.io", "v1", "RoleBinding", namespaced, "rolebindings"),
	listed[scheduling.PriorityClass, scheduling.PriorityClassList]("scheduling.k8s.io", "v1", "PriorityClass", cluster, "priorityclasses pc"),
	listed[node.RuntimeClass, node.RuntimeClassList]("node.k8s.io", "v1", "RuntimeClass", cluster, "runtimeclasses"),
	listed[storage.CSIDriver, storage.CSIDriverList]("storage.k8s.io", "v1", "CSIDriver", cluster, "csidrivers"),
	listed[storage.CSINode, storage.CSINodeList]("storage.k8s.io", "v1", "CSINode", cluster, "csinodes"),
	listed[storage.CSIStorageCapacity, storage.CSIStorageCapacityList]("storage.k8s.io", "v1", "CSIStorageCapacity", namespaced, "csistoragecapacities"),
	listed[storage.StorageClass, storage.StorageClassList]("storage.k8s.io", "v1", "StorageClass", cluster, "storageclasses sc"),
	listed[storage.VolumeAttachment, storage.VolumeAttachmentList]("storage.k8s.io", "v1", "VolumeAttachment", cluster, "volumeattachments"),
	listed[storage.VolumeAttributesClass, storage.VolumeAttributesClassList]("storage.k8s.io", "v1", "VolumeAttributesClass", cluster, "volumeattributesclasses vac"),
	listed[certificates.CertificateSigningRequest, certificates.CertificateSigningRequestList]("certificates.k8s.io", "v1", "CertificateSigningRequest", cluster, "certificatesigningrequests csr"),
	listed[flowcontrol.FlowSchema, flowcontrol.FlowSchemaList]("flowcontrol.apiserver.k8s.io", "v1", "FlowSchema", cluster, "flowschemas"),
	listed[flowcontrol.PriorityLevelConfiguration, flowcontrol.PriorityLevelConfigurationList]("flowcontrol.apiserver.k8s.io", "v1", "PriorityLevelConfiguration", cluster, "prioritylevelconfigurations"),
	listed[admissionregistration.MutatingAdmissionPolicy, admissionregistration.MutatingAdmissionPolicyList]("admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicy", cluster, "mutatingadmissionpolicies"),
	listed[admissionregistration.MutatingAdmissionPolicyBinding, admissionregistration.MutatingAdmissionPolicyBindingList]("admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicyBinding", cluster, "mutatingadmissionpolicybindings"),
	listed[admissionregistration.MutatingWebhookConfiguration, admissionregistration.MutatingWebhookConfigurationList]("admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration", cluster, "mutatingwebhookconfigurations *api-extensions"),
	listed[admissionregistration.ValidatingAdmissionPolicy, admissionregistration.ValidatingAdmissionPolicyList]("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy", cluster, "validatingadmissionpolicies *api-extensions"),
	listed[admissionregistration.ValidatingAdmissionPolicyBinding, admissionregistration.ValidatingAdmissionPolicyBindingList]("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicyBinding", cluster, "validatingadmissionpolicybindings *api-extensions"),
	listed[admissionregistration.ValidatingWebhookConfiguration, admissionregistration.ValidatingWebhookConfigurationList]("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration", cluster, "validatingwebhookconfigurations *api-extensions"),
	listed[apiextensions.CustomResourceDefinition, apiextensions.CustomResourceDefinitionList]("apiextensions.k8s.io", "v1", "CustomResourceDefinition", cluster, "customresourcedefinitions crd crds *api-extensions"),
	listed[apiregistration.APIService, apiregistration.APIServiceList]("apiregistration.k8s.io", "v1", "APIService", cluster, "apiservices *api-extensions"),
	listed[authentication.TokenReview, none]("authentication.k8s.io", "v1", "TokenReview", cluster, "tokenreviews"),
	listed[authentication.SelfSubjectReview, none]("authentication.k8s.io", "v1", "SelfSubjectReview", cluster, "selfsubjectreviews"),
	listed[authorization.LocalSubjectAccessReview, none]("authorization.k8s.io", "v1", "LocalSubjectAccessReview", namespaced, "localsubjectaccessreviews"),
	listed[authorization.SelfSubjectAccessReview, none]("authorization.k8s.io", "v1", "SelfSubjectAccessReview", cluster, "selfsubjectaccessreviews"),
	listed[authorization.SelfSubjectRulesReview, none]("authorization.k8s.io", "v1", "SelfSubjectRulesReview", cluster, "selfsubjectrulesreviews"),
	listed[authorization.SubjectAccessReview, none]("authorization.k8s.io", "v1", "SubjectAccessReview", cluster, "subjectaccessreviews"),

	listed[metrics.NodeMetrics, metrics.NodeMetricsList]("metrics.k8s.io", "v1beta1", "NodeMetrics", cluster, "nodes"),
	listed[metrics.PodMetrics, metrics.PodMetricsList]("metrics.k8s.io", "v1beta1", "PodMetrics", namespaced, "pods"),

	listed[autoscaling.Scale, none]("autoscaling", "v1", "Scale", namespaced, ""),
	listed[policy.Eviction, none]("policy", "v1", "Eviction", namespaced, ""),
	listed[authentication.TokenRequest, none]("authentication.k8s.io", "v1", "TokenRequest", namespaced, ""),
	listed[meta.PartialObjectMetadata, meta.PartialObjectMetadataList]("meta.k8s.io", "v1", "PartialObjectMetadata", cluster, ""),
	listed[apidiscovery.APIGroupDiscovery, apidiscovery.APIGroupDiscoveryList]("apidiscovery.k8s.io", "v2", "APIGroupDiscovery", cluster, ""),

	sent[admission.AdmissionReview]("admission.k8s.io", "v1", "AdmissionReview"),
	sent[apiextensions.ConversionReview]("apiextensions.k8s.io", "v1", "ConversionReview"),
	sent[meta.Status]("", "v1", "Status"),
	sent[meta.DeleteOptions]("", "v1", "DeleteOptions"),
	sent[meta.DeleteOptions]("meta.k8s.io", "v1", "DeleteOptions"),
	sent[meta.DeleteOptions]("policy", "v1", "DeleteOptions"),
	sent[meta.ListOptions]("", "v1", "ListOptions"),
	sent[meta.GetOptions]("", "v1", "GetOptions"),
	sent[meta.CreateOptions]("", "v1", "CreateOptions"),
	sent[meta.UpdateOptions]("", "v1", "UpdateOptions"),
	sent[meta.PatchOptions]("", "v1", "PatchOptions"),
	sent[meta.APIVersions]("", "v1", "APIVersions"),
	sent[meta.APIGroup]("", "v1", "APIGroup"),
	sent[meta.APIGroupList]("", "v1", "APIGroupList"),
	sent[meta.APIResourceList]("", "v1", "APIResourceList"),
	sent[meta.Table]("meta.k8s.io", "v1", "Table"),
	sent[core.PodLogOptions]("", "v1", "PodLogOptions"),
	sent[core.PodExecOptions]("", "v1", "PodExecOptions"),
	sent[core.PodAttachOptions]("", "v1", "PodAttachOptions"),
	sent[core.PodPortForwardOptions]("", "v1", "PodPortForwardOptions"),
	sent[core.PodProxyOptions]("", "v1", "PodProxyOptions"),
	sent[core.NodeProxyOptions]("", "v1", "NodeProxyOptions"),
	sent[core.ServiceProxyOptions]("", "v1", "ServiceProxyOptions"),
}

const (
	namespaced = true
	cluster    = false
)

// none stands where a kind has no list.
type none struct{}

// entry is a kind with the Go types that stand for it.
type entry struct {
	kind         *Kind
	object, list reflect.Type
}

// listed is the entry of a kind T with ObjectMeta and its list L.
func listed[T, L any](group, version, kind string, namespaced bool, names string) entry {
	k := &Kind{Group: group, Version: version, Kind: kind, Namespaced: namespaced, Singular: strings.ToLower(kind)}
	for i, n := range strings.Fields(names) {
		switch {
		case i == 0:
			k.Resource = n
		case n[0] == '*':
			k.Categories = append(k.Categories, n[1:])
		default:
			k.ShortNames = append(k.ShortNames, n)
		}
	}
	tm := k.TypeMeta()
	k.New = func() meta.Object {
		o := any(new(T)).(meta.Object)
		*o.GetTypeMeta() = tm
		return o
	}
	e := entry{kind: k, object: reflect.TypeFor[T]()}
	if l := reflect.TypeFor[L](); l != reflect.TypeFor[none]() {
		e.list = l
		tm := meta.TypeMeta{Kind: k.ListKind(), APIVersion: tm.APIVersion}
		k.NewList = func() meta.List {
			o := any(new(L)).(meta.List)
			*o.GetTypeMeta() = tm
			return o
		}
	}
	return e
}

// sent is the entry of a kind T that has no ObjectMeta.
func sent[T any](group, version, kind string) entry {
	return entry{kind: &Kind{Group: group, Version: version, Kind: kind}, object: reflect.TypeFor[T]()}
}
