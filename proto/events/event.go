package events

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Event reports that something happened to an object. It is kept for an hour
// or so and meant for people.
type Event struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata" protobuf:"1"`
	// When it first happened.
	EventTime meta.MicroTime `json:"eventTime" protobuf:"2" required:"true"`
	// How often and until when it happened again.
	Series *EventSeries `json:"series,omitempty" protobuf:"3"`
	// The controller that reports it, such as example.com/my-controller.
	ReportingController string `json:"reportingController,omitempty" protobuf:"4"`
	// Which copy of the controller: mostly a host or pod name. At most 128
	// characters.
	ReportingInstance string `json:"reportingInstance,omitempty" protobuf:"5"`
	// What was done or failed, one word in CamelCase. At most 128 characters.
	Action string `json:"action,omitempty" protobuf:"6"`
	// Why, one word in CamelCase. At most 128 characters.
	Reason string `json:"reason,omitempty" protobuf:"7"`
	// The object it happened to.
	Regarding core.ObjectReference `json:"regarding,omitempty" protobuf:"8"`
	// A second object, when the action involves one.
	Related *core.ObjectReference `json:"related,omitempty" protobuf:"9"`
	// What happened, in words. At most 1 KiB.
	Note string `json:"note,omitempty" protobuf:"10"`
	// Normal or Warning.
	Type string `json:"type,omitempty" protobuf:"11"`
	// What core/v1 calls source.
	DeprecatedSource core.EventSource `json:"deprecatedSource,omitempty" protobuf:"12"`
	// What core/v1 calls firstTimestamp.
	DeprecatedFirstTimestamp meta.Time `json:"deprecatedFirstTimestamp,omitempty" protobuf:"13"`
	// What core/v1 calls lastTimestamp.
	DeprecatedLastTimestamp meta.Time `json:"deprecatedLastTimestamp,omitempty" protobuf:"14"`
	// What core/v1 calls count.
	DeprecatedCount int32 `json:"deprecatedCount,omitempty" protobuf:"15"`
}

// EventSeries counts the repeats of an event.
type EventSeries struct {
	// How often it happened so far. At least 2.
	Count int32 `json:"count" protobuf:"1" required:"true"`
	// When it happened last.
	LastObservedTime meta.MicroTime `json:"lastObservedTime" protobuf:"2" required:"true"`
}

// EventList is what a list of Event objects is answered with.
type EventList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []Event `json:"items" protobuf:"2" required:"true"`
}
