package main

// packages lists the folders that hold kinds, in the order of their imports.
// Another API group is one more line here.
var packages = []Package{
	{Dir: "meta", Group: "meta", Version: "v1", ProtoPackage: "k8s.io.apimachinery.pkg.apis.meta.v1"},
	{Dir: "core", Group: "", Version: "v1", ProtoPackage: "k8s.io.api.core.v1"},
	{Dir: "coordination", Group: "coordination.k8s.io", Version: "v1", ProtoPackage: "k8s.io.api.coordination.v1"},
	{Dir: "discovery", Group: "discovery.k8s.io", Version: "v1", ProtoPackage: "k8s.io.api.discovery.v1"},
	{Dir: "events", Group: "events.k8s.io", Version: "v1", ProtoPackage: "k8s.io.api.events.v1"},
	{Dir: "authentication", Group: "authentication.k8s.io", Version: "v1", ProtoPackage: "k8s.io.api.authentication.v1"},
	{Dir: "policy", Group: "policy", Version: "v1", ProtoPackage: "k8s.io.api.policy.v1"},
	{Dir: "autoscaling", Group: "autoscaling", Version: "v1", ProtoPackage: "k8s.io.api.autoscaling.v1"},
	{Dir: "admission", Group: "admission.k8s.io", Version: "v1", ProtoPackage: "k8s.io.api.admission.v1"},
	{Dir: "admissionregistration", Group: "admissionregistration.k8s.io", Version: "v1", ProtoPackage: "k8s.io.api.admissionregistration.v1"},
	{Dir: "apiextensions", Group: "apiextensions.k8s.io", Version: "v1", ProtoPackage: "k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1"},
	{Dir: "apiregistration", Group: "apiregistration.k8s.io", Version: "v1", ProtoPackage: "k8s.io.kube_aggregator.pkg.apis.apiregistration.v1"},
	{Dir: "apps", Group: "apps", Version: "v1", ProtoPackage: "k8s.io.api.apps.v1"},
	{Dir: "authorization", Group: "authorization.k8s.io", Version: "v1", ProtoPackage: "k8s.io.api.authorization.v1"},
	{Dir: "autoscalingv2", Group: "autoscaling", Version: "v2", ProtoPackage: "k8s.io.api.autoscaling.v2"},
	{Dir: "batch", Group: "batch", Version: "v1", ProtoPackage: "k8s.io.api.batch.v1"},
	{Dir: "certificates", Group: "certificates.k8s.io", Version: "v1", ProtoPackage: "k8s.io.api.certificates.v1"},
	{Dir: "flowcontrol", Group: "flowcontrol.apiserver.k8s.io", Version: "v1", ProtoPackage: "k8s.io.api.flowcontrol.v1"},
	{Dir: "networking", Group: "networking.k8s.io", Version: "v1", ProtoPackage: "k8s.io.api.networking.v1"},
	{Dir: "node", Group: "node.k8s.io", Version: "v1", ProtoPackage: "k8s.io.api.node.v1"},
	{Dir: "rbac", Group: "rbac.authorization.k8s.io", Version: "v1", ProtoPackage: "k8s.io.api.rbac.v1"},
	{Dir: "scheduling", Group: "scheduling.k8s.io", Version: "v1", ProtoPackage: "k8s.io.api.scheduling.v1"},
	{Dir: "storage", Group: "storage.k8s.io", Version: "v1", ProtoPackage: "k8s.io.api.storage.v1"},
	{Dir: "apidiscovery", Group: "apidiscovery.k8s.io", Version: "v2", ProtoPackage: "k8s.io.api.apidiscovery.v2"},
	{Dir: "metrics", Group: "metrics.k8s.io", Version: "v1beta1", ProtoPackage: "k8s.io.metrics.pkg.apis.metrics.v1beta1"},
}

// foreign lists the packages beside those above whose types the kinds use;
// their types are written by hand, codecs included.
var foreign = []string{"quantity"}

// module is the import path that the folders hang below.
const module = "github.com/pilothouse/pilothouse/proto"
