package discovery

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// EndpointSlice is a part of the addresses behind a Service. A Service has as
// many slices as it needs, so that one change costs little however many
// endpoints there are.
type EndpointSlice struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// The kind of addresses in the slice: IPv4, IPv6 or FQDN. It cannot be
	// changed.
	AddressType AddressType `json:"addressType" protobuf:"4" required:"true"`
	// The endpoints, at most 1000.
	Endpoints []Endpoint `json:"endpoints" protobuf:"2" listType:"atomic"`
	// The ports that every endpoint in the slice serves.
	Ports []EndpointPort `json:"ports" protobuf:"3" listType:"atomic"`
}

// AddressType is a kind of address.
//
// +enum
type AddressType string

// Endpoint is one backend of a Service.
type Endpoint struct {
	// Its addresses, at least one. Consumers use the first.
	Addresses []string `json:"addresses" protobuf:"1" listType:"set" required:"true"`
	// Whether traffic may be sent to it.
	Conditions EndpointConditions `json:"conditions,omitempty" protobuf:"2"`
	// Its host name, which becomes part of a DNS name for a headless Service.
	Hostname *string `json:"hostname,omitempty" protobuf:"3"`
	// The object behind it, mostly a Pod.
	TargetRef *core.ObjectReference `json:"targetRef,omitempty" protobuf:"4"`
	// Deprecated: use nodeName and zone. Where the endpoint is.
	DeprecatedTopology map[string]string `json:"deprecatedTopology,omitempty" protobuf:"5"`
	// The node it runs on.
	NodeName *string `json:"nodeName,omitempty" protobuf:"6"`
	// The zone it is in.
	Zone *string `json:"zone,omitempty" protobuf:"7"`
	// Which clients should prefer it.
	Hints *EndpointHints `json:"hints,omitempty" protobuf:"8"`
}

// EndpointConditions say whether an endpoint serves.
type EndpointConditions struct {
	// Whether it can take new connections. Unset counts as true. False while
	// it ends.
	Ready *bool `json:"ready,omitempty" protobuf:"1"`
	// Whether it answers, even while it ends. Unset counts as ready.
	Serving *bool `json:"serving,omitempty" protobuf:"2"`
	// Whether it is about to end. Unset counts as false.
	Terminating *bool `json:"terminating,omitempty" protobuf:"3"`
}

// EndpointHints say which clients should prefer an endpoint.
type EndpointHints struct {
	// The zones whose clients should. At most 8.
	ForZones []ForZone `json:"forZones,omitempty" protobuf:"1" listType:"atomic"`
	// The nodes whose clients should. At most 8.
	ForNodes []ForNode `json:"forNodes,omitempty" protobuf:"2" listType:"atomic"`
}

// ForZone names a zone.
type ForZone struct {
	// The zone.
	Name string `json:"name" protobuf:"1" required:"true"`
}

// ForNode names a node.
type ForNode struct {
	// The node.
	Name string `json:"name" protobuf:"1" required:"true"`
}

// EndpointPort is a port that the endpoints of a slice serve.
//
// +mapType=atomic
type EndpointPort struct {
	// The name of the Service's port; empty if the Service has only one.
	// Unique in the slice.
	Name *string `json:"name,omitempty" protobuf:"1"`
	// TCP (the default), UDP or SCTP.
	Protocol *core.Protocol `json:"protocol,omitempty" protobuf:"2"`
	// The port number. Unset is all ports.
	Port *int32 `json:"port,omitempty" protobuf:"3"`
	// What is spoken on the port, such as https or a name with a domain
	// prefix.
	AppProtocol *string `json:"appProtocol,omitempty" protobuf:"4"`
}

// EndpointSliceList is what a list of EndpointSlice objects is answered with.
type EndpointSliceList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []EndpointSlice `json:"items" protobuf:"2" required:"true"`
}
