package rest

import (
	"net/http"
	"slices"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/authentication"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// userInfo is a user as reviews show one.
func userInfo(u *authn.User) authentication.UserInfo {
	i := authentication.UserInfo{Username: u.Name, UID: u.UID, Groups: u.Groups}
	for k, v := range u.Extra {
		if i.Extra == nil {
			i.Extra = map[string]authentication.ExtraValue{}
		}
		i.Extra[k] = v
	}
	return i
}

// selfReview tells the caller who they are.
func (c *call) selfReview() error {
	obj, err := c.reviewed(func(meta.Object) field.ErrorList { return nil })
	if err != nil {
		return err
	}
	r := obj.(*authentication.SelfSubjectReview)
	r.ObjectMeta = meta.ObjectMeta{CreationTimestamp: meta.NewTime(now())}
	r.Status.UserInfo = userInfo(c.user)
	return c.answerAny(http.StatusCreated, r)
}

// tokenReview tells whose a token is.
func (c *call) tokenReview() error {
	obj, err := c.reviewed(func(meta.Object) field.ErrorList { return nil })
	if err != nil {
		return err
	}
	r := obj.(*authentication.TokenReview)
	if r.Namespace != "" {
		return status.BadRequest("namespace is not allowed on this type: %v", r.Namespace)
	}
	if r.Spec.Token == "" {
		return status.BadRequest("token is required for TokenReview in authentication")
	}
	audiences := r.Spec.Audiences
	if len(audiences) == 0 {
		audiences = c.Authn.Audiences
	}
	u, good, err := c.Authn.Holder(c.r.Context(), r.Spec.Token, audiences)
	r.Status = authentication.TokenReviewStatus{}
	switch {
	case err != nil:
		r.Status.Error = err.Error()
	default:
		r.Status.Authenticated, r.Status.User, r.Status.Audiences = true, userInfo(u), slices.Clone(good)
	}
	return c.answerAny(http.StatusCreated, r)
}
