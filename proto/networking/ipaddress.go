package networking

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// IPAddress is an address that is in use: its name is the address, in the
// canonical form.
type IPAddress struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What uses the address.
	Spec IPAddressSpec `json:"spec,omitempty" protobuf:"2" required:"true"`
}

// IPAddressSpec says what uses an address.
type IPAddressSpec struct {
	// The object that uses the address. Required, and it cannot be changed.
	ParentRef *ParentReference `json:"parentRef,omitempty" protobuf:"1" required:"true"`
}

// ParentReference names an object that uses an address.
type ParentReference struct {
	// The group of the object.
	Group string `json:"group,omitempty" protobuf:"1"`
	// The object's resource, such as services. Required.
	Resource string `json:"resource,omitempty" protobuf:"2" required:"true"`
	// Where the object is.
	Namespace string `json:"namespace,omitempty" protobuf:"3"`
	// The object's name. Required.
	Name string `json:"name,omitempty" protobuf:"4" required:"true"`
}

// IPAddressList is what a list of IPAddress objects is answered with.
type IPAddressList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []IPAddress `json:"items" protobuf:"2" required:"true"`
}
