package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Event reports that something happened to an object. It is kept for an hour
// or so and meant for people.
type Event struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata" protobuf:"1" required:"true"`
	// The object it happened to.
	InvolvedObject ObjectReference `json:"involvedObject" protobuf:"2" required:"true"`
	// Why, one word in CamelCase.
	Reason string `json:"reason,omitempty" protobuf:"3"`
	// What happened, in words.
	Message string `json:"message,omitempty" protobuf:"4"`
	// Who reports it.
	Source EventSource `json:"source,omitempty" protobuf:"5"`
	// When it first happened.
	FirstTimestamp meta.Time `json:"firstTimestamp,omitempty" protobuf:"6"`
	// When it happened last.
	LastTimestamp meta.Time `json:"lastTimestamp,omitempty" protobuf:"7"`
	// How often it happened.
	Count int32 `json:"count,omitempty" protobuf:"8"`
	// Normal or Warning.
	Type string `json:"type,omitempty" protobuf:"9"`
	// When it first happened, for reporters of the newer kind.
	EventTime meta.MicroTime `json:"eventTime,omitempty" protobuf:"10"`
	// How often and until when it happened again, for reporters of the newer
	// kind.
	Series *EventSeries `json:"series,omitempty" protobuf:"11"`
	// What was done or failed, one word in CamelCase.
	Action string `json:"action,omitempty" protobuf:"12"`
	// A second object, when the action involves one.
	Related *ObjectReference `json:"related,omitempty" protobuf:"13"`
	// The controller that reports it, such as example.com/my-controller.
	ReportingController string `json:"reportingComponent" protobuf:"14"`
	// Which copy of the controller: mostly a host or pod name.
	ReportingInstance string `json:"reportingInstance" protobuf:"15"`
}

// EventSource says who reports an event.
type EventSource struct {
	// The daemon, such as kubelet.
	Component string `json:"component,omitempty" protobuf:"1"`
	// The node it runs on.
	Host string `json:"host,omitempty" protobuf:"2"`
}

// EventSeries counts the repeats of an event.
type EventSeries struct {
	// How often it happened so far.
	Count int32 `json:"count,omitempty" protobuf:"1"`
	// When it happened last.
	LastObservedTime meta.MicroTime `json:"lastObservedTime,omitempty" protobuf:"2"`
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

// SerializedReference is a reference as text, for annotations.
type SerializedReference struct {
	meta.TypeMeta `json:",inline"`
	// The object referred to.
	Reference ObjectReference `json:"reference,omitempty" protobuf:"1"`
}
