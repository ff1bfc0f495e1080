// Package discovery tells clients what is served: the documents below /api and
// /apis, one by one and all in one (aggregated discovery). They are made of the
// table of resources when the server starts and when custom resources come and
// go, in both encodings, and are bytes from then on.
package discovery

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pilothouse/pilothouse/apiserver/internal/aggregation"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/apiserver/internal/rest"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/apidiscovery"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// document is an answer in both encodings.
type document struct {
	rest.Document
	etag string
	// routed says that the place takes GET alone, and that its media types are looked
	// at twice; other places ask for no method.
	routed bool
	// custom says that all below the place is custom resources.
	custom bool
}

// Handler answers /api, /apis and what lies below them, but for resources.
type Handler struct {
	now     atomic.Pointer[documents]
	address string

	mu         sync.Mutex
	table      []*resources.Resource
	extensions []aggregation.Version

	// Refuse answers with an error.
	Refuse func(w http.ResponseWriter, r *http.Request, err error)
}

// documents are all answers for one table.
type documents struct {
	plain      map[string]*document // by path without a trailing slash
	aggregated map[string]*document // /api and /apis
}

// New makes the documents for the table. address is where the server says that
// it can be reached.
func New(table []*resources.Resource, address string) (*Handler, error) {
	h := &Handler{address: address}
	return h, h.Set(table)
}

// Set makes the documents anew for another table.
func (h *Handler) Set(table []*resources.Resource) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.table = table
	return h.describe()
}

func (h *Handler) describe() error {
	d, err := describe(extend(group(h.table), h.extensions), h.address)
	if err == nil {
		h.now.Store(d)
	}
	return err
}

func describe(groups []apiGroup, address string) (*documents, error) {
	h := &documents{plain: map[string]*document{}, aggregated: map[string]*document{}}
	cidrs := []meta.ServerAddressByClientCIDR{{ClientCIDR: "0.0.0.0/0", ServerAddress: address}}
	var list meta.APIGroupList
	list.TypeMeta = meta.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}
	docs := map[string]any{
		"/api": &meta.APIVersions{TypeMeta: meta.TypeMeta{Kind: "APIVersions"}, Versions: []string{"v1"}, ServerAddressByClientCIDRs: cidrs},
	}
	for _, g := range groups {
		if g.name == "" {
			docs["/api/v1"] = resourceList("v1", g.of("v1"))
			continue
		}
		apiGroup := meta.APIGroup{Name: g.name}
		for _, version := range g.versions {
			gv := g.name + "/" + version
			if g.others[version] == nil { // Otherwise the other server is asked itself.
				docs["/apis/"+gv] = resourceList(gv, g.of(version))
			}
			apiGroup.Versions = append(apiGroup.Versions, meta.GroupVersionForDiscovery{GroupVersion: gv, Version: version})
		}
		apiGroup.PreferredVersion = apiGroup.Versions[0]
		list.Groups = append(list.Groups, apiGroup)
		apiGroup.TypeMeta = meta.TypeMeta{Kind: "APIGroup", APIVersion: "v1"}
		docs["/apis/"+g.name] = &apiGroup
	}
	docs["/apis"] = &list
	for path, o := range docs {
		d, err := encode(o)
		if err != nil {
			return nil, fmt.Errorf("discovery document %s: %w", path, err)
		}
		d.routed = path == "/api" || path == "/api/v1"
		h.plain[path] = d
	}
	isCustom := func(r *resources.Resource) bool { return r.Custom }
	for _, g := range groups {
		if d := h.plain["/apis/"+g.name]; d != nil {
			d.custom = slices.ContainsFunc(g.resources, isCustom)
		}
		for _, version := range g.versions {
			if d := h.plain["/apis/"+g.name+"/"+version]; d != nil {
				d.routed = !slices.ContainsFunc(g.of(version), isCustom)
			}
		}
	}
	return h, h.aggregate(groups)
}

// aggregate makes the documents that hold everything below /api and /apis.
func (h *documents) aggregate(groups []apiGroup) error {
	core, named := &apidiscovery.APIGroupDiscoveryList{}, &apidiscovery.APIGroupDiscoveryList{}
	for _, g := range groups {
		item := apidiscovery.APIGroupDiscovery{}
		item.Name = g.name
		for _, version := range g.versions {
			if v := g.others[version]; v != nil {
				item.Versions = append(item.Versions, foreign(v))
				continue
			}
			item.Versions = append(item.Versions, apidiscovery.APIVersionDiscovery{
				Version: version, Freshness: apidiscovery.DiscoveryFreshnessCurrent, Resources: discovered(g.of(version))})
		}
		if g.name == "" {
			core.Items = append(core.Items, item)
		} else {
			named.Items = append(named.Items, item)
		}
	}
	for path, l := range map[string]*apidiscovery.APIGroupDiscoveryList{"/api": core, "/apis": named} {
		l.TypeMeta = meta.TypeMeta{Kind: "APIGroupDiscoveryList", APIVersion: "apidiscovery.k8s.io/v2"}
		d, err := encode(l)
		if err != nil {
			return fmt.Errorf("aggregated discovery of %s: %w", path, err)
		}
		h.aggregated[path] = d
	}
	return nil
}

func encode(o any) (*document, error) {
	j, err := codec.EncodeJSON(o)
	if err != nil {
		return nil, err
	}
	d := &document{etag: fmt.Sprintf(`"%X"`, sha256.Sum256(j))}
	d.JSON = append(j, '\n')
	d.Protobuf, err = codec.EncodeProto(o)
	return d, err
}

// apiGroup is a group with its resources.
type apiGroup struct {
	name      string
	versions  []string // the preferred one first
	resources []*resources.Resource
	others    map[string]*aggregation.Version // the versions that others serve
}

// of lists the resources of one version.
func (g *apiGroup) of(version string) (out []*resources.Resource) {
	for _, r := range g.resources {
		if r.Kind.Version == version {
			out = append(out, r)
		}
	}
	return out
}

// group sorts the table by groups, in its order.
func group(table []*resources.Resource) []apiGroup {
	var out []apiGroup
	for _, r := range table {
		i := slices.IndexFunc(out, func(g apiGroup) bool { return g.name == r.Kind.Group })
		if i < 0 {
			i = len(out)
			out = append(out, apiGroup{name: r.Kind.Group})
		}
		out[i].resources = append(out[i].resources, r)
		if !slices.Contains(out[i].versions, r.Kind.Version) {
			out[i].versions = append(out[i].versions, r.Kind.Version)
		}
	}
	return out
}

// resourceList is the document of a group's version.
func resourceList(groupVersion string, rs []*resources.Resource) *meta.APIResourceList {
	l := &meta.APIResourceList{TypeMeta: meta.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: groupVersion}
	if groupVersion == "v1" {
		l.APIVersion = "" // as the group of no name always told
	}
	for _, r := range rs {
		k := r.Kind
		l.APIResources = append(l.APIResources, meta.APIResource{Name: k.Resource, SingularName: k.Singular, Namespaced: k.Namespaced,
			Kind: k.Kind, Verbs: r.Verbs, ShortNames: k.ShortNames, Categories: k.Categories, StorageVersionHash: storageHash(r)})
		for _, s := range r.Subresources {
			sk := subKind(r, &s)
			a := meta.APIResource{Name: k.Resource + "/" + s.Name, Namespaced: k.Namespaced, Kind: sk.Kind, Verbs: s.Verbs}
			if sk.Group != k.Group || sk.Version != k.Version {
				a.Group, a.Version = sk.Group, sk.Version
			}
			l.APIResources = append(l.APIResources, a)
		}
	}
	slices.SortFunc(l.APIResources, func(a, b meta.APIResource) int { return strings.Compare(a.Name, b.Name) })
	return l
}

// storageHash changes when the stored form does. It is upstream's hash of the
// same names, so that who migrates objects sees no change where there is none.
func storageHash(r *resources.Resource) string {
	if r.Prefix == "" {
		return ""
	}
	k := r.Stored().Kind
	sum := sha256.Sum256([]byte(k.Group + "/" + k.Version + "/" + k.Kind))
	return base64.StdEncoding.EncodeToString(sum[:8])
}

func subKind(r *resources.Resource, s *resources.Subresource) *scheme.Kind {
	if s.Kind != nil {
		return s.Kind
	}
	return r.Kind
}

func gvk(k *scheme.Kind) *meta.GroupVersionKind {
	g := k.GVK()
	return &g
}

// discovered is the aggregated form of resourceList.
func discovered(rs []*resources.Resource) []apidiscovery.APIResourceDiscovery {
	var out []apidiscovery.APIResourceDiscovery
	for _, r := range rs {
		k := r.Kind
		d := apidiscovery.APIResourceDiscovery{Resource: k.Resource, ResponseKind: gvk(k), Scope: apidiscovery.ScopeCluster,
			SingularResource: k.Singular, Verbs: r.Verbs, ShortNames: k.ShortNames, Categories: k.Categories}
		if k.Namespaced {
			d.Scope = apidiscovery.ScopeNamespace
		}
		for _, s := range r.Subresources {
			d.Subresources = append(d.Subresources, apidiscovery.APISubresourceDiscovery{Subresource: s.Name, ResponseKind: gvk(subKind(r, &s)), Verbs: s.Verbs})
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b apidiscovery.APIResourceDiscovery) int { return strings.Compare(a.Resource, b.Resource) })
	return out
}

// asAggregated is how media types ask for everything in one, and suffixAggregated
// how they say that this is it.
var asAggregated = map[string]string{"g": "apidiscovery.k8s.io", "v": "v2", "as": "APIGroupDiscoveryList"}

const suffixAggregated = ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

// ServeHTTP answers with the document of the path.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimSuffix(r.URL.Path, "/")
	now := h.now.Load()
	d := now.plain[path]
	if d == nil {
		h.unknown(w, r, path)
		return
	}
	if d.routed && r.Method != http.MethodGet {
		h.Refuse(w, r, status.NoMethod())
		return
	}
	aggregated := now.aggregated[path]
	as := asAggregated
	if aggregated == nil {
		as = nil
	}
	f, err := rest.FormOf(r, d.routed, as)
	if err != nil {
		h.Refuse(w, r, err)
		return
	}
	head, suffix := w.Header(), ""
	if aggregated != nil {
		head.Add("Vary", "Accept")
	}
	if f.As {
		d, suffix = aggregated, suffixAggregated
		head.Set("Cache-Control", "public")
		head.Set("ETag", d.etag)
		if r.Header.Get("If-None-Match") == d.etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if err := f.Serve(w, d.Document, suffix); err != nil {
		h.Refuse(w, r, err)
	}
}

// Paths are those of all documents.
func (h *Handler) Paths() []string { return slices.Collect(maps.Keys(h.now.Load().plain)) }

// unknown answers for a path that has no document: with a Status below a group
// that is served, otherwise in plain text, for nothing of the API's is there.
func (h *Handler) unknown(w http.ResponseWriter, r *http.Request, path string) {
	group := path
	if parts := strings.SplitN(path, "/", 4); len(parts) == 4 {
		group = strings.Join(parts[:3], "/")
	}
	if d := h.now.Load().plain[group]; strings.HasPrefix(path, "/api/") || d != nil && !d.custom {
		h.Refuse(w, r, status.NoResource())
		return
	}
	http.Error(w, "404 page not found", http.StatusNotFound)
}
