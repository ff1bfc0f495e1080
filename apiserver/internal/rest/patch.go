package rest

import (
	"bytes"
	"encoding/json"
	"net/http"

	"sigs.k8s.io/yaml"

	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/patch"
	"github.com/pilothouse/pilothouse/proto/schema"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// The media types of patches.
const (
	typeJSONPatch      = "application/json-patch+json"
	typeMergePatch     = "application/merge-patch+json"
	typeStrategicPatch = "application/strategic-merge-patch+json"
	typeApplyPatch     = "application/apply-patch+yaml"
)

// patcher makes the patched document of a document.
type patcher func(doc []byte) ([]byte, error)

// patch changes the object, or the part of it that sub is.
func (c *call) patch(sub *resources.Subresource) error {
	o, err := c.writeOptions()
	if err != nil {
		return err
	}
	b, err := c.body()
	if err != nil {
		return err
	}
	if c.mediaType() == typeApplyPatch {
		return c.apply(sub, o, b)
	}
	p, err := c.patcher(b, c.res.Kind)
	if err != nil {
		return err
	}
	s, err := c.modify(sub, o, c.patched(p, o))
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, s)
}

// patched is the change that a patch makes.
func (c *call) patched(p patcher, o options) change {
	return func(cur *current, old meta.Object) (meta.Object, error) {
		doc, err := c.served(source{json: cur.json})
		if err != nil {
			return nil, err
		}
		b, err := p(doc)
		if err != nil {
			return nil, err
		}
		next, err := c.decodePatched(b, doc, c.res.Kind, o)
		if err != nil {
			return nil, err
		}
		m, om := next.GetObjectMeta(), old.GetObjectMeta()
		if m.Name != om.Name {
			return nil, status.BadRequest("the name of the object (%s) does not match the name on the URL (%s)", m.Name, om.Name)
		}
		if m.Namespace != om.Namespace {
			return nil, status.BadRequest("the namespace of the provided object does not match the namespace sent on the request")
		}
		return next, nil
	}
}

// patcher reads a patch of an object of kind k.
func (c *call) patcher(b []byte, k *scheme.Kind) (patcher, error) {
	media := c.mediaType()
	if media == typeStrategicPatch && c.res.Custom && k == c.res.Kind {
		return nil, status.UnsupportedMediaType(typeJSONPatch, typeMergePatch, typeApplyPatch)
	}
	switch media {
	case typeJSONPatch:
		if !json.Valid(b) {
			return nil, status.BadRequest("error decoding patch: the body is not valid JSON")
		}
		return func(doc []byte) ([]byte, error) { return patchError(patch.JSONPatch(doc, b)) }, nil
	case typeMergePatch, typeStrategicPatch:
		b, err := jsonObject(b)
		if err != nil {
			return nil, err
		}
		if media == typeMergePatch {
			return func(doc []byte) ([]byte, error) { return patchError(patch.Merge(doc, b)) }, nil
		}
		t := schema.For(k.New())
		return func(doc []byte) ([]byte, error) { return patchError(patch.Strategic(doc, b, t)) }, nil
	}
	return nil, status.UnsupportedMediaType(typeJSONPatch, typeMergePatch, typeStrategicPatch, typeApplyPatch)
}

// jsonObject is a patch's text as JSON; clients send YAML too.
func jsonObject(b []byte) ([]byte, error) {
	t := bytes.TrimSpace(b)
	if len(t) > 0 && t[0] == '{' && json.Valid(t) {
		return t, nil
	}
	j, err := yaml.YAMLToJSON(b)
	if err != nil || len(j) == 0 || j[0] != '{' {
		return nil, status.BadRequest("error decoding patch: the body is not a valid JSON object")
	}
	return j, nil
}

// patchError makes the API's error of a patch that cannot be applied.
func patchError(b []byte, err error) ([]byte, error) {
	if err == nil {
		return b, nil
	}
	e := status.BadRequest("%v", err)
	e.Status.Code, e.Status.Reason = http.StatusUnprocessableEntity, meta.StatusReasonInvalid
	e.Status.Message = "the server rejected our request due to an error in our request"
	e.Status.Details = &meta.StatusDetails{Causes: []meta.StatusCause{{Type: meta.CauseTypeUnexpectedServerResponse, Message: err.Error()}}}
	return nil, e
}

// decodePatched decodes a patched document; only what the patch brought in is
// held against the client.
func (c *call) decodePatched(b, doc []byte, k *scheme.Kind, o options) (meta.Object, error) {
	if bytes.Equal(b, doc) {
		o.validation = meta.FieldValidationIgnore
	}
	return c.decodeJSON(b, k, o)
}

// patchTyped applies the request's patch to a small object that is stored
// nowhere itself, such as a Scale.
func (c *call) patchTyped(b []byte, o options, obj meta.Object, k *scheme.Kind) (meta.Object, error) {
	p, err := c.patcher(b, k)
	if err != nil {
		return nil, err
	}
	doc, err := codec.EncodeJSON(obj)
	if err != nil {
		return nil, err
	}
	out, err := p(doc)
	if err != nil {
		return nil, err
	}
	return c.decodePatched(out, doc, k, o)
}
