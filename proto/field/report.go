package field

import "slices"

// Report collects what validation finds wrong, so that checks read as one line
// each. The zero value is ready.
type Report struct {
	// Errors is everything found so far.
	Errors ErrorList
}

// Add takes errors in; nil ones are left out.
func (r *Report) Add(errs ...*Error) {
	for _, e := range errs {
		if e != nil {
			r.Errors = append(r.Errors, e)
		}
	}
}

// Required reports a missing value.
func (r *Report) Required(p *Path, detail string) { r.Add(Required(p, detail)) }

// Invalid reports a malformed value.
func (r *Report) Invalid(p *Path, value any, detail string) { r.Add(Invalid(p, value, detail)) }

// Forbidden reports a field that may not be set so.
func (r *Report) Forbidden(p *Path, detail string) { r.Add(Forbidden(p, detail)) }

// Duplicate reports a value that occurs twice.
func (r *Report) Duplicate(p *Path, value any) { r.Add(Duplicate(p, value)) }

// NotFound reports a value that names nothing.
func (r *Report) NotFound(p *Path, value any) { r.Add(NotFound(p, value)) }

// Each reports every message about value, as the name checks return them.
func (r *Report) Each(p *Path, value any, messages []string) {
	for _, m := range messages {
		r.Invalid(p, value, m)
	}
}

// NonNegative reports a number below zero.
func (r *Report) NonNegative(p *Path, n int64) {
	if n < 0 {
		r.Invalid(p, n, "must be greater than or equal to 0")
	}
}

// OneOf reports a value outside allowed; an empty value is reported as
// missing.
func OneOf[T ~string](r *Report, p *Path, value T, allowed ...T) {
	switch {
	case slices.Contains(allowed, value):
	case value == "":
		r.Required(p, "")
	default:
		r.Add(NotSupported(p, value, allowed))
	}
}

// Known reports a value outside allowed, an empty one too.
func Known[T ~string](r *Report, p *Path, value T, allowed ...T) {
	if !slices.Contains(allowed, value) {
		r.Add(NotSupported(p, value, allowed))
	}
}
