package match

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/cel-go/common/types"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// The types that expressions are checked against. What is written and what is
// there may be anything.
var (
	kindType = &cel.ObjectType{Name: "kubernetes.GroupVersionKind", Fields: map[string]*cel.Type{
		"group": cel.String, "version": cel.String, "kind": cel.String}}
	resourceType = &cel.ObjectType{Name: "kubernetes.GroupVersionResource", Fields: map[string]*cel.Type{
		"group": cel.String, "version": cel.String, "resource": cel.String}}
	userType = &cel.ObjectType{Name: "kubernetes.UserInfo", Fields: map[string]*cel.Type{
		"username": cel.String, "uid": cel.String, "groups": types.NewListType(cel.String),
		"extra": types.NewMapType(cel.String, types.NewListType(cel.String))}}
	requestType = &cel.ObjectType{Name: "kubernetes.AdmissionRequest", Fields: map[string]*cel.Type{
		"kind": kindType.Type(), "resource": resourceType.Type(), "subResource": cel.String,
		"requestKind": kindType.Type(), "requestResource": resourceType.Type(), "requestSubResource": cel.String,
		"name": cel.String, "namespace": cel.String, "operation": cel.String,
		"userInfo": userType.Type(), "dryRun": cel.Bool, "options": cel.Dyn}}

	namespaceMetaType = &cel.ObjectType{Name: "kubernetes.NamespaceMetadata", Fields: map[string]*cel.Type{
		"name": cel.String, "generateName": cel.String, "namespace": cel.String, "UID": cel.String, "resourceVersion": cel.String,
		"labels": types.NewMapType(cel.String, cel.String), "annotations": types.NewMapType(cel.String, cel.String),
		"creationTimestamp": types.TimestampType, "deletionTimestamp": types.TimestampType,
		"deletionGracePeriodSeconds": cel.Int, "generation": cel.Int, "finalizers": types.NewListType(cel.String)}}
	namespaceSpecType = &cel.ObjectType{Name: "kubernetes.NamespaceSpec", Fields: map[string]*cel.Type{
		"finalizers": types.NewListType(cel.String)}}
	namespaceStatusType = &cel.ObjectType{Name: "kubernetes.NamespaceStatus", Fields: map[string]*cel.Type{"phase": cel.String}}
	namespaceType       = &cel.ObjectType{Name: "kubernetes.Namespace", Fields: map[string]*cel.Type{
		"metadata": namespaceMetaType.Type(), "spec": namespaceSpecType.Type(), "status": namespaceStatusType.Type()}}
)

// Environment is where expressions about requests are compiled, with params or
// without, and with further object types and variables.
func Environment(params bool, more []*cel.ObjectType, vars ...cel.Variable) (*cel.Env, error) {
	e, err := cel.New(cel.Variable{Name: "authorizer", Type: cel.AuthorizerType},
		cel.Variable{Name: "authorizer.requestResource", Type: cel.ResourceCheckType})
	if err != nil {
		return nil, err
	}
	vars = append(vars, cel.Variable{Name: "request", Type: requestType.Type()}, cel.Variable{Name: "namespaceObject", Type: namespaceType.Type()})
	declared := map[string]bool{}
	for _, v := range vars {
		declared[v.Name] = true
	}
	for _, name := range []string{"object", "oldObject"} {
		if !declared[name] {
			vars = append(vars, cel.Variable{Name: name, Type: cel.Dyn})
		}
	}
	if params && !declared["params"] {
		vars = append(vars, cel.Variable{Name: "params", Type: cel.Dyn})
	}
	objects := append([]*cel.ObjectType{kindType, resourceType, userType, requestType,
		namespaceMetaType, namespaceSpecType, namespaceStatusType, namespaceType}, more...)
	return e.ExtendWithObjects(objects, vars...)
}

// Authorizer answers what expressions ask through the variable authorizer.
type Authorizer func(ctx context.Context, u *authn.User, a cel.Access) cel.Decision

// Values are the variables of one request. to is the form in which the objects
// are shown.
func (v *View) Values(ctx context.Context, r *Shown) cel.Values {
	object := func(text func() ([]byte, error)) func() any {
		return func() any {
			b, err := text()
			if err != nil || len(b) == 0 {
				return nil
			}
			x, err := JSONValue(b)
			if err != nil {
				return nil
			}
			return x
		}
	}
	ask := cel.Authorizer(func(a cel.Access) cel.Decision {
		if v.Authorizer == nil {
			return cel.Decision{Err: fmt.Errorf("there is no authorizer")}
		}
		return v.Authorizer(ctx, r.User, a)
	})
	return cel.Values{
		"object":     object(r.Object),
		"oldObject":  object(r.Old),
		"request":    func() any { return requestValue(r) },
		"authorizer": cel.AuthorizerVal(ask),
		"authorizer.requestResource": cel.RequestResourceVal(ask, cel.Access{Group: r.Resource.Group, Resource: r.Resource.Name,
			Subresource: r.Subresource, Namespace: r.Namespace, Name: r.Name}),
		"namespaceObject": nil,
	}
}

// NamespaceValue is a namespace as expressions see it.
func NamespaceValue(ns *core.Namespace) any {
	m := map[string]any{"name": ns.Name, "UID": string(ns.UID), "resourceVersion": ns.ResourceVersion}
	if len(ns.Labels) > 0 {
		m["labels"] = ns.Labels
	}
	if len(ns.Annotations) > 0 {
		m["annotations"] = ns.Annotations
	}
	if len(ns.Finalizers) > 0 {
		m["finalizers"] = ns.Finalizers
	}
	if ns.Generation != 0 {
		m["generation"] = ns.Generation
	}
	if !ns.CreationTimestamp.IsZero() {
		m["creationTimestamp"] = ns.CreationTimestamp.Time
	}
	if ns.DeletionTimestamp != nil {
		m["deletionTimestamp"] = ns.DeletionTimestamp.Time
	}
	var finalizers []string
	for _, f := range ns.Spec.Finalizers {
		finalizers = append(finalizers, string(f))
	}
	return map[string]any{"metadata": m, "spec": map[string]any{"finalizers": finalizers}, "status": map[string]any{"phase": string(ns.Status.Phase)}}
}

// requestValue is the variable request.
func requestValue(r *Shown) any {
	kind := func(k meta.GroupVersionKind) map[string]any {
		return map[string]any{"group": k.Group, "version": k.Version, "kind": k.Kind}
	}
	resource := func(t Target) map[string]any {
		return map[string]any{"group": t.Group, "version": t.Version, "resource": t.Resource}
	}
	out := map[string]any{
		"kind": kind(r.As.Kind.GVK()), "resource": resource(r.As.Target),
		"requestKind": kind(r.Kind.GVK()), "requestResource": resource(Of(r.Request)),
		"operation": string(r.Operation), "dryRun": r.DryRun, "userInfo": userValue(r.User),
	}
	for k, v := range map[string]string{"name": r.Name, "namespace": r.Namespace, "subResource": r.Subresource, "requestSubResource": r.Subresource} {
		if v != "" {
			out[k] = v
		}
	}
	if b := Options(r.Request); len(b) > 0 {
		if v, err := JSONValue(b); err == nil {
			out["options"] = v
		}
	}
	return out
}

func userValue(u *authn.User) map[string]any {
	out := map[string]any{}
	if u.Name != "" {
		out["username"] = u.Name
	}
	if u.UID != "" {
		out["uid"] = u.UID
	}
	if len(u.Groups) > 0 {
		out["groups"] = u.Groups
	}
	if len(u.Extra) > 0 {
		out["extra"] = u.Extra
	}
	return out
}

// Options are the options of the request as JSON; a connect has none beside
// what it sends.
func Options(r *admission.Request) []byte {
	if r.Operation == admission.Connect || r.Call == nil {
		return nil
	}
	return r.Call.Options()
}

// JSONValue is a JSON text as expressions see it: whole numbers are int64.
func JSONValue(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return numbers(v), nil
}

func numbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = numbers(x)
		}
	case []any:
		for i, x := range v {
			v[i] = numbers(x)
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	}
	return v
}

// encode is an object's JSON; nil for none.
func encode(o meta.Object) ([]byte, error) {
	if o == nil {
		return nil, nil
	}
	return codec.EncodeJSON(o)
}
