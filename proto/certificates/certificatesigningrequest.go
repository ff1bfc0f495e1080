package certificates

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// CertificateSigningRequest asks the cluster for a certificate: somebody
// makes it, somebody with the right to do so approves it, and the signer that
// it names puts the certificate into its status.
type CertificateSigningRequest struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is asked for. It cannot be changed later.
	Spec CertificateSigningRequestSpec `json:"spec" protobuf:"2" required:"true"`
	// Whether it was approved, and the certificate.
	Status CertificateSigningRequestStatus `json:"status,omitempty" protobuf:"3"`
}

// CertificateSigningRequestSpec is what is asked for, and by whom.
type CertificateSigningRequestSpec struct {
	// A certificate request of PKCS#10, as one PEM block of type CERTIFICATE
	// REQUEST. In JSON the whole block is in base64 once more. Required.
	Request []byte `json:"request" protobuf:"1" required:"true"`
	// Who is to sign: a domain and a path, such as example.com/web.
	// Kubernetes' own signers are kubernetes.io/kube-apiserver-client
	// (clients of the API; nobody approves these by himself),
	// kubernetes.io/kube-apiserver-client-kubelet (kubelets as clients;
	// approved by the cluster) and kubernetes.io/kubelet-serving (what
	// kubelets serve with; approved by people or add-ons). Signers say what
	// they accept and sign. Can be selected by: spec.signerName. Required.
	SignerName string `json:"signerName" protobuf:"7" required:"true"`
	// How long the certificate should be valid, in seconds, at least 600.
	// The signer may make it otherwise; nothing leaves it to the signer.
	ExpirationSeconds *int32 `json:"expirationSeconds,omitempty" protobuf:"8"`
	// What the key may be used for, such as "client auth", "server auth" and
	// "digital signature". At least one, none twice.
	Usages []KeyUsage `json:"usages,omitempty" protobuf:"5" listType:"atomic"`
	// Who made the request. Set by the server.
	Username string `json:"username,omitempty" protobuf:"2"`
	// The UID of who made the request. Set by the server.
	UID string `json:"uid,omitempty" protobuf:"3"`
	// The groups of who made the request. Set by the server.
	Groups []string `json:"groups,omitempty" protobuf:"4" listType:"atomic"`
	// What else the credentials of who made the request told. Set by the
	// server.
	Extra map[string]ExtraValue `json:"extra,omitempty" protobuf:"6"`
}

// KeyUsage is a use that a key is put to.
//
// +enum
type KeyUsage string

// The values of KeyUsage.
const (
	// UsageSigning lets the key sign anything.
	UsageSigning KeyUsage = "signing"
	// UsageDigitalSignature lets the key sign other things than
	// certificates.
	UsageDigitalSignature KeyUsage = "digital signature"
	// UsageContentCommitment lets the key sign what must not be denied
	// afterwards.
	UsageContentCommitment KeyUsage = "content commitment"
	// UsageKeyEncipherment lets the key encrypt keys.
	UsageKeyEncipherment KeyUsage = "key encipherment"
	// UsageKeyAgreement lets the key agree on keys.
	UsageKeyAgreement KeyUsage = "key agreement"
	// UsageDataEncipherment lets the key encrypt data.
	UsageDataEncipherment KeyUsage = "data encipherment"
	// UsageCertSign lets the key sign certificates.
	UsageCertSign KeyUsage = "cert sign"
	// UsageCRLSign lets the key sign lists of revoked certificates.
	UsageCRLSign KeyUsage = "crl sign"
	// UsageEncipherOnly lets a key that agrees on keys encrypt only.
	UsageEncipherOnly KeyUsage = "encipher only"
	// UsageDecipherOnly lets a key that agrees on keys decrypt only.
	UsageDecipherOnly KeyUsage = "decipher only"
	// UsageAny puts no limit to extended uses.
	UsageAny KeyUsage = "any"
	// UsageServerAuth lets a server prove who it is.
	UsageServerAuth KeyUsage = "server auth"
	// UsageClientAuth lets a client prove who it is.
	UsageClientAuth KeyUsage = "client auth"
	// UsageCodeSigning lets the key sign programs.
	UsageCodeSigning KeyUsage = "code signing"
	// UsageEmailProtection lets the key protect mail.
	UsageEmailProtection KeyUsage = "email protection"
	// UsageSMIME is another name for mail.
	UsageSMIME KeyUsage = "s/mime"
	// UsageIPsecEndSystem is for an end of IPsec.
	UsageIPsecEndSystem KeyUsage = "ipsec end system"
	// UsageIPsecTunnel is for a tunnel of IPsec.
	UsageIPsecTunnel KeyUsage = "ipsec tunnel"
	// UsageIPsecUser is for a user of IPsec.
	UsageIPsecUser KeyUsage = "ipsec user"
	// UsageTimestamping lets the key certify times.
	UsageTimestamping KeyUsage = "timestamping"
	// UsageOCSPSigning lets the key sign answers about revocations.
	UsageOCSPSigning KeyUsage = "ocsp signing"
	// UsageMicrosoftSGC is an old way to strong encryption.
	UsageMicrosoftSGC KeyUsage = "microsoft sgc"
	// UsageNetscapeSGC is an old way to strong encryption.
	UsageNetscapeSGC KeyUsage = "netscape sgc"
)

// ExtraValue is the values of one extra attribute of a user.
type ExtraValue []string

// CertificateSigningRequestStatus is what became of a request.
type CertificateSigningRequestStatus struct {
	// Whether the request was approved, denied or has failed.
	Conditions []CertificateSigningRequestCondition `json:"conditions,omitempty" protobuf:"1" listType:"map" listMapKey:"type"`
	// The certificate, when it was issued: PEM blocks of type CERTIFICATE,
	// the leaf first, then what the signer thinks is needed to verify it. It
	// cannot be changed once it is there.
	Certificate []byte `json:"certificate,omitempty" protobuf:"2"`
}

// CertificateSigningRequestCondition is one thing that happened to a request.
type CertificateSigningRequestCondition struct {
	// What happened: Approved, Denied, Failed, or a word of a signer's own.
	// Approved and Denied are set through the approval subresource, exclude
	// each other and cannot be taken back.
	Type RequestConditionType `json:"type" protobuf:"1" required:"true"`
	// Whether it holds: True, False or Unknown; only True for Approved,
	// Denied and Failed.
	Status core.ConditionStatus `json:"status" protobuf:"6" required:"true"`
	// Why, one word in CamelCase for programs.
	Reason string `json:"reason,omitempty" protobuf:"2"`
	// Why, in words for people.
	Message string `json:"message,omitempty" protobuf:"3"`
	// When the condition was last written.
	LastUpdateTime meta.Time `json:"lastUpdateTime,omitempty" protobuf:"4"`
	// When the status last changed from one value to another. Set by the
	// server when it is left out.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"5"`
}

// RequestConditionType is what happened to a request.
type RequestConditionType string

// The values of RequestConditionType.
const (
	// CertificateApproved says that the signer is to sign.
	CertificateApproved RequestConditionType = "Approved"
	// CertificateDenied says that the signer is not to sign.
	CertificateDenied RequestConditionType = "Denied"
	// CertificateFailed says that the signer could not sign.
	CertificateFailed RequestConditionType = "Failed"
)

// CertificateSigningRequestList is what a list of CertificateSigningRequest objects is answered with.
type CertificateSigningRequestList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []CertificateSigningRequest `json:"items" protobuf:"2" required:"true"`
}
