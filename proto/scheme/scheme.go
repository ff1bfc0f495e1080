// Package scheme is the table of every kind the API knows: its group, version
// and names, whether it lives in namespaces, and how to make one. The client
// builds paths from it, the API server its discovery documents, the codecs
// find the Go type of a kind they read.
//
// kinds.go is the table; another kind is one more line there.
package scheme

import (
	"reflect"
	"slices"

	"github.com/pilothouse/pilothouse/proto/meta"
)

// Kind describes one kind of object.
type Kind struct {
	Group, Version, Kind string
	// Resource is the plural under which objects are served, empty for kinds
	// that are only sent (Status) or served below other objects (Scale).
	Resource   string
	Singular   string
	ShortNames []string
	// Categories are the names, such as all, that stand for many resources.
	Categories []string
	Namespaced bool
	// List is the name of the list kind where that is not the kind with List
	// behind it.
	List string
	// New makes an empty object with its kind and version set; nil for kinds
	// without ObjectMeta.
	New func() meta.Object
	// NewList makes an empty list with its kind and version set; nil for
	// kinds that are never listed.
	NewList func() meta.List
}

// APIVersion is the group and version as objects write them.
func (k *Kind) APIVersion() string { return APIVersion(k.Group, k.Version) }

// GVK is the kind's full name.
func (k *Kind) GVK() meta.GroupVersionKind {
	return meta.GroupVersionKind{Group: k.Group, Version: k.Version, Kind: k.Kind}
}

// ListKind is the name of the list of this kind.
func (k *Kind) ListKind() string {
	if k.List != "" {
		return k.List
	}
	return k.Kind + "List"
}

// TypeMeta is what an object of this kind carries.
func (k *Kind) TypeMeta() meta.TypeMeta {
	return meta.TypeMeta{Kind: k.Kind, APIVersion: k.APIVersion()}
}

// APIVersion joins a group and a version; the core group has no name.
func APIVersion(group, version string) string {
	if group == "" {
		return version
	}
	return group + "/" + version
}

// resource names a served resource.
type resource struct{ group, version, plural string }

var (
	byType     = map[reflect.Type]*Kind{}
	byKind     = map[meta.TypeMeta]*Kind{}
	byResource = map[resource]*Kind{}
)

func init() {
	for _, e := range table {
		k := e.kind
		if _, taken := byType[e.object]; !taken {
			byType[e.object] = k
		}
		if e.list != nil {
			byType[e.list] = k
		}
		byKind[k.TypeMeta()] = k
		if k.Resource != "" {
			byResource[resource{k.Group, k.Version, k.Resource}] = k
		}
	}
}

// Of is the kind of o, a pointer to an object or to a list, by its Go type;
// for a list it is the kind of the items. It is nil when the type is no kind.
func Of(o any) *Kind { return OfType(reflect.TypeOf(o)) }

// OfType is Of for a type, that of the struct or of a pointer to it.
func OfType(t reflect.Type) *Kind {
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return byType[t]
}

// ByKind is the kind with the names that an object carries, or nil.
func ByKind(apiVersion, kind string) *Kind {
	return byKind[meta.TypeMeta{Kind: kind, APIVersion: apiVersion}]
}

// ByResource is the kind served under a plural, or nil.
func ByResource(group, version, plural string) *Kind {
	return byResource[resource{group, version, plural}]
}

// All lists the kinds in the order of the table, those without a resource of
// their own too.
func All() []*Kind {
	all := make([]*Kind, 0, len(table))
	for _, e := range table {
		all = append(all, e.kind)
	}
	return slices.Clip(all)
}

// Stamp sets the kind and version of an object or list whose Go type is in
// the table and says whether it is.
func Stamp(o interface{ GetTypeMeta() *meta.TypeMeta }) bool {
	k := Of(o)
	if k == nil {
		return false
	}
	tm := k.TypeMeta()
	if _, list := o.(meta.List); list {
		tm.Kind = k.ListKind()
	}
	*o.GetTypeMeta() = tm
	return true
}
