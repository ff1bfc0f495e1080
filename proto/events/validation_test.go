package events

import (
	"slices"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func expect(t *testing.T, got field.ErrorList, want ...string) {
	t.Helper()
	var texts []string
	for _, e := range got {
		texts = append(texts, e.Error())
	}
	if !slices.Equal(texts, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(texts, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func newEvent() *Event {
	return &Event{
		ObjectMeta:          meta.ObjectMeta{Name: "e", Namespace: "default", ResourceVersion: "1"},
		EventTime:           meta.NowMicro(),
		ReportingController: "example.com/c", ReportingInstance: "c-1", Action: "Pulling", Reason: "Pulled",
		Regarding: core.ObjectReference{Kind: "Pod", Name: "p", Namespace: "default"},
		Type:      "Normal",
	}
}

func TestValidateEvent(t *testing.T) {
	expect(t, ValidateEvent(newEvent()))
	e := newEvent()
	e.EventTime, e.Type, e.DeprecatedCount = meta.MicroTime{}, "Odd", 1
	e.Reason, e.Note = "", strings.Repeat("x", 1025)
	e.Series = &EventSeries{Count: 1}
	expect(t, ValidateEvent(e),
		"reason: Required value",
		`message: Invalid value: "": can have at most 1024 characters`,
		`series.count: Invalid value: "": should be at least 2`,
		"series.lastObservedTime: Required value",
		"eventTime: Required value",
		`type: Invalid value: "": has invalid value: Odd`,
		`count: Invalid value: "": needs to be unset`)
}

func TestValidateEventUpdate(t *testing.T) {
	old := newEvent()
	e := old.DeepCopy()
	e.Series = &EventSeries{Count: 2, LastObservedTime: meta.NowMicro()}
	expect(t, ValidateEventUpdate(e, old))
	e.Reason = "Other"
	expect(t, ValidateEventUpdate(e, old), `reason: Invalid value: "Other": field is immutable`, `reason: Invalid value: "Other": field is immutable`)
}
