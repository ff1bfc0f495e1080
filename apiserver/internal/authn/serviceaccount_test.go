package authn

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"testing"
	"time"
)

func TestServiceAccountTokens(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	alive := true
	s := &ServiceAccounts{Key: key, Issuer: "me", Audiences: []string{"api"}, Lives: func(context.Context, Binding) bool { return alive }}
	now := time.Now()
	sign := func(audience string, expires time.Time) string {
		token, err := s.Sign(Binding{Namespace: "ns", Name: "sa", UID: "1", Kind: "Pod", BoundName: "p", BoundUID: "2"}, []string{audience}, "id", now, expires)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	good := sign("api", now.Add(time.Hour))
	u, err := s.User(t.Context(), good)
	if err != nil || u == nil || u.Name != "system:serviceaccount:ns:sa" || !u.In("system:serviceaccounts:ns") {
		t.Fatalf("the good token is %+v, %v", u, err)
	}
	if u, err := s.User(t.Context(), sign("others", now.Add(time.Hour))); err == nil {
		t.Errorf("a token for others is %+v", u)
	}
	if u, err := s.User(t.Context(), sign("api", now.Add(-time.Hour))); err == nil {
		t.Errorf("a token that has ended is %+v", u)
	}
	if u, err := s.User(t.Context(), good[:len(good)-4]+"AAAA"); err == nil {
		t.Errorf("a token with a wrong signature is %+v", u)
	}
	if u, err := s.User(t.Context(), "not-a-jwt"); u != nil || err != nil {
		t.Errorf("somebody else's token is %+v, %v", u, err)
	}
	alive = false
	if u, err := s.User(t.Context(), good); err == nil {
		t.Errorf("the token of what is gone is %+v", u)
	}
}
