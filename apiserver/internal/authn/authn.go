// Package authn says who sends a request: the subject of a verified client
// certificate, the holder of a bearer token, or nobody (system:anonymous). A
// credential that is presented and not good is refused; it never falls back to
// nobody.
package authn

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"slices"
	"strings"
)

// The names of those who have no account.
const (
	// Anonymous sends requests without credentials.
	Anonymous = "system:anonymous"
	// Authenticated is the group of all who proved who they are.
	Authenticated = "system:authenticated"
	// Unauthenticated is the group of Anonymous.
	Unauthenticated = "system:unauthenticated"
)

// User is who sends a request.
type User struct {
	// Name is unique in the cluster.
	Name string
	// UID tells apart two users who had the same name at different times; it
	// may be empty.
	UID string
	// Groups are those the user is a member of.
	Groups []string
	// Extra is what else the credential tells.
	Extra map[string][]string
}

// In says whether the user is a member of a group.
func (u *User) In(group string) bool { return slices.Contains(u.Groups, group) }

// ErrCredentials says that a credential was presented that is not good.
var ErrCredentials = errors.New("invalid credentials")

// TokenChecker knows the holders of bearer tokens.
type TokenChecker interface {
	// User is the holder of the token; nil when the checker does not know
	// tokens of this form, ErrCredentials when it does and this one is bad.
	User(ctx context.Context, token string) (*User, error)
}

// Authenticator tells who sends a request.
type Authenticator struct {
	// Authorities sign the client certificates that count.
	Authorities *x509.CertPool
	// Tokens are asked in turn.
	Tokens []TokenChecker

	verified certificates
}

// User is who sends r: from its certificate, else its bearer token, else
// Anonymous.
func (a *Authenticator) User(r *http.Request) (*User, error) {
	if u, ok := r.Context().Value(userKey{}).(*User); ok {
		return u, nil
	}
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		if u, err := a.fromCertificate(r.TLS.PeerCertificates); u != nil || err != nil {
			return u, err
		}
	}
	token, ok := bearer(r)
	if !ok {
		return &User{Name: Anonymous, Groups: []string{Unauthenticated}}, nil
	}
	for _, t := range a.Tokens {
		if u, err := t.User(r.Context(), token); u != nil || err != nil {
			return u, err
		}
	}
	return nil, ErrCredentials
}

// bearerProtocol is how a browser, which cannot set headers on a WebSocket,
// sends its token.
const bearerProtocol = "base64url.bearer.authorization.k8s.io."

// bearer takes the token off the Authorization header or off a WebSocket's
// subprotocols.
func bearer(r *http.Request) (string, bool) {
	h := r.Header.Get("Authorization")
	scheme, token, _ := strings.Cut(h, " ")
	if strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token), true
	}
	for p := range strings.SplitSeq(r.Header.Get("Sec-Websocket-Protocol"), ",") {
		if b64, ok := strings.CutPrefix(strings.TrimSpace(p), bearerProtocol); ok {
			return decodeBase64(b64), true
		}
	}
	return "", false
}
