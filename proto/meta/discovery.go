package meta

// APIVersions is what /api answers: the versions of the group without a name.
type APIVersions struct {
	TypeMeta `json:",inline"`
	// The versions served, such as v1.
	Versions []string `json:"versions" protobuf:"1" listType:"atomic" required:"true"`
	// Which address clients are to use, by where they are.
	ServerAddressByClientCIDRs []ServerAddressByClientCIDR `json:"serverAddressByClientCIDRs" protobuf:"2" listType:"atomic" required:"true"`
}

// ServerAddressByClientCIDR is the server's address for the clients of one
// network.
type ServerAddressByClientCIDR struct {
	// The network of the clients; 0.0.0.0/0 is all of them.
	ClientCIDR string `json:"clientCIDR" protobuf:"1" required:"true"`
	// The host, or host and port, that they reach the server at.
	ServerAddress string `json:"serverAddress" protobuf:"2" required:"true"`
}

// APIGroupList is what /apis answers: every group with a name.
type APIGroupList struct {
	TypeMeta `json:",inline"`
	// The groups served.
	Groups []APIGroup `json:"groups" protobuf:"1" listType:"atomic" required:"true"`
}

// APIGroup names one API group and its versions.
type APIGroup struct {
	TypeMeta `json:",inline"`
	// The group's name, such as apps.
	Name string `json:"name" protobuf:"1" required:"true"`
	// The versions served.
	Versions []GroupVersionForDiscovery `json:"versions" protobuf:"2" listType:"atomic" required:"true"`
	// The version to use when the client has no wish.
	PreferredVersion GroupVersionForDiscovery `json:"preferredVersion,omitempty" protobuf:"3"`
	// Which address clients are to use, by where they are.
	ServerAddressByClientCIDRs []ServerAddressByClientCIDR `json:"serverAddressByClientCIDRs,omitempty" protobuf:"4" listType:"atomic"`
}

// GroupVersionForDiscovery is a version in both its spellings.
type GroupVersionForDiscovery struct {
	// The group and version, such as apps/v1.
	GroupVersion string `json:"groupVersion" protobuf:"1" required:"true"`
	// The version alone, such as v1.
	Version string `json:"version" protobuf:"2" required:"true"`
}

// APIResourceList is what a group version's path answers: its resources.
type APIResourceList struct {
	TypeMeta `json:",inline"`
	// The group and version that the resources belong to.
	GroupVersion string `json:"groupVersion" protobuf:"1" required:"true"`
	// The resources and subresources served.
	APIResources []APIResource `json:"resources" protobuf:"2" listType:"atomic" required:"true"`
}

// APIResource describes one resource or subresource and what can be done with
// it.
type APIResource struct {
	// The plural name that stands in paths, such as pods or pods/log.
	Name string `json:"name" protobuf:"1" required:"true"`
	// The singular name, such as pod.
	SingularName string `json:"singularName" protobuf:"6" required:"true"`
	// Whether objects live in namespaces.
	Namespaced bool `json:"namespaced" protobuf:"2" required:"true"`
	// The group of the kind, when it is not the list's own: a scale is of
	// autoscaling.
	Group string `json:"group,omitempty" protobuf:"8"`
	// The version of the kind, when it is not the list's own.
	Version string `json:"version,omitempty" protobuf:"9"`
	// The kind of the objects, such as Pod.
	Kind string `json:"kind" protobuf:"3" required:"true"`
	// What can be done: get, list, watch, create, update, patch, delete,
	// deletecollection.
	Verbs Verbs `json:"verbs" protobuf:"4" required:"true"`
	// Abbreviations that command lines accept, such as po.
	ShortNames []string `json:"shortNames,omitempty" protobuf:"5" listType:"atomic"`
	// Groups of resources that the resource belongs to, such as all.
	Categories []string `json:"categories,omitempty" protobuf:"7" listType:"atomic"`
	// A hash that changes when the stored version does.
	StorageVersionHash string `json:"storageVersionHash,omitempty" protobuf:"10"`
}

// Verbs lists what can be done with a resource. It is a type of its own
// because protobuf must tell an empty list from none.
type Verbs []string
