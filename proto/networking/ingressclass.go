package networking

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// IngressClass is TODO.
type IngressClass struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            IngressClassSpec `json:"spec,omitempty" protobuf:"2"`
}

// IngressClassSpec is TODO.
type IngressClassSpec struct {
	Controller string                           `json:"controller,omitempty" protobuf:"1"`
	Parameters *IngressClassParametersReference `json:"parameters,omitempty" protobuf:"2"`
}

// IngressClassParametersReference is TODO.
type IngressClassParametersReference struct {
	APIGroup  *string `json:"apiGroup,omitempty" protobuf:"1"`
	Kind      string  `json:"kind" protobuf:"2" required:"true"`
	Name      string  `json:"name" protobuf:"3" required:"true"`
	Scope     *string `json:"scope" protobuf:"4"`
	Namespace *string `json:"namespace,omitempty" protobuf:"5"`
}

// IngressClassList is what a list of IngressClass objects is answered with.
type IngressClassList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []IngressClass `json:"items" protobuf:"2" required:"true"`
}
