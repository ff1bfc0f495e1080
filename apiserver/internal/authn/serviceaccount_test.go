package authn

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// objects are uids by "resource namespace/name", and tokens of secrets.
type objects map[string]string

func (o objects) UID(_ context.Context, resource, ns, name string) (string, bool) {
	uid, ok := o[resource+" "+ns+"/"+name]
	return uid, ok
}

func (o objects) SecretToken(_ context.Context, ns, name string) ([]byte, bool) {
	t, ok := o["token "+ns+"/"+name]
	return []byte(t), ok
}

func newAccounts(t testing.TB, signer crypto.Signer, o objects) *ServiceAccounts {
	t.Helper()
	k, err := NewTokenKey(signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	return &ServiceAccounts{Signer: signer, Keys: []TokenKey{k}, Issuers: []string{"me"}, Audiences: []string{"api"}, Objects: o}
}

func ecKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

var podBinding = Binding{Namespace: "ns", Name: "sa", UID: "1", Kind: "Pod", BoundName: "p", BoundUID: "2", Node: "n", NodeUID: "3"}

func living() objects {
	return objects{"serviceaccounts ns/sa": "1", "pods ns/p": "2", "secrets ns/s": "4", "nodes /n": "3"}
}

func TestServiceAccountTokens(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]crypto.Signer{"ECDSA": ecKey(t), "RSA": rsaKey} {
		t.Run(name, func(t *testing.T) {
			there := living()
			s := newAccounts(t, key, there)
			now := time.Now()
			sign := func(audience string, now time.Time) string {
				token, _, err := s.Sign(podBinding, []string{audience}, "id", now, 3600)
				if err != nil {
					t.Fatal(err)
				}
				return token
			}
			refused := func(token, why string) {
				t.Helper()
				u, _, err := s.Holder(t.Context(), token, s.Audiences)
				if err == nil || err.Error() != "[invalid bearer token, "+why+"]" {
					t.Errorf("%+v, %v; want %s", u, err, why)
				}
			}
			good := sign("api", now)
			for range 2 { // The second time it is remembered.
				u, audiences, err := s.Holder(t.Context(), good, []string{"more", "api"})
				if err != nil || u == nil || u.Name != "system:serviceaccount:ns:sa" || u.UID != "1" || !u.In("system:serviceaccounts:ns") || !slices.Equal(audiences, []string{"api"}) {
					t.Fatalf("the good token is %+v for %v, %v", u, audiences, err)
				}
				for k, want := range map[string]string{"credential-id": "JTI=id", "pod-name": "p", "pod-uid": "2", "node-name": "n", "node-uid": "3"} {
					if got := u.Extra["authentication.kubernetes.io/"+k]; !slices.Equal(got, []string{want}) {
						t.Errorf("%s is %q", k, got)
					}
				}
			}
			refused(sign("others", now), `token audiences ["others"] is invalid for the target audiences ["api"]`)
			refused(sign("api", now.Add(-2*time.Hour)), "service account token has expired")
			refused(sign("api", now.Add(2*time.Hour)), "service account token is not valid yet")
			refused(good[:len(good)-8]+"AAAAAAAA", "square/go-jose: error in cryptographic primitive")
			for _, other := range []string{"not-a-jwt", "a.b.c", strings.Join(append([]string{"x"}, strings.Split(good, ".")[:1]...), ".") + ".x"} {
				if u, _, err := s.Holder(t.Context(), other, s.Audiences); u != nil || err != nil {
					t.Errorf("somebody else's token %s is %+v, %v", other, u, err)
				}
			}
			there["pods ns/p"] = "other"
			refused(good, "pod UID (other) does not match service account pod ref claim (2)")
			delete(there, "pods ns/p")
			refused(good, "service account token has been invalidated")
			there["serviceaccounts ns/sa"] = "9"
			refused(good, "service account UID (9) does not match claim (1)")
			delete(there, "serviceaccounts ns/sa")
			refused(good, `serviceaccounts "sa" not found`)
		})
	}
}

// TestForgedTokens: what a token says about its own signature is not believed.
func TestForgedTokens(t *testing.T) {
	s := newAccounts(t, ecKey(t), living())
	c := newClaims(&Binding{Namespace: "ns", Name: "sa", UID: "1"})
	c.Issuer, c.Subject, c.Audience = "me", AccountUser("ns", "sa"), s.Audiences
	c.ExpiresAt = jwt.NewNumericDate(time.Now().Add(time.Hour))
	public, err := json.Marshal(s.Keys[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, c).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(public)
	if err != nil {
		t.Fatal(err)
	}
	other, err := jwt.NewWithClaims(jwt.SigningMethodES256, c).SignedString(ecKey(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{"unsigned": none, "signed with the public key": shared, "signed with another key": other} {
		if u, _, err := s.Holder(t.Context(), token, s.Audiences); err == nil {
			t.Errorf("%s: it is %+v", name, u)
		}
	}
}

// TestLegacyTokens: a token without an end stands and falls with the secret
// that it lies in.
func TestLegacyTokens(t *testing.T) {
	key, there := ecKey(t), living()
	s := newAccounts(t, key, there)
	c := claims{legacyClaims: legacyClaims{Namespace: "ns", SecretName: "s", Account: "sa", AccountUID: "1"}}
	c.Issuer, c.Subject = legacyIssuer, AccountUser("ns", "sa")
	token, err := jwt.NewWithClaims(jwt.SigningMethodES256, c).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	there["token ns/s"] = token
	if u, _, err := s.Holder(t.Context(), token, s.Audiences); err != nil || u.Name != "system:serviceaccount:ns:sa" {
		t.Errorf("%+v, %v", u, err)
	}
	there["token ns/s"] = "another"
	if _, _, err := s.Holder(t.Context(), token, s.Audiences); err == nil {
		t.Error("a token that is no longer in its secret is good")
	}
	delete(there, "secrets ns/s")
	if _, _, err := s.Holder(t.Context(), token, s.Audiences); err == nil {
		t.Error("the token of a secret that is gone is good")
	}
}

// TestExtendedTokens: only the token that a pod mounts by itself lives on after
// its hour.
func TestExtendedTokens(t *testing.T) {
	s := newAccounts(t, ecKey(t), living())
	s.Extend, s.MaxLife = true, 2*time.Hour
	now := time.Now().Truncate(time.Second)
	for _, c := range []struct {
		binding   Binding
		audience  string
		seconds   int64
		life      time.Duration
		warn      time.Duration
		announced time.Duration
	}{
		{podBinding, "api", 3607, extendedLife, 3607 * time.Second, 3607 * time.Second},
		{podBinding, "api", 3600, time.Hour, 0, time.Hour},
		{podBinding, "others", 3607, 3607 * time.Second, 0, 3607 * time.Second},
		{Binding{Namespace: "ns", Name: "sa", UID: "1"}, "api", 3607, 3607 * time.Second, 0, 3607 * time.Second},
		{podBinding, "api", 3600 * 5, 2 * time.Hour, 0, 2 * time.Hour},
	} {
		token, until, err := s.Sign(c.binding, []string{c.audience}, "id", now, c.seconds)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.verify(token)
		if err != nil {
			t.Fatal(err)
		}
		if got.ExpiresAt.Sub(now) != c.life || until.Sub(now) != c.announced {
			t.Errorf("%+v: ends after %v, said to after %v", c, got.ExpiresAt.Sub(now), until.Sub(now))
		}
		if w := got.Private.WarnAfter; (w != nil) != (c.warn > 0) || w != nil && w.Sub(now) != c.warn {
			t.Errorf("%+v: warns after %v", c, w)
		}
	}
}

func TestKeySet(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	var keys []TokenKey
	for _, p := range []crypto.PublicKey{ecKey(t).Public(), rsaKey.Public()} {
		k, err := NewTokenKey(p)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
	}
	var set struct{ Keys []jwk }
	if err := json.Unmarshal(KeySet(keys), &set); err != nil || len(set.Keys) != 2 {
		t.Fatalf("%v, %+v", err, set)
	}
	ec, r := set.Keys[0], set.Keys[1]
	if ec.Type != "EC" || ec.Curve != "P-256" || ec.Alg != "ES256" || len(ec.X) != 43 || len(ec.Y) != 43 || ec.ID != keys[0].ID {
		t.Errorf("%+v", ec)
	}
	if r.Type != "RSA" || r.Alg != "RS256" || r.E != "AQAB" || r.N == "" {
		t.Errorf("%+v", r)
	}
	if got := Algorithms(keys); !slices.Equal(got, []string{"ES256", "RS256"}) {
		t.Errorf("%q", got)
	}
}

// TestTokenUses shows a fresh token of a pod, one that is past the hour that its
// pod knows of, and one of nobody's pod: the first two are counted, each apart.
func TestTokenUses(t *testing.T) {
	s := newAccounts(t, ecKey(t), living())
	s.Extend = true
	now := time.Now()
	for _, c := range []struct {
		binding Binding
		signed  time.Time
		seconds int64
	}{
		{podBinding, now, 3607}, {podBinding, now.Add(-2 * time.Hour), 3607}, {podBinding, now.Add(-3 * time.Hour), 3607},
		{podBinding, now, 3600}, {Binding{Namespace: "ns", Name: "sa", UID: "1"}, now, 3607},
	} {
		token, _, err := s.Sign(c.binding, []string{"api"}, "id", c.signed, c.seconds)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Holder(t.Context(), token, []string{"api"}); err != nil {
			t.Fatal(err)
		}
	}
	if valid, stale, legacy := s.uses.valid.Load(), s.uses.stale.Load(), s.uses.legacy.Load(); valid != 1 || stale != 2 || legacy != 0 {
		t.Errorf("%d valid, %d stale and %d legacy tokens are counted", valid, stale, legacy)
	}
}
