package discovery

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

type EndpointSlice struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	AddressType     AddressType    `json:"addressType" protobuf:"4" required:"true"`
	Endpoints       []Endpoint     `json:"endpoints" protobuf:"2" listType:"atomic"`
	Ports           []EndpointPort `json:"ports" protobuf:"3" listType:"atomic"`
}

type AddressType string

type Endpoint struct {
	Addresses          []string              `json:"addresses" protobuf:"1" listType:"set" required:"true"`
	Conditions         EndpointConditions    `json:"conditions,omitempty" protobuf:"2"`
	Hostname           *string               `json:"hostname,omitempty" protobuf:"3"`
	TargetRef          *core.ObjectReference `json:"targetRef,omitempty" protobuf:"4"`
	DeprecatedTopology map[string]string     `json:"deprecatedTopology,omitempty" protobuf:"5"`
	NodeName           *string               `json:"nodeName,omitempty" protobuf:"6"`
	Zone               *string               `json:"zone,omitempty" protobuf:"7"`
	Hints              *EndpointHints        `json:"hints,omitempty" protobuf:"8"`
}

type EndpointConditions struct {
	Ready       *bool `json:"ready,omitempty" protobuf:"1"`
	Serving     *bool `json:"serving,omitempty" protobuf:"2"`
	Terminating *bool `json:"terminating,omitempty" protobuf:"3"`
}

type EndpointHints struct {
	ForZones []ForZone `json:"forZones,omitempty" protobuf:"1" listType:"atomic"`
	ForNodes []ForNode `json:"forNodes,omitempty" protobuf:"2" listType:"atomic"`
}

type ForZone struct {
	Name string `json:"name" protobuf:"1" required:"true"`
}

type ForNode struct {
	Name string `json:"name" protobuf:"1" required:"true"`
}

// +mapType=atomic
type EndpointPort struct {
	Name        *string        `json:"name,omitempty" protobuf:"1"`
	Protocol    *core.Protocol `json:"protocol,omitempty" protobuf:"2"`
	Port        *int32         `json:"port,omitempty" protobuf:"3"`
	AppProtocol *string        `json:"appProtocol,omitempty" protobuf:"4"`
}

type EndpointSliceList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []EndpointSlice `json:"items" protobuf:"2" required:"true"`
}
