package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/object"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
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

// sentPatch is a patch that was sent.
type sentPatch struct {
	media string
	body  []byte
	kind  *scheme.Kind
	// problems are what a strict reader minds of the patch itself.
	problems []string
}

// patch changes the object, or the part of it that sub is.
func (c *call) patch(sub *resources.Subresource) error {
	if err := c.patchable(c.res.Kind); err != nil {
		return err
	}
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
	s, err := c.modify(sub, o, c.patched(c.sentPatch(b, c.res.Kind, o), o))
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, s)
}

// patchable refuses patches of a sort that the kind does not take.
func (c *call) patchable(k *scheme.Kind) error {
	takes := []string{typeJSONPatch, typeMergePatch, typeStrategicPatch, typeApplyPatch}
	if c.res.Custom && k == c.res.Kind {
		takes = []string{typeJSONPatch, typeMergePatch, typeApplyPatch}
	}
	switch {
	case slices.Contains(takes, c.mediaType()):
		return nil
	case c.res.Custom:
		return status.UnsupportedMediaType(takes...)
	}
	return status.NotPatch()
}

// patched is the change that a patch makes.
func (c *call) patched(p *sentPatch, o options) change {
	return func(cur *current, old meta.Object) (meta.Object, error) {
		doc, err := c.served(source{json: cur.json})
		if err != nil {
			return nil, err
		}
		next, err := c.patchDocument(p, doc, o, cur, old)
		if err != nil {
			return nil, err
		}
		m, om := next.GetObjectMeta(), old.GetObjectMeta()
		if err := c.sameName(m); err != nil {
			return nil, err
		}
		if m.Namespace == "" || !c.res.Kind.Namespaced {
			m.Namespace = om.Namespace
		}
		if m.Namespace != om.Namespace {
			return nil, status.BadRequest("the namespace of the provided object does not match the namespace sent on the request")
		}
		return next, nil
	}
}

// sameName says that an object has the name that the request names.
func (c *call) sameName(m *meta.ObjectMeta) error {
	switch m.Name {
	case c.info.Name:
		return nil
	case "":
		return status.BadRequest("the name of the object (%s based on URL) was undeterminable: name must be provided", c.info.Name)
	}
	return status.BadRequest("the name of the object (%s) does not match the name on the URL (%s)", m.Name, c.info.Name)
}

// otherType says in what a custom resource, which a patch has changed, has
// become another kind. Of other kinds that is told as what the patch led to.
func (c *call) otherType(o meta.Object) (errs field.ErrorList) {
	tm, k := o.GetTypeMeta(), c.res.Kind
	if _, custom := o.(*object.Object); !custom || tm.Kind == "" || tm.APIVersion == "" {
		return nil
	}
	if tm.Kind != k.Kind {
		errs = append(errs, field.Invalid(field.New("kind"), tm.Kind, "must be "+k.Kind))
	}
	if tm.APIVersion != k.APIVersion() {
		errs = append(errs, field.Invalid(field.New("apiVersion"), tm.APIVersion, "must be "+k.APIVersion()))
	}
	return errs
}

// sentPatch is the body as a patch of an object of kind k.
func (c *call) sentPatch(b []byte, k *scheme.Kind, o options) *sentPatch {
	p := &sentPatch{media: c.mediaType(), body: b, kind: k}
	if o.validation != meta.FieldValidationIgnore {
		p.problems = patch.Problems(b, p.media == typeJSONPatch)
	}
	return p
}

// apply makes the patched document of a document.
func (p *sentPatch) apply(doc []byte) (out []byte, err error) {
	switch p.media {
	case typeJSONPatch:
		out, err = patch.JSONPatch(doc, p.body)
	case typeMergePatch:
		out, err = patch.Merge(doc, p.body)
	default:
		out, err = patch.Strategic(doc, p.body, schema.For(p.kind.New()))
	}
	var e *patch.Error
	if !errors.As(err, &e) {
		return out, err
	}
	switch e.Kind {
	case patch.BadPatch:
		return nil, status.BadRequest("%s", e.Message)
	case patch.Refused:
		return nil, status.Refused()
	case patch.TooLarge:
		return nil, status.TooMuch(e.Message)
	}
	return nil, status.Unknown(e)
}

// patchDocument applies a patch to an object's JSON and reads what comes out.
// Only what the patch brought in is held against the client.
// Parts that stay as they were are old's, if it is given, and noted in cur:
// neither may be changed in place afterwards.
func (c *call) patchDocument(p *sentPatch, doc []byte, o options, cur *current, old meta.Object) (meta.Object, error) {
	rest := doc
	var kept []string
	if old != nil && p.media != typeJSONPatch {
		if kept = patch.Untouched(p.body, partsOf(old)...); len(kept) > 0 {
			err := without(old, kept, func(o meta.Object) (err error) { rest, err = codec.EncodeJSON(o); return err })
			if err != nil {
				return nil, err
			}
			cur.kept, cur.rest = kept, rest
		}
	}
	b, err := p.apply(rest)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(b, rest) && len(p.problems) == 0 {
		o.validation = meta.FieldValidationIgnore
	}
	if old != nil && p.media == typeJSONPatch {
		b, kept = patch.Unchanged(doc, b, partsOf(old)...)
		cur.kept = kept
	}
	obj, problems, err := readJSON(b, p.kind, o)
	share(obj, old, kept)
	if cur != nil && cur.rest != nil {
		obj.GetObjectMeta().ManagedFields = old.GetObjectMeta().ManagedFields
	}
	if p.media == typeStrategicPatch {
		*obj.GetTypeMeta() = p.kind.TypeMeta() // it says nothing about the kind
	}
	if err == nil {
		err = sameKind(obj.GetTypeMeta(), p.kind)
	}
	if errs := c.otherType(obj); err != nil && len(errs) > 0 {
		tm := obj.GetTypeMeta()
		group, _, _ := strings.Cut(tm.APIVersion, "/")
		if group == tm.APIVersion {
			group = ""
		}
		return nil, status.Invalid(group, tm.Kind, c.info.Name, errs)
	}
	if err != nil {
		return nil, p.unreadable(doc, err)
	}
	slices.Sort(problems) // others patch trees, whose fields are in no other order
	problems = append(slices.Clip(p.problems), problems...)
	if len(problems) > 0 && o.validation == meta.FieldValidationStrict {
		return nil, p.unreadable(doc, strictError(problems))
	}
	for _, text := range problems {
		c.warn(text)
	}
	return obj, nil
}

// unreadable is the refusal of a patch that makes of doc no object of its kind.
func (p *sentPatch) unreadable(doc []byte, err error) error {
	if s := new(status.Error); errors.As(err, &s) && s.Status.Code == http.StatusRequestEntityTooLarge {
		return s
	}
	b, _ := p.apply(doc)
	value, why := string(b), err.Error()
	if p.media == typeStrategicPatch {
		var v any
		if json.Unmarshal(p.body, &v) == nil {
			value = fmt.Sprintf("%+v", v)
		}
		var wrong *jsonwire.TypeError
		if errors.As(err, &wrong) && wrong.Text {
			why = "json: cannot unmarshal " + wrong.From + " into string"
		}
		if why = restoring(why); wrong != nil && why == "cannot convert int64 to string" {
			why = "cannot convert int64 to " + wrong.Into // which sort of string is told here alone
		}
	}
	return status.Invalid("", "", "", field.ErrorList{field.Invalid(field.New("patch"), value, why)})
}

// restoring puts an error of reading JSON into the words of those who read a
// tree of values.
func restoring(why string) string {
	what, ok := strings.CutPrefix(why, "json: cannot unmarshal ")
	if !ok {
		return why
	}
	value, _, _ := strings.Cut(what, " ")
	from := map[string]string{"number": "int64", "object": "map", "array": "slice"}[value]
	if from == "" {
		from = value
	}
	into := what[strings.LastIndexByte(what, ' ')+1:]
	switch {
	case strings.HasPrefix(into, "map["):
		return "cannot restore map from " + from
	case strings.HasPrefix(into, "[]"):
		return "cannot restore slice from " + from
	case strings.Contains(into, "."):
		return "cannot restore struct from: " + from
	case from == "int64" && into == "string":
		return "cannot convert int64 to string"
	case from == "int64" && strings.HasPrefix(into, "int"):
		// Whole numbers fit; what does not is a fraction.
		return "cannot convert float64 to " + into
	}
	return "unrecognized type: " + into
}

// patchTyped applies the request's patch to a small object that is stored
// nowhere itself, such as a Scale.
func (c *call) patchTyped(b []byte, o options, obj meta.Object, k *scheme.Kind) (meta.Object, error) {
	if err := c.patchable(k); err != nil {
		return nil, err
	}
	doc, err := codec.EncodeJSON(obj)
	if err != nil {
		return nil, err
	}
	return c.patchDocument(c.sentPatch(b, k, o), doc, o, nil, nil)
}
