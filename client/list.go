package client

import (
	"context"
	"fmt"
	"net/http"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// List is one page of objects, or all of them.
type List[T meta.Object] struct {
	Items []T
	// ResourceVersion is where to begin a watch that misses nothing.
	ResourceVersion string
	// Continue asks for the next page; empty on the last one.
	Continue string
	// Remaining is how many are on later pages, when the server knows.
	Remaining *int64
}

// List reads the objects of a namespace, or of all, that o chooses.
func (r Resource[T]) List(ctx context.Context, ns string, o ListOptions) (List[T], error) {
	var out List[T]
	resp, err := r.c.do(ctx, &request{
		method: http.MethodGet, path: Path(r.kind, ns, "", ""), query: o.query(), accept: jsonType,
	})
	if err != nil {
		return out, err
	}
	list := r.kind.NewList()
	if err := codec.DecodeJSON(resp.Body, list); err != nil {
		return out, fmt.Errorf("decode list of %s: %w", r.kind.Resource, err)
	}
	m := list.GetListMeta()
	out = List[T]{ResourceVersion: m.ResourceVersion, Continue: m.Continue, Remaining: m.RemainingItemCount}
	out.Items = make([]T, list.Len())
	for i := range out.Items {
		out.Items[i] = list.At(i).(T)
		// Items of a list come without kind and version.
		*out.Items[i].GetTypeMeta() = r.kind.TypeMeta()
	}
	return out, nil
}

// ListAll reads every page, size objects at a time, all as they were at one
// resource version.
func (r Resource[T]) ListAll(ctx context.Context, ns string, o ListOptions, size int64) (List[T], error) {
	o.Limit = size
	all, err := r.List(ctx, ns, o)
	for err == nil && all.Continue != "" {
		var page List[T]
		// A token carries the version; to name it as well is refused.
		o.Continue, o.ResourceVersion, o.ResourceVersionMatch = all.Continue, "", ""
		if page, err = r.List(ctx, ns, o); err == nil {
			all.Items = append(all.Items, page.Items...)
			all.Continue = page.Continue
		}
	}
	all.Remaining = nil
	return all, err
}
