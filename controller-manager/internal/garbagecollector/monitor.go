package garbagecollector

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/controller-manager/internal/catalog"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// What a server that can leave specs out is asked for; others send whole
// objects, of which the metadata is read all the same.
const (
	acceptList  = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
	acceptWatch = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
)

// retryAfter is the pause before a monitor that failed lists again.
const retryAfter = time.Second

// pageSize is how many objects one list request asks for.
const pageSize = "1000"

// monitor feeds the graph with the metadata of all objects of one resource.
type monitor struct {
	resource catalog.Resource
	raw      *client.Raw
	graph    *graph
	wake     func([]meta.UID)
	synced   chan struct{} // closed once everything has been listed
}

// run lists and watches until ctx ends.
func (m *monitor) run(ctx context.Context) {
	first := true
	for ctx.Err() == nil {
		version, err := m.list(ctx)
		if err == nil && first {
			close(m.synced)
			first = false
		}
		for err == nil {
			version, err = m.watch(ctx, version)
		}
		if ctx.Err() == nil && !client.IsGone(err) {
			slog.Debug("The garbage collector lists a resource again", "resource", m.resource.ID(), "err", err)
			select {
			case <-time.After(retryAfter):
			case <-ctx.Done():
			}
		}
	}
	if first {
		close(m.synced) // given up: nobody shall wait for it
	}
}

// object is as much of an API object as the graph needs.
type object struct {
	meta.ObjectMeta `json:"metadata"`
}

// list puts everything that there is into the graph and takes out what is no
// longer there.
func (m *monitor) list(ctx context.Context) (version string, err error) {
	gone := m.graph.of(m.resource)
	query := url.Values{"limit": {pageSize}}
	for {
		answer, err := m.raw.DoAccept(ctx, http.MethodGet, m.resource.URL("", ""), query, acceptList, "", nil)
		if err != nil {
			return "", err
		}
		var page struct {
			meta.ListMeta `json:"metadata"`
			Items         []object `json:"items"`
		}
		if err := json.Unmarshal(answer.Body, &page); err != nil {
			return "", fmt.Errorf("read a list of %s: %w", m.resource.ID(), err)
		}
		for i := range page.Items {
			delete(gone, page.Items[i].UID)
			m.wake(m.graph.put(itemOf(&m.resource, &page.Items[i].ObjectMeta)))
		}
		if page.Continue == "" {
			for uid := range gone {
				m.wake(m.graph.drop(uid))
			}
			return page.ResourceVersion, nil
		}
		query.Set("continue", page.Continue)
	}
}

// watch follows changes from version on. It returns the version that it has
// reached when the server ends the stream, and an error when there must be a
// new list.
func (m *monitor) watch(ctx context.Context, version string) (reached string, err error) {
	query := url.Values{"watch": {"1"}, "resourceVersion": {version}, "allowWatchBookmarks": {"true"}}
	answer, err := m.raw.Stream(ctx, http.MethodGet, m.resource.URL("", ""), query, acceptWatch)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	frames := json.NewDecoder(bufio.NewReader(answer.Body))
	for {
		var e struct {
			Type   string          `json:"type"`
			Object json.RawMessage `json:"object"`
		}
		if err := frames.Decode(&e); err != nil {
			if err == io.EOF && version != "" {
				return version, nil
			}
			return "", err
		}
		if e.Type == "ERROR" {
			status := &client.StatusError{}
			if err := json.Unmarshal(e.Object, &status.Status); err != nil {
				return "", err
			}
			return "", status
		}
		var o object
		if err := json.Unmarshal(e.Object, &o); err != nil {
			return "", fmt.Errorf("read an event of %s: %w", m.resource.ID(), err)
		}
		version = o.ResourceVersion
		switch e.Type {
		case "ADDED", "MODIFIED":
			m.wake(m.graph.put(itemOf(&m.resource, &o.ObjectMeta)))
		case "DELETED":
			m.wake(m.graph.drop(o.UID))
		}
	}
}
