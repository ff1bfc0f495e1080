package table

import (
	"cmp"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/events"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func eventCells(e *core.Event, now time.Time) []any {
	first := age(e.FirstTimestamp, now)
	if e.FirstTimestamp.IsZero() {
		first = age(meta.Time(e.EventTime), now)
	}
	last, count := age(e.LastTimestamp, now), int64(e.Count)
	switch {
	case e.Series != nil:
		last, count = age(meta.Time(e.Series.LastObservedTime), now), int64(e.Series.Count)
	case e.LastTimestamp.IsZero():
		last = first
	}
	if count == 0 && e.Series == nil {
		count = 1
	}
	source := cmp.Or(e.Source.Component, e.ReportingController)
	if instance := cmp.Or(e.Source.Host, e.ReportingInstance); instance != "" {
		source += ", " + instance
	}
	return []any{last, e.Type, e.Reason, object(&e.InvolvedObject), e.InvolvedObject.FieldPath, source,
		strings.TrimSpace(e.Message), first, count, e.Name}
}

// object is kind/name with the kind in lower case, or the kind alone.
func object(r *core.ObjectReference) string {
	if r.Name == "" {
		return strings.ToLower(r.Kind)
	}
	return strings.ToLower(r.Kind) + "/" + r.Name
}

func newEventCells(e *events.Event, now time.Time) []any {
	c := &core.Event{ObjectMeta: e.ObjectMeta, InvolvedObject: e.Regarding, Reason: e.Reason, Message: e.Note, Source: e.DeprecatedSource,
		FirstTimestamp: e.DeprecatedFirstTimestamp, LastTimestamp: e.DeprecatedLastTimestamp, Count: e.DeprecatedCount, Type: e.Type,
		EventTime: e.EventTime, ReportingController: e.ReportingController, ReportingInstance: e.ReportingInstance}
	if e.Series != nil {
		c.Series = &core.EventSeries{Count: e.Series.Count, LastObservedTime: e.Series.LastObservedTime}
	}
	return eventCells(c, now)
}
