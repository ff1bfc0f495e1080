package core

import (
	"fmt"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

const eventNameMaxLength = 128

// ValidateEvent checks an event. Its name only has to fit into a path: it
// begins with the name of its object, which may be of any kind. Old recorders set only the first and last
// timestamps and little is asked of them; an event with an eventTime comes
// from a new one, which must say who reports what.
func ValidateEvent(e *Event) field.ErrorList {
	var r field.Report
	meta.ValidatePlainMeta(&r, &e.ObjectMeta, meta.Namespaced, meta.IsPathSegment, metadataPath)
	checkEvent(&r, e)
	return r.Errors
}

// ValidateEventUpdate checks a change, which recorders make to count repeats.
func ValidateEventUpdate(e, old *Event) field.ErrorList {
	var r field.Report
	meta.ValidatePlainMetaUpdate(&r, &e.ObjectMeta, &old.ObjectMeta, metadataPath)
	checkEvent(&r, e)
	return r.Errors
}

func checkEvent(r *field.Report, e *Event) {
	about := e.InvolvedObject.Namespace
	p := field.New("involvedObject", "namespace")
	const mismatch = "does not match event.namespace"
	switch {
	case about == "" && (e.Namespace == "" || e.Namespace == NamespaceDefault):
	case about == "" && !e.EventTime.IsZero() && e.Namespace == NamespaceSystem:
	case about == "":
		r.Invalid(p, about, mismatch)
	case about != e.Namespace && e.EventTime.IsZero():
		r.Invalid(p, about, mismatch)
	}
	if !e.EventTime.IsZero() {
		checkReporter(r, e)
	}
}

func checkReporter(r *field.Report, e *Event) {
	if e.ReportingController == "" {
		r.Required(field.New("reportingComponent"), "")
	}
	r.Each(field.New("reportingComponent"), e.ReportingController, meta.IsQualifiedName(e.ReportingController))
	for _, f := range []struct{ name, value string }{
		{"reportingInstance", e.ReportingInstance}, {"action", e.Action}, {"reason", e.Reason},
	} {
		if f.value == "" {
			r.Required(field.New(f.name), "")
		}
		checkLength(r, f.value, eventNameMaxLength, field.New(f.name))
	}
	checkLength(r, e.Message, maxMessageSize, field.New("message"))
}

func checkLength(r *field.Report, s string, limit int, p *field.Path) {
	if len(s) > limit {
		r.Invalid(p, "", fmt.Sprintf("can have at most %d characters", limit))
	}
}
