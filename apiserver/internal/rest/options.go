package rest

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// queryBool reads a parameter that is yes or no: present without a value, or
// with any other than "0" and "false", it is yes.
func queryBool(q url.Values, name string) bool {
	v, ok := q[name]
	return ok && (v[0] == "" || v[0] != "0" && !strings.EqualFold(v[0], "false"))
}

// queryInt reads a number; nil when the parameter is not there.
func queryInt(q url.Values, name string) (*int64, error) {
	v, ok := q[name]
	if !ok {
		return nil, nil
	}
	n, err := strconv.ParseInt(v[0], 10, 64)
	if e, ok := err.(*strconv.NumError); ok {
		return nil, status.BadRequest("strconv.ParseInt: parsing %q: %v", v[0], e.Err)
	}
	return &n, nil
}

// readListOptions reads the parameters of a list, a watch or a collection's
// deletion, and refuses those that make no sense together. A watch that names
// no version gets the objects that there are first, as if it had asked for
// them.
func (c *call) readListOptions(watch bool) (*meta.ListOptions, error) {
	q := c.query
	o := &meta.ListOptions{
		Watch:                watch,
		AllowWatchBookmarks:  queryBool(q, "allowWatchBookmarks"),
		ResourceVersion:      q.Get("resourceVersion"),
		ResourceVersionMatch: meta.ResourceVersionMatch(q.Get("resourceVersionMatch")),
		Continue:             q.Get("continue"),
	}
	limit, err := queryInt(q, "limit")
	if err != nil {
		return nil, err
	}
	if limit != nil {
		o.Limit = max(*limit, 0)
	}
	if o.TimeoutSeconds, err = queryInt(q, "timeoutSeconds"); err != nil {
		return nil, err
	}
	if q.Has("sendInitialEvents") {
		send := queryBool(q, "sendInitialEvents")
		o.SendInitialEvents = &send
	}
	if watch && o.SendInitialEvents == nil && o.ResourceVersionMatch == "" && (o.ResourceVersion == "" || o.ResourceVersion == "0") {
		send := true
		o.SendInitialEvents, o.ResourceVersionMatch = &send, meta.ResourceVersionMatchNotOlderThan
	}
	if errs := meta.ValidateListOptions(o); len(errs) > 0 {
		return nil, status.Invalid("meta.k8s.io", "ListOptions", "", errs)
	}
	if exact := o.Limit > 0 || o.ResourceVersionMatch == meta.ResourceVersionMatchExact; exact && !watch {
		if _, err := cache.ParseRevision(o.ResourceVersion); err != nil {
			return nil, badRevision(err)
		}
	}
	return o, nil
}

// badRevision refuses a version that is none. Only those who read from the cache
// are told in other words.
func badRevision(err error) error { return status.BadRequest("invalid resource version: %v", err) }

// selection reads the selectors of the query.
func (c *call) selection() (selector.Labels, selector.Fields, error) {
	labels, err := selector.ParseLabels(c.query.Get("labelSelector"))
	if err != nil {
		return labels, selector.Fields{}, status.BadRequest("%v", err)
	}
	fields, err := selector.ParseFields(c.query.Get("fieldSelector"))
	if err != nil {
		return labels, fields, status.BadRequest("%v", err)
	}
	for _, r := range fields.Requirements() {
		if !c.offersField(&r) {
			return labels, fields, c.unsupportedField(r.Field)
		}
	}
	if c.res.FieldNames != nil {
		fields = fields.Rename(c.res.FieldNames)
	}
	if v := c.res.View; v != nil && v.Field != nil {
		c.late, fields = fields.Split(func(name string) bool { return slices.Contains(c.res.Selectable, name) })
	}
	return labels, fields, nil
}

// offersField says whether the resource may offer the field of a condition; what
// is stored has the last word.
func (c *call) offersField(r *selector.FieldRequirement) bool {
	switch {
	case r.Field == "" && r.Value == "", r.Field == "metadata.name":
		return true
	case r.Field == "metadata.namespace":
		return c.res.Kind.Namespaced || !c.res.Custom
	case c.res.FieldNames != nil:
		return c.res.FieldNames[r.Field] != ""
	}
	return c.res.Selectable == nil || slices.Contains(c.res.Selectable, r.Field)
}

// listOptions are those of a list in the words of the cache.
func (c *call) listOptions() (cache.ListOptions, error) {
	p, err := c.readListOptions(false)
	if err != nil {
		return cache.ListOptions{}, err
	}
	o := cache.ListOptions{
		Namespace:       c.namespace(),
		Limit:           p.Limit,
		Continue:        p.Continue,
		ResourceVersion: p.ResourceVersion,
		Match:           string(p.ResourceVersionMatch),
	}
	o.Labels, o.Fields, err = c.selection()
	return o, err
}

// unsupportedField refuses a selector that asks for a field which the resource
// does not offer. Kinds that declare fields of their own say so in other words
// than those that do not.
func (c *call) unsupportedField(name string) error {
	switch {
	case c.res.Kind.Kind == "Job":
		return status.BadRequest("field label %q not supported for Job", name)
	case c.res.Kind.Kind == "ReplicaSet": // has one, and speaks as if it had none
	case c.res.Custom || c.res.table != nil && len(c.res.table.Resource().Fields) > 0:
		return status.BadRequest("field label not supported: %s", name)
	}
	return status.BadRequest("%q is not a known field selector: only \"metadata.name\", \"metadata.namespace\"", name)
}
