package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Endpoints is where the traffic of the Service of the same name goes.
// EndpointSlices tell the same for services of any size.
type Endpoints struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// Groups of addresses that serve the same ports.
	Subsets []EndpointSubset `json:"subsets,omitempty" protobuf:"2" listType:"atomic"`
}

// EndpointSubset is a set of addresses, each of which serves each of the
// ports.
type EndpointSubset struct {
	// The addresses that take traffic.
	Addresses []EndpointAddress `json:"addresses,omitempty" protobuf:"1" listType:"atomic"`
	// The addresses that are not ready, or end.
	NotReadyAddresses []EndpointAddress `json:"notReadyAddresses,omitempty" protobuf:"2" listType:"atomic"`
	// The ports.
	Ports []EndpointPort `json:"ports,omitempty" protobuf:"3" listType:"atomic"`
}

// EndpointAddress is one backend.
//
// +mapType=atomic
type EndpointAddress struct {
	// The address; not a loopback or link-local one.
	IP string `json:"ip" protobuf:"1" required:"true"`
	// Its host name, which becomes part of a DNS name for a headless Service.
	Hostname string `json:"hostname,omitempty" protobuf:"3"`
	// The node it is on.
	NodeName *string `json:"nodeName,omitempty" protobuf:"4"`
	// The object behind it, mostly a Pod.
	TargetRef *ObjectReference `json:"targetRef,omitempty" protobuf:"2"`
}

// EndpointPort is one port of a subset.
//
// +mapType=atomic
type EndpointPort struct {
	// The name of the Service's port; needed if there are several.
	Name string `json:"name,omitempty" protobuf:"1"`
	// The port number.
	Port int32 `json:"port" protobuf:"2" required:"true"`
	// TCP (the default), UDP or SCTP.
	Protocol Protocol `json:"protocol,omitempty" protobuf:"3"`
	// What is spoken on the port, such as https or a name with a domain
	// prefix.
	AppProtocol *string `json:"appProtocol,omitempty" protobuf:"4"`
}

// EndpointsList is what a list of Endpoints objects is answered with.
type EndpointsList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []Endpoints `json:"items" protobuf:"2" required:"true"`
}
