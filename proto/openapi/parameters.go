package openapi

import "github.com/pilothouse/pilothouse/proto/schema"

// Parameter is a parameter of a path or an operation. Version 2 has the type
// beside the name, version 3 in the schema.
type Parameter struct {
	Name        string             `json:"name"`
	In          string             `json:"in"`
	Description string             `json:"description,omitempty"`
	Required    bool               `json:"required,omitempty"`
	Type        string             `json:"type,omitempty"`
	UniqueItems bool               `json:"uniqueItems,omitempty"`
	Schema      *schema.Definition `json:"schema,omitempty"`
}

// parameter is a parameter before it is written in either version.
type parameter struct{ name, in, typ, text string }

var (
	nameParam      = parameter{"name", "path", "string", "The object's name."}
	namespaceParam = parameter{"namespace", "path", "string", "The namespace of the objects."}
	pretty         = parameter{"pretty", "query", "string", "With true the answer is indented."}
)

var listParams = []parameter{
	{"allowWatchBookmarks", "query", "boolean", "Send a bookmark now and then, so that a watch can resume from a recent version."},
	{"continue", "query", "string", "Where the last list stopped, as its metadata told."},
	{"fieldSelector", "query", "string", "List only objects whose fields match."},
	{"labelSelector", "query", "string", "List only objects whose labels match."},
	{"limit", "query", "integer", "The most objects to answer with; the rest is told of by continue."},
	{"resourceVersion", "query", "string", "The version that the answer must at least have, or that a watch begins after."},
	{"resourceVersionMatch", "query", "string", "How resourceVersion counts: NotOlderThan or Exact."},
	{"sendInitialEvents", "query", "boolean", "Begin a watch with all objects there are, and tell their end by a bookmark."},
	{"timeoutSeconds", "query", "integer", "How long a list or a watch may take."},
	{"watch", "query", "boolean", "Follow the changes instead of listing."},
}

var writeParams = []parameter{
	{"dryRun", "query", "string", "With All nothing is stored."},
	{"fieldManager", "query", "string", "The name under which the change is noted."},
	{"fieldValidation", "query", "string", "What happens to unknown and repeated fields: Ignore, Warn or Strict."},
}

var patchParams = append(writeParams[:len(writeParams):len(writeParams)],
	parameter{"force", "query", "boolean", "Take over fields that others have applied."})

var deleteParams = []parameter{
	{"dryRun", "query", "string", "With All nothing is deleted."},
	{"gracePeriodSeconds", "query", "integer", "How long the object has to end; 0 is at once."},
	{"orphanDependents", "query", "boolean", "Deprecated: use propagationPolicy."},
	{"propagationPolicy", "query", "string", "What becomes of the objects that this one owns: Orphan, Background or Foreground."},
}

// optionParams are the fields of an options struct, each a parameter.
func optionParams(goName string) (params []parameter) {
	for _, f := range schema.ByGoName(goName).Fields {
		if f.Name == "kind" || f.Name == "apiVersion" {
			continue
		}
		typ := "string"
		switch f.Type.Kind {
		case schema.Integer:
			typ = "integer"
		case schema.Boolean:
			typ = "boolean"
		}
		params = append(params, parameter{f.Name, "query", typ, f.Doc})
	}
	return params
}

// params writes parameters in the builder's version.
func (b builder) params(params ...parameter) (out []Parameter) {
	for _, p := range params {
		o := Parameter{Name: p.name, In: p.in, Description: p.text, Required: p.in == "path"}
		if b.v3 {
			o.Schema = &schema.Definition{Type: p.typ, UniqueItems: true}
		} else {
			o.Type, o.UniqueItems = p.typ, true
		}
		out = append(out, o)
	}
	return out
}
