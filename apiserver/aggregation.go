package apiserver

import (
	"github.com/pilothouse/pilothouse/apiserver/internal/aggregation"
	"github.com/pilothouse/pilothouse/apiserver/internal/discovery"
	"github.com/pilothouse/pilothouse/apiserver/internal/openapi"
	"github.com/pilothouse/pilothouse/apiserver/internal/proxy"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// aggregation is what passes requests on to other API servers; it tells the
// documents of every change.
func (d *process) aggregation(reach *proxy.Proxy, docs *discovery.Handler, api *openapi.Handler) *aggregation.Aggregator {
	var a *aggregation.Aggregator
	had := false
	a = aggregation.New(aggregation.Config{Cache: d.cache, Resolve: reach.ServiceHost, API: d.rest, Log: d.Log,
		Certificate: func() (cert, key []byte) { return d.keys.proxy.Cert, d.keys.proxy.Key },
		Changed: func() {
			versions := a.Versions()
			if len(versions) == 0 && !had {
				return // The documents say nothing of others yet.
			}
			had = len(versions) > 0
			api.SetExtensions(versions)
			if err := docs.SetExtensions(versions); err != nil {
				d.Log.Error("what other API servers serve cannot be described", "error", err)
			}
		}})
	return a
}

// kinds are those of a table that are served by themselves.
func kinds(table []*resources.Resource) []meta.GroupVersionKind {
	out := make([]meta.GroupVersionKind, 0, len(table))
	for _, r := range table {
		out = append(out, r.Kind.GVK())
	}
	return out
}
