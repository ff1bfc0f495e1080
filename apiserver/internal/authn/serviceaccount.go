package authn

import (
	"context"
	"crypto"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// ServiceAccounts signs the tokens of service accounts and checks them.
type ServiceAccounts struct {
	// Signer signs, with the first of the Keys.
	Signer crypto.Signer
	// Keys verify.
	Keys []TokenKey
	// Issuers are who tokens may say signed them; the first signs.
	Issuers []string
	// Audiences are those that the server answers to; a token made for nobody
	// in particular is for all of them.
	Audiences []string
	// MaxLife, when not zero, bounds how long a token is good.
	MaxLife time.Duration
	// Extend gives tokens that kubelets mount by themselves a year, and a
	// warning after the hour that was asked for.
	Extend bool
	// Objects tells whether what a token is bound to is still there.
	Objects Objects

	known tokenCache
	uses  tokenUses
}

// userPrefix begins the user names of service accounts.
const userPrefix = "system:serviceaccount:"

// AllAccounts is the group of every service account.
const AllAccounts = "system:serviceaccounts"

// AccountUser is the user name of a service account.
func AccountUser(namespace, name string) string { return userPrefix + namespace + ":" + name }

// AccountGroups are the groups of the service accounts of a namespace.
func AccountGroups(namespace string) []string {
	return []string{AllAccounts, AllAccounts + ":" + namespace, Authenticated}
}

// SplitAccountUser takes a service account's user name apart.
func SplitAccountUser(user string) (namespace, name string, ok bool) {
	rest, ok := strings.CutPrefix(user, userPrefix)
	if !ok {
		return "", "", false
	}
	namespace, name, ok = strings.Cut(rest, ":")
	return namespace, name, ok && namespace != "" && name != "" && !strings.Contains(name, ":")
}

// legacyIssuer signs the tokens that lie in secrets.
const legacyIssuer = "kubernetes/serviceaccount"

// The life of a token that pods get by themselves, in seconds, and what Extend
// makes of it.
const (
	mountedSeconds = 3607
	extendedLife   = 365 * 24 * time.Hour
)

// Sign makes a token for the account and audiences. until is when its holder is
// told that it ends.
func (s *ServiceAccounts) Sign(b Binding, audiences []string, id string, now time.Time, seconds int64) (token string, until time.Time, err error) {
	life := time.Duration(seconds) * time.Second
	if s.MaxLife > 0 {
		life = min(life, s.MaxLife)
	}
	c := newClaims(&b)
	until = now.Add(life)
	c.RegisteredClaims = jwt.RegisteredClaims{
		Issuer: s.Issuers[0], Subject: AccountUser(b.Namespace, b.Name), Audience: audiences, ID: id,
		IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(until),
	}
	if s.Extend && b.Kind == "Pod" && seconds == mountedSeconds && s.forUs(audiences) {
		c.Private.WarnAfter = jwt.NewNumericDate(until)
		c.ExpiresAt = jwt.NewNumericDate(now.Add(extendedLife))
	}
	t := jwt.NewWithClaims(s.Keys[0].method, c)
	t.Header = map[string]any{"alg": s.Keys[0].method.Alg(), "kid": s.Keys[0].ID}
	token, err = t.SignedString(s.Signer)
	return token, until, err
}

// forUs says whether all audiences are the server's own.
func (s *ServiceAccounts) forUs(audiences []string) bool {
	return !slices.ContainsFunc(audiences, func(a string) bool { return !slices.Contains(s.Audiences, a) })
}

// Holder is the account that token is for. Only tokens that name one of the
// issuers are looked at; others are somebody else's to know.
func (s *ServiceAccounts) Holder(ctx context.Context, token string, audiences []string) (*User, []string, error) {
	p := s.known.get(token)
	if p == nil {
		if !s.issued(token) {
			return nil, nil, nil
		}
		c, err := s.verify(token)
		if err != nil {
			return nil, nil, tokenError(err)
		}
		b := c.binding()
		p = &parsed{claims: c, binding: b, user: c.user(&b)}
		s.known.put(token, p)
	}
	good, err := s.check(ctx, token, p, audiences)
	if err != nil {
		return nil, nil, tokenError(err)
	}
	return p.user, good, nil
}

// check is what is done each time that a token is shown: its time, for whom it
// is, and what it is bound to.
func (s *ServiceAccounts) check(ctx context.Context, token string, p *parsed, audiences []string) ([]string, error) {
	legacy := p.claims.Private == nil
	own := []string(p.claims.Audience)
	if legacy && len(own) == 0 {
		own = s.Audiences
	}
	var good []string
	for _, a := range audiences {
		if slices.Contains(own, a) {
			good = append(good, a)
		}
	}
	if len(good) == 0 {
		return nil, fmt.Errorf("token audiences %q is invalid for the target audiences %q", own, audiences)
	}
	if err := p.claims.inTime(time.Now()); err != nil {
		return nil, err
	}
	if s.Objects == nil {
		return good, nil
	}
	if err := p.binding.stands(ctx, s.Objects); err != nil {
		return nil, err
	}
	if legacy {
		held, ok := s.Objects.SecretToken(ctx, p.binding.Namespace, p.binding.BoundName)
		if !ok || subtle.ConstantTimeCompare(held, []byte(token)) != 1 {
			return nil, errors.New("token does not match server's copy")
		}
	}
	s.used(p, time.Now())
	return good, nil
}

// used counts that a token was shown. One that lives on after its holder should
// have renewed it is stale: a program that reads its token only once would stop
// working were it not for the longer life.
func (s *ServiceAccounts) used(p *parsed, now time.Time) {
	switch private := p.claims.Private; {
	case private == nil:
		s.uses.legacy.Add(1)
	case private.WarnAfter == nil:
	case now.After(private.WarnAfter.Time):
		s.uses.stale.Add(1)
	default:
		s.uses.valid.Add(1)
	}
}

// tokenError says what is wrong with a token, in the words of token reviews.
func tokenError(err error) error {
	return fmt.Errorf("[%w, %w]", ErrCredentials, err)
}

// verify checks the signature and the names within.
func (s *ServiceAccounts) verify(token string) (*claims, error) {
	var keys []TokenKey
	c := &claims{}
	_, err := jwt.NewParser(jwt.WithoutClaimsValidation()).ParseWithClaims(token, c, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		keys = s.Keys
		if i := slices.IndexFunc(s.Keys, func(k TokenKey) bool { return k.ID == id }); i >= 0 {
			keys = s.Keys[i : i+1]
		}
		set := jwt.VerificationKeySet{}
		for _, k := range keys {
			if k.method.Alg() == t.Method.Alg() {
				set.Keys = append(set.Keys, k.Public)
			}
		}
		return set, nil
	})
	if err != nil {
		return nil, errors.New("square/go-jose: error in cryptographic primitive")
	}
	b := c.binding()
	if (c.Private == nil) != (c.Issuer == legacyIssuer) || b.Namespace == "" || b.Name == "" || c.Subject != AccountUser(b.Namespace, b.Name) {
		return nil, errors.New("token could not be validated for any key")
	}
	if c.Private != nil && c.ExpiresAt == nil {
		return nil, errors.New("service account token has expired")
	}
	return c, nil
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
	return json.Unmarshal([]byte(decodeBase64(parts[1])), &c) == nil && (c.Issuer == legacyIssuer || slices.Contains(s.Issuers, c.Issuer))
}
