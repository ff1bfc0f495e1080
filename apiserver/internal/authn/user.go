package authn

// Names of what Extra tells about a user.
const (
	// CredentialID names the certificate or token that was presented.
	CredentialID = "authentication.kubernetes.io/credential-id"
	podNameKey   = "authentication.kubernetes.io/pod-name"
	podUIDKey    = "authentication.kubernetes.io/pod-uid"
	nodeNameKey  = "authentication.kubernetes.io/node-name"
	nodeUIDKey   = "authentication.kubernetes.io/node-uid"
)
