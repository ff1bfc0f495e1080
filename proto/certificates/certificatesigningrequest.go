package certificates

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// CertificateSigningRequest is TODO.
type CertificateSigningRequest struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            CertificateSigningRequestSpec   `json:"spec" protobuf:"2" required:"true"`
	Status          CertificateSigningRequestStatus `json:"status,omitempty" protobuf:"3"`
}

// CertificateSigningRequestSpec is TODO.
type CertificateSigningRequestSpec struct {
	Request           []byte                `json:"request" protobuf:"1" required:"true"`
	SignerName        string                `json:"signerName" protobuf:"7" required:"true"`
	ExpirationSeconds *int32                `json:"expirationSeconds,omitempty" protobuf:"8"`
	Usages            []KeyUsage            `json:"usages,omitempty" protobuf:"5" listType:"atomic"`
	Username          string                `json:"username,omitempty" protobuf:"2"`
	UID               string                `json:"uid,omitempty" protobuf:"3"`
	Groups            []string              `json:"groups,omitempty" protobuf:"4" listType:"atomic"`
	Extra             map[string]ExtraValue `json:"extra,omitempty" protobuf:"6"`
}

// KeyUsage is TODO.
type KeyUsage string

const (
	UsageSigning           KeyUsage = "signing"
	UsageDigitalSignature  KeyUsage = "digital signature"
	UsageContentCommitment KeyUsage = "content commitment"
	UsageKeyEncipherment   KeyUsage = "key encipherment"
	UsageKeyAgreement      KeyUsage = "key agreement"
	UsageDataEncipherment  KeyUsage = "data encipherment"
	UsageCertSign          KeyUsage = "cert sign"
	UsageCRLSign           KeyUsage = "crl sign"
	UsageEncipherOnly      KeyUsage = "encipher only"
	UsageDecipherOnly      KeyUsage = "decipher only"
	UsageAny               KeyUsage = "any"
	UsageServerAuth        KeyUsage = "server auth"
	UsageClientAuth        KeyUsage = "client auth"
	UsageCodeSigning       KeyUsage = "code signing"
	UsageEmailProtection   KeyUsage = "email protection"
	UsageSMIME             KeyUsage = "s/mime"
	UsageIPsecEndSystem    KeyUsage = "ipsec end system"
	UsageIPsecTunnel       KeyUsage = "ipsec tunnel"
	UsageIPsecUser         KeyUsage = "ipsec user"
	UsageTimestamping      KeyUsage = "timestamping"
	UsageOCSPSigning       KeyUsage = "ocsp signing"
	UsageMicrosoftSGC      KeyUsage = "microsoft sgc"
	UsageNetscapeSGC       KeyUsage = "netscape sgc"
)

// ExtraValue is TODO.
type ExtraValue []string

// CertificateSigningRequestStatus is TODO.
type CertificateSigningRequestStatus struct {
	Conditions  []CertificateSigningRequestCondition `json:"conditions,omitempty" protobuf:"1" listType:"map" listMapKey:"type"`
	Certificate []byte                               `json:"certificate,omitempty" protobuf:"2"`
}

// CertificateSigningRequestCondition is TODO.
type CertificateSigningRequestCondition struct {
	Type               RequestConditionType `json:"type" protobuf:"1" required:"true"`
	Status             core.ConditionStatus `json:"status" protobuf:"6" required:"true"`
	Reason             string               `json:"reason,omitempty" protobuf:"2"`
	Message            string               `json:"message,omitempty" protobuf:"3"`
	LastUpdateTime     meta.Time            `json:"lastUpdateTime,omitempty" protobuf:"4"`
	LastTransitionTime meta.Time            `json:"lastTransitionTime,omitempty" protobuf:"5"`
}

// RequestConditionType is TODO.
type RequestConditionType string

const (
	CertificateApproved RequestConditionType = "Approved"
	CertificateDenied   RequestConditionType = "Denied"
	CertificateFailed   RequestConditionType = "Failed"
)

// CertificateSigningRequestList is what a list of CertificateSigningRequest objects is answered with.
type CertificateSigningRequestList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []CertificateSigningRequest `json:"items" protobuf:"2" required:"true"`
}
