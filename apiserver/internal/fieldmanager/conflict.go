package fieldmanager

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/structured-merge-diff/v6/merge"

	"github.com/pilothouse/pilothouse/proto/meta"
)

// Conflict says that a configuration would change what others own.
type Conflict struct {
	// Message tells of all of it.
	Message string
	// Causes are one for each field.
	Causes []meta.StatusCause
}

// Error is the message.
func (c *Conflict) Error() string { return c.Message }

func newConflict(conflicts merge.Conflicts) *Conflict {
	slices.SortStableFunc(conflicts, func(a, b merge.Conflict) int {
		return cmp.Or(strings.Compare(a.Manager, b.Manager), a.Path.Compare(b.Path))
	})
	c := &Conflict{}
	byManager := map[string][]string{}
	var managers []string
	for _, x := range conflicts {
		who := "conflict with " + printed(x.Manager)
		c.Causes = append(c.Causes, meta.StatusCause{Type: meta.CauseTypeFieldManagerConflict, Message: who, Field: x.Path.String()})
		if byManager[x.Manager] == nil {
			managers = append(managers, x.Manager)
		}
		byManager[x.Manager] = append(byManager[x.Manager], x.Path.String())
	}
	if len(conflicts) == 1 {
		c.Message = fmt.Sprintf("Apply failed with 1 conflict: %s: %s", c.Causes[0].Message, c.Causes[0].Field)
		return c
	}
	slices.Sort(managers)
	var lines []string
	for _, m := range managers {
		lines = append(lines, "conflicts with "+printed(m)+":")
		for _, p := range byManager[m] {
			lines = append(lines, "- "+p)
		}
	}
	c.Message = fmt.Sprintf("Apply failed with %d conflicts: %s", len(conflicts), strings.Join(lines, "\n"))
	return c
}

// printed is a manager's identifier as people read it.
func printed(identifier string) string {
	var m meta.ManagedFieldsEntry
	if json.Unmarshal([]byte(identifier), &m) != nil {
		return fmt.Sprintf("%q", identifier)
	}
	s := fmt.Sprintf("%q", m.Manager)
	if m.Subresource != "" {
		s += fmt.Sprintf(" with subresource %q", m.Subresource)
	}
	if m.Operation == meta.ManagedFieldsOperationUpdate {
		s += " using " + m.APIVersion
	}
	return s
}
