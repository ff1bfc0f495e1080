package authn

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"sync"
	"time"
)

// certificates remembers whom a verified certificate stands for: verifying
// costs far more than most requests, and a connection shows the same one each
// time.
type certificates struct {
	mu    sync.RWMutex
	known map[[sha256.Size]byte]verified
}

type verified struct {
	user  *User
	until time.Time
}

// maxKnown bounds the memory that strangers' certificates can take; the memory
// is emptied when it is reached.
const maxKnown = 10000

// fromCertificate is the subject of a chain's leaf, its organizations being
// its groups.
func (a *Authenticator) fromCertificate(chain []*x509.Certificate) (*User, error) {
	if a.Authorities == nil {
		return nil, nil
	}
	u, ok := a.verified.verify(chain, a.Authorities)
	if !ok || u.Name == "" {
		return nil, ErrCredentials
	}
	return u, nil
}

// verify is the subject of a chain's leaf if authorities have signed it.
func (c *certificates) verify(chain []*x509.Certificate, authorities *x509.CertPool) (*User, bool) {
	leaf := chain[0]
	sum := sha256.Sum256(leaf.Raw)
	if u := c.get(sum); u != nil {
		return u, true
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: authorities, Intermediates: between,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	if err != nil {
		return nil, false
	}
	u := &User{Name: leaf.Subject.CommonName, UID: subjectUID(leaf),
		Groups: append(append([]string{}, leaf.Subject.Organization...), Authenticated),
		Extra:  map[string][]string{CredentialID: {"X509SHA256=" + hex.EncodeToString(sum[:])}}}
	c.put(sum, verified{u, leaf.NotAfter})
	return u, true
}

// uidOID is the part of a subject that may hold the user's uid.
var uidOID = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57683, 2}

func subjectUID(c *x509.Certificate) string {
	for _, n := range c.Subject.Names {
		if s, ok := n.Value.(string); ok && n.Type.Equal(uidOID) {
			return s
		}
	}
	return ""
}

func (c *certificates) get(sum [sha256.Size]byte) *User {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if v, ok := c.known[sum]; ok && time.Now().Before(v.until) {
		return v.user
	}
	return nil
}

func (c *certificates) put(sum [sha256.Size]byte, v verified) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= maxKnown {
		c.known = map[[sha256.Size]byte]verified{}
	}
	c.known[sum] = v
}

func decodeBase64(s string) string {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return ""
	}
	return string(b)
}
