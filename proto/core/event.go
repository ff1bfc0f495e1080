package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type Event struct {
	meta.TypeMeta       `json:",inline"`
	meta.ObjectMeta     `json:"metadata" protobuf:"1" required:"true"`
	InvolvedObject      ObjectReference  `json:"involvedObject" protobuf:"2" required:"true"`
	Reason              string           `json:"reason,omitempty" protobuf:"3"`
	Message             string           `json:"message,omitempty" protobuf:"4"`
	Source              EventSource      `json:"source,omitempty" protobuf:"5"`
	FirstTimestamp      meta.Time        `json:"firstTimestamp,omitempty" protobuf:"6"`
	LastTimestamp       meta.Time        `json:"lastTimestamp,omitempty" protobuf:"7"`
	Count               int32            `json:"count,omitempty" protobuf:"8"`
	Type                string           `json:"type,omitempty" protobuf:"9"`
	EventTime           meta.MicroTime   `json:"eventTime,omitempty" protobuf:"10"`
	Series              *EventSeries     `json:"series,omitempty" protobuf:"11"`
	Action              string           `json:"action,omitempty" protobuf:"12"`
	Related             *ObjectReference `json:"related,omitempty" protobuf:"13"`
	ReportingController string           `json:"reportingComponent" protobuf:"14"`
	ReportingInstance   string           `json:"reportingInstance" protobuf:"15"`
}

type EventSource struct {
	Component string `json:"component,omitempty" protobuf:"1"`
	Host      string `json:"host,omitempty" protobuf:"2"`
}

type EventSeries struct {
	Count            int32          `json:"count,omitempty" protobuf:"1"`
	LastObservedTime meta.MicroTime `json:"lastObservedTime,omitempty" protobuf:"2"`
}

type EventList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []Event `json:"items" protobuf:"2" required:"true"`
}

type SerializedReference struct {
	meta.TypeMeta `json:",inline"`
	Reference     ObjectReference `json:"reference,omitempty" protobuf:"1"`
}
