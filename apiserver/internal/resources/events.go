package resources

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/events"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// eventsResources are those of events.k8s.io: a second view of the core
// group's events.
func eventsResources() []*Resource {
	r := Resource{Kind: named("events.k8s.io/v1", "Event"), Fields: eventFields, FieldNames: eventFieldNames, TTL: eventTTL, CreateOnUpdate: true}
	view := kind[*events.Event]{events.SetEventDefaults, nil, nil, events.ValidateEvent, events.ValidateEventUpdate}.on(r)
	view.View = &View{
		Stored: storedEvents(),
		In:     func(o meta.Object) meta.Object { return toCore(o.(*events.Event)) },
		Out:    func(o meta.Object) meta.Object { return fromCore(o.(*core.Event)) },
	}
	return []*Resource{view}
}

// eventFieldNames are the fields that events.k8s.io selects by, as the core
// group names them.
var eventFieldNames = map[string]string{
	"regarding.kind":            "involvedObject.kind",
	"regarding.namespace":       "involvedObject.namespace",
	"regarding.name":            "involvedObject.name",
	"regarding.uid":             "involvedObject.uid",
	"regarding.apiVersion":      "involvedObject.apiVersion",
	"regarding.resourceVersion": "involvedObject.resourceVersion",
	"regarding.fieldPath":       "involvedObject.fieldPath",
	"reason":                    "reason",
	"reportingController":       "reportingComponent",
	"type":                      "type",
}

// storedEvents names where events are stored; the core group's entry has the
// rest.
func storedEvents() *Resource {
	return &Resource{Kind: named("v1", "Event"), Prefix: "/registry/events/"}
}

func toCore(e *events.Event) *core.Event {
	c := &core.Event{
		TypeMeta:            meta.TypeMeta{Kind: "Event", APIVersion: "v1"},
		ObjectMeta:          e.ObjectMeta,
		InvolvedObject:      e.Regarding,
		Reason:              e.Reason,
		Message:             e.Note,
		Source:              e.DeprecatedSource,
		FirstTimestamp:      e.DeprecatedFirstTimestamp,
		LastTimestamp:       e.DeprecatedLastTimestamp,
		Count:               e.DeprecatedCount,
		Type:                e.Type,
		EventTime:           e.EventTime,
		Action:              e.Action,
		Related:             e.Related,
		ReportingController: e.ReportingController,
		ReportingInstance:   e.ReportingInstance,
	}
	if e.Series != nil {
		c.Series = &core.EventSeries{Count: e.Series.Count, LastObservedTime: e.Series.LastObservedTime}
	}
	return c
}

func fromCore(c *core.Event) *events.Event {
	e := &events.Event{
		TypeMeta:                 meta.TypeMeta{Kind: "Event", APIVersion: "events.k8s.io/v1"},
		ObjectMeta:               c.ObjectMeta,
		EventTime:                c.EventTime,
		ReportingController:      c.ReportingController,
		ReportingInstance:        c.ReportingInstance,
		Action:                   c.Action,
		Reason:                   c.Reason,
		Regarding:                c.InvolvedObject,
		Related:                  c.Related,
		Note:                     c.Message,
		Type:                     c.Type,
		DeprecatedSource:         c.Source,
		DeprecatedFirstTimestamp: c.FirstTimestamp,
		DeprecatedLastTimestamp:  c.LastTimestamp,
		DeprecatedCount:          c.Count,
	}
	if c.Series != nil {
		e.Series = &events.EventSeries{Count: c.Series.Count, LastObservedTime: c.Series.LastObservedTime}
	}
	return e
}
