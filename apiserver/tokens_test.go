package apiserver_test

import (
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/authentication"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// TestBoundTokens: a token is good as long as what it is bound to is there, and
// for those that it was made for.
func TestBoundTokens(t *testing.T) {
	ctx := t.Context()
	s := testserver.Start(t, nil)
	c := s.Client(t)
	accounts, secrets := client.Of[*core.ServiceAccount](c), client.Of[*core.Secret](c)
	account, secret := &core.ServiceAccount{}, &core.Secret{}
	account.Namespace, account.Name, secret.Namespace, secret.Name = "default", "robot", "default", "bound"
	if _, err := accounts.Create(ctx, account); err != nil {
		t.Fatal(err)
	}
	if _, err := secrets.Create(ctx, secret); err != nil {
		t.Fatal(err)
	}
	token := func(bound *authentication.BoundObjectReference, audiences ...string) string {
		t.Helper()
		req := &authentication.TokenRequest{TypeMeta: meta.TypeMeta{Kind: "TokenRequest", APIVersion: "authentication.k8s.io/v1"}}
		req.Spec.BoundObjectRef, req.Spec.Audiences = bound, audiences
		if err := accounts.CreateSub(ctx, "default", "robot", "token", req, req); err != nil {
			t.Fatal(err)
		}
		return req.Status.Token
	}
	review := func(token string, audiences ...string) authentication.TokenReviewStatus {
		t.Helper()
		r := &authentication.TokenReview{Spec: authentication.TokenReviewSpec{Token: token, Audiences: audiences}}
		out, err := client.Of[*authentication.TokenReview](c).Create(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		return out.Status
	}

	free, bound, other := token(nil), token(&authentication.BoundObjectReference{Kind: "Secret", APIVersion: "v1", Name: "bound"}), token(nil, "vault")
	for _, good := range []string{free, bound} {
		if st := review(good); !st.Authenticated || st.User.Username != "system:serviceaccount:default:robot" || len(st.User.Extra["authentication.kubernetes.io/credential-id"]) != 1 {
			t.Errorf("%+v", st)
		}
	}
	if st := review(other); st.Authenticated {
		t.Errorf("a token for others is good here: %+v", st)
	}
	if st := review(other, "vault"); !st.Authenticated || st.Audiences[0] != "vault" {
		t.Errorf("a token for others is not good there: %+v", st)
	}
	if err := secrets.Delete(ctx, "default", "bound"); err != nil {
		t.Fatal(err)
	}
	// The cache hears of a deletion a moment after it was answered; a read that
	// must be current waits for it.
	if _, err := secrets.Get(ctx, "default", "bound"); !client.IsNotFound(err) {
		t.Fatal(err)
	}
	if st := review(bound); st.Authenticated {
		t.Errorf("the token outlives its secret: %+v", st)
	}
	if st := review(free); !st.Authenticated {
		t.Errorf("the other token went with it: %+v", st)
	}
	if err := accounts.Delete(ctx, "default", "robot"); err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.Create(ctx, account); err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.Get(ctx, "default", "robot"); err != nil {
		t.Fatal(err)
	}
	if st := review(free); st.Authenticated {
		t.Errorf("the token is good for another account of the same name: %+v", st)
	}
}
