package fieldmanager

import (
	"errors"
	"fmt"
	"slices"

	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/merge"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
	"sigs.k8s.io/structured-merge-diff/v6/value"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/room"
)

// Config is what somebody wants an object to be like.
type Config struct {
	// JSON is the configuration as it was sent.
	JSON []byte
	// APIVersion, Kind, Namespace and Name are those in it.
	APIVersion, Kind, Namespace, Name string
	// Force takes fields over from whoever owns them.
	Force bool
}

// beforeFirstApply is the manager of all that an object had before its fields
// were tracked.
const beforeFirstApply = "before-first-apply"

// Apply merges a configuration into the live object, given as JSON without
// managedFields, which is nil for an object that is yet to be made; managed are
// its managedFields. It returns the object that comes out, without defaults, or
// nil when the object stays as it is, and its managedFields. The error is a
// *Conflict when others own what the configuration would change.
func (k *Kind) Apply(w Writer, c Config, live []byte, managed Managed) ([]byte, Managed, error) {
	t := newTree()
	defer t.free()
	entries, err := t.read(managed)
	if err != nil {
		return nil, nil, fmt.Errorf("failed to decode managed fields: %v", err)
	}
	if live == nil {
		live = []byte(k.empty)
	} else if len(entries) == 0 {
		first := k.written(t, Writer{beforeFirstApply, w.Subresource, w.Now, nil}, k.empty, string(live), nil, nil)
		if entries, err = t.read(first); err != nil {
			return nil, nil, err
		}
	}
	a, err := k.newApplication(t, w, c, live, entries)
	if err != nil {
		return nil, nil, err
	}
	obj, managers, err := a.run(c.Force)
	var conflicts merge.Conflicts
	if errors.As(err, &conflicts) && w.Manager == kubectl {
		if conflicts = a.withoutOwn(conflicts); len(conflicts) == 0 {
			obj, managers, err = a.run(true)
		} else {
			err = conflicts
		}
	}
	if errors.As(err, &conflicts) {
		return nil, nil, newConflict(conflicts)
	}
	if err != nil {
		return nil, nil, err
	}
	return a.result(obj, managers, w)
}

// application is one configuration on its way into one object.
type application struct {
	kind         *Kind
	tree         *tree
	self         string // the manager's identifier
	writer       *Writer
	live, config *typed.TypedValue
	entries      []entry
}

func (k *Kind) newApplication(t *tree, w Writer, c Config, live []byte, entries []entry) (*application, error) {
	e := entry{manager: w.Manager, operation: apply, subresource: w.Subresource}
	a := &application{kind: k, tree: t, self: e.identifier(), writer: &w, entries: entries}
	var err error
	if a.config, err = k.typed(c.JSON); errors.Is(err, room.ErrNone) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("failed to create typed patch object (%s): %v", k.describe(c.Namespace, c.Name), err)
	}
	if a.live, err = k.typed(live, typed.AllowDuplicates); err != nil {
		return nil, fmt.Errorf("failed to create typed live object (%s): %v", k.describe(c.Namespace, c.Name), err)
	}
	return a, nil
}

// typed is a JSON text as a value of the kind.
func (k *Kind) typed(b []byte, opts ...typed.ValidationOptions) (*typed.TypedValue, error) {
	v, err := value.FromJSON(b)
	if err != nil {
		return nil, err
	}
	s := k.structure()
	if len(b) > fewBytes {
		if err := s.uncrowded(v); err != nil {
			return nil, err
		}
	}
	return typed.AsTyped(v, s.Schema, s.Type, opts...)
}

// describe names an object in an error.
func (k *Kind) describe(namespace, name string) string {
	return fmt.Sprintf("%s/%s; %s/%s, Kind=%s", namespace, name, k.kind.Group, k.kind.Version, k.kind.Kind)
}

// run merges. The object is nil when nothing changes.
func (a *application) run(force bool) (*typed.TypedValue, fieldpath.ManagedFields, error) {
	managers := fieldpath.ManagedFields{}
	for i := range a.entries {
		e := &a.entries[i]
		set, err := a.tree.to(e.set)
		if err != nil {
			return nil, nil, err
		}
		managers[e.identifier()] = fieldpath.NewVersionedSet(set, fieldpath.APIVersion(e.apiVersion), e.operation == apply)
	}
	version := fieldpath.APIVersion(a.kind.version)
	b := merge.UpdaterBuilder{Converter: converter{a.kind, a.writer}, IgnoreFilter: map[fieldpath.APIVersion]fieldpath.Filter{}}
	if r, ok := a.kind.reaches[a.writer.Subresource]; ok {
		b.IgnoreFilter[version] = r
	}
	return b.BuildUpdater().Apply(a.live, a.config, version, managers, a.self, force)
}

// result puts what came out of the merge into the forms of the wire.
func (a *application) result(obj *typed.TypedValue, managers fieldpath.ManagedFields, w Writer) ([]byte, Managed, error) {
	self := entry{manager: w.Manager, operation: apply, apiVersion: a.kind.version, subresource: w.Subresource, time: a.lastTime()}
	if obj != nil {
		self.time = &meta.Time{Time: w.Now}
	}
	entries := slices.DeleteFunc(slices.Clone(a.entries), func(e entry) bool { return e.identifier() == a.self })
	out := entries[:0]
	for _, e := range append(entries, self) {
		set, ok := managers[e.identifier()]
		if !ok {
			continue
		}
		var err error
		if e.set, err = a.tree.from(set.Set()); err != nil {
			return nil, nil, err
		}
		if e.raw = nil; e.identifier() == a.self {
			a.tree.strip(e.set)
		}
		if !a.tree.empty(e.set) {
			out = append(out, e)
		}
	}
	entries = out
	if obj == nil {
		return nil, a.tree.write(entries), nil
	}
	text, err := value.ToJSON(obj.AsValue())
	return text, a.tree.write(entries), err
}

// lastTime is when the manager applied before.
func (a *application) lastTime() *meta.Time {
	for i := range a.entries {
		if a.entries[i].identifier() == a.self {
			return a.entries[i].time
		}
	}
	return nil
}

// converter makes objects of one version into those of another.
type converter struct {
	kind   *Kind
	writer *Writer
}

var errVersion = errors.New("managedFields: a version that is not served")

// Convert is o at version v.
func (c converter) Convert(o *typed.TypedValue, v fieldpath.APIVersion) (*typed.TypedValue, error) {
	head, ok := o.AsValue().AsMap().Get("apiVersion")
	if !ok || !head.IsString() || head.AsString() == string(v) {
		return o, nil
	}
	if c.writer.Convert == nil {
		return nil, errVersion
	}
	text, err := value.ToJSON(o.AsValue())
	if err != nil {
		return nil, err
	}
	text, k := c.writer.Convert(text, string(v))
	if k == nil {
		return nil, errVersion
	}
	return k.typed(text, typed.AllowDuplicates)
}

// IsMissingVersionError says whether err is that of a version that is not
// served.
func (c converter) IsMissingVersionError(err error) bool { return errors.Is(err, errVersion) }
