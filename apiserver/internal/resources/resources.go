// Package resources is the one table of everything that the API serves: one
// file per API group, one entry per kind. An entry says where objects are
// stored and how they are made sound: defaults, what a client may not set, the
// checks, the fields that can be selected by, the subresources. The handlers
// (package rest) know verbs and no kinds; this package knows kinds and no verbs.
//
// To serve another kind, add its struct to proto and one entry here.
package resources

import (
	"context"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/fieldmanager"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/apiserver/internal/table"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// Resource is one entry of the table.
type Resource struct {
	// Kind names it.
	Kind *scheme.Kind
	// Prefix is where its objects lie in etcd; empty when none are stored.
	Prefix string
	// Verbs are those that discovery shows.
	Verbs []string
	// Fields can be selected by, beside metadata.name and metadata.namespace.
	Fields []cache.Field
	// Selectable, if not nil, are those of Fields that this version of a custom
	// resource offers.
	Selectable []string
	// FieldNames, if not nil, are the fields that can be selected by, with the names
	// that those of Fields have where the objects are stored.
	FieldNames map[string]string
	// TTL is how long an object lives; 0 is until it is deleted.
	TTL time.Duration
	// CreateOnUpdate says that a PUT may create.
	CreateOnUpdate bool
	// Conditional says that an update must name the version that it changes.
	Conditional bool
	// Graceful says that deletion takes time and the grace period counts: pods.
	Graceful bool
	// View is set when the objects are stored as another kind.
	View *View
	// Structure, when set, is the shape of objects that are no Go structs, for
	// server-side apply.
	Structure func() fieldmanager.Structure
	// Default fills in what the client left out.
	Default func(o meta.Object)
	// PrepareCreate drops what a client may not set on a new object.
	PrepareCreate func(o meta.Object)
	// Author, when set, writes into a new object who made it.
	Author func(o meta.Object, u *authn.User)
	// PrepareUpdate carries over from the old object what an update may not
	// change.
	PrepareUpdate func(o, old meta.Object)
	// Validate says what is wrong with a new object.
	Validate func(o meta.Object) field.ErrorList
	// ValidateUpdate says what is wrong with a change.
	ValidateUpdate func(o, old meta.Object) field.ErrorList
	// Warnings, when set, are what the writer of a sound object is told; old is nil
	// for a new one.
	Warnings func(o, old meta.Object) []string
	// Subresources are those below an object.
	Subresources []Subresource
	// Deleting, when set, changes an object whose deletion begins.
	Deleting func(o meta.Object)
	// Custom says that objects have no Go type of their own: there is no protobuf
	// and no strategic merge patch of them.
	Custom bool
	// Warning is told to everybody who asks for the resource; empty for none.
	Warning string
	// Table makes the rows that people see, for a kind that package table does not
	// know.
	Table *table.Printer
	// Refresh makes stored objects what they are under the rules of now: see
	// cache.Resource.
	Refresh func(value []byte, just bool) []byte
	// Schema is the OpenAPI schema of the kind, for one that is not in proto.
	Schema *apiextensions.JSONSchemaProps
}

// Subresource is served below an object of a resource.
type Subresource struct {
	// Name is its part of the path.
	Name string
	// Kind is what is sent and answered when it differs from the object's.
	Kind *scheme.Kind
	// Verbs are those that discovery shows.
	Verbs []string
	// PrepareUpdate, when set, says that the subresource is a view of the object
	// itself that changes a part of it; it carries all other parts over from the
	// old object.
	PrepareUpdate func(o, old meta.Object)
	// ValidateUpdate says what is wrong with the change.
	ValidateUpdate func(o, old meta.Object) field.ErrorList
	// Scale, when set, says that the subresource is the object's size.
	Scale *Scale
}

// View translates between the kind that is served and the one that is stored.
type View struct {
	// Stored is the entry whose objects these are.
	Stored *Resource
	// In makes a stored object of a served one.
	In func(meta.Object) meta.Object
	// Out makes a served object of a stored one.
	Out func(meta.Object) meta.Object
	// Set makes the one served object a copy of the other; viewOf needs it.
	Set func(o, from meta.Object)
	// TryIn and TryOut stand in for In and Out where that can fail: when a webhook
	// is asked. TryOut takes many at once.
	TryIn  func(ctx context.Context, o meta.Object) (meta.Object, error)
	TryOut func(ctx context.Context, o []meta.Object) ([]meta.Object, error)
	// Field, if not nil, says that the stored object's selectable fields may be
	// others than the served one's, of which it reads one.
	Field func(o meta.Object, name string) string
}

// ToStored makes a stored object of a served one.
func (v *View) ToStored(ctx context.Context, o meta.Object) (meta.Object, error) {
	if v.TryIn != nil {
		return v.TryIn(ctx, o)
	}
	return v.In(o), nil
}

// ToServed makes a served object of a stored one.
func (v *View) ToServed(ctx context.Context, o meta.Object) (meta.Object, error) {
	if v.TryOut == nil {
		return v.Out(o), nil
	}
	out, err := v.TryOut(ctx, []meta.Object{o})
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// allVerbs are what most resources take.
var allVerbs = []string{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}

// Verbs of subresources.
var (
	statusVerbs  = []string{"get", "patch", "update"}
	connectVerbs = []string{"create", "get"}
	proxyVerbs   = []string{"create", "delete", "get", "patch", "update"}
)

// Name is the resource as messages name it.
func (r *Resource) Name() status.Resource {
	return status.Resource{Group: r.Kind.Group, Name: r.Kind.Resource}
}

// Can says whether the resource takes a verb.
func (r *Resource) Can(verb string) bool { return slices.Contains(r.Verbs, verb) }

// Sub is the subresource with that name, or nil.
func (r *Resource) Sub(name string) *Subresource {
	for i := range r.Subresources {
		if r.Subresources[i].Name == name {
			return &r.Subresources[i]
		}
	}
	return nil
}

// Stored is the resource under which the objects are stored: r itself, but for
// views.
func (r *Resource) Stored() *Resource {
	if r.View != nil {
		return r.View.Stored
	}
	return r
}

// Cached declares the resource to the cache.
func (r *Resource) Cached() cache.Resource {
	return cache.Resource{Name: r.Name().String(), Prefix: r.Prefix, Namespaced: r.Kind.Namespaced,
		APIVersion: r.Kind.APIVersion(), Kind: r.Kind.Kind, Fields: r.Fields, Refresh: r.Refresh}
}

// kind is an entry's functions with the kind's own type.
type kind[T meta.Object] struct {
	defaults       func(T)
	prepareCreate  func(T)
	prepareUpdate  func(o, old T)
	validate       func(T) field.ErrorList
	validateUpdate func(o, old T) field.ErrorList
}

// on puts the functions into r.
func (k kind[T]) on(r Resource) *Resource {
	r.Default, r.PrepareCreate = one(k.defaults), one(k.prepareCreate)
	r.PrepareUpdate = two(k.prepareUpdate)
	r.Validate, r.ValidateUpdate = check(k.validate), checkUpdate(k.validateUpdate)
	if r.Verbs == nil {
		r.Verbs = allVerbs
	}
	return &r
}

// twice is how a change of some kinds is checked: as a new object is, and then as a
// change, which looks at the new object again. What is wrong is told as often.
func twice[T meta.Object](create func(T) field.ErrorList, update func(o, old T) field.ErrorList) func(o, old T) field.ErrorList {
	return func(o, old T) field.ErrorList { return append(create(o), update(o, old)...) }
}

// part is a subresource that changes a part of a T.
func part[T meta.Object](name string, prepare func(o, old T), validate func(o, old T) field.ErrorList) Subresource {
	return Subresource{Name: name, Verbs: statusVerbs, PrepareUpdate: two(prepare), ValidateUpdate: checkUpdate(validate)}
}

func one[T meta.Object](f func(T)) func(meta.Object) {
	if f == nil {
		return func(meta.Object) {}
	}
	return func(o meta.Object) { f(o.(T)) }
}

func two[T meta.Object](f func(o, old T)) func(o, old meta.Object) {
	if f == nil {
		return func(_, _ meta.Object) {}
	}
	return func(o, old meta.Object) { f(o.(T), old.(T)) }
}

func check[T meta.Object](f func(T) field.ErrorList) func(meta.Object) field.ErrorList {
	if f == nil {
		return func(meta.Object) field.ErrorList { return nil }
	}
	return func(o meta.Object) field.ErrorList { return f(o.(T)) }
}

func checkUpdate[T meta.Object](f func(o, old T) field.ErrorList) func(o, old meta.Object) field.ErrorList {
	if f == nil {
		return func(_, _ meta.Object) field.ErrorList { return nil }
	}
	return func(o, old meta.Object) field.ErrorList { return f(o.(T), old.(T)) }
}

// named is a kind of the scheme.
func named(apiVersion, kind string) *scheme.Kind {
	k := scheme.ByKind(apiVersion, kind)
	if k == nil {
		panic("resources: no kind " + apiVersion + " " + kind)
	}
	return k
}

// All is the whole table, in the order in which groups are shown.
func All() []*Resource {
	return slices.Concat(
		coreResources(),
		apiregistrationResources(),
		apiextensionsResources(),
		eventsResources(),
		reviewResources(),
		appsResources(),
		autoscalingResources(),
		batchResources(),
		certificatesResources(),
		networkingResources(),
		policyResources(),
		rbacResources(),
		storageResources(),
		admissionregistrationResources(),
		schedulingResources(),
		coordinationResources(),
		discoveryResources(),
		nodeResources(),
		flowcontrolResources(),
		metricsResources(),
	)
}
