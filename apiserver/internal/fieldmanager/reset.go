package fieldmanager

import (
	"slices"

	"github.com/pilothouse/pilothouse/proto/scheme"
)

// A write reaches a part of an object only: through the object's own path the
// status stays as it is, through the status nothing else changes. What a write
// cannot change its writer does not come to own either.

// resetOverrides are the fields that a write leaves alone, by kind and
// subresource, where the general rule does not say it all.
var resetOverrides = map[string]map[string][]string{
	"Pod": {
		"status": {`{"f:metadata":{"f:deletionTimestamp":{},"f:ownerReferences":{}},"f:spec":{}}`},
	},
	"Deployment":               {"status": {`{"f:metadata":{"f:labels":{}},"f:spec":{}}`}},
	"CustomResourceDefinition": {"status": {`{"f:metadata":{},"f:spec":{}}`}},
}

// resets are the fields that a write leaves alone, by the subresource through
// which it comes.
func resets(k *scheme.Kind, subresources []string) map[string]*fixed {
	out := map[string]*fixed{}
	if slices.Contains(subresources, "status") {
		out[""], out["status"] = mustParse(`{"f:status":{}}`), mustParse(`{"f:spec":{}}`)
	}
	for sub, texts := range resetOverrides[k.Kind] {
		for _, t := range texts {
			out[sub] = mustParse(t)
		}
	}
	return out
}

// fixed is a set that stays.
type fixed struct {
	tree
	root int32
}

// mustParse reads a set that is written in the source.
func mustParse(s string) *fixed {
	f := &fixed{tree: tree{nodes: make([]node, 1)}}
	var err error
	if f.root, err = f.parse([]byte(s)); err != nil {
		panic("fieldmanager: " + s + ": " + err.Error())
	}
	return f
}
