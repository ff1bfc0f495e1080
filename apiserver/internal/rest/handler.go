// Package rest serves the API's verbs: it takes a request that has been
// authenticated and authorized, finds its resource in the table of package
// resources and reads, writes or watches.
//
// Reads are answered from the cache, whose bytes go to the socket as they are.
// A write is decoded, defaulted, admitted, validated, encoded and stored
// (create.go, update.go, delete.go); its answer is the bytes that were stored.
// Start with handler.go; call is one request on its way.
package rest

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/allocator"
	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/authz"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/quota"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/apiserver/internal/usage"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// Connector serves the subresources that reach into nodes, pods and services.
type Connector interface {
	// Connect serves the request; an error is answered as a Status.
	Connect(w http.ResponseWriter, r *http.Request, i *request.Info) error
}

// Handler serves every resource of the table.
type Handler struct {
	// Store takes the writes.
	Store *store.Store
	// Cache answers the reads.
	Cache *cache.Cache
	// Allocator hands out the services' addresses and node ports.
	Allocator *allocator.Allocator
	// Quotas are charged with every write.
	Quotas *quota.Keeper
	// Deprecated counts requests for deprecated resources: it is set to 1 by group,
	// version, resource, subresource and the release that removes it.
	Deprecated *prometheus.GaugeVec
	// Admission looks at every write before it is validated.
	Admission *admission.Chain
	// Authn and Authz answer reviews: who a token is for, who may do what.
	Authn *authn.Authenticator
	Authz *authz.Authorizer
	// Accounts signs service account tokens.
	Accounts *authn.ServiceAccounts
	// Connector serves log, exec, attach, portforward and proxy.
	Connector Connector
	// Components tells how the control plane is, for componentstatuses.
	Components func(ctx context.Context) []ComponentHealth
	// Usage knows what nodes and pods use.
	Usage *usage.Meter
	// Log is for what goes wrong on the server's side.
	Log *slog.Logger
	// MinWatch is the shortest time after which a watch is ended that says
	// nothing of time; it is up to twice that.
	MinWatch time.Duration
	// Stopping ends the watches when it is done.
	Stopping context.Context

	table   atomic.Pointer[map[served]*entry]
	builtin []*resources.Resource
	zips    zips // compressed lists
	pace    pacer
}

// served names a resource on the wire.
type served struct{ group, version, plural string }

// entry is a resource with its table in the cache.
type entry struct {
	*resources.Resource
	table *cache.Table // nil when nothing is stored
	// typeHead begins the canonical JSON of every object of the kind.
	typeHead []byte
	// customHead is typeHead of a custom resource, whose items in lists keep it.
	customHead []byte
	// others serve the same objects in other groups and versions.
	others []*entry
	tracker
}

// Serve declares what is always served; it is called once, before any request.
func (h *Handler) Serve(table []*resources.Resource) {
	h.builtin = table
	h.ServeCustom(nil)
}

// ServeCustom declares what is served beside that. The cache must have the
// tables. Requests under way end with what they began with.
func (h *Handler) ServeCustom(custom []*resources.Resource) {
	all := make(map[served]*entry, len(h.builtin)+len(custom))
	for _, r := range slices.Concat(custom, h.builtin) {
		e := &entry{Resource: r}
		if r.Custom {
			e.customHead = typeHead(r.Kind)
		} else {
			e.typeHead = typeHead(r.Kind)
		}
		if stored := r.Stored(); stored.Prefix != "" {
			e.table = h.Cache.Table(stored.Name().String())
		}
		all[served{r.Kind.Group, r.Kind.Version, r.Kind.Resource}] = e
	}
	relate(all)
	h.table.Store(&all)
}

// call is one request on its way.
type call struct {
	*Handler
	w     http.ResponseWriter
	r     *http.Request
	info  *request.Info
	user  *authn.User
	res   *entry
	query url.Values
	form  form
	// warned is what the answer's headers warn of.
	warned warnings
	turn   turn
	// converted are the objects of a list that a webhook converted, all in one.
	converted map[*cache.Object][]byte
	// late are the conditions of a selector that hold for what a webhook makes of
	// the objects.
	late selector.Fields
}

// ServeHTTP answers one request about a resource. Who sends it and what it
// asks for come with its context.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i := request.From(r.Context())
	c := &call{Handler: h, w: w, r: r, info: i, user: authn.From(r.Context())}
	defer c.turn.pass()
	c.res = (*h.table.Load())[served{i.Group, i.Version, i.Resource}]
	if err := c.serve(); err != nil {
		c.refuse(err)
	}
}

func (c *call) serve() error {
	if c.res == nil {
		return c.unrouted()
	}
	c.query = c.r.URL.Query()
	if c.misplaced() {
		NotFoundPage(c.w)
		return nil
	}
	var err error
	if c.info.Subresource == "" {
		err = c.routed()
	}
	if c.res.Warning != "" && (err == nil || c.res.Custom) {
		c.warn(c.res.Warning)
		if c.Deprecated != nil {
			c.Deprecated.WithLabelValues(c.info.Group, c.info.Version, c.info.Resource, c.info.Subresource, "").Set(1)
		}
	}
	if c.info.Namespace != "" && !c.res.Kind.Namespaced && c.info.Resource != "namespaces" {
		return status.NoResource()
	}
	if err != nil {
		return err
	}
	if c.info.Subresource != "" {
		return c.subresource()
	}
	if c.form, err = negotiate(c.r, c.offer(), c.res.Custom); err != nil {
		return err
	}
	if c.res.table == nil {
		return c.virtual()
	}
	switch c.info.Verb {
	case "get":
		return c.get()
	case "list":
		return c.list()
	case "watch":
		return c.watch()
	case "create":
		return c.create()
	case "update":
		return c.update(nil)
	case "patch":
		return c.patch(nil)
	case "delete":
		return c.delete()
	case "deletecollection":
		return c.deleteCollection()
	}
	return c.noMethod()
}

// name is the resource in messages.
func (c *call) name() status.Resource { return c.res.Name() }

// now is the server's time, cut as the wire cuts it.
func now() time.Time { return time.Now().UTC().Truncate(time.Second) }
