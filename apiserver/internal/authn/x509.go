package authn

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"sync"
	"time"
)

// certificates remembers whom a verified certificate stands for: verifying
// costs far more than most requests, and a connection shows the same one each
// time.
type certificates struct {
	mu    sync.Mutex
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
	leaf := chain[0]
	sum := sha256.Sum256(leaf.Raw)
	if u := a.verified.get(sum); u != nil {
		return u, nil
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: a.Authorities, Intermediates: between,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	if err != nil {
		return nil, ErrCredentials
	}
	if leaf.Subject.CommonName == "" {
		return nil, ErrCredentials
	}
	u := &User{Name: leaf.Subject.CommonName, Groups: append(append([]string{}, leaf.Subject.Organization...), Authenticated)}
	a.verified.put(sum, verified{u, leaf.NotAfter})
	return u, nil
}

func (c *certificates) get(sum [sha256.Size]byte) *User {
	c.mu.Lock()
	defer c.mu.Unlock()
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
