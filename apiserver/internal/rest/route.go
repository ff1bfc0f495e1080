package rest

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// routed says whether the path and the method lead anywhere for the resource
// that was found: it refuses with 404 what is no path of it, and with 405 what
// is one but not for this method.
func (c *call) routed() error {
	i := c.info
	if c.res.Kind.Namespaced && i.Namespace == "" && (i.Name != "" || !c.res.Can("list")) {
		return status.NoResource()
	}
	if i.Method == http.MethodHead {
		return status.NoMethod() // GET alone is served, as everywhere in the API
	}
	allowed := false
	switch i.Verb {
	case "list", "watch":
		allowed = true
	case "create":
		allowed = i.Name == "" && !i.Watched
	case "deletecollection":
		allowed = !i.Watched
	case "get", "update", "patch", "delete":
		allowed = i.Name != "" && !i.Watched
	}
	if !allowed || !c.res.Can(i.Verb) {
		return status.NoMethod()
	}
	if c.res.Kind.Namespaced && i.Namespace == "" && i.Verb != "list" && i.Verb != "watch" {
		return status.NoMethod()
	}
	return nil
}

// offer is what the verb can be answered with.
func (c *call) offer() offer {
	if c.info.Verb != "watch" {
		return offerAll
	}
	if o, err := c.readListOptions(true); err == nil && o.AllowWatchBookmarks && o.SendInitialEvents != nil && *o.SendInitialEvents {
		return offerStreamNoTable
	}
	return offerStream
}

// unrouted answers for a resource that is not served: in plain text when not
// even its group is, for then nothing of the API's stands behind the path.
func (c *call) unrouted() error {
	for s := range *c.Handler.table.Load() {
		if s.group == c.info.Group {
			return status.NoResource()
		}
	}
	NotFoundPage(c.w)
	return nil
}

// NotFoundPage answers for a path that is no part of the API.
func NotFoundPage(w http.ResponseWriter) {
	http.Error(w, "404 page not found", http.StatusNotFound)
}

// wrongShape refuses to make a list of one object's metadata, and the other
// way round.
func (c *call) wrongShape(list bool) error {
	group, _, _ := strings.Cut(c.res.Kind.Group, ".")
	if group == "" {
		group = "core"
	}
	if list {
		return status.WrongShape(fmt.Sprintf("you requested PartialObjectMetadata, but the requested object is a list (*%s.%s)", group, c.res.Kind.ListKind()))
	}
	return status.WrongShape(fmt.Sprintf("you requested PartialObjectMetadataList, but the requested object is not a list (*%s.%s)", group, c.res.Kind.Kind))
}

// typeHead is how the canonical JSON of a kind's objects begins.
func typeHead(k *scheme.Kind) []byte {
	return []byte(`{"kind":"` + k.Kind + `","apiVersion":"` + k.APIVersion() + `",`)
}
