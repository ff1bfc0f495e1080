package scheduling

import "github.com/pilothouse/pilothouse/proto/core"

// SetPriorityClassDefaults lets pods of the class displace lesser ones, unless
// it says otherwise.
func SetPriorityClassDefaults(c *PriorityClass) {
	if c.PreemptionPolicy == nil {
		c.PreemptionPolicy = new(core.PreemptLowerPriority)
	}
}
