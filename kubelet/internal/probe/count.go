package probe

import "github.com/pilothouse/pilothouse/proto/core"

// Count turns single answers into a verdict: it changes only after as many
// equal answers in a row as the probe's thresholds say.
type Count struct {
	success, failure int // thresholds
	streak           int
	last             bool
}

// NewCount starts counting for p.
func NewCount(p *core.Probe) *Count {
	return &Count{success: max(int(p.SuccessThreshold), 1), failure: max(int(p.FailureThreshold), 1)}
}

// Add counts an answer; decided says that the threshold is reached.
func (c *Count) Add(ok bool) (decided bool) {
	if ok != c.last || c.streak == 0 {
		c.last, c.streak = ok, 0
	}
	c.streak++
	if ok {
		return c.streak >= c.success
	}
	return c.streak >= c.failure
}
