package status

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/field"
)

// TestManyErrors: of a great many broken rules as many are told as fit into one
// answer, and how many more there are.
func TestManyErrors(t *testing.T) {
	var errs field.ErrorList
	for i := range 100_000 {
		errs = append(errs, field.Required(field.New("spec").Key(fmt.Sprint(i)), "there must be one"))
	}
	e := Invalid("", "Pod", "a", errs)
	told := len(e.Status.Details.Causes)
	want := fmt.Sprintf(" and %d more errors", len(errs)-told)
	if told < 1000 || told > 50_000 || !strings.HasSuffix(e.Error(), want) {
		t.Errorf("%d are told, and the message ends %q", told, e.Error()[len(e.Error())-60:])
	}
	if e = Invalid("", "Pod", "a", errs[:1000]); len(e.Status.Details.Causes) != 1000 || !strings.HasSuffix(e.Error(), "]") {
		t.Errorf("of a thousand %d are told", len(e.Status.Details.Causes))
	}
	if e = BadRequest("%s", strings.Repeat("ä", maxTold*2)); len(e.Error()) > 2*maxTold+10 {
		t.Errorf("a message has %d bytes", len(e.Error()))
	}
}
