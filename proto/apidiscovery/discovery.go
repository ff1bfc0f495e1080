package apidiscovery

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// APIGroupDiscoveryList is everything that a server serves, in one answer.
type APIGroupDiscoveryList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The groups, in the order in which they are to be preferred.
	Items []APIGroupDiscovery `json:"items" protobuf:"2"`
}

// APIGroupDiscovery is one API group. Its metadata.name is the group's name.
type APIGroupDiscovery struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// The versions, in the order in which they are to be preferred.
	Versions []APIVersionDiscovery `json:"versions,omitempty" protobuf:"2"`
}

// APIVersionDiscovery is one version of a group.
type APIVersionDiscovery struct {
	// The version, such as v1.
	Version string `json:"version" protobuf:"1"`
	// The resources of the version.
	Resources []APIResourceDiscovery `json:"resources,omitempty" protobuf:"2"`
	// Current, or Stale when the server behind it could not be asked.
	Freshness DiscoveryFreshness `json:"freshness,omitempty" protobuf:"3"`
}

// APIResourceDiscovery is one resource.
type APIResourceDiscovery struct {
	// The plural name that stands in paths, such as pods.
	Resource string `json:"resource" protobuf:"1"`
	// The kind of the objects.
	ResponseKind *meta.GroupVersionKind `json:"responseKind,omitempty" protobuf:"2"`
	// Cluster or Namespaced.
	Scope ResourceScope `json:"scope" protobuf:"3"`
	// The singular name, such as pod.
	SingularResource string `json:"singularResource" protobuf:"4"`
	// What can be done with it.
	Verbs []string `json:"verbs" protobuf:"5"`
	// Abbreviations that command lines accept.
	ShortNames []string `json:"shortNames,omitempty" protobuf:"6"`
	// Groups of resources that it belongs to, such as all.
	Categories []string `json:"categories,omitempty" protobuf:"7"`
	// Its subresources.
	Subresources []APISubresourceDiscovery `json:"subresources,omitempty" protobuf:"8"`
}

// ResourceScope says whether objects live in namespaces.
type ResourceScope string

// The values of ResourceScope.
const (
	// ScopeCluster: one set of objects for the whole cluster.
	ScopeCluster ResourceScope = "Cluster"
	// ScopeNamespace: a set of objects in every namespace.
	ScopeNamespace ResourceScope = "Namespaced"
)

// APISubresourceDiscovery is one subresource.
type APISubresourceDiscovery struct {
	// The name behind the slash, such as status.
	Subresource string `json:"subresource" protobuf:"1"`
	// The kind that it answers with.
	ResponseKind *meta.GroupVersionKind `json:"responseKind,omitempty" protobuf:"2"`
	// The kinds that it takes; empty means the response kind.
	AcceptedTypes []meta.GroupVersionKind `json:"acceptedTypes,omitempty" protobuf:"3"`
	// What can be done with it.
	Verbs []string `json:"verbs" protobuf:"4"`
}

// DiscoveryFreshness says how far an answer can be trusted.
type DiscoveryFreshness string

// The values of DiscoveryFreshness.
const (
	// DiscoveryFreshnessCurrent: the answer is up to date.
	DiscoveryFreshnessCurrent DiscoveryFreshness = "Current"
	// DiscoveryFreshnessStale: the answer is an old one.
	DiscoveryFreshnessStale DiscoveryFreshness = "Stale"
)
