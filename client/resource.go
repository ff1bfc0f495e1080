package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"reflect"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// Resource is access to the objects of one kind. It is a small value: make
// one where you need it. Namespaces are empty for kinds that live in none,
// and for lists and watches of every namespace.
type Resource[T meta.Object] struct {
	c    *Client
	kind *scheme.Kind
}

// Of is access to the objects of type T: client.Of[*core.Pod](c). It panics
// when T is no kind that the API serves, which is a mistake of the program.
func Of[T meta.Object](c *Client) Resource[T] {
	t := reflect.TypeFor[T]()
	k := scheme.OfType(t)
	if k == nil || k.Resource == "" || k.New == nil {
		panic(fmt.Sprintf("client.Of[%v]: the API serves no such kind", t))
	}
	return Resource[T]{c, k}
}

// Kind describes the kind that r is about.
func (r Resource[T]) Kind() *scheme.Kind { return r.kind }

// Path is the URL path of an object, or without a name that of its collection.
func Path(k *scheme.Kind, ns, name, subresource string) string {
	p := "/apis/" + k.Group + "/" + k.Version
	if k.Group == "" {
		p = "/api/" + k.Version
	}
	if k.Namespaced && ns != "" {
		p += "/namespaces/" + url.PathEscape(ns)
	}
	p += "/" + k.Resource
	if name != "" {
		p += "/" + url.PathEscape(name)
	}
	if subresource != "" {
		p += "/" + subresource
	}
	return p
}

// object is the path of one object, which must be named.
func (r Resource[T]) object(ns, name, subresource string) (string, error) {
	if name == "" {
		return "", fmt.Errorf("%s: the name is empty", r.kind.Resource)
	}
	if r.kind.Namespaced && ns == "" {
		return "", fmt.Errorf("%s %q: the namespace is empty", r.kind.Resource, name)
	}
	return Path(r.kind, ns, name, subresource), nil
}

// decode reads an object of r's kind.
func (r Resource[T]) decode(b []byte) (T, error) {
	o := r.kind.New().(T)
	if err := codec.DecodeJSON(b, o); err != nil {
		var none T
		return none, fmt.Errorf("decode %s: %w", r.kind.Kind, err)
	}
	return o, nil
}

// do sends a request that is answered with an object of r's kind.
func (r Resource[T]) do(ctx context.Context, q *request) (T, error) {
	var none T
	q.accept = jsonType
	resp, err := r.c.do(ctx, q)
	if err != nil {
		return none, err
	}
	return r.decode(resp.Body)
}

// write sends o and is answered with how it is now.
func (r Resource[T]) write(ctx context.Context, method, name string, o T, opt *options) (T, error) {
	var none T
	m := o.GetObjectMeta()
	if r.kind.Namespaced && m.Namespace == "" {
		return none, fmt.Errorf("%s %q: the namespace is empty", r.kind.Resource, m.Name)
	}
	if *o.GetTypeMeta() == (meta.TypeMeta{}) {
		*o.GetTypeMeta() = r.kind.TypeMeta()
	}
	body, err := codec.EncodeJSON(o)
	if err != nil {
		return none, fmt.Errorf("encode %s %q: %w", r.kind.Kind, m.Name, err)
	}
	return r.do(ctx, &request{
		method: method, path: Path(r.kind, m.Namespace, name, opt.subresource),
		query: opt.query, contentType: jsonType, body: body,
	})
}

// Get reads one object.
func (r Resource[T]) Get(ctx context.Context, ns, name string) (T, error) {
	path, err := r.object(ns, name, "")
	if err != nil {
		var none T
		return none, err
	}
	return r.do(ctx, &request{method: http.MethodGet, path: path})
}

// Create stores a new object and returns it as stored. The kind and version
// are filled in when o has none.
func (r Resource[T]) Create(ctx context.Context, o T, opts ...Option) (T, error) {
	return r.write(ctx, http.MethodPost, "", o, apply(opts))
}

// Update replaces an object. It fails with a conflict when o has a resource
// version and the object has changed since.
func (r Resource[T]) Update(ctx context.Context, o T, opts ...Option) (T, error) {
	name := o.GetObjectMeta().Name
	if name == "" {
		var none T
		return none, fmt.Errorf("%s: the name is empty", r.kind.Resource)
	}
	return r.write(ctx, http.MethodPut, name, o, apply(opts))
}

// UpdateStatus replaces an object's status and nothing else of it.
func (r Resource[T]) UpdateStatus(ctx context.Context, o T, opts ...Option) (T, error) {
	return r.Update(ctx, o, append([]Option{Subresource("status")}, opts...)...)
}

// PatchKind is one of the ways to write down a change.
type PatchKind string

const (
	// JSONPatch is a list of operations.
	JSONPatch PatchKind = "application/json-patch+json"
	// MergePatch is an object of the new values; null removes.
	MergePatch PatchKind = "application/merge-patch+json"
	// StrategicPatch merges lists by the keys of their items.
	StrategicPatch PatchKind = "application/strategic-merge-patch+json"
	// ApplyPatch is what the sender wants to own, server-side apply.
	ApplyPatch PatchKind = "application/apply-patch+yaml"
)

// Patch changes an object by body and returns how it is now.
func (r Resource[T]) Patch(ctx context.Context, ns, name string, kind PatchKind, body []byte, opts ...Option) (T, error) {
	o := apply(opts)
	path, err := r.object(ns, name, o.subresource)
	if err != nil {
		var none T
		return none, err
	}
	return r.do(ctx, &request{method: http.MethodPatch, path: path, query: o.query, contentType: string(kind), body: body})
}

// Delete removes an object, or asks its finalizers and its kubelet to.
func (r Resource[T]) Delete(ctx context.Context, ns, name string, opts ...Option) error {
	path, err := r.object(ns, name, "")
	if err != nil {
		return err
	}
	return r.remove(ctx, path, nil, apply(opts))
}

// DeleteCollection removes all that list chooses in a namespace.
func (r Resource[T]) DeleteCollection(ctx context.Context, ns string, list ListOptions, opts ...Option) error {
	return r.remove(ctx, Path(r.kind, ns, "", ""), list.query(), apply(opts))
}

func (r Resource[T]) remove(ctx context.Context, path string, query url.Values, o *options) error {
	o.delete.TypeMeta = meta.TypeMeta{Kind: "DeleteOptions", APIVersion: "v1"}
	body, err := codec.EncodeJSON(&o.delete)
	if err != nil {
		return fmt.Errorf("encode DeleteOptions: %w", err)
	}
	_, err = r.c.do(ctx, &request{
		method: http.MethodDelete, path: path, query: query, contentType: jsonType, accept: jsonType, body: body,
	})
	return err
}

// GetSub reads a subresource that is of another kind, such as a Scale.
func (r Resource[T]) GetSub(ctx context.Context, ns, name, subresource string, into any) error {
	return r.sub(ctx, http.MethodGet, ns, name, subresource, nil, into, nil)
}

// CreateSub posts body, a Binding, an Eviction or a TokenRequest, to an object's
// subresource. into may be nil.
func (r Resource[T]) CreateSub(ctx context.Context, ns, name, subresource string, body, into any, opts ...Option) error {
	return r.sub(ctx, http.MethodPost, ns, name, subresource, body, into, opts)
}

// UpdateSub replaces a subresource that is of another kind, such as a Scale.
// into may be nil.
func (r Resource[T]) UpdateSub(ctx context.Context, ns, name, subresource string, body, into any, opts ...Option) error {
	return r.sub(ctx, http.MethodPut, ns, name, subresource, body, into, opts)
}

func (r Resource[T]) sub(ctx context.Context, method, ns, name, subresource string, body, into any, opts []Option) error {
	path, err := r.object(ns, name, subresource)
	if err != nil {
		return err
	}
	q := &request{method: method, path: path, query: apply(opts).query, accept: jsonType, contentType: jsonType}
	if body != nil {
		if q.body, err = codec.EncodeJSON(body); err != nil {
			return fmt.Errorf("encode %s of %s %q: %w", subresource, r.kind.Kind, name, err)
		}
	}
	resp, err := r.c.do(ctx, q)
	if err != nil || into == nil {
		return err
	}
	if err := codec.DecodeJSON(resp.Body, into); err != nil {
		return fmt.Errorf("decode %s of %s %q: %w", subresource, r.kind.Kind, name, err)
	}
	return nil
}
