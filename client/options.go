package client

import (
	"net/url"
	"strconv"

	"github.com/pilothouse/pilothouse/proto/meta"
)

// Option changes one request.
type Option func(*options)

// options is what the Options of a request add up to.
type options struct {
	subresource string
	query       url.Values
	delete      meta.DeleteOptions
}

func apply(opts []Option) *options {
	o := &options{query: url.Values{}}
	for _, opt := range opts {
		opt(o)
	}
	return o
}

// Subresource sends the request to a part of the object, such as "status".
func Subresource(name string) Option { return func(o *options) { o.subresource = name } }

// DryRun goes all the way but stores nothing.
func DryRun() Option {
	return func(o *options) {
		o.query.Set("dryRun", "All")
		o.delete.DryRun = []string{"All"}
	}
}

// FieldManager names who changes the object, for its managedFields.
func FieldManager(name string) Option {
	return func(o *options) { o.query.Set("fieldManager", name) }
}

// FieldValidation says what becomes of unknown fields: Ignore, Warn or Strict.
func FieldValidation(mode string) Option {
	return func(o *options) { o.query.Set("fieldValidation", mode) }
}

// Force lets an apply take fields from other managers.
func Force() Option { return func(o *options) { o.query.Set("force", "true") } }

// Preconditions make a delete fail with a conflict unless the object has this
// UID and this resource version; empty ones do not count.
func Preconditions(uid meta.UID, resourceVersion string) Option {
	return func(o *options) {
		p := &meta.Preconditions{}
		if uid != "" {
			p.UID = &uid
		}
		if resourceVersion != "" {
			p.ResourceVersion = &resourceVersion
		}
		o.delete.Preconditions = p
	}
}

// GracePeriod is how many seconds a deleted pod gets to end; 0 removes the
// object at once.
func GracePeriod(seconds int64) Option {
	return func(o *options) { o.delete.GracePeriodSeconds = &seconds }
}

// Propagation says what becomes of an object's dependents when it is deleted.
func Propagation(p meta.DeletionPropagation) Option {
	return func(o *options) { o.delete.PropagationPolicy = &p }
}

// ListOptions choose what a list or watch is about.
type ListOptions struct {
	LabelSelector, FieldSelector string
	// Limit is the size of a page and Continue the token of the next one.
	Limit    int64
	Continue string
	// ResourceVersion is where to begin a watch, or how fresh a list must be;
	// ResourceVersionMatch says how to read it.
	ResourceVersion      string
	ResourceVersionMatch string
	// TimeoutSeconds ends a watch at the server; 0 leaves it to the server.
	TimeoutSeconds int64
	// AllowWatchBookmarks asks for events that only tell how far the watch is.
	AllowWatchBookmarks bool
	// SendInitialEvents makes a watch begin with what there is.
	SendInitialEvents bool
}

// query is o as the API's parameters.
func (o ListOptions) query() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("labelSelector", o.LabelSelector)
	set("fieldSelector", o.FieldSelector)
	set("continue", o.Continue)
	set("resourceVersion", o.ResourceVersion)
	set("resourceVersionMatch", o.ResourceVersionMatch)
	if o.Limit > 0 {
		q.Set("limit", strconv.FormatInt(o.Limit, 10))
	}
	if o.TimeoutSeconds > 0 {
		q.Set("timeoutSeconds", strconv.FormatInt(o.TimeoutSeconds, 10))
	}
	if o.AllowWatchBookmarks {
		q.Set("allowWatchBookmarks", "true")
	}
	if o.SendInitialEvents {
		q.Set("sendInitialEvents", "true")
	}
	return q
}
