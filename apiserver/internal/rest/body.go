package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"regexp"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/object"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/room"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// maxBody is the most that a request may send, in bytes.
const maxBody = 3 << 20

// body reads the request's body.
func (c *call) body() ([]byte, error) {
	if c.r.ContentLength > maxBody {
		return nil, status.TooLarge(maxBody)
	}
	var b []byte
	var err error
	if n := c.r.ContentLength; n >= 0 {
		b = make([]byte, n)
		_, err = io.ReadFull(c.r.Body, b)
	} else {
		b, err = io.ReadAll(io.LimitReader(c.r.Body, maxBody+1))
	}
	if len(b) > maxBody {
		return nil, status.TooLarge(maxBody)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, outOfTime()
	}
	if err != nil {
		return nil, status.BadRequest("the body of the request could not be read: %v", err)
	}
	c.turn.heavy = len(b) >= heavyBody
	return b, c.turn.take(c.r.Context())
}

// mediaType is the body's, JSON when the client does not say.
func (c *call) mediaType() string {
	h := c.r.Header.Get("Content-Type")
	if h == "" || h == typeJSON {
		return typeJSON
	}
	m, _, err := mime.ParseMediaType(h)
	if err != nil {
		return h
	}
	return m
}

// options are those of a write.
type options struct {
	dryRun     bool
	validation string
	manager    string // the name of the writer, if it gives one
	force      bool   // apply takes fields over from others
	tracked    bool   // managedFields are what they are to be already
	raw        []byte // the body as it was sent, when it was no JSON
}

func (c *call) writeOptions() (options, error) {
	q := c.query
	o := options{dryRun: len(q["dryRun"]) > 0, validation: q.Get("fieldValidation"), manager: q.Get("fieldManager")}
	var errs field.ErrorList
	if c.info.Verb == "patch" {
		p := meta.PatchOptions{DryRun: q["dryRun"], FieldManager: o.manager, FieldValidation: o.validation}
		if q.Has("force") {
			o.force = isTrue(q.Get("force"))
			p.Force = &o.force
		}
		errs = meta.ValidatePatchOptions(&p, c.mediaType() == typeApplyPatch)
	} else {
		errs = meta.ValidateCreateOptions(&meta.CreateOptions{DryRun: q["dryRun"], FieldManager: o.manager, FieldValidation: o.validation})
	}
	if len(errs) > 0 {
		return o, status.Invalid("meta.k8s.io", c.optionsKind(), "", errs)
	}
	if o.validation == "" {
		o.validation = meta.FieldValidationWarn
	}
	return o, nil
}

// optionsKind is the kind whose fields the query's parameters are.
func (c *call) optionsKind() string {
	switch c.info.Verb {
	case "update":
		return "UpdateOptions"
	case "patch":
		return "PatchOptions"
	}
	return "CreateOptions"
}

// sent is the object of kind k that the request's body holds, and how it is to
// be written.
func (c *call) sent(k *scheme.Kind) (meta.Object, options, error) {
	o, err := c.writeOptions()
	if err != nil {
		return nil, o, err
	}
	b, err := c.body()
	if err != nil {
		return nil, o, err
	}
	obj, err := c.decode(b, k, o)
	return obj, o, err
}

// decode reads an object of kind k out of a body. Fields that the kind does
// not have are refused, told or ignored as o says.
func (c *call) decode(b []byte, k *scheme.Kind, o options) (meta.Object, error) {
	switch m := c.mediaType(); m {
	case typeJSON:
		return c.decodeJSON(b, k, o)
	case typeYAML, "application/yml", "text/yaml":
		j, err := yaml.YAMLToJSON(b)
		if err != nil {
			return nil, status.BadRequest("the object provided is unrecognized (must be of type %s): %s (%s)", k.Kind,
				strings.TrimPrefix(err.Error(), "error converting YAML to JSON: "), excerpt(b))
		}
		if o.validation == meta.FieldValidationIgnore {
			return c.decodeJSON(j, k, o)
		}
		o.raw = b
		return c.decodeWith(yamlProblems(b, o), j, k, o)
	case typeProtobuf:
		if c.res.Custom && k == c.res.Kind {
			return nil, status.UnsupportedMediaType(typeJSON, typeYAML)
		}
		return decodeProtobuf(b, k)
	}
	return nil, status.UnsupportedMediaType(typeJSON, typeYAML, typeProtobuf)
}

// decodeJSON reads JSON text.
func (c *call) decodeJSON(b []byte, k *scheme.Kind, o options) (meta.Object, error) {
	return c.decodeWith(nil, b, k, o)
}

// decodeWith is decodeJSON of text that has problems already.
func (c *call) decodeWith(before []string, b []byte, k *scheme.Kind, o options) (meta.Object, error) {
	obj, problems, err := readJSON(b, k, o)
	if err != nil {
		err = unreadable(b, o, k, err)
	} else if v := obj.GetTypeMeta().APIVersion; strings.Count(v, "/") > 1 {
		err = badVersion(v, k, b)
	} else {
		err = sameKind(obj.GetTypeMeta(), k)
	}
	if err != nil {
		return nil, undecodable(obj.GetTypeMeta(), k, err)
	}
	problems = append(before, problems...)
	if len(problems) > 0 && o.validation == meta.FieldValidationStrict {
		return nil, undecodable(obj.GetTypeMeta(), k, strictError(problems))
	}
	for _, p := range problems {
		c.warn(p)
	}
	return obj, nil
}

// unreadable tells of text that is no object at all; other errors it leaves as
// they are.
func unreadable(b []byte, o options, k *scheme.Kind, err error) error {
	var head struct {
		APIVersion string `json:"apiVersion,omitempty"`
		Kind       string `json:"kind,omitempty"`
	}
	var s *status.Error
	if bad := json.Unmarshal(b, &head); bad != nil && !errors.As(err, &s) {
		if o.raw != nil {
			b = o.raw
		}
		return status.BadRequest("the object provided is unrecognized (must be of type %s): couldn't get version/kind; json parse error: %v (%s)",
			k.Kind, bad, excerpt(b))
	}
	return err
}

// yamlProblems tells of keys that YAML text has twice: all at once to refuse
// it, or one by one.
func yamlProblems(b []byte, o options) []string {
	err := yaml.UnmarshalStrict(b, &map[string]any{})
	if err == nil {
		return nil
	}
	if o.validation == meta.FieldValidationStrict {
		return []string{strings.TrimPrefix(err.Error(), "error converting YAML to JSON: ")}
	}
	return yamlLines(err)
}

// yamlLines are the single errors in one about YAML.
func yamlLines(err error) (lines []string) {
	const before = "error converting YAML to JSON: yaml: unmarshal errors:\n"
	for line := range strings.SplitSeq(strings.TrimPrefix(err.Error(), before), "\n") {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

func strictError(problems []string) error {
	return errors.New("strict decoding error: " + strings.Join(problems, ", "))
}

// readJSON reads JSON text, and unless o says to ignore them also tells of
// fields that the kind does not have. The object has the kind that the text
// says.
func readJSON(b []byte, k *scheme.Kind, o options) (meta.Object, []string, error) {
	obj := k.New()
	*obj.GetTypeMeta() = meta.TypeMeta{}
	var problems []string
	var err error
	if o.validation == meta.FieldValidationIgnore {
		err = codec.DecodeJSON(b, obj)
	} else {
		problems, err = codec.DecodeJSONStrict(b, obj)
	}
	if errors.Is(err, room.ErrNone) {
		return obj, nil, status.TooMuch(err.Error())
	}
	if u, ok := obj.(*object.Object); ok {
		object.SortProblems(problems)
		err = unknownKind(u, k, b, o, err)
	}
	return obj, problems, err
}

// metadataOf is how errors begin that are about a field of the metadata.
var metadataOf = regexp.MustCompile(`(Go struct field \w+\.)metadata\.`)

// unknownKind refuses a custom resource that does not say what it is, or is
// something else.
func unknownKind(o *object.Object, k *scheme.Kind, b []byte, w options, err error) error {
	if w.raw != nil {
		b = w.raw
	}
	switch {
	case err == nil && o.Kind == "" && w.validation == meta.FieldValidationIgnore && strings.Count(o.APIVersion, "/") < 2:
		return fmt.Errorf("Object 'Kind' is missing in '%s'", b)
	case err != nil && metadataOf.MatchString(err.Error()):
		return errors.New(metadataOf.ReplaceAllString(err.Error(), "$1")) // it is read by itself
	case err != nil && o.Kind == "":
		return fmt.Errorf("couldn't get version/kind; json parse error: %w (%s)", err, excerpt(b))
	case err != nil:
		return err
	case strings.Count(o.APIVersion, "/") > 1:
		return badVersion(o.APIVersion, k, b)
	case o.Kind == "":
		return status.BadRequest("the object provided is unrecognized (must be of type %s): Object 'Kind' is missing in '%s' (%s)", k.Kind, b, excerpt(b))
	case o.APIVersion == "":
		return otherVersion("", k.APIVersion())
	case o.APIVersion != k.APIVersion():
		return otherVersion(o.APIVersion, k.APIVersion())
	case o.Kind != k.Kind:
		return status.Invalid(k.Group, o.Kind, o.Name, field.ErrorList{field.Invalid(field.New("kind"), o.Kind, "must be "+k.Kind)})
	}
	return nil
}

// badVersion refuses an apiVersion that is none.
func badVersion(v string, k *scheme.Kind, b []byte) error {
	return status.BadRequest("the object provided is unrecognized (must be of type %s): unexpected GroupVersion string: %s (%s)", k.Kind, v, excerpt(b))
}

// excerpt is the beginning of a body, for an error about it.
func excerpt(b []byte) string {
	const most = 30
	switch {
	case len(b) == 0:
		return "<empty>"
	case b[0] == '{' && len(b) > most:
		return string(b[:most]) + " ..."
	case b[0] == '{':
		return string(b)
	case len(b) > most:
		return fmt.Sprintf("%x ...", b[:most])
	}
	return fmt.Sprintf("%x", b)
}

func decodeProtobuf(b []byte, k *scheme.Kind) (meta.Object, error) {
	apiVersion, kind, _, err := codec.DecodeEnvelope(b)
	if err != nil {
		return nil, status.BadRequest("the object provided is unrecognized (must be of type %s): %v (%s)", k.Kind, err, excerpt(b))
	}
	tm := &meta.TypeMeta{APIVersion: apiVersion, Kind: kind}
	if err = sameKind(tm, k); err != nil {
		return nil, undecodable(tm, k, err)
	}
	obj := k.New()
	err = codec.DecodeProto(b, obj)
	if errors.Is(err, room.ErrNone) {
		return nil, status.TooMuch(err.Error())
	}
	if err != nil {
		return nil, undecodable(tm, k, err)
	}
	*obj.GetTypeMeta() = k.TypeMeta()
	return obj, nil
}

// oldEviction is what older programs that drain nodes send. The fields are the
// same.
var oldEviction = meta.TypeMeta{Kind: "Eviction", APIVersion: "policy/v1beta1"}

// sameKind fills in a kind that is left out and refuses another one.
func sameKind(tm *meta.TypeMeta, k *scheme.Kind) error {
	want := k.TypeMeta()
	if k.Kind == "Eviction" && *tm == oldEviction {
		*tm = want
	}
	if tm.Kind == "" {
		tm.Kind = want.Kind
	}
	if tm.APIVersion == "" {
		tm.APIVersion = want.APIVersion
	}
	switch {
	case *tm == want:
		return nil
	case tm.Kind == want.Kind && (scheme.ByKind(want.APIVersion, want.Kind) == nil || scheme.ByKind(tm.APIVersion, tm.Kind) != nil):
		return otherVersion(tm.APIVersion, want.APIVersion)
	}
	if single, isList := strings.CutSuffix(tm.Kind, "List"); scheme.ByKind(tm.APIVersion, tm.Kind) == nil &&
		!(isList && (tm.APIVersion == "v1" && single == "" || scheme.ByKind(tm.APIVersion, single) != nil)) {
		return fmt.Errorf("no kind %q is registered for version %q in scheme %q", tm.Kind, tm.APIVersion, "pkg/api/legacyscheme/scheme.go:30")
	}
	return fmt.Errorf("converting (%s.%s) to (%s.%s): unknown conversion", versionOf(tm.APIVersion), tm.Kind, packageOf(k.Group), k.Kind)
}

func otherVersion(is, want string) error {
	return status.BadRequest("the API version in the data (%s) does not match the expected API version (%s)", is, want)
}

func versionOf(apiVersion string) string {
	return apiVersion[strings.LastIndexByte(apiVersion, '/')+1:]
}

// packageOf is what errors call a group: its first word.
func packageOf(group string) string {
	if group == "" {
		return "core"
	}
	word, _, _ := strings.Cut(group, ".")
	return word
}

// undecodable is the refusal of a body that is no object of kind k.
func undecodable(tm *meta.TypeMeta, k *scheme.Kind, err error) error {
	var s *status.Error
	if errors.As(err, &s) {
		return s
	}
	if tm.Kind == "" {
		*tm = k.TypeMeta()
	}
	return status.BadRequest("%s in version %q cannot be handled as a %s: %v", tm.Kind, versionOf(tm.APIVersion), k.Kind, err)
}

// warnAbout tells what is to be told about a sound object.
func (c *call) warnAbout(o, old meta.Object) {
	if c.res.Warnings == nil {
		return
	}
	for _, text := range c.res.Warnings(o, old) {
		c.warn(text)
	}
}

var _ http.Handler = (*Handler)(nil)
