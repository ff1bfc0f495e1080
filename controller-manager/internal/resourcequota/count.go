package resourcequota

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/controller-manager/internal/catalog"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
	"github.com/pilothouse/pilothouse/proto/quota"
)

// pageSize is how many objects one request asks for.
const pageSize = 500

// metadataOnly asks for lists without specs.
const metadataOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"

// counter counts what a quota bounds, all at one revision.
type counter struct {
	client  *client.Client
	catalog *catalog.Catalog
	quota   *core.ResourceQuota
	version string
	now     time.Time
}

// count is what is in use of each resource that q bounds. What could not be
// counted is not in it, and in the error.
func (c *counter) count(ctx context.Context) (core.ResourceList, error) {
	out := core.ResourceList{}
	wanted := map[string][]core.ResourceName{}
	for n := range c.quota.Spec.Hard {
		if r := quota.Resource(n); r != "" {
			wanted[r] = append(wanted[r], n)
		}
	}
	var errs []error
	for resource, names := range wanted {
		used, err := c.usage(ctx, resource, names)
		if err != nil {
			errs = append(errs, fmt.Errorf("count %s: %w", resource, err))
			continue
		}
		if used == nil {
			continue // nobody serves it
		}
		for _, n := range names {
			out[n] = used[n]
			if _, ok := used[n]; !ok {
				out[n] = quantity.FromInt(0, quantity.DecimalSI)
			}
		}
	}
	return out, errors.Join(errs...)
}

// usage is what the objects of a resource use of names; nil when the server has
// no such resource.
func (c *counter) usage(ctx context.Context, resource string, names []core.ResourceName) (core.ResourceList, error) {
	scoped := len(c.quota.Spec.Scopes) > 0 || c.quota.Spec.ScopeSelector != nil
	counting := true
	for _, n := range names {
		if _, ok := quota.CountOf(n); !ok {
			counting = false
		}
	}
	switch {
	case !counting || scoped && (resource == "pods" || resource == "persistentvolumeclaims"):
		switch resource {
		case "pods":
			return addUp[*core.Pod](ctx, c, resource)
		case "services":
			return addUp[*core.Service](ctx, c, resource)
		case "persistentvolumeclaims":
			return addUp[*core.PersistentVolumeClaim](ctx, c, resource)
		}
	case scoped:
		return core.ResourceList{}, nil // scopes leave none of these
	}
	n, err := c.objects(ctx, resource)
	if n < 0 || err != nil {
		return nil, err
	}
	used := core.ResourceList{}
	for _, name := range names {
		used[name] = quantity.FromInt(n, quantity.DecimalSI)
	}
	return used, nil
}

// addUp adds up what objects use, one by one.
func addUp[T meta.Object](ctx context.Context, c *counter, resource string) (core.ResourceList, error) {
	used := core.ResourceList{}
	o := client.ListOptions{Limit: pageSize, ResourceVersion: c.version, ResourceVersionMatch: "Exact"}
	for {
		page, err := client.Of[T](c.client).List(ctx, c.quota.Namespace, o)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			if !quota.InScope(&c.quota.Spec, item) {
				continue
			}
			for n, q := range quota.Usage(resource, item, c.now) {
				if _, bounded := c.quota.Spec.Hard[n]; !bounded {
					continue
				}
				if have, ok := used[n]; ok {
					q = have.Add(q)
				}
				used[n] = q
			}
		}
		if page.Continue == "" {
			return used, nil
		}
		o = client.ListOptions{Limit: pageSize, Continue: page.Continue}
	}
}

// objects is how many objects of a resource there are; -1 when the server has
// no such resource. It reads one of them: the server knows how many follow.
func (c *counter) objects(ctx context.Context, resource string) (int64, error) {
	all, err := c.catalog.Resources(ctx)
	for _, r := range all {
		if r.ID() != resource || !r.Namespaced || !r.Can("list") {
			continue
		}
		query := url.Values{"limit": {"1"}, "resourceVersion": {c.version}, "resourceVersionMatch": {"Exact"}}
		answer, err := c.client.Raw().DoAccept(ctx, http.MethodGet, r.URL(c.quota.Namespace, ""), query, metadataOnly, "", nil)
		if err != nil {
			return 0, err
		}
		var page struct {
			meta.ListMeta `json:"metadata"`
			Items         []struct{} `json:"items"`
		}
		if err := json.Unmarshal(answer.Body, &page); err != nil {
			return 0, err
		}
		n := int64(len(page.Items))
		if page.RemainingItemCount != nil {
			n += *page.RemainingItemCount
		}
		return n, nil
	}
	return -1, err
}
