package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/pilothouse/pilothouse/apiserver/internal/fieldmanager"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/room"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// applied is a configuration that was sent to be applied.
type applied struct {
	fieldmanager.Config
	uid meta.UID
}

// apply merges a configuration into the object, or makes the object of it.
func (c *call) apply(sub *resources.Subresource, o options, b []byte) error {
	doc, err := configuration(b)
	if err != nil {
		return err
	}
	o.tracked = true
	s, err := c.modify(sub, o, func(cur *current, old meta.Object) (meta.Object, error) {
		return c.applyTo(o, b, doc, cur, old)
	})
	if missing(err) && sub == nil {
		return c.applyNew(o, b, doc)
	}
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, s)
}

// configuration is a body as JSON; it may be YAML.
func configuration(b []byte) ([]byte, error) {
	if json.Valid(b) {
		var o map[string]json.RawMessage
		if json.Unmarshal(b, &o) == nil && o != nil {
			return b, nil
		}
	}
	var o map[string]any
	if err := yaml.Unmarshal(b, &o); err != nil {
		return nil, status.BadRequest("error decoding YAML: %v", err)
	}
	if o == nil {
		return []byte("{}"), nil
	}
	return yaml.YAMLToJSON(b)
}

// config reads of a configuration what its handling depends on.
func (c *call) config(o options, doc []byte) (*applied, error) { return configOf(c.res.Kind, o, doc) }

func configOf(k *scheme.Kind, o options, doc []byte) (*applied, error) {
	var head struct {
		meta.TypeMeta
		Metadata struct {
			Name, Namespace string
			UID             meta.UID
			ManagedFields   *json.RawMessage
		} `json:"metadata"`
	}
	json.Unmarshal(doc, &head) // What does not fit the typed reading tells.
	if want := k.TypeMeta(); head.TypeMeta != want {
		version := head.APIVersion
		if !strings.Contains(version, "/") {
			version = "/" + version
		}
		return nil, status.BadRequest("invalid object type: %s, Kind=%s", version, head.Kind)
	}
	if head.Metadata.ManagedFields != nil {
		return nil, status.BadRequest("metadata.managedFields must be nil")
	}
	return &applied{fieldmanager.Config{JSON: doc, APIVersion: head.APIVersion, Kind: head.Kind, Namespace: head.Metadata.Namespace,
		Name: head.Metadata.Name, Force: o.force}, head.Metadata.UID}, nil
}

// applyTo is the object that comes out when the configuration is applied to
// one that is there.
func (c *call) applyTo(o options, body, doc []byte, cur *current, old meta.Object) (meta.Object, error) {
	cfg, err := c.config(o, doc)
	if err != nil {
		return nil, err
	}
	m := old.GetObjectMeta()
	managed := m.ManagedFields
	m.ManagedFields = nil
	live, err := codec.EncodeJSON(old)
	m.ManagedFields = managed
	if err != nil {
		return nil, err
	}
	next, entries, err := c.merged(o, cfg, live, managed)
	if err != nil {
		return nil, err
	}
	if next == nil {
		next = copyOf(old)
	}
	if err := c.strictYAML(o, body); err != nil {
		return nil, err
	}
	nm := next.GetObjectMeta()
	if err := c.sameName(nm); err != nil {
		return nil, err
	}
	if nm.Namespace != m.Namespace {
		return nil, status.BadRequest("the namespace of the provided object does not match the namespace sent on the request")
	}
	nm.ManagedFields = entries
	fieldmanager.SyncLastApplied(c.writer(o), nm, doc)
	return next, nil
}

// merged applies the configuration; the object is nil when it stays as it is.
func (c *call) merged(o options, cfg *applied, live []byte, managed []meta.ManagedFieldsEntry) (meta.Object, []meta.ManagedFieldsEntry, error) {
	text, entries, err := c.res.fields().Apply(c.writer(o), cfg.Config, live, managed)
	if err != nil {
		return nil, nil, applyError(err)
	}
	if text == nil {
		return nil, entries, nil
	}
	next, err := c.decodeJSON(text, c.res.Kind, options{validation: meta.FieldValidationIgnore})
	return next, entries, err
}

// applyError is the refusal of a configuration.
func applyError(err error) error {
	var conflict *fieldmanager.Conflict
	if errors.As(err, &conflict) {
		return status.ApplyConflict(conflict.Message, conflict.Causes)
	}
	if errors.Is(err, room.ErrNone) {
		return status.TooMuch(err.Error())
	}
	return status.Unknown(err)
}

// strictYAML tells of keys that the body has twice.
func (c *call) strictYAML(o options, body []byte) error {
	if o.validation == meta.FieldValidationIgnore {
		return nil
	}
	err := yaml.UnmarshalStrict(body, &map[string]any{})
	if err == nil {
		return nil
	}
	if o.validation == meta.FieldValidationStrict {
		return status.BadRequest("error strict decoding YAML: %v", err)
	}
	for _, line := range yamlLines(err) {
		c.warn(line)
	}
	return nil
}

// applyNew makes a new object of the configuration.
func (c *call) applyNew(o options, body, doc []byte) error {
	cfg, err := c.config(o, doc)
	if err != nil {
		return err
	}
	obj, entries, err := c.merged(o, cfg, nil, nil)
	if err != nil {
		return err
	}
	if obj == nil {
		obj = c.res.Kind.New()
	}
	if err := c.strictYAML(o, body); err != nil {
		return err
	}
	m := obj.GetObjectMeta()
	var sent struct{ Metadata struct{ Name string } }
	if err := json.Unmarshal(doc, &sent); err != nil {
		return status.BadRequest("error decoding YAML: %v", err)
	}
	if err := c.sameName(&meta.ObjectMeta{Name: sent.Metadata.Name}); err != nil {
		return err
	}
	if cfg.uid != "" {
		return status.Conflict(c.name(), c.info.Name,
			fmt.Sprintf("uid mismatch: the provided object specified uid %s, and no existing object was found", cfg.uid))
	}
	if err := c.mayCreate(); err != nil {
		return err
	}
	m.Name, m.ResourceVersion, m.ManagedFields = c.info.Name, "", entries
	return c.createObject(obj, o)
}
