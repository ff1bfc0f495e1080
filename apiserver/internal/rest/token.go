package rest

import (
	"context"
	"net/http"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/authentication"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
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
	req := obj.(*authentication.TokenRequest)
	if req.Namespace != "" && req.Namespace != c.info.Namespace {
		return status.BadRequest("the namespace of the provided object does not match the namespace sent on the request")
	}
	if req.Name != "" && req.Name != c.info.Name {
		return status.Invalid("authentication.k8s.io", "TokenRequest", c.info.Name, field.ErrorList{
			field.Invalid(field.New("metadata", "name"), req.Name, "must match the service account name if specified")})
	}
	req.Namespace = c.info.Namespace
	account, err := c.fetch("")
	if err != nil {
		return err
	}
	if err := c.checkToken(req); err != nil {
		return err
	}
	if err := c.admitSent(req, scheme.ByKind("authentication.k8s.io/v1", "TokenRequest"), o); err != nil {
		return err
	}
	req.Name = c.info.Name
	binding := authn.Binding{Namespace: c.info.Namespace, Name: c.info.Name, UID: account.UID}
	if err := c.bindToken(req, &binding); err != nil {
		return err
	}
	issued := now()
	token, expires, err := c.Accounts.Sign(binding, req.Spec.Audiences, string(newUID()), issued, *req.Spec.ExpirationSeconds)
	if err != nil {
		return err
	}
	req.Status.Token = token
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
		group, version, ok := strings.Cut(ref.APIVersion, "/")
		if !ok {
			group, version = "", group
		}
		return status.BadRequest("cannot bind token to object of type %s/%s, Kind=%s", group, version, ref.Kind)
	}
	if ref.Name == "" {
		return status.BadRequest("Name parameter required.")
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
		return status.Conflict(status.Resource{Name: ref.Kind}, ref.Name, "the UID in the bound object reference ("+string(ref.UID)+
			") does not match the UID in record. The object might have been deleted and then recreated")
	}
	if ref.Kind == "Pod" && o.Field("spec.serviceAccountName") != c.info.Name {
		return status.BadRequest("cannot bind token for serviceaccount %q to pod running with different serviceaccount name.", c.info.Name)
	}
	b.Kind, b.BoundName, b.BoundUID = ref.Kind, o.Name, o.UID
	if ref.Kind == "Node" {
		b.Node, b.NodeUID = o.Name, o.UID
	}
	if node := o.Field("spec.nodeName"); ref.Kind == "Pod" && node != "" {
		b.Node = node
		if n := c.Cache.Table("nodes").Get("", node); n != nil {
			b.NodeUID = n.UID
		}
	}
	return nil
}

// TokenObjects tells from the cache what tokens are bound to.
type TokenObjects struct{ Cache *cache.Cache }

// find is the object as the cache has it, or, when the cache has none, as it is
// now: another server may have made it and the token a moment ago.
func (t TokenObjects) find(ctx context.Context, resource, namespace, name string) *cache.Object {
	if o := t.Cache.Table(resource).Get(namespace, name); o != nil {
		return o
	}
	o, err := t.Cache.Table(resource).Fetch(ctx, namespace, name, "")
	if err != nil {
		return nil
	}
	return o
}

// UID is that of an object and whether there is one.
func (t TokenObjects) UID(ctx context.Context, resource, namespace, name string) (string, bool) {
	o := t.find(ctx, resource, namespace, name)
	if o == nil {
		return "", false
	}
	return o.UID, true
}

// SecretToken is the token that a secret holds.
func (t TokenObjects) SecretToken(ctx context.Context, namespace, name string) ([]byte, bool) {
	o := t.find(ctx, "secrets", namespace, name)
	var s core.Secret
	if o == nil || codec.DecodeJSON(o.JSON(), &s) != nil {
		return nil, false
	}
	token, ok := s.Data[core.ServiceAccountTokenKey]
	return token, ok
}
