package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Secret holds what few may know: passwords, tokens, keys. At most 1 MiB.
type Secret struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// Whether the data is fixed for good. It cannot be unset again.
	Immutable *bool `json:"immutable,omitempty" protobuf:"5"`
	// Bytes by key, base64 in JSON. A key has letters, digits, '-', '_' and
	// '.'.
	Data map[string][]byte `json:"data,omitempty" protobuf:"2"`
	// Texts by key, for writing only: they become data, and win over it.
	StringData map[string]string `json:"stringData,omitempty" protobuf:"4"`
	// What the data means, and which keys must be there. Default: Opaque. It
	// cannot be changed.
	Type SecretType `json:"type,omitempty" protobuf:"3"`
}

// SecretType says what the data of a Secret means.
type SecretType string

// The values of SecretType.
const (
	SecretTypeOpaque              SecretType = "Opaque"
	SecretTypeServiceAccountToken SecretType = "kubernetes.io/service-account-token"
	SecretTypeDockercfg           SecretType = "kubernetes.io/dockercfg"
	SecretTypeDockerConfigJson    SecretType = "kubernetes.io/dockerconfigjson"
	SecretTypeBasicAuth           SecretType = "kubernetes.io/basic-auth"
	SecretTypeSSHAuth             SecretType = "kubernetes.io/ssh-auth"
	SecretTypeTLS                 SecretType = "kubernetes.io/tls"
	SecretTypeBootstrapToken      SecretType = "bootstrap.kubernetes.io/token"
)

// SecretList is what a list of Secret objects is answered with.
type SecretList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []Secret `json:"items" protobuf:"2" required:"true"`
}
