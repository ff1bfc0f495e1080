package openapi

import (
	"encoding/json"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/aggregation"
	"github.com/pilothouse/pilothouse/proto/openapi"
	"github.com/pilothouse/pilothouse/proto/schema"
)

// extendV2 adds to the document what other servers say of their versions. What
// cannot be read is left out: their servers can still be used.
func extendV2(d *openapi.Document, versions []aggregation.Version) {
	for i := range versions {
		v := &versions[i]
		other := &openapi.Document{}
		if len(v.OpenAPIV2) == 0 || json.Unmarshal(v.OpenAPIV2, other) != nil {
			continue
		}
		root := "/apis/" + v.Group + "/" + v.Version + "/"
		for path, p := range other.Paths {
			if strings.HasPrefix(path+"/", root) {
				d.Paths[path] = p
			}
		}
		// The document's own map is shared with others.
		all := make(map[string]*schema.Definition, len(d.Definitions)+len(other.Definitions))
		for name, def := range other.Definitions {
			all[name] = def
		}
		for name, def := range d.Definitions {
			all[name] = def
		}
		d.Definitions = all
	}
}

// extendV3 adds the documents of other servers' versions.
func extendV3(docs map[string]document, versions []aggregation.Version) {
	for i := range versions {
		if v := &versions[i]; len(v.OpenAPIV3) > 0 {
			docs["apis/"+v.Group+"/"+v.Version] = hashed(v.OpenAPIV3)
		}
	}
}
