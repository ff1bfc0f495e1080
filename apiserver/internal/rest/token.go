package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/authentication"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// The life of a token, in seconds.
const (
	defaultTokenSeconds = 3600
	minTokenSeconds     = 600
	maxTokenSeconds     = 1 << 32
)

// token signs a token for a service account.
func (c *call) token() error {
	obj, o, err := c.sent(scheme.ByKind("authentication.k8s.io/v1", "TokenRequest"))
	if err != nil {
		return err
	}
	account, err := c.fetch("")
	if err != nil {
		return err
	}
	req := obj.(*authentication.TokenRequest)
	req.Name, req.Namespace = c.info.Name, c.info.Namespace
	if err := c.checkToken(req); err != nil {
		return err
	}
	if err := c.admitSent(req, scheme.ByKind("authentication.k8s.io/v1", "TokenRequest"), o); err != nil {
		return err
	}
	binding := authn.Binding{Namespace: c.info.Namespace, Name: c.info.Name, UID: account.UID}
	if err := c.bindToken(req, &binding); err != nil {
		return err
	}
	issued := now()
	expires := issued.Add(time.Duration(*req.Spec.ExpirationSeconds) * time.Second)
	if req.Status.Token, err = c.Accounts.Sign(binding, req.Spec.Audiences, string(newUID()), issued, expires); err != nil {
		return err
	}
	req.Status.ExpirationTimestamp = meta.NewTime(expires)
	req.CreationTimestamp = meta.NewTime(issued)
	return c.answerAny(http.StatusCreated, req)
}

// checkToken fills in and checks the request's fields.
func (c *call) checkToken(req *authentication.TokenRequest) error {
	if len(req.Spec.Audiences) == 0 {
		req.Spec.Audiences = c.Accounts.Audiences
	}
	if req.Spec.ExpirationSeconds == nil {
		seconds := int64(defaultTokenSeconds)
		req.Spec.ExpirationSeconds = &seconds
	}
	path, n := field.New("spec", "expirationSeconds"), *req.Spec.ExpirationSeconds
	var errs field.ErrorList
	switch {
	case n < minTokenSeconds:
		errs = append(errs, field.Invalid(path, n, "may not specify a duration less than 10 minutes"))
	case n > maxTokenSeconds:
		errs = append(errs, field.Invalid(path, n, "may not specify a duration larger than 2^32 seconds"))
	}
	if len(errs) > 0 {
		return status.Invalid("authentication.k8s.io", "TokenRequest", req.Name, errs)
	}
	return nil
}

// boundTables are the tables of what a token can be bound to.
var boundTables = map[string]string{"Pod": "pods", "Secret": "secrets", "Node": "nodes"}

// bindToken looks up the object that the token is bound to.
func (c *call) bindToken(req *authentication.TokenRequest, b *authn.Binding) error {
	ref := req.Spec.BoundObjectRef
	if ref == nil {
		return nil
	}
	resource, ok := boundTables[ref.Kind]
	if !ok {
		return status.BadRequest("cannot bind token to object of type %s", ref.Kind)
	}
	ns := c.info.Namespace
	if ref.Kind == "Node" {
		ns = ""
	}
	o, err := c.Cache.Table(resource).Fetch(c.r.Context(), ns, ref.Name, "")
	if err != nil {
		return c.refusal(err)
	}
	if o == nil {
		return status.NotFound(status.Resource{Name: resource}, ref.Name)
	}
	if ref.UID != "" && string(ref.UID) != o.UID {
		return status.Conflict(status.Resource{Name: resource}, ref.Name, "the UID in the bound object reference ("+string(ref.UID)+
			") does not match the UID in record. The object might have been deleted and then recreated")
	}
	if ref.Kind == "Pod" && o.Field("spec.serviceAccountName") != c.info.Name {
		return status.BadRequest("cannot bind token for serviceaccount %q to pod running with different serviceaccount name.", c.info.Name)
	}
	b.Kind, b.BoundName, b.BoundUID = ref.Kind, o.Name, o.UID
	return nil
}

// Lives says whether what a token stands and falls with is there, as the cache
// knows it.
func Lives(c *cache.Cache) func(context.Context, authn.Binding) bool {
	there := func(resource, ns, name, uid string) bool {
		o := c.Table(resource).Get(ns, name)
		return o != nil && (uid == "" || o.UID == uid)
	}
	return func(_ context.Context, b authn.Binding) bool {
		if !there("serviceaccounts", b.Namespace, b.Name, b.UID) {
			return false
		}
		switch b.Kind {
		case "":
			return true
		case "Node":
			return there("nodes", "", b.BoundName, b.BoundUID)
		}
		return there(boundTables[b.Kind], b.Namespace, b.BoundName, b.BoundUID)
	}
}
