package events

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

type Event struct {
	meta.TypeMeta            `json:",inline"`
	meta.ObjectMeta          `json:"metadata" protobuf:"1"`
	EventTime                meta.MicroTime        `json:"eventTime" protobuf:"2" required:"true"`
	Series                   *EventSeries          `json:"series,omitempty" protobuf:"3"`
	ReportingController      string                `json:"reportingController,omitempty" protobuf:"4"`
	ReportingInstance        string                `json:"reportingInstance,omitempty" protobuf:"5"`
	Action                   string                `json:"action,omitempty" protobuf:"6"`
	Reason                   string                `json:"reason,omitempty" protobuf:"7"`
	Regarding                core.ObjectReference  `json:"regarding,omitempty" protobuf:"8"`
	Related                  *core.ObjectReference `json:"related,omitempty" protobuf:"9"`
	Note                     string                `json:"note,omitempty" protobuf:"10"`
	Type                     string                `json:"type,omitempty" protobuf:"11"`
	DeprecatedSource         core.EventSource      `json:"deprecatedSource,omitempty" protobuf:"12"`
	DeprecatedFirstTimestamp meta.Time             `json:"deprecatedFirstTimestamp,omitempty" protobuf:"13"`
	DeprecatedLastTimestamp  meta.Time             `json:"deprecatedLastTimestamp,omitempty" protobuf:"14"`
	DeprecatedCount          int32                 `json:"deprecatedCount,omitempty" protobuf:"15"`
}

type EventSeries struct {
	Count            int32          `json:"count" protobuf:"1" required:"true"`
	LastObservedTime meta.MicroTime `json:"lastObservedTime" protobuf:"2" required:"true"`
}

type EventList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []Event `json:"items" protobuf:"2" required:"true"`
}
