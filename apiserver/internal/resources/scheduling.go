package resources

import "github.com/pilothouse/pilothouse/proto/scheduling"

// schedulingResources are the classes of pods' priorities.
func schedulingResources() []*Resource {
	r := Resource{Kind: named("scheduling.k8s.io/v1", "PriorityClass"), Prefix: "/registry/priorityclasses/"}
	return []*Resource{
		kind[*scheduling.PriorityClass]{scheduling.SetPriorityClassDefaults, newPriorityClass, nil, scheduling.ValidatePriorityClass, scheduling.ValidatePriorityClassUpdate}.on(r),
	}
}

func newPriorityClass(c *scheduling.PriorityClass) { c.Generation = 1 }
