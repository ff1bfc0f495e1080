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
	if c.res.table == nil && i.Name != "" && !c.res.Can("get") {
		return status.NoResource()
	}
	if c.res.Custom && i.Name == "" && (i.Verb == "update" || i.Verb == "patch") {
		return status.BadRequest("name must be provided")
	}
	if i.Method == http.MethodHead && !c.res.Custom {
		return c.noMethod() // GET alone is served, as everywhere in the API
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
		return c.noMethod()
	}
	if c.res.Kind.Namespaced && i.Namespace == "" && i.Verb != "list" && i.Verb != "watch" {
		return c.noMethod()
	}
	return nil
}

// noMethod refuses a method; custom resources name the verb that they do not
// have.
func (c *call) noMethod() error {
	if c.res.Custom {
		return status.NotSupported(c.name(), c.info.Verb)
	}
	return status.NoMethod()
}

// misplaced says whether the path has a namespace where the custom resource has
// none, or the other way round: nothing of the API's stands behind that.
func (c *call) misplaced() bool {
	i := c.info
	if !c.res.Custom || c.res.Kind.Namespaced == (i.Namespace != "") {
		return false
	}
	return !c.res.Kind.Namespaced || i.Verb != "list" && i.Verb != "watch"
}

// offer is what the verb can be answered with.
func (c *call) offer() offer {
	switch c.info.Verb {
	case "watch":
	case "list":
		return offerList
	case "create":
		if len(c.res.Verbs) == 1 { // nothing is kept of it that could be listed
			return offerReview
		}
		return offerAll
	default:
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
	for s, e := range *c.Handler.table.Load() {
		if s.group == c.info.Group && !e.Custom {
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
