package authn

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// ServiceAccounts signs the tokens of service accounts and checks them.
type ServiceAccounts struct {
	// Key signs and verifies.
	Key *ecdsa.PrivateKey
	// Issuer is who tokens say signed them.
	Issuer string
	// Audiences are those that the server answers to; a token made for nobody
	// in particular is for all of them.
	Audiences []string
	// Lives says whether the account with that uid still exists, and the pod or
	// secret that a token is bound to, if any. A nil func trusts the signature.
	Lives func(ctx context.Context, b Binding) bool
}

// Binding is what a token stands and falls with.
type Binding struct {
	// Namespace and Name are the account's.
	Namespace, Name string
	// UID is the account's.
	UID string
	// Kind is Pod, Secret or Node when the token is bound to one, else empty.
	Kind string
	// BoundName and BoundUID name that object.
	BoundName, BoundUID string
}

// claims are the contents of a token.
type claims struct {
	jwt.RegisteredClaims
	Private private `json:"kubernetes.io"`
}

type private struct {
	Namespace      string     `json:"namespace,omitempty"`
	ServiceAccount reference  `json:"serviceaccount"`
	Pod            *reference `json:"pod,omitempty"`
	Secret         *reference `json:"secret,omitempty"`
	Node           *reference `json:"node,omitempty"`
}

type reference struct {
	Name string `json:"name"`
	UID  string `json:"uid,omitempty"`
}

// userPrefix begins the user names of service accounts.
const userPrefix = "system:serviceaccount:"

// Groups of service accounts.
const (
	// AllAccounts is the group of every service account.
	AllAccounts = "system:serviceaccounts"
)

// AccountUser is the user name of a service account.
func AccountUser(namespace, name string) string { return userPrefix + namespace + ":" + name }

// SplitAccountUser takes a service account's user name apart.
func SplitAccountUser(user string) (namespace, name string, ok bool) {
	rest, ok := strings.CutPrefix(user, userPrefix)
	if !ok {
		return "", "", false
	}
	return strings.Cut(rest, ":")
}

// Sign makes a token for b that audiences accept until expires.
func (s *ServiceAccounts) Sign(b Binding, audiences []string, id string, now, expires time.Time) (string, error) {
	c := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: s.Issuer, Subject: AccountUser(b.Namespace, b.Name), Audience: audiences, ID: id,
			IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(expires),
		},
		Private: private{Namespace: b.Namespace, ServiceAccount: reference{b.Name, b.UID}},
	}
	bound := &reference{b.BoundName, b.BoundUID}
	switch b.Kind {
	case "Pod":
		c.Private.Pod = bound
	case "Secret":
		c.Private.Secret = bound
	case "Node":
		c.Private.Node = bound
	}
	return jwt.NewWithClaims(jwt.SigningMethodES256, c).SignedString(s.Key)
}

// User is the account that token is for. Only tokens of this issuer are looked
// at; others are somebody else's to know.
func (s *ServiceAccounts) User(ctx context.Context, token string) (*User, error) {
	if !s.issued(token) {
		return nil, nil
	}
	var c claims
	_, err := jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return s.Key.Public(), nil },
		jwt.WithValidMethods([]string{"ES256"}), jwt.WithIssuer(s.Issuer), jwt.WithExpirationRequired())
	if err != nil || !slices.ContainsFunc(c.Audience, func(a string) bool { return slices.Contains(s.Audiences, a) }) {
		return nil, ErrCredentials
	}
	b := c.binding()
	if s.Lives != nil && !s.Lives(ctx, b) {
		return nil, ErrCredentials
	}
	u := &User{Name: AccountUser(b.Namespace, b.Name), UID: b.UID,
		Groups: []string{AllAccounts, AllAccounts + ":" + b.Namespace, Authenticated}}
	if b.Kind == "Pod" {
		u.Extra = map[string][]string{
			"authentication.kubernetes.io/pod-name": {b.BoundName},
			"authentication.kubernetes.io/pod-uid":  {b.BoundUID},
		}
	}
	return u, nil
}

func (c *claims) binding() Binding {
	p := &c.Private
	b := Binding{Namespace: p.Namespace, Name: p.ServiceAccount.Name, UID: p.ServiceAccount.UID}
	for kind, r := range map[string]*reference{"Pod": p.Pod, "Secret": p.Secret, "Node": p.Node} {
		if r != nil {
			b.Kind, b.BoundName, b.BoundUID = kind, r.Name, r.UID
		}
	}
	return b
}

// issued looks into an unverified token for its issuer.
func (s *ServiceAccounts) issued(token string) bool {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return false
	}
	var c struct {
		Issuer string `json:"iss"`
	}
	return json.Unmarshal([]byte(decodeBase64(parts[1])), &c) == nil && c.Issuer == s.Issuer
}

// String names the account and what it is bound to.
func (b Binding) String() string {
	s := b.Namespace + "/" + b.Name
	if b.Kind != "" {
		s += fmt.Sprintf(" (%s %s)", b.Kind, b.BoundName)
	}
	return s
}
