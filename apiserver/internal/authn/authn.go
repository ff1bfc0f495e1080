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
var ErrCredentials = errors.New("invalid bearer token")

// TokenChecker knows the holders of bearer tokens.
type TokenChecker interface {
	// Holder is whom the token is for, and those of the audiences that it is
	// good for. It is nil when the checker does not know tokens of this form; an
	// error says what is wrong with a token that it does know.
	Holder(ctx context.Context, token string, audiences []string) (*User, []string, error)
}

// Authenticator tells who sends a request.
type Authenticator struct {
	// Authorities sign the client certificates that count.
	Authorities *x509.CertPool
	// Proxy, when set, believes the headers of a proxy in front.
	Proxy *FrontProxy
	// Tokens are asked in turn.
	Tokens []TokenChecker
	// Audiences are those that this server answers to.
	Audiences []string
	// RefuseAnonymous turns away those who present no credentials.
	RefuseAnonymous bool

	verified certificates
}

// User is who sends r: whom a trusted proxy names, else from its certificate,
// else its bearer token, else Anonymous.
func (a *Authenticator) User(r *http.Request) (*User, error) {
	if u, ok := r.Context().Value(userKey{}).(*User); ok {
		return u, nil
	}
	if a.Proxy != nil {
		if u, err := a.Proxy.User(r); u != nil || err != nil {
			return u, err
		}
	}
	bad := a.RefuseAnonymous
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		u, err := a.fromCertificate(r.TLS.PeerCertificates)
		if u != nil {
			return u, nil
		}
		bad = bad || err != nil // A token may still speak for the client.
	}
	if token, ok := bearer(r); ok {
		u, _, err := a.Holder(r.Context(), token, a.Audiences)
		return u, err
	}
	if bad {
		return nil, ErrCredentials
	}
	return &User{Name: Anonymous, Groups: []string{Unauthenticated}}, nil
}

// Holder is whom a bearer token is for, and which of the audiences it is good
// for.
func (a *Authenticator) Holder(ctx context.Context, token string, audiences []string) (*User, []string, error) {
	for _, t := range a.Tokens {
		if u, good, err := t.Holder(ctx, token, audiences); u != nil || err != nil {
			return u, good, err
		}
	}
	return nil, nil, ErrCredentials
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
		token = strings.TrimSpace(token)
		return token, token != ""
	}
	if h := r.Header.Get("Sec-Websocket-Protocol"); h != "" {
		for p := range strings.SplitSeq(h, ",") {
			if b64, ok := strings.CutPrefix(strings.TrimSpace(p), bearerProtocol); ok {
				return decodeBase64(b64), true
			}
		}
	}
	return "", false
}
