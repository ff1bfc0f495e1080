package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// freshFor is how long an answer of discovery is taken for true.
const freshFor = 10 * time.Second

// Catalog asks the API server what it serves, not more often than needed. It
// may be used by several goroutines.
type Catalog struct {
	raw *client.Raw

	mu    sync.Mutex
	asked time.Time
	last  []Resource
	err   error
}

// New makes a catalog that asks through c.
func New(c *client.Client) *Catalog { return &Catalog{raw: c.Raw()} }

// Resources are all that the API server serves, each once, in the version
// that its group prefers. When some group could not be discovered, the others
// are returned beside the error.
func (c *Catalog) Resources(ctx context.Context) ([]Resource, error) {
	return c.ResourcesSince(ctx, time.Now().Add(-freshFor))
}

// ResourcesSince is Resources as they are known since t, at the earliest.
func (c *Catalog) ResourcesSince(ctx context.Context, t time.Time) ([]Resource, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil && c.asked.After(t) {
		return c.last, nil
	}
	asked := time.Now()
	c.last, c.err = c.discover(ctx)
	c.asked = asked
	return c.last, c.err
}

// Find is the resource of a kind, of whatever version its group prefers. What
// was not there when the server was last asked is looked for once more. That
// some other group cannot be discovered does not matter.
func (c *Catalog) Find(ctx context.Context, group, kind string) (Resource, bool, error) {
	for range 2 {
		resources, err := c.Resources(ctx)
		for _, r := range resources {
			if r.Group == group && r.Kind == kind {
				return r, true, nil
			}
		}
		if err != nil {
			return Resource{}, false, err
		}
		c.Forget()
	}
	return Resource{}, false, nil
}

// Forget makes the next call of Resources ask again.
func (c *Catalog) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = time.Time{}
}

func (c *Catalog) discover(ctx context.Context) ([]Resource, error) {
	var core meta.APIResourceList
	if err := c.get(ctx, "/api/v1", &core); err != nil {
		return nil, fmt.Errorf("discover v1: %w", err)
	}
	all := fromList("/api/v1", "", "v1", &core)
	var groups meta.APIGroupList
	if err := c.get(ctx, "/apis", &groups); err != nil {
		return all, fmt.Errorf("discover groups: %w", err)
	}
	missing := map[string]error{}
	for _, g := range groups.Groups {
		seen := map[string]bool{}
		for _, v := range preferredFirst(g) {
			var list meta.APIResourceList
			path := "/apis/" + v.GroupVersion
			if err := c.get(ctx, path, &list); err != nil {
				missing[v.GroupVersion] = err
				continue
			}
			for _, r := range fromList(path, g.Name, v.Version, &list) {
				if !seen[r.Name] {
					seen[r.Name] = true
					all = append(all, r)
				}
			}
		}
	}
	if len(missing) > 0 {
		return all, &IncompleteError{missing}
	}
	return all, nil
}

// IncompleteError says which groups could not be discovered while others could.
type IncompleteError struct {
	// Missing is what went wrong, by group and version.
	Missing map[string]error
}

func (e *IncompleteError) Error() string {
	var parts []string
	for _, gv := range slices.Sorted(maps.Keys(e.Missing)) {
		why := e.Missing[gv].Error()
		if client.IsUnavailable(e.Missing[gv]) {
			why = "stale GroupVersion discovery: " + gv
		}
		parts = append(parts, gv+": "+why)
	}
	return "unable to retrieve the complete list of server APIs: " + strings.Join(parts, ", ")
}

// preferredFirst are a group's versions, the one it prefers before the rest.
func preferredFirst(g meta.APIGroup) []meta.GroupVersionForDiscovery {
	var out []meta.GroupVersionForDiscovery
	if g.PreferredVersion.GroupVersion != "" {
		out = append(out, g.PreferredVersion)
	}
	for _, v := range g.Versions {
		if v != g.PreferredVersion {
			out = append(out, v)
		}
	}
	return out
}

func (c *Catalog) get(ctx context.Context, path string, into any) error {
	answer, err := c.raw.Do(ctx, http.MethodGet, path, nil, "", nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer.Body, into)
}
