package openapi

import (
	"strings"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/schema"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// Path is what can be done at one path.
type Path struct {
	Get        *Operation  `json:"get,omitempty"`
	Put        *Operation  `json:"put,omitempty"`
	Post       *Operation  `json:"post,omitempty"`
	Delete     *Operation  `json:"delete,omitempty"`
	Patch      *Operation  `json:"patch,omitempty"`
	Head       *Operation  `json:"head,omitempty"`
	Options    *Operation  `json:"options,omitempty"`
	Parameters []Parameter `json:"parameters,omitempty"`
}

// Operation is one method at one path.
type Operation struct {
	Description string                 `json:"description,omitempty"`
	ID          string                 `json:"operationId,omitempty"`
	Tags        []string               `json:"tags,omitempty"`
	Consumes    []string               `json:"consumes,omitempty"`
	Produces    []string               `json:"produces,omitempty"`
	Parameters  []Parameter            `json:"parameters,omitempty"`
	Body        *Body                  `json:"requestBody,omitempty"`
	Responses   map[string]*Response   `json:"responses"`
	Action      string                 `json:"x-kubernetes-action,omitempty"`
	Kind        *meta.GroupVersionKind `json:"x-kubernetes-group-version-kind,omitempty"`
}

// Body is a request's body in version 3.
type Body struct {
	Required bool             `json:"required,omitempty"`
	Content  map[string]Media `json:"content"`
}

// Media is the type of a body in one media type.
type Media struct {
	Schema *schema.Definition `json:"schema"`
}

// Response is an answer: Schema in version 2, Content in version 3.
type Response struct {
	Description string             `json:"description"`
	Schema      *schema.Definition `json:"schema,omitempty"`
	Content     map[string]Media   `json:"content,omitempty"`
}

var (
	mediaTypes  = []string{"application/json", "application/vnd.kubernetes.protobuf", "application/yaml"}
	streamTypes = append(mediaTypes[:3:3], "application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch")
	patchTypes  = []string{"application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml"}
)

// builder makes operations for one version of OpenAPI.
type builder struct{ v3 bool }

// add adds the paths of a resource.
func (b builder) add(paths map[string]*Path, r *Resource) {
	k := r.Kind
	base, scope := root(k), ""
	collection := base + "/" + k.Resource
	if k.Namespaced {
		scope = "Namespaced"
		if can(r.Verbs, "list") {
			paths[collection] = &Path{Get: b.list(k, name("list", k, "", k.Kind+"ForAllNamespaces")), Parameters: b.params(pretty)}
		}
		collection = base + "/namespaces/{namespace}/" + k.Resource
	}
	var place []parameter
	if k.Namespaced {
		place = append(place, namespaceParam)
	}
	paths[collection] = b.collection(r, scope, place)
	object := collection + "/{name}"
	if k.Group == "" && k.Kind == "Namespace" {
		place = nil
	}
	place = append([]parameter{nameParam}, place...)
	if p := b.object(k, r.Verbs, scope, "", place); p != nil {
		paths[object] = p
	}
	for _, s := range r.Subresources {
		b.subresource(paths, object, k, s, scope, place)
	}
}

// collection is the path of all objects of a namespace or the cluster.
func (b builder) collection(r *Resource, scope string, place []parameter) *Path {
	k := r.Kind
	p := &Path{Parameters: b.params(append(place[:len(place):len(place)], pretty)...)}
	if can(r.Verbs, "list") {
		p.Get = b.list(k, name("list", k, scope, k.Kind))
	}
	if can(r.Verbs, "create") {
		p.Post = b.operation("post", "Create one.", name("create", k, scope, k.Kind), k, k, writeParams)
		b.body(p.Post, ref(k, b), mediaTypes)
	}
	if can(r.Verbs, "deletecollection") {
		p.Delete = b.operation("deletecollection", "Delete all that the selectors match.", name("delete", k, "Collection"+scope, k.Kind), k, nil, append(listParams[:len(listParams):len(listParams)], deleteParams...))
		b.body(p.Delete, b.ref("io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions"), mediaTypes)
	}
	return p
}

// object is the path of one object or, with a suffix, of a part of it.
func (b builder) object(k *scheme.Kind, verbs []string, scope, suffix string, place []parameter) *Path {
	p := &Path{Parameters: b.params(append(place[:len(place):len(place)], pretty)...)}
	kind := k.Kind + suffix
	if can(verbs, "get") {
		p.Get = b.operation("get", "Read one.", name("read", k, scope, kind), k, k, nil)
	}
	if can(verbs, "update") {
		p.Put = b.operation("put", "Replace one.", name("replace", k, scope, kind), k, k, writeParams)
		b.body(p.Put, ref(k, b), mediaTypes)
	}
	if can(verbs, "patch") {
		types := patchTypes
		if schema.For(k.New()) == nil {
			types = []string{patchTypes[0], patchTypes[1], patchTypes[3]} // there is no strategic merge of custom resources
		}
		p.Patch = b.operation("patch", "Change parts of one.", name("patch", k, scope, kind), k, k, patchParams)
		b.body(p.Patch, b.ref("io.k8s.apimachinery.pkg.apis.meta.v1.Patch"), types)
	}
	if can(verbs, "delete") {
		p.Delete = b.operation("delete", "Delete one.", name("delete", k, scope, kind), k, nil, deleteParams)
		b.body(p.Delete, b.ref("io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions"), mediaTypes)
	}
	if p.Get == nil && p.Put == nil && p.Patch == nil && p.Delete == nil {
		return nil
	}
	return p
}

// subresource adds the path of a subresource.
func (b builder) subresource(paths map[string]*Path, object string, k *scheme.Kind, s Subresource, scope string, place []parameter) {
	suffix := strings.ToUpper(s.Name[:1]) + s.Name[1:]
	sent := s.Kind
	if sent == nil {
		sent = k
	}
	options := schema.ByGoName("core." + sent.Kind)
	if strings.HasSuffix(sent.Kind, "Options") && options != nil {
		paths[object+"/"+s.Name] = b.connect(k, sent, options, scope, suffix, place)
		if s.Name == "proxy" {
			place = append(place[:len(place):len(place)], parameter{"path", "path", "string", "The path to ask for."})
			paths[object+"/proxy/{path}"] = b.connect(k, sent, options, scope, suffix+"WithPath", place)
		}
		return
	}
	p := b.object(sent, s.Verbs, scope, "", place)
	if p == nil {
		p = &Path{Parameters: b.params(append(place[:len(place):len(place)], pretty)...)}
	}
	for verb, op := range map[string]*Operation{"read": p.Get, "replace": p.Put, "patch": p.Patch, "delete": p.Delete} {
		if op != nil {
			op.ID = name(verb, k, scope, k.Kind+suffix)
		}
	}
	if can(s.Verbs, "create") {
		p.Post = b.operation("post", "Send one.", name("create", k, scope, k.Kind+suffix), sent, sent, writeParams)
		b.body(p.Post, ref(sent, b), mediaTypes)
	}
	if s.Name == "log" {
		p.Get = b.operation("get", "Read the log.", name("read", k, scope, k.Kind+suffix), k, nil, optionParams("core.PodLogOptions"))
		p.Get.Responses["200"] = b.answer(&schema.Definition{Type: "string"}, []string{"text/plain"})
		p.Get.Produces = nil
	}
	paths[object+"/"+s.Name] = p
}

// connect is a path that opens a stream, such as exec, or hands requests on,
// as proxy does with all methods.
func (b builder) connect(k, sent *scheme.Kind, options *schema.Type, scope, suffix string, place []parameter) *Path {
	p := &Path{Parameters: b.params(append(place[:len(place):len(place)], optionParams(options.GoName)...)...)}
	op := func(method string) *Operation {
		o := b.operation("connect", "Open a stream.", name("connect", k, method+scope, k.Kind+suffix), sent, nil, nil)
		o.Responses["200"] = b.answer(&schema.Definition{Type: "string"}, []string{"*/*"})
		return o
	}
	p.Get, p.Post = op("Get"), op("Post")
	if strings.HasPrefix(suffix, "Proxy") {
		p.Put, p.Patch, p.Delete, p.Head, p.Options = op("Put"), op("Patch"), op("Delete"), op("Head"), op("Options")
	}
	return p
}

func (b builder) list(k *scheme.Kind, id string) *Operation {
	o := b.operation("list", "List all, or watch them change.", id, k, nil, listParams)
	o.Responses["200"] = b.answer(listRef(k, b), streamTypes)
	if !b.v3 {
		o.Produces = streamTypes
	}
	return o
}

// operation is an operation on a kind that answers with answer, or with a
// Status when that is nil.
func (b builder) operation(action, text, id string, k, answer *scheme.Kind, params []parameter) *Operation {
	def := b.ref("io.k8s.apimachinery.pkg.apis.meta.v1.Status")
	if answer != nil {
		def = ref(answer, b)
	}
	o := &Operation{Description: text, ID: id, Action: action, Kind: gvk(k), Parameters: b.params(params...),
		Tags:      []string{strings.ToLower(group(k)) + "_" + k.Version},
		Responses: map[string]*Response{"200": b.answer(def, mediaTypes), "401": {Description: "Unauthorized"}}}
	if !b.v3 {
		o.Produces = mediaTypes
	}
	return o
}

func (b builder) answer(def *schema.Definition, types []string) *Response {
	if !b.v3 {
		return &Response{Description: "OK", Schema: def}
	}
	return &Response{Description: "OK", Content: content(def, types)}
}

// body says what an operation is sent.
func (b builder) body(o *Operation, def *schema.Definition, types []string) {
	if b.v3 {
		o.Body = &Body{Required: o.Action != "delete" && o.Action != "deletecollection", Content: content(def, types)}
		return
	}
	o.Consumes = types
	o.Parameters = append([]Parameter{{Name: "body", In: "body", Required: o.Action != "delete" && o.Action != "deletecollection", Schema: def}}, o.Parameters...)
}

func content(def *schema.Definition, types []string) map[string]Media {
	m := map[string]Media{}
	for _, t := range types {
		m[t] = Media{def}
	}
	return m
}

// ref is a reference to a type by its name.
func (b builder) ref(name string) *schema.Definition {
	if b.v3 {
		return &schema.Definition{Ref: "#/components/schemas/" + name}
	}
	return &schema.Definition{Ref: "#/definitions/" + name}
}

func ref(k *scheme.Kind, b builder) *schema.Definition {
	if k.New == nil {
		return &schema.Definition{Type: "object"}
	}
	if t := schema.For(k.New()); t != nil {
		return b.ref(t.Name)
	}
	return b.ref(schema.CustomName(k))
}

func listRef(k *scheme.Kind, b builder) *schema.Definition {
	if k.NewList == nil {
		return &schema.Definition{Type: "object"}
	}
	if t := schema.For(k.NewList()); t != nil {
		return b.ref(t.Name)
	}
	return b.ref(strings.TrimSuffix(schema.CustomName(k), k.Kind) + k.ListKind())
}

// name is an operation's id: listCoreV1NamespacedPod.
func name(verb string, k *scheme.Kind, scope, kind string) string {
	return verb + group(k) + strings.ToUpper(k.Version[:1]) + k.Version[1:] + scope + kind
}

// group is a group's name inside ids.
func group(k *scheme.Kind) string {
	if k.Group == "" {
		return "Core"
	}
	first, _, _ := strings.Cut(k.Group, ".")
	return strings.ToUpper(first[:1]) + first[1:]
}
