package authn

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

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
	// Node and NodeUID are where a pod was when it was bound.
	Node, NodeUID string
}

// String names the account and what it is bound to.
func (b Binding) String() string {
	s := b.Namespace + "/" + b.Name
	if b.Kind != "" {
		s += fmt.Sprintf(" (%s %s)", b.Kind, b.BoundName)
	}
	return s
}

// Objects looks up what tokens are bound to.
type Objects interface {
	// UID is that of an object and whether there is one that is not long gone.
	// resource is serviceaccounts, pods, secrets or nodes.
	UID(ctx context.Context, resource, namespace, name string) (uid string, ok bool)
	// SecretToken is the token that a secret holds, and whether there is one.
	SecretToken(ctx context.Context, namespace, name string) (token []byte, ok bool)
}

// claims are the contents of a token.
type claims struct {
	jwt.RegisteredClaims
	Private *private `json:"kubernetes.io,omitempty"`
	legacyClaims
}

type private struct {
	Namespace      string           `json:"namespace,omitempty"`
	Node           *reference       `json:"node,omitempty"`
	Pod            *reference       `json:"pod,omitempty"`
	Secret         *reference       `json:"secret,omitempty"`
	ServiceAccount reference        `json:"serviceaccount,omitempty"`
	WarnAfter      *jwt.NumericDate `json:"warnafter,omitempty"`
}

type reference struct {
	Name string `json:"name"`
	UID  string `json:"uid,omitempty"`
}

// legacyClaims are those of tokens that lie in secrets and never end.
type legacyClaims struct {
	Namespace  string `json:"kubernetes.io/serviceaccount/namespace,omitempty"`
	SecretName string `json:"kubernetes.io/serviceaccount/secret.name,omitempty"`
	Account    string `json:"kubernetes.io/serviceaccount/service-account.name,omitempty"`
	AccountUID string `json:"kubernetes.io/serviceaccount/service-account.uid,omitempty"`
}

func newClaims(b *Binding) claims {
	c := claims{Private: &private{Namespace: b.Namespace, ServiceAccount: reference{b.Name, b.UID}}}
	bound := &reference{b.BoundName, b.BoundUID}
	switch b.Kind {
	case "Pod":
		c.Private.Pod = bound
		if b.Node != "" {
			c.Private.Node = &reference{b.Node, b.NodeUID}
		}
	case "Secret":
		c.Private.Secret = bound
	case "Node":
		c.Private.Node = bound
	}
	return c
}

// binding is what the token says it is bound to.
func (c *claims) binding() Binding {
	p := c.Private
	if p == nil {
		return Binding{Namespace: c.Namespace, Name: c.Account, UID: c.AccountUID, Kind: "Secret", BoundName: c.SecretName}
	}
	b := Binding{Namespace: p.Namespace, Name: p.ServiceAccount.Name, UID: p.ServiceAccount.UID}
	if p.Node != nil {
		b.Node, b.NodeUID = p.Node.Name, p.Node.UID
	}
	switch {
	case p.Pod != nil:
		b.Kind, b.BoundName, b.BoundUID = "Pod", p.Pod.Name, p.Pod.UID
	case p.Secret != nil:
		b.Kind, b.BoundName, b.BoundUID = "Secret", p.Secret.Name, p.Secret.UID
	case p.Node != nil:
		b.Kind, b.BoundName, b.BoundUID = "Node", p.Node.Name, p.Node.UID
	}
	return b
}

// user is whom the token is for.
func (c *claims) user(b *Binding) *User {
	u := &User{Name: AccountUser(b.Namespace, b.Name), UID: b.UID, Groups: AccountGroups(b.Namespace)}
	if c.Private == nil {
		return u
	}
	u.Extra = map[string][]string{}
	if c.ID != "" {
		u.Extra[CredentialID] = []string{"JTI=" + c.ID}
	}
	if b.Kind == "Pod" {
		u.Extra[podNameKey], u.Extra[podUIDKey] = []string{b.BoundName}, []string{b.BoundUID}
	}
	if b.Node != "" {
		u.Extra[nodeNameKey] = []string{b.Node}
		if b.NodeUID != "" {
			u.Extra[nodeUIDKey] = []string{b.NodeUID}
		}
	}
	return u
}

// inTime says what is wrong with the token's times.
func (c *claims) inTime(now time.Time) error {
	const leeway = 10 * time.Second // for the clocks of several servers
	if c.NotBefore != nil && now.Add(leeway).Before(c.NotBefore.Time) {
		return fmt.Errorf("service account token is not valid yet")
	}
	if c.ExpiresAt != nil && !now.Before(c.ExpiresAt.Time) {
		return fmt.Errorf("service account token has expired")
	}
	return nil
}

// boundTables are the resources of what a token can be bound to.
var boundTables = map[string]string{"Pod": "pods", "Secret": "secrets", "Node": "nodes"}

// stands says what is gone of that which the token is bound to.
func (b *Binding) stands(ctx context.Context, o Objects) error {
	uid, ok := o.UID(ctx, "serviceaccounts", b.Namespace, b.Name)
	switch {
	case !ok:
		return fmt.Errorf("serviceaccounts %q not found", b.Name)
	case uid != b.UID:
		return fmt.Errorf("service account UID (%s) does not match claim (%s)", uid, b.UID)
	case b.Kind == "":
		return nil
	}
	ns := b.Namespace
	if b.Kind == "Node" {
		ns = ""
	}
	uid, ok = o.UID(ctx, boundTables[b.Kind], ns, b.BoundName)
	switch {
	case !ok:
		return fmt.Errorf("service account token has been invalidated")
	case uid != cmp.Or(b.BoundUID, uid):
		words := map[string]string{"Pod": "pod", "Secret": "secret", "Node": "node"}[b.Kind]
		return fmt.Errorf("%s UID (%s) does not match service account %s ref claim (%s)", words, uid, words, b.BoundUID)
	}
	return nil
}
