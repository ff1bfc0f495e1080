package apps

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateControllerRevision checks a revision that is created.
func ValidateControllerRevision(c *ControllerRevision) field.ErrorList {
	var r field.Report
	checkMeta(&r, &c.ObjectMeta)
	checkRevision(&r, c)
	return r.Errors
}

func checkRevision(r *field.Report, c *ControllerRevision) {
	if len(c.Data.Raw) == 0 {
		r.Required(field.New("data"), "data is mandatory")
	} else if c.Data.Raw[0] != '{' {
		r.Required(field.New("data"), "data must be a valid JSON object")
	}
	r.NonNegative(field.New("revision"), c.Revision)
}

// ValidateControllerRevisionUpdate checks a change: the revision's data is for
// good.
func ValidateControllerRevisionUpdate(c, old *ControllerRevision) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &c.ObjectMeta, &old.ObjectMeta)
	checkRevision(&r, c)
	meta.ValidateImmutable(&r, c.Data, old.Data, field.New("data"))
	return r.Errors
}
