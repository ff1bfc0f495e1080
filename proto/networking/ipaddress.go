package networking

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// IPAddress is TODO.
type IPAddress struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            IPAddressSpec `json:"spec,omitempty" protobuf:"2" required:"true"`
}

// IPAddressSpec is TODO.
type IPAddressSpec struct {
	ParentRef *ParentReference `json:"parentRef,omitempty" protobuf:"1" required:"true"`
}

// ParentReference is TODO.
type ParentReference struct {
	Group     string `json:"group,omitempty" protobuf:"1"`
	Resource  string `json:"resource,omitempty" protobuf:"2" required:"true"`
	Namespace string `json:"namespace,omitempty" protobuf:"3"`
	Name      string `json:"name,omitempty" protobuf:"4" required:"true"`
}

// IPAddressList is what a list of IPAddress objects is answered with.
type IPAddressList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []IPAddress `json:"items" protobuf:"2" required:"true"`
}
