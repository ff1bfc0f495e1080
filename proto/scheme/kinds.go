package scheme

import (
	"reflect"
	"strings"

	"github.com/pilothouse/pilothouse/proto/apidiscovery"
	"github.com/pilothouse/pilothouse/proto/authentication"
	"github.com/pilothouse/pilothouse/proto/autoscaling"
	"github.com/pilothouse/pilothouse/proto/coordination"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/events"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/policy"
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

	listed[autoscaling.Scale, none]("autoscaling", "v1", "Scale", namespaced, ""),
	listed[policy.Eviction, none]("policy", "v1", "Eviction", namespaced, ""),
	listed[authentication.TokenRequest, none]("authentication.k8s.io", "v1", "TokenRequest", namespaced, ""),
	listed[meta.PartialObjectMetadata, meta.PartialObjectMetadataList]("meta.k8s.io", "v1", "PartialObjectMetadata", cluster, ""),
	listed[apidiscovery.APIGroupDiscovery, apidiscovery.APIGroupDiscoveryList]("apidiscovery.k8s.io", "v2", "APIGroupDiscovery", cluster, ""),

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
