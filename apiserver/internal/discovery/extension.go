package discovery

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/aggregation"
	"github.com/pilothouse/pilothouse/proto/apidiscovery"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// SetExtensions declares what other API servers serve.
func (h *Handler) SetExtensions(versions []aggregation.Version) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.extensions = versions
	return h.describe()
}

// extend adds to the groups what other servers serve, in the place that their
// rank gives them. A version that both serve is the other server's.
func extend(groups []apiGroup, versions []aggregation.Version) []apiGroup {
	rank := map[string]int32{}
	for i := range groups {
		rank[groups[i].name] = aggregation.GroupRank(groups[i].name)
	}
	for i := range versions {
		v := &versions[i]
		at := slices.IndexFunc(groups, func(g apiGroup) bool { return g.name == v.Group })
		if at < 0 {
			at = len(groups)
			groups = append(groups, apiGroup{name: v.Group})
		}
		g := &groups[at]
		if !slices.Contains(g.versions, v.Version) {
			g.versions = append(g.versions, v.Version)
		}
		if g.others == nil {
			g.others = map[string]*aggregation.Version{}
		}
		g.others[v.Version] = v
		rank[v.Group] = max(rank[v.Group], v.Rank.Group)
	}
	slices.SortStableFunc(groups, func(a, b apiGroup) int { return cmp.Compare(rank[b.name], rank[a.name]) })
	return groups
}

// foreign is the aggregated form of what another server says of a version.
func foreign(v *aggregation.Version) apidiscovery.APIVersionDiscovery {
	out := apidiscovery.APIVersionDiscovery{Version: v.Version, Freshness: apidiscovery.DiscoveryFreshnessCurrent}
	if v.Stale || v.Resources == nil {
		out.Freshness = apidiscovery.DiscoveryFreshnessStale
	}
	if v.Resources == nil {
		return out
	}
	kind := func(r *meta.APIResource) *meta.GroupVersionKind {
		return &meta.GroupVersionKind{Group: cmp.Or(r.Group, v.Group), Version: cmp.Or(r.Version, v.Version), Kind: r.Kind}
	}
	place := map[string]int{}
	for i := range v.Resources.APIResources {
		r := &v.Resources.APIResources[i]
		if strings.Contains(r.Name, "/") {
			continue
		}
		d := apidiscovery.APIResourceDiscovery{Resource: r.Name, ResponseKind: kind(r), Scope: apidiscovery.ScopeCluster,
			SingularResource: r.SingularName, Verbs: r.Verbs, ShortNames: r.ShortNames, Categories: r.Categories}
		if r.Namespaced {
			d.Scope = apidiscovery.ScopeNamespace
		}
		place[r.Name] = len(out.Resources)
		out.Resources = append(out.Resources, d)
	}
	for i := range v.Resources.APIResources {
		r := &v.Resources.APIResources[i]
		name, sub, ok := strings.Cut(r.Name, "/")
		if at, known := place[name]; ok && known {
			out.Resources[at].Subresources = append(out.Resources[at].Subresources,
				apidiscovery.APISubresourceDiscovery{Subresource: sub, ResponseKind: kind(r), Verbs: r.Verbs})
		}
	}
	return out
}
