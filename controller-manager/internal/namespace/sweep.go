package namespace

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/controller-manager/internal/catalog"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// parallel is how many kinds are swept at a time.
const parallel = 8

// metadataOnly asks for lists without specs, from servers that can do that.
const metadataOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"

// sweep deletes all that a namespace holds and tells what is left of it. A kind
// that came after the namespace's end began has nothing there; all that came
// before has to be known.
func (c *Controller) sweep(ctx context.Context, namespace string, ends time.Time) content {
	resources, err := c.catalog.ResourcesSince(ctx, ends.Add(time.Second))
	found := content{discovery: err, left: map[string]int{}, finalizers: map[string]int{}}
	var mu sync.Mutex
	g := errgroup.Group{}
	g.SetLimit(parallel)
	for _, r := range resources {
		if !r.Namespaced || !r.Can("list", "delete") {
			continue
		}
		g.Go(func() error {
			left, err := c.sweepKind(ctx, r, namespace)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				found.failures = append(found.failures, err)
			}
			found.add(r, left)
			return nil
		})
	}
	_ = g.Wait() // failures are gathered above
	return found
}

// add counts what is left of one kind.
func (c *content) add(r catalog.Resource, left []meta.ObjectMeta) {
	if len(left) == 0 {
		return
	}
	c.left[r.Name+"."+r.Group] += len(left) // a core resource too has its dot, as users know it
	for i := range left {
		for _, f := range left[i].Finalizers {
			c.finalizers[f]++
		}
		if g := left[i].DeletionGracePeriodSeconds; g != nil {
			c.grace = max(c.grace, time.Duration(*g)*time.Second)
		}
	}
}

// sweepKind deletes all objects of one kind and lists those that are still
// there. Objects that are on their way already are not asked again.
func (c *Controller) sweepKind(ctx context.Context, r catalog.Resource, namespace string) ([]meta.ObjectMeta, error) {
	left, err := c.list(ctx, r, namespace)
	if err != nil || len(left) == 0 {
		return nil, err
	}
	if waiting(left) {
		return left, nil
	}
	if r.Can("deletecollection") {
		err = c.delete(ctx, r.URL(namespace, ""))
	} else {
		for i := range left {
			if e := c.delete(ctx, r.URL(namespace, left[i].Name)); e != nil {
				err = e
			}
		}
	}
	if err != nil {
		return left, fmt.Errorf("delete %s: %w", r.ID(), err)
	}
	return c.list(ctx, r, namespace)
}

// waiting tells whether every object is being deleted already.
func waiting(objects []meta.ObjectMeta) bool {
	for i := range objects {
		if objects[i].DeletionTimestamp == nil {
			return false
		}
	}
	return true
}

func (c *Controller) delete(ctx context.Context, path string) error {
	body := []byte(`{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"}`)
	_, err := c.view.Client.Raw().Do(ctx, http.MethodDelete, path, nil, "application/json", body)
	if client.IsNotFound(err) {
		return nil
	}
	return err
}

// list is the metadata of all objects of one kind.
func (c *Controller) list(ctx context.Context, r catalog.Resource, namespace string) ([]meta.ObjectMeta, error) {
	var all []meta.ObjectMeta
	query := url.Values{"limit": {"500"}}
	for {
		answer, err := c.view.Client.Raw().DoAccept(ctx, http.MethodGet, r.URL(namespace, ""), query, metadataOnly, "", nil)
		if client.IsNotFound(err) {
			return nil, nil // the kind itself is gone
		}
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", r.ID(), err)
		}
		var page struct {
			meta.ListMeta `json:"metadata"`
			Items         []struct {
				meta.ObjectMeta `json:"metadata"`
			} `json:"items"`
		}
		if err := json.Unmarshal(answer.Body, &page); err != nil {
			return nil, fmt.Errorf("list %s: %w", r.ID(), err)
		}
		for i := range page.Items {
			all = append(all, page.Items[i].ObjectMeta)
		}
		if page.Continue == "" {
			return all, nil
		}
		query.Set("continue", page.Continue)
	}
}
