package fieldmanager

import (
	"encoding/json"
	"maps"
	"slices"

	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/merge"
	"sigs.k8s.io/structured-merge-diff/v6/typed"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// kubectl is the manager that kubectl applies as. An object that it used to
// apply on the client's side it may go on with on the server's: what the
// annotation says it wrote last, and nobody has changed since, is its own.
const kubectl = "kubectl"

// LastApplied is the annotation in which kubectl keeps what it applied on the
// client's side.
const LastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// annotated is as much of an object as the annotation needs.
type annotated struct {
	meta.TypeMeta
	Metadata struct {
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata"`
}

// withoutOwn takes out of the conflicts those about fields that the client
// itself wrote last. Without the annotation all stay.
func (a *application) withoutOwn(conflicts merge.Conflicts) merge.Conflicts {
	own := a.ownFields()
	if own == nil {
		return conflicts
	}
	return slices.DeleteFunc(slices.Clone(conflicts), func(c merge.Conflict) bool { return own.Has(c.Path) })
}

// ownFields are the fields that the annotation names and that still have its
// values.
func (a *application) ownFields() *fieldpath.Set {
	text := lastApplied(a.live)
	if text == "" {
		return nil
	}
	var o annotated
	if codec.DecodeJSON([]byte(text), &o) != nil || o.APIVersion != a.kind.version {
		return nil
	}
	applied, err := a.kind.typed([]byte(text))
	if err != nil {
		return nil
	}
	set, err := applied.ToFieldSet()
	if err != nil {
		return nil
	}
	c, err := applied.Compare(a.live)
	if err != nil {
		return nil
	}
	return set.Difference(c.Modified).Difference(c.Added).Difference(c.Removed)
}

// lastApplied is an object's annotation, or empty.
func lastApplied(o *typed.TypedValue) string {
	m := o.AsValue()
	for _, name := range []string{"metadata", "annotations", LastApplied} {
		if m == nil || !m.IsMap() {
			return ""
		}
		next, ok := m.AsMap().Get(name)
		if !ok {
			return ""
		}
		m = next
	}
	if !m.IsString() {
		return ""
	}
	return m.AsString()
}

// maxLastApplied is how much an annotation may take, with all others.
const maxLastApplied = 256 << 10

// SyncLastApplied brings the annotation of an object that kubectl applied up to
// date, for kubectls that apply on the client's side again. An object without
// the annotation does not get it.
func SyncLastApplied(w Writer, m *meta.ObjectMeta, config []byte) {
	if w.Manager != kubectl || m.Annotations[LastApplied] == "" {
		return
	}
	var o map[string]any
	if json.Unmarshal(config, &o) != nil {
		return
	}
	if md, ok := o["metadata"].(map[string]any); ok {
		if a, ok := md["annotations"].(map[string]any); ok {
			delete(a, LastApplied)
		}
	}
	text, err := json.Marshal(o)
	if err != nil {
		return
	}
	if len(text) > maxLastApplied {
		text = nil
	} else {
		text = append(text, '\n')
	}
	m.Annotations = maps.Clone(m.Annotations)
	m.Annotations[LastApplied] = string(text)
}
