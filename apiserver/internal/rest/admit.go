package rest

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/fieldmanager"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// admissionRequest is the call in the words of admission; its objects are yet
// to be filled in.
func (c *call) admissionRequest(op admission.Operation, o options) *admission.Request {
	return &admission.Request{User: c.user, Operation: op, Resource: c.name(), Version: c.res.Kind.Version, Kind: c.res.Kind,
		Subresource: c.info.Subresource, Namespace: c.namespace(), Name: c.info.Name, DryRun: o.dryRun, Call: admitted{c, nil}}
}

// admitDelete asks whether the object, as it is stored, may be deleted.
func (c *call) admitDelete(stored meta.Object, opts *meta.DeleteOptions) error {
	r := c.admissionRequest(admission.Delete, options{dryRun: len(opts.DryRun) > 0})
	r.Old, r.Call = stored, admitted{c, opts}
	if v := c.res.View; v != nil {
		var err error
		if r.Old, err = v.ToServed(c.r.Context(), stored); err != nil {
			return err
		}
	}
	if err := c.Admission.Admit(c.r.Context(), r); err != nil {
		return err
	}
	return c.Admission.Check(c.r.Context(), r)
}

// admitSent asks about an object that is sent below another one and stored
// nowhere itself, such as a Binding.
func (c *call) admitSent(o meta.Object, k *scheme.Kind, opts options) error {
	r := c.admissionRequest(admission.Create, opts)
	r.Object, r.Kind = o, k
	if err := c.Admission.Admit(c.r.Context(), r); err != nil {
		return err
	}
	return c.Admission.Check(c.r.Context(), r)
}

// admitConnect asks whether the client may reach into a pod, a service or a
// node: exec and the like.
func (c *call) admitConnect(k *scheme.Kind) error {
	r := c.admissionRequest(admission.Connect, options{})
	r.Kind, r.Body = k, connectOptions(k, c.info.Rest, c.query)
	if err := c.Admission.Admit(c.r.Context(), r); err != nil {
		return err
	}
	return c.Admission.Check(c.r.Context(), r)
}

// admitted is a call as admission sees it.
type admitted struct {
	*call
	deletion *meta.DeleteOptions // of a deletion
}

// Options are the options of the write as JSON.
func (a admitted) Options() []byte {
	if a.deletion != nil {
		o := *a.deletion
		o.Kind, o.APIVersion = "DeleteOptions", "meta.k8s.io/v1"
		b, _ := codec.EncodeJSON(&o) // A kind of our own.
		return b
	}
	kind := a.optionsKind()
	b := []byte(`{"kind":"` + kind + `","apiVersion":"meta.k8s.io/v1"`)
	if d := a.query["dryRun"]; len(d) > 0 {
		b = append(b, `,"dryRun":["All"]`...)
	}
	if kind == "PatchOptions" && isTrue(a.query.Get("force")) {
		b = append(b, `,"force":true`...)
	}
	for _, name := range []string{"fieldManager", "fieldValidation"} {
		if v := a.query.Get(name); v != "" {
			b = jsonwire.AppendString(append(b, `,"`+name+`":`...), v)
		}
	}
	return append(b, '}')
}

// Warn tells the client something beside the answer.
func (a admitted) Warn(text string) { a.warn(text) }

// Read makes an object of kind k of JSON, sound in all that defaults and the
// kind's schema can do.
func (a admitted) Read(b []byte, k *scheme.Kind) (meta.Object, error) {
	o, err := a.decodeJSON(b, k, options{validation: meta.FieldValidationIgnore})
	if err == nil && k == a.res.Kind {
		a.res.Default(o)
	}
	return o, err
}

// Merge puts the fields of a configuration into an object of kind k.
func (a admitted) Merge(obj, config []byte, k *scheme.Kind) ([]byte, error) {
	if k == a.res.Kind {
		return a.res.fields().Merge(obj, config)
	}
	if e := (*a.table.Load())[served{k.Group, k.Version, k.Resource}]; e != nil && e.Kind == k {
		return e.fields().Merge(obj, config)
	}
	return fieldmanager.NewKind(k, nil).Merge(obj, config)
}

// connectOptions are the query's parameters as the JSON of the options object k
// that stands for them.
func connectOptions(k *scheme.Kind, rest string, q url.Values) []byte {
	b := jsonwire.AppendString([]byte(`{"kind":`), k.Kind)
	b = jsonwire.AppendString(append(b, `,"apiVersion":`...), k.APIVersion())
	for _, name := range []string{"stdin", "stdout", "stderr", "tty"} {
		if isTrue(q.Get(name)) {
			b = append(b, `,"`+name+`":true`...)
		}
	}
	if v := q.Get("container"); v != "" {
		b = jsonwire.AppendString(append(b, `,"container":`...), v)
	}
	if vs := q["command"]; len(vs) > 0 {
		b = jsonwire.AppendAny(append(b, `,"command":`...), vs)
	}
	if vs := q["ports"]; len(vs) > 0 {
		b = append(b, `,"ports":[`...)
		for _, v := range vs {
			if n, err := strconv.ParseInt(v, 10, 32); err == nil {
				b = append(jsonwire.AppendInt(b, n), ',')
			}
		}
		b = append(bytes.TrimSuffix(b, []byte(",")), ']')
	}
	if rest != "" && strings.HasSuffix(k.Kind, "ProxyOptions") {
		b = jsonwire.AppendString(append(b, `,"path":`...), rest)
	}
	return append(b, '}')
}

// isTrue reads a flag as a query writes it: present and not denied.
func isTrue(v string) bool { return v != "" && v != "false" && v != "0" }
