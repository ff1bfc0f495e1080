package fieldmanager

import (
	"slices"

	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/pilothouse/pilothouse/proto/scheme"
)

// A write reaches a part of an object only: through the object's own path the
// status stays as it is, through the status nothing else changes. What a write
// cannot change its writer does not come to own either.

// reach is what a write through one path reaches: all but the fields below
// those of but, or, if that is set, the fields below those of only.
type reach struct{ but, only *fixed }

var (
	allButSpec     = reach{but: mustParse(`{"f:spec":{}}`)}
	allButStatus   = reach{but: mustParse(`{"f:status":{}}`)}
	nothingButRest = reach{but: mustParse(`{"f:metadata":{},"f:spec":{}}`)}
)

// reaches are the kinds that do not follow the general rule, with what they
// have otherwise, by subresource.
var reaches = map[string]map[string]reach{
	"APIService":               {"status": nothingButRest},
	"CustomResourceDefinition": {"status": nothingButRest},
	"CertificateSigningRequest": {
		"":         {but: mustParse(`{"f:spec":{},"f:status":{}}`)},
		"status":   {but: mustParse(`{"f:spec":{},"f:status":{"f:conditions":{}}}`)},
		"approval": {but: mustParse(`{"f:spec":{},"f:status":{"f:certificate":{}}}`)},
	},
	"Deployment": {"status": {but: mustParse(`{"f:metadata":{"f:labels":{}},"f:spec":{}}`)}},
	"FlowSchema": {"status": nothingButRest},
	"Namespace":  {"finalize": allButStatus},
	"Pod": {
		"status":              {but: mustParse(`{"f:metadata":{"f:deletionTimestamp":{},"f:ownerReferences":{}},"f:spec":{}}`)},
		"ephemeralcontainers": {only: mustParse(`{"f:spec":{"f:ephemeralContainers":{}}}`)},
		"resize": {only: mustParse(`{"f:spec":{"f:containers":{"*:":{"f:resizePolicy":{},"f:resources":{}}},` +
			`"f:initContainers":{"*:":{"f:resizePolicy":{},"f:resources":{}}}}}`)},
	},
	"PriorityLevelConfiguration": {"status": nothingButRest},
	"ValidatingAdmissionPolicy":  {"status": nothingButRest},
	"VolumeAttachment":           {"status": nothingButRest},
}

// reachesOf is what writes of a kind reach, by the subresource through which
// they come.
func reachesOf(k *scheme.Kind, custom bool, subresources []string) map[string]reach {
	out := map[string]reach{}
	if slices.Contains(subresources, "status") {
		out[""], out["status"] = allButStatus, allButSpec
	}
	if custom { // its kind's name says nothing
		return out
	}
	for sub, r := range reaches[k.Kind] {
		out[sub] = r
	}
	return out
}

// within takes out of set n what a write does not reach.
func (t *tree) within(n int32, r reach) {
	if r.but != nil {
		t.subtract(n, &r.but.tree, r.but.root, true)
	}
	if r.only != nil {
		t.keep(n, &r.only.tree, r.only.root)
	}
}

// keep takes out of n what is neither on a path of set m of tree o, nor below
// one. An element of m of the kind * stands for any.
func (t *tree) keep(n int32, o *tree, m int32) {
	before := int32(0)
	for x := t.nodes[n].first; x != 0; {
		after := t.nodes[x].next
		y := o.nodes[m].first
		for y != 0 && o.nodes[y].kind != '*' && order(&t.nodes[x], &o.nodes[y]) != 0 {
			y = o.nodes[y].next
		}
		if y != 0 && !o.nodes[y].self {
			t.keep(x, o, y)
		}
		if y == 0 || t.empty(x) {
			t.follow(n, before, after)
			if after == 0 {
				t.nodes[n].last = before
			}
		} else {
			before = x
		}
		x = after
	}
}

// Filter is within for the sets of structured-merge-diff. A set that cannot be
// read stays as it is.
func (r reach) Filter(s *fieldpath.Set) *fieldpath.Set {
	t := newTree()
	defer t.free()
	n, err := t.from(s)
	if err != nil {
		return s
	}
	t.within(n, r)
	out, err := t.to(n)
	if err != nil {
		return s
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
	p := parser{t: &f.tree, s: s, own: true}
	if f.root = f.new(0, "", 0); !p.object(f.root, 0) {
		panic("fieldmanager: " + s + ": " + errFields.Error())
	}
	return f
}
