package events

import (
	"fmt"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Limits of the texts of an event, in bytes.
const (
	maxName = 128
	maxNote = 1024
)

// ValidateEvent checks an event that is created through this group, which asks
// for more than core/v1 does.
func ValidateEvent(e *Event) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &e.ObjectMeta, meta.Namespaced, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkEvent(&r, e)
	checkSeries(&r, e)
	if e.EventTime.IsZero() {
		r.Required(field.New("eventTime"), "")
	}
	if e.Type != core.EventTypeNormal && e.Type != core.EventTypeWarning {
		r.Invalid(field.New("type"), "", fmt.Sprintf("has invalid value: %s", e.Type))
	}
	unset := func(name string, zero bool) {
		if !zero {
			r.Invalid(field.New(name), "", "needs to be unset")
		}
	}
	unset("firstTimestamp", e.DeprecatedFirstTimestamp.IsZero())
	unset("lastTimestamp", e.DeprecatedLastTimestamp.IsZero())
	unset("count", e.DeprecatedCount == 0)
	unset("source", e.DeprecatedSource == (core.EventSource{}))
	return r.Errors
}

// ValidateEventUpdate checks a change: only the series, which counts repeats,
// may change.
func ValidateEventUpdate(e, old *Event) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &e.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	checkEvent(&r, e)
	if !meta.Equal(e.Series, old.Series) {
		checkSeries(&r, e)
	}
	for _, f := range []struct {
		name       string
		value, was any
	}{
		{"involvedObject", e.Regarding, old.Regarding},
		{"reason", e.Reason, old.Reason},
		{"reason", e.Reason, old.Reason}, // told twice
		{"message", e.Note, old.Note},
		{"source", e.DeprecatedSource, old.DeprecatedSource},
		{"firstTimestamp", e.DeprecatedFirstTimestamp, old.DeprecatedFirstTimestamp},
		{"lastTimestamp", e.DeprecatedLastTimestamp, old.DeprecatedLastTimestamp},
		{"count", e.DeprecatedCount, old.DeprecatedCount},
		{"type", e.Type, old.Type},
		{"eventTime", e.EventTime, old.EventTime},
		{"action", e.Action, old.Action},
		{"related", e.Related, old.Related},
		{"reportingController", e.ReportingController, old.ReportingController},
		{"reportingInstance", e.ReportingInstance, old.ReportingInstance},
	} {
		meta.ValidateImmutable(&r, f.value, f.was, field.New(f.name))
	}
	return r.Errors
}

func checkEvent(r *field.Report, e *Event) {
	if about := e.Regarding.Namespace; about == "" && e.Namespace != core.NamespaceDefault && e.Namespace != core.NamespaceSystem {
		r.Invalid(field.New("involvedObject", "namespace"), about, "does not match event.namespace")
	}
	if e.ReportingController == "" {
		r.Required(field.New("reportingController"), "")
	}
	r.Each(field.New("reportingController"), e.ReportingController, meta.IsQualifiedName(e.ReportingController))
	for _, f := range []struct{ name, value string }{
		{"reportingInstance", e.ReportingInstance}, {"action", e.Action}, {"reason", e.Reason},
	} {
		if f.value == "" {
			r.Required(field.New(f.name), "")
		}
		checkLength(r, f.value, maxName, field.New(f.name))
	}
	checkLength(r, e.Note, maxNote, field.New("message"))
}

func checkLength(r *field.Report, s string, limit int, p *field.Path) {
	if len(s) > limit {
		r.Invalid(p, "", fmt.Sprintf("can have at most %d characters", limit))
	}
}

func checkSeries(r *field.Report, e *Event) {
	if e.Series == nil {
		return
	}
	if e.Series.Count < 2 {
		r.Invalid(field.New("series.count"), "", "should be at least 2")
	}
	if e.Series.LastObservedTime.IsZero() {
		r.Required(field.New("series.lastObservedTime"), "")
	}
}
