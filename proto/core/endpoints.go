package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type Endpoints struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Subsets         []EndpointSubset `json:"subsets,omitempty" protobuf:"2" listType:"atomic"`
}

type EndpointSubset struct {
	Addresses         []EndpointAddress `json:"addresses,omitempty" protobuf:"1" listType:"atomic"`
	NotReadyAddresses []EndpointAddress `json:"notReadyAddresses,omitempty" protobuf:"2" listType:"atomic"`
	Ports             []EndpointPort    `json:"ports,omitempty" protobuf:"3" listType:"atomic"`
}

// +mapType=atomic
type EndpointAddress struct {
	IP        string           `json:"ip" protobuf:"1" required:"true"`
	Hostname  string           `json:"hostname,omitempty" protobuf:"3"`
	NodeName  *string          `json:"nodeName,omitempty" protobuf:"4"`
	TargetRef *ObjectReference `json:"targetRef,omitempty" protobuf:"2"`
}

// +mapType=atomic
type EndpointPort struct {
	Name        string   `json:"name,omitempty" protobuf:"1"`
	Port        int32    `json:"port" protobuf:"2" required:"true"`
	Protocol    Protocol `json:"protocol,omitempty" protobuf:"3"`
	AppProtocol *string  `json:"appProtocol,omitempty" protobuf:"4"`
}

type EndpointsList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []Endpoints `json:"items" protobuf:"2" required:"true"`
}
