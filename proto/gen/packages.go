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
	{Dir: "apidiscovery", Group: "apidiscovery.k8s.io", Version: "v2", ProtoPackage: "k8s.io.api.apidiscovery.v2"},
}

// foreign lists the packages beside those above whose types the kinds use;
// their types are written by hand, codecs included.
var foreign = []string{"quantity"}

// module is the import path that the folders hang below.
const module = "github.com/pilothouse/pilothouse/proto"
