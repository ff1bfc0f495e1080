package aggregation

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Version is a version of a group that another server serves, for the documents
// of this one.
type Version struct {
	// Group and Version name it.
	Group, Version string
	// Rank is where it stands.
	Rank Rank
	// Stale says that the other server cannot be reached now.
	Stale bool
	// Resources are what it serves; nil while that is not known.
	Resources *meta.APIResourceList
	// OpenAPIV2 is its document of version 2, with whatever else it serves, and
	// OpenAPIV3 that of this version; nil where it has none.
	OpenAPIV2, OpenAPIV3 []byte
}

// Versions lists what other servers serve, ordered by rank.
func (a *Aggregator) Versions() []Version {
	var out []Version
	for _, x := range a.extensions() {
		v := Version{Group: x.at.group, Version: x.at.version, Stale: !x.available.Load(),
			Rank: Rank{x.spec.GroupPriorityMinimum, x.spec.VersionPriority}}
		if d := x.served.Load(); d != nil {
			v.Resources, v.OpenAPIV2, v.OpenAPIV3 = d.resources, d.v2, d.v3
		}
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b Version) int {
		return cmp.Or(int(b.Rank.Group)-int(a.Rank.Group), cmp.Compare(a.Group, b.Group), int(b.Rank.Version)-int(a.Rank.Version), cmp.Compare(b.Version, a.Version))
	})
	return out
}

// learn keeps what another server says of itself. When that has changed, or has
// not been asked for yet, its OpenAPI documents are read too.
func (x *extension) learn(ctx context.Context, discovery []byte) {
	l := &meta.APIResourceList{}
	if err := codec.DecodeJSON(discovery, l); err != nil {
		x.Log.Warn("an API service sends a discovery document that cannot be read", "name", x.name, "error", err)
		return
	}
	hash := fmt.Sprintf("%x", sha256.Sum256(discovery))
	have := x.served.Load()
	if have != nil && have.hash == hash {
		return
	}
	d := &description{resources: l, hash: hash}
	if b, code, err := x.fetch(ctx, "/openapi/v2"); err == nil && code == http.StatusOK && json.Valid(b) {
		d.v2 = b
	}
	if b, code, err := x.fetch(ctx, "/openapi/v3/apis/"+x.at.group+"/"+x.at.version); err == nil && code == http.StatusOK && json.Valid(b) {
		d.v3 = bytes.TrimSpace(b)
	}
	x.served.Store(d)
	x.wake()
}
