package openapi

import (
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/schema"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// dialect is the version of OpenAPI.
type dialect int

const (
	v2 dialect = 2
	v3 dialect = 3
)

// pathItem is what can be done at a path.
type pathItem struct {
	Get        *operation   `json:"get,omitempty"`
	Put        *operation   `json:"put,omitempty"`
	Post       *operation   `json:"post,omitempty"`
	Delete     *operation   `json:"delete,omitempty"`
	Patch      *operation   `json:"patch,omitempty"`
	Parameters []*parameter `json:"parameters,omitempty"`
}

type operation struct {
	Tags        []string               `json:"tags,omitempty"`
	Description string                 `json:"description,omitempty"`
	OperationID string                 `json:"operationId"`
	Consumes    []string               `json:"consumes,omitempty"`
	Produces    []string               `json:"produces,omitempty"`
	Parameters  []*parameter           `json:"parameters,omitempty"`
	RequestBody *content               `json:"requestBody,omitempty"`
	Responses   map[string]*response   `json:"responses"`
	Action      string                 `json:"x-kubernetes-action"`
	Kind        *meta.GroupVersionKind `json:"x-kubernetes-group-version-kind,omitempty"`
}

type parameter struct {
	Name        string             `json:"name"`
	In          string             `json:"in"`
	Description string             `json:"description,omitempty"`
	Required    bool               `json:"required,omitempty"`
	Type        string             `json:"type,omitempty"`        // version 2
	UniqueItems bool               `json:"uniqueItems,omitempty"` // version 2
	Schema      *schema.Definition `json:"schema,omitempty"`
}

type content struct {
	Content map[string]media `json:"content"`
}

type media struct {
	Schema *schema.Definition `json:"schema"`
}

type response struct {
	Description string             `json:"description"`
	Schema      *schema.Definition `json:"schema,omitempty"` // version 2
	Content     map[string]media   `json:"content,omitempty"`
}

// Parameters and what they are for.
var parameterDocs = map[string]string{
	"pretty":               "If true, the output is indented.",
	"dryRun":               "All: do everything but store. No other value is allowed.",
	"fieldManager":         "Name of the program or person that makes the change.",
	"fieldValidation":      "What becomes of unknown and duplicate fields: Ignore drops them, Warn also says so in a header, Strict refuses the request.",
	"force":                "Take fields over that other managers own. Apply requests only.",
	"labelSelector":        "Select by labels.",
	"fieldSelector":        "Select by fields.",
	"limit":                "The most objects to answer with; more are fetched with continue.",
	"continue":             "The token of the page before.",
	"watch":                "Stream changes instead of a list.",
	"allowWatchBookmarks":  "Send bookmarks now and then.",
	"sendInitialEvents":    "Begin a watch with the present state, ended by a bookmark.",
	"resourceVersion":      "How new the answer must be.",
	"resourceVersionMatch": "How resourceVersion counts: NotOlderThan or Exact.",
	"timeoutSeconds":       "How long a list or watch may last.",
	"gracePeriodSeconds":   "How long the object has to go; 0 is at once.",
	"orphanDependents":     "Deprecated: leave dependents alone. Use propagationPolicy.",
	"propagationPolicy":    "What becomes of dependents: Orphan, Background or Foreground.",
}

var parameterTypes = map[string]string{"limit": "integer", "timeoutSeconds": "integer", "gracePeriodSeconds": "integer",
	"watch": "boolean", "allowWatchBookmarks": "boolean", "sendInitialEvents": "boolean", "force": "boolean", "orphanDependents": "boolean"}

var (
	listParameters   = []string{"allowWatchBookmarks", "continue", "fieldSelector", "labelSelector", "limit", "resourceVersion", "resourceVersionMatch", "sendInitialEvents", "timeoutSeconds", "watch"}
	writeParameters  = []string{"dryRun", "fieldManager", "fieldValidation"}
	patchParameters  = []string{"dryRun", "fieldManager", "fieldValidation", "force"}
	deleteParameters = []string{"dryRun", "gracePeriodSeconds", "orphanDependents", "propagationPolicy"}
)

func (d dialect) parameters(names []string) []*parameter {
	var out []*parameter
	for _, n := range names {
		t := parameterTypes[n]
		if t == "" {
			t = "string"
		}
		p := &parameter{Name: n, In: "query", Description: parameterDocs[n]}
		if d == v2 {
			p.Type, p.UniqueItems = t, true
		} else {
			p.Schema = &schema.Definition{Type: t}
		}
		out = append(out, p)
	}
	return out
}

func (d dialect) pathParameter(name, doc string) *parameter {
	p := &parameter{Name: name, In: "path", Description: doc, Required: true}
	if d == v2 {
		p.Type, p.UniqueItems = "string", true
	} else {
		p.Schema = &schema.Definition{Type: "string"}
	}
	return p
}

// addPaths adds what is served of a group's version.
func (h *Handler) addPaths(paths map[string]*pathItem, gv groupVersion, d dialect) {
	for _, r := range h.table {
		if r.Kind.Group == gv.group && r.Kind.Version == gv.version {
			d.addResource(paths, "/"+gv.path()+"/", r)
		}
	}
}

func (d dialect) addResource(paths map[string]*pathItem, root string, r *resources.Resource) {
	k := r.Kind
	all := root + k.Resource
	base := &pathItem{}
	if k.Namespaced {
		if r.Can("list") {
			everywhere := all
			paths[everywhere] = &pathItem{Get: d.operation(r, "list", k, k.ListKind(), "listForAllNamespaces", listParameters)}
		}
		all = root + "namespaces/{namespace}/" + k.Resource
		base.Parameters = append(base.Parameters, d.pathParameter("namespace", "The namespace of the objects."))
	}
	one := &pathItem{Parameters: append(slices.Clone(base.Parameters), d.pathParameter("name", "The name of the object."))}
	for _, v := range r.Verbs {
		switch v {
		case "list":
			base.Get = d.operation(r, "list", k, k.ListKind(), "list", listParameters)
		case "create":
			base.Post = d.body(d.operation(r, "post", k, k.Kind, "create", writeParameters), k)
		case "deletecollection":
			base.Delete = d.operation(r, "deletecollection", k, "Status", "deleteCollection", append(slices.Clone(listParameters), deleteParameters...))
		case "get":
			one.Get = d.operation(r, "get", k, k.Kind, "read", nil)
		case "update":
			one.Put = d.body(d.operation(r, "put", k, k.Kind, "replace", writeParameters), k)
		case "patch":
			one.Patch = d.patchBody(d.operation(r, "patch", k, k.Kind, "patch", patchParameters))
		case "delete":
			one.Delete = d.operation(r, "delete", k, "Status", "delete", deleteParameters)
		}
	}
	paths[all] = base
	if one.Get != nil || one.Put != nil || one.Delete != nil {
		paths[all+"/{name}"] = one
	}
	for i := range r.Subresources {
		paths[all+"/{name}/"+r.Subresources[i].Name] = d.subresource(r, &r.Subresources[i], one.Parameters)
	}
}

func (d dialect) subresource(r *resources.Resource, s *resources.Subresource, params []*parameter) *pathItem {
	k := s.Kind
	if k == nil {
		k = r.Kind
	}
	connect := s.Name == "exec" || s.Name == "attach" || s.Name == "portforward" || s.Name == "proxy"
	action := func(normal string) string {
		if connect {
			return "connect"
		}
		return normal
	}
	item := &pathItem{Parameters: params}
	name := strings.ToUpper(s.Name[:1]) + s.Name[1:]
	for _, v := range s.Verbs {
		switch v {
		case "get":
			item.Get = d.operation(r, action("get"), k, k.Kind, "read"+name, nil)
		case "create":
			item.Post = d.operation(r, action("post"), k, k.Kind, "create"+name, nil)
			if !connect {
				item.Post = d.body(d.operation(r, "post", k, k.Kind, "create"+name, writeParameters), k)
			}
		case "update":
			item.Put = d.operation(r, action("put"), k, k.Kind, "replace"+name, nil)
			if !connect {
				item.Put = d.body(d.operation(r, "put", k, k.Kind, "replace"+name, writeParameters), k)
			}
		case "patch":
			item.Patch = d.operation(r, action("patch"), k, k.Kind, "patch"+name, nil)
			if !connect {
				item.Patch = d.patchBody(d.operation(r, "patch", k, k.Kind, "patch"+name, patchParameters))
			}
		case "delete":
			item.Delete = d.operation(r, action("delete"), k, "Status", "delete"+name, nil)
		}
	}
	return item
}

// operation is one verb: answer is the kind that comes back.
func (d dialect) operation(r *resources.Resource, action string, k *scheme.Kind, answer, id string, params []string) *operation {
	gvk := k.GVK()
	group := strings.ReplaceAll(strings.ReplaceAll(r.Kind.Group, ".", "_"), "-", "_")
	if group == "" {
		group = "core"
	}
	group, _, _ = strings.Cut(group, "_")
	camel := strings.ToUpper(group[:1]) + group[1:] + "V1"
	scope := ""
	if r.Kind.Namespaced && !strings.HasSuffix(id, "AllNamespaces") {
		scope = "Namespaced"
	}
	o := &operation{Tags: []string{group + "_v1"}, OperationID: verbOf(id) + camel + scope + r.Kind.Kind + restOf(id),
		Description: action + " " + k.Kind, Action: action, Kind: &gvk, Parameters: d.parameters(append(slices.Clone(params), "pretty"))}
	o.Responses = map[string]*response{"200": d.response("OK", definition(k, answer)), "401": {Description: "Unauthorized"}}
	if action == "post" {
		o.Responses["201"] = d.response("Created", definition(k, answer))
	}
	if d == v2 {
		o.Produces = []string{"application/json", "application/yaml", "application/vnd.kubernetes.protobuf"}
		o.Consumes = []string{"*/*"}
	}
	return o
}

// verbOf and restOf split an id such as replaceStatus at the verb's end.
func verbOf(id string) string { return id[:verbEnd(id)] }

func restOf(id string) string { return id[verbEnd(id):] }

func verbEnd(id string) int {
	if strings.HasPrefix(id, "deleteCollection") {
		return len("deleteCollection")
	}
	if i := strings.IndexFunc(id, func(r rune) bool { return r >= 'A' && r <= 'Z' }); i > 0 {
		return i
	}
	return len(id)
}

// definition is the name of a kind's schema, or nil when it has none.
func definition(k *scheme.Kind, kind string) *schema.Type {
	switch {
	case kind == "Status":
		return schema.For(&meta.Status{})
	case kind == k.ListKind() && k.NewList != nil:
		return schema.For(k.NewList())
	case k.New != nil:
		return schema.For(k.New())
	}
	return nil
}

func (d dialect) ref(t *schema.Type) *schema.Definition {
	if d == v2 {
		return &schema.Definition{Ref: "#/definitions/" + t.Name}
	}
	return &schema.Definition{Ref: "#/components/schemas/" + t.Name}
}

func (d dialect) response(text string, t *schema.Type) *response {
	r := &response{Description: text}
	switch {
	case t == nil:
	case d == v2:
		r.Schema = d.ref(t)
	default:
		r.Content = map[string]media{"application/json": {d.ref(t)}, "application/yaml": {d.ref(t)}, "application/vnd.kubernetes.protobuf": {d.ref(t)}}
	}
	return r
}

// body adds the object that is sent.
func (d dialect) body(o *operation, k *scheme.Kind) *operation {
	t := definition(k, k.Kind)
	if t == nil {
		return o
	}
	if d == v2 {
		o.Parameters = append([]*parameter{{Name: "body", In: "body", Required: true, Schema: d.ref(t)}}, o.Parameters...)
	} else {
		o.RequestBody = &content{map[string]media{"*/*": {d.ref(t)}}}
	}
	return o
}

// patchBody adds the patch that is sent.
func (d dialect) patchBody(o *operation) *operation {
	t := schema.ByName("io.k8s.apimachinery.pkg.apis.meta.v1.Patch")
	any := &schema.Definition{Type: "object"}
	if t != nil {
		any = d.ref(t)
	}
	types := []string{"application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml"}
	if d == v2 {
		o.Consumes = types
		o.Parameters = append([]*parameter{{Name: "body", In: "body", Required: true, Schema: any}}, o.Parameters...)
		return o
	}
	o.RequestBody = &content{map[string]media{}}
	for _, m := range types {
		o.RequestBody.Content[m] = media{any}
	}
	return o
}
