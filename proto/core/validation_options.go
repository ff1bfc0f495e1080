package core

import "github.com/pilothouse/pilothouse/proto/field"

// ValidatePodLogOptions checks the parameters of a request for logs.
func ValidatePodLogOptions(o *PodLogOptions) field.ErrorList {
	var r field.Report
	if o.TailLines != nil {
		r.NonNegative(field.New("tailLines"), *o.TailLines)
	}
	if o.LimitBytes != nil && *o.LimitBytes < 1 {
		r.Invalid(field.New("limitBytes"), *o.LimitBytes, "must be greater than 0")
	}
	if o.SinceSeconds != nil && o.SinceTime != nil {
		r.Forbidden(field.New(""), "at most one of `sinceTime` or `sinceSeconds` may be specified")
	} else if o.SinceSeconds != nil && *o.SinceSeconds < 1 {
		r.Invalid(field.New("sinceSeconds"), *o.SinceSeconds, "must be greater than 0")
	}
	if o.Stream != nil {
		field.OneOf(&r, field.New("stream"), *o.Stream, LogStreamAll, LogStreamStderr, LogStreamStdout)
		if *o.Stream != LogStreamAll && o.TailLines != nil {
			r.Forbidden(field.New(""), "`tailLines` and specific `stream` are mutually exclusive for now")
		}
	}
	return r.Errors
}
