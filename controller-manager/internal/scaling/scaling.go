// Package scaling finds how many replicas an object of any kind is to have, and
// changes that, through its scale subresource: what disruption budgets and
// autoscalers go by, for custom resources as for built-in ones.
package scaling

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/controller-manager/internal/catalog"
	"github.com/pilothouse/pilothouse/proto/autoscaling"
	"github.com/pilothouse/pilothouse/proto/codec"
)

// Target names an object that has a scale.
type Target struct{ Namespace, APIVersion, Kind, Name string }

// Finder reads and writes scales.
type Finder struct {
	raw     *client.Raw
	catalog *catalog.Catalog
}

// New makes a finder.
func New(c *client.Client, resources *catalog.Catalog) *Finder { return &Finder{c.Raw(), resources} }

// Get is the scale of an object. The error is a NotFound when there is no such
// object, and when its kind has no scale.
func (f *Finder) Get(ctx context.Context, t Target) (*autoscaling.Scale, error) {
	return f.do(ctx, http.MethodGet, t, nil)
}

// Set writes a scale that Get returned, with another number of replicas.
func (f *Finder) Set(ctx context.Context, t Target, s *autoscaling.Scale) (*autoscaling.Scale, error) {
	return f.do(ctx, http.MethodPut, t, s)
}

func (f *Finder) do(ctx context.Context, method string, t Target, body *autoscaling.Scale) (*autoscaling.Scale, error) {
	path, err := f.path(ctx, t)
	if err != nil {
		return nil, err
	}
	var b []byte
	if body != nil {
		if b, err = codec.EncodeJSON(body); err != nil {
			return nil, err
		}
	}
	resp, err := f.raw.Do(ctx, method, path, nil, "application/json", b)
	if err != nil {
		return nil, err
	}
	s := &autoscaling.Scale{}
	return s, codec.DecodeJSON(resp.Body, s)
}

// path is where the scale of t is served.
func (f *Finder) path(ctx context.Context, t Target) (string, error) {
	r, err := f.Resource(ctx, t)
	if err != nil {
		return "", err
	}
	return r.URL(t.Namespace, t.Name) + "/scale", nil
}

// NoKindError tells that nothing of a kind is served.
type NoKindError struct{ Group, Kind string }

func (e *NoKindError) Error() string {
	return fmt.Sprintf("no matches for kind %q in group %q", e.Kind, e.Group)
}

// Resource is what t is one of. Versions of a group stand for one another: the
// group is what counts. The error is a NoKindError when there is no such kind.
func (f *Finder) Resource(ctx context.Context, t Target) (catalog.Resource, error) {
	group, _, found := strings.Cut(t.APIVersion, "/")
	if !found {
		group = ""
	}
	r, found, err := f.catalog.Find(ctx, group, t.Kind)
	if err == nil && !found {
		err = &NoKindError{group, t.Kind}
	}
	return r, err
}
