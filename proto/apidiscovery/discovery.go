package apidiscovery

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type APIGroupDiscoveryList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []APIGroupDiscovery `json:"items" protobuf:"2"`
}

type APIGroupDiscovery struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Versions        []APIVersionDiscovery `json:"versions,omitempty" protobuf:"2"`
}

type APIVersionDiscovery struct {
	Version   string                 `json:"version" protobuf:"1"`
	Resources []APIResourceDiscovery `json:"resources,omitempty" protobuf:"2"`
	Freshness DiscoveryFreshness     `json:"freshness,omitempty" protobuf:"3"`
}

type APIResourceDiscovery struct {
	Resource         string                    `json:"resource" protobuf:"1"`
	ResponseKind     *meta.GroupVersionKind    `json:"responseKind,omitempty" protobuf:"2"`
	Scope            ResourceScope             `json:"scope" protobuf:"3"`
	SingularResource string                    `json:"singularResource" protobuf:"4"`
	Verbs            []string                  `json:"verbs" protobuf:"5"`
	ShortNames       []string                  `json:"shortNames,omitempty" protobuf:"6"`
	Categories       []string                  `json:"categories,omitempty" protobuf:"7"`
	Subresources     []APISubresourceDiscovery `json:"subresources,omitempty" protobuf:"8"`
}

type ResourceScope string

const (
	ScopeCluster   ResourceScope = "Cluster"
	ScopeNamespace ResourceScope = "Namespaced"
)

type APISubresourceDiscovery struct {
	Subresource   string                  `json:"subresource" protobuf:"1"`
	ResponseKind  *meta.GroupVersionKind  `json:"responseKind,omitempty" protobuf:"2"`
	AcceptedTypes []meta.GroupVersionKind `json:"acceptedTypes,omitempty" protobuf:"3"`
	Verbs         []string                `json:"verbs" protobuf:"4"`
}

type DiscoveryFreshness string

const (
	DiscoveryFreshnessCurrent DiscoveryFreshness = "Current"
	DiscoveryFreshnessStale   DiscoveryFreshness = "Stale"
)
