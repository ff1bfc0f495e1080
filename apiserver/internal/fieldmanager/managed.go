package fieldmanager

import (
	"cmp"
	"slices"

	"github.com/pilothouse/pilothouse/proto/meta"
)

// entry is one manager's fields: an entry of managedFields, read.
type entry struct {
	manager, operation, apiVersion, subresource string
	time                                        *meta.Time
	set                                         int32 // of the request's tree
	// raw is the set's text as it came, nil once the set has changed.
	raw []byte
}

// The ways in which fields are written.
const (
	update = string(meta.ManagedFieldsOperationUpdate)
	apply  = string(meta.ManagedFieldsOperationApply)
)

// who is what tells managers apart. Whoever applies is the same manager in every
// version.
func (e *entry) who() [4]string {
	if e.operation == apply {
		return [4]string{e.manager, apply, "", e.subresource}
	}
	return [4]string{e.manager, e.operation, e.apiVersion, e.subresource}
}

// same says whether two entries are of one manager.
func (e *entry) same(o *entry) bool { return e.who() == o.who() }

// read takes entries apart, their sets into t. Entries of one manager become one, the last; it
// fails on what is no entry.
func (t *tree) read(list []meta.ManagedFieldsEntry) ([]entry, error) {
	out := make([]entry, 0, len(list)+1)
	var seen map[[4]string]int // the managers' places, when they are many
	if len(list) > 4*maxUpdaters {
		seen = make(map[[4]string]int, len(list))
	}
	for i := range list {
		m := &list[i]
		e := entry{manager: m.Manager, operation: string(m.Operation), apiVersion: m.APIVersion,
			subresource: m.Subresource, time: m.Time}
		if e.operation != update && e.operation != apply {
			return nil, errEntry("operation", e.operation)
		}
		if m.FieldsType != "FieldsV1" && m.FieldsType != "" {
			return nil, errEntry("fieldsType", m.FieldsType)
		}
		if m.FieldsV1 != nil && len(m.FieldsV1.Raw) > 0 {
			var err error
			if e.set, err = t.parse(m.FieldsV1.Raw); err != nil {
				return nil, err
			}
			e.raw = m.FieldsV1.Raw
		} else {
			e.set = t.new(0, "", 0)
		}
		at := -1
		if seen == nil {
			at = slices.IndexFunc(out, func(o entry) bool { return o.same(&e) })
		} else if there, ok := seen[e.who()]; ok {
			at = there
		} else {
			seen[e.who()] = len(out)
		}
		if at >= 0 {
			out[at] = e
			continue
		}
		out = append(out, e)
	}
	return out, nil
}

// write puts entries into the form of the wire, in their order: who applies
// first, then by time.
func (t *tree) write(entries []entry) []meta.ManagedFieldsEntry {
	slices.SortStableFunc(entries, before)
	if len(entries) == 0 {
		return nil
	}
	out := make([]meta.ManagedFieldsEntry, len(entries))
	for i := range entries {
		e := &entries[i]
		if e.raw == nil {
			e.raw = t.text(e.set)
		}
		out[i] = meta.ManagedFieldsEntry{Manager: e.manager, Operation: meta.ManagedFieldsOperationType(e.operation),
			APIVersion: e.apiVersion, Time: e.time, FieldsType: "FieldsV1", FieldsV1: &meta.FieldsV1{Raw: e.raw},
			Subresource: e.subresource}
	}
	return out
}

func before(a, b entry) int {
	return cmp.Or(cmp.Compare(a.operation, b.operation), cmp.Compare(a.seconds(), b.seconds()),
		cmp.Compare(a.manager, b.manager), cmp.Compare(a.apiVersion, b.apiVersion), cmp.Compare(a.subresource, b.subresource))
}

func (e *entry) seconds() int64 {
	if e.time == nil {
		return 0
	}
	return e.time.Unix()
}

// maxUpdaters is how many managers that update an object keeps apart.
const maxUpdaters = 10

// ancientChanges is the manager that the oldest ones become when there are
// more.
const ancientChanges = "ancient-changes"

// capped makes one entry of the oldest managers that update, per version, until
// there are no more than an object may have.
func (t *tree) capped(entries []entry) []entry {
	var updaters []int
	for i := range entries {
		if entries[i].operation == update {
			updaters = append(updaters, i)
		}
	}
	n := len(updaters)
	if n <= maxUpdaters {
		return entries
	}
	slices.SortFunc(updaters, func(a, b int) int {
		x, y := &entries[a], &entries[b]
		return cmp.Or(cmp.Compare(x.seconds(), y.seconds()), cmp.Compare(x.identifier(), y.identifier()))
	})
	oldest := map[string]int{} // the first of each version
	gone := map[int]bool{}
	for _, i := range updaters {
		if n <= maxUpdaters {
			break
		}
		e := &entries[i]
		at, ok := oldest[e.apiVersion]
		if !ok {
			oldest[e.apiVersion] = i
			continue
		}
		bucket := &entries[at]
		bucket.manager, bucket.subresource = ancientChanges, ""
		t.union(bucket.set, e.set)
		bucket.time, bucket.raw = e.time, nil
		gone[i] = true
		n--
	}
	out := entries[:0]
	for i := range entries {
		if !gone[i] {
			out = append(out, entries[i])
		}
	}
	return out
}

// identifier orders managers that were last active at the same second.
func (e *entry) identifier() string {
	id := `{"manager":` + quote(e.manager) + `,"operation":"` + e.operation + `"`
	if e.operation == update {
		id += `,"apiVersion":` + quote(e.apiVersion)
	}
	if e.subresource != "" {
		id += `,"subresource":` + quote(e.subresource)
	}
	return id + "}"
}
