package policy

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/admissionregistration"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// paramKind looks up what a policy's parameters are; nil when it has none.
func (j *judgement) paramKind(k *admissionregistration.ParamKind) (*match.Stored, error) {
	if k == nil {
		return nil, nil
	}
	if j.view.Kinds != nil {
		if s := j.view.Kinds(k.APIVersion, k.Kind); s != nil {
			return s, nil
		}
	}
	group, version, ok := strings.Cut(k.APIVersion, "/")
	if !ok {
		group, version = "", group
	}
	return nil, fmt.Errorf("failed to find resource referenced by paramKind: '%s/%s, Kind=%s'", group, version, k.Kind)
}

// params are the parameters that a binding names, as expressions see them. A
// policy without any is asked once, with nil.
func (j *judgement) params(kind *match.Stored, ref *admissionregistration.ParamRef) ([]any, error) {
	if kind == nil || ref == nil {
		return []any{nil}, nil
	}
	ns := ""
	switch {
	case kind.Namespaced && ref.Namespace != "":
		ns = ref.Namespace
	case kind.Namespaced && j.r.Namespace == "":
		return nil, errors.New("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources")
	case kind.Namespaced:
		ns = j.r.Namespace
	case ref.Namespace != "":
		return nil, errors.New("paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
	}
	objects, err := j.paramObjects(kind, ref, ns)
	if err != nil {
		return nil, err
	}
	if len(objects) == 0 && ref.ParameterNotFoundAction != nil && *ref.ParameterNotFoundAction == admissionregistration.DenyAction {
		return nil, errors.New("no params found for policy binding with `Deny` parameterNotFoundAction")
	}
	var out []any
	for _, o := range objects {
		b := o.JSON()
		if kind.Convert != nil {
			if b, err = kind.Convert(b); err != nil {
				return nil, err
			}
		}
		v, err := match.JSONValue(b)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (j *judgement) paramObjects(kind *match.Stored, ref *admissionregistration.ParamRef, ns string) ([]*cache.Object, error) {
	switch {
	case ref.Name != "" && ref.Selector != nil:
		return nil, errors.New("paramRef.name and paramRef.selector are mutually exclusive")
	case ref.Name != "":
		o := kind.Table.Get(ns, ref.Name)
		if o == nil { // It may have been written just now.
			var err error
			if o, err = kind.Table.Fetch(j.ctx, ns, ref.Name, ""); err != nil || o == nil {
				return nil, err
			}
		}
		return []*cache.Object{o}, nil
	case ref.Selector != nil:
		labels, err := selector.FromLabelSelector(ref.Selector)
		if err != nil {
			return nil, err
		}
		l, err := kind.Table.List(j.ctx, cache.ListOptions{Namespace: ns, Labels: labels, ResourceVersion: "0"})
		if err != nil {
			return nil, err
		}
		var out []*cache.Object
		for o := range l.All() {
			out = append(out, o)
		}
		return out, nil
	}
	return nil, errors.New("one of name or selector must be provided")
}
