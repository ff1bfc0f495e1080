package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type Secret struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Immutable       *bool             `json:"immutable,omitempty" protobuf:"5"`
	Data            map[string][]byte `json:"data,omitempty" protobuf:"2"`
	StringData      map[string]string `json:"stringData,omitempty" protobuf:"4"`
	Type            SecretType        `json:"type,omitempty" protobuf:"3"`
}

type SecretType string

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

type SecretList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []Secret `json:"items" protobuf:"2" required:"true"`
}
