package serviceaccounttoken

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/pilothouse/pilothouse/proto/core"
)

func TestPlan(t *testing.T) {
	account := &core.ServiceAccount{}
	account.Namespace, account.Name, account.UID = "ns", "sa", "1"
	s := &core.Secret{}
	s.Namespace, s.Name = "ns", "s"
	s.Annotations = map[string]string{core.AnnotationServiceAccountName: "sa"}
	sign := func(*core.Secret, *core.ServiceAccount) (string, error) { return "fresh", nil }

	got, err := plan(s, account, []byte("CA"), sign)
	if err != nil || got.update == nil {
		t.Fatalf("%+v, %v", got, err)
	}
	d := got.update.Data
	if string(d["token"]) != "fresh" || string(d["ca.crt"]) != "CA" || string(d["namespace"]) != "ns" || got.update.Annotations[core.AnnotationServiceAccountUID] != "1" {
		t.Errorf("%+v", got.update)
	}
	if s.Data != nil || len(s.Annotations) != 1 {
		t.Error("the cached object was changed")
	}
	full := got.update
	if again, err := plan(full, account, []byte("CA"), sign); again.update != nil || again.remove || err != nil {
		t.Errorf("a second look does %+v, %v", again, err)
	}
	full.Data["token"] = []byte("held")
	if next, _ := plan(full, account, []byte("other CA"), sign); next.update == nil || string(next.update.Data["token"]) != "held" || string(next.update.Data["ca.crt"]) != "other CA" {
		t.Errorf("with another CA it does %+v", next)
	}
	if next, _ := plan(full, nil, []byte("CA"), sign); !next.remove {
		t.Error("the secret of an account that is gone stays")
	}
	account.UID = "2"
	if next, _ := plan(full, account, []byte("CA"), sign); !next.remove {
		t.Error("the secret of an account that was made anew stays")
	}
}

func TestSign(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k, err := newKey(private)
	if err != nil {
		t.Fatal(err)
	}
	s, a := &core.Secret{}, &core.ServiceAccount{}
	s.Namespace, s.Name = "ns", "s"
	a.Namespace, a.Name, a.UID = "ns", "sa", "1"
	text, err := k.sign(s, a)
	if err != nil {
		t.Fatal(err)
	}
	c := jwt.MapClaims{}
	token, err := jwt.ParseWithClaims(text, c, func(*jwt.Token) (any, error) { return private.Public(), nil })
	if err != nil || token.Header["kid"] != k.id || c["kubernetes.io/serviceaccount/secret.name"] != "s" || c["sub"] != "system:serviceaccount:ns:sa" || c["exp"] != nil {
		t.Errorf("%v, %+v, %v", token.Header, c, err)
	}
}
