package meta

type APIVersions struct {
	TypeMeta                   `json:",inline"`
	Versions                   []string                    `json:"versions" protobuf:"1" listType:"atomic" required:"true"`
	ServerAddressByClientCIDRs []ServerAddressByClientCIDR `json:"serverAddressByClientCIDRs" protobuf:"2" listType:"atomic" required:"true"`
}

type ServerAddressByClientCIDR struct {
	ClientCIDR    string `json:"clientCIDR" protobuf:"1" required:"true"`
	ServerAddress string `json:"serverAddress" protobuf:"2" required:"true"`
}

type APIGroupList struct {
	TypeMeta `json:",inline"`
	Groups   []APIGroup `json:"groups" protobuf:"1" listType:"atomic" required:"true"`
}

type APIGroup struct {
	TypeMeta                   `json:",inline"`
	Name                       string                      `json:"name" protobuf:"1" required:"true"`
	Versions                   []GroupVersionForDiscovery  `json:"versions" protobuf:"2" listType:"atomic" required:"true"`
	PreferredVersion           GroupVersionForDiscovery    `json:"preferredVersion,omitempty" protobuf:"3"`
	ServerAddressByClientCIDRs []ServerAddressByClientCIDR `json:"serverAddressByClientCIDRs,omitempty" protobuf:"4" listType:"atomic"`
}

type GroupVersionForDiscovery struct {
	GroupVersion string `json:"groupVersion" protobuf:"1" required:"true"`
	Version      string `json:"version" protobuf:"2" required:"true"`
}

type APIResourceList struct {
	TypeMeta     `json:",inline"`
	GroupVersion string        `json:"groupVersion" protobuf:"1" required:"true"`
	APIResources []APIResource `json:"resources" protobuf:"2" listType:"atomic" required:"true"`
}

type APIResource struct {
	Name               string   `json:"name" protobuf:"1" required:"true"`
	SingularName       string   `json:"singularName" protobuf:"6" required:"true"`
	Namespaced         bool     `json:"namespaced" protobuf:"2" required:"true"`
	Group              string   `json:"group,omitempty" protobuf:"8"`
	Version            string   `json:"version,omitempty" protobuf:"9"`
	Kind               string   `json:"kind" protobuf:"3" required:"true"`
	Verbs              Verbs    `json:"verbs" protobuf:"4" required:"true"`
	ShortNames         []string `json:"shortNames,omitempty" protobuf:"5" listType:"atomic"`
	Categories         []string `json:"categories,omitempty" protobuf:"7" listType:"atomic"`
	StorageVersionHash string   `json:"storageVersionHash,omitempty" protobuf:"10"`
}

// Verbs lists what can be done with a resource. It is a type of its own
// because protobuf must tell an empty list from none.
type Verbs []string
