package scheduling

import (
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Priorities that are set.
const (
	// HighestUserPriority is the most that a class of the user's may have; what
	// lies above is the system's.
	HighestUserPriority = 1000000000
	// SystemPrefix begins the names of the system's own classes.
	SystemPrefix = "system-"
	// SystemClusterCritical is the class of what the cluster cannot do without.
	SystemClusterCritical = "system-cluster-critical"
	// SystemNodeCritical is the class of what a node cannot do without.
	SystemNodeCritical = "system-node-critical"
)

// SystemClasses are those that every cluster has.
func SystemClasses() []*PriorityClass {
	class := func(name string, value int32, description string) *PriorityClass {
		c := &PriorityClass{Value: value, Description: description}
		c.TypeMeta = meta.TypeMeta{Kind: "PriorityClass", APIVersion: "scheduling.k8s.io/v1"}
		c.Name = name
		SetPriorityClassDefaults(c)
		return c
	}
	return []*PriorityClass{
		class(SystemNodeCritical, 2*HighestUserPriority+1000,
			"Used for system critical pods that must not be moved from their current node."),
		class(SystemClusterCritical, 2*HighestUserPriority,
			"Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."),
	}
}

// ValidatePriorityClass checks a class that is created. The system's prefix and
// the priorities above the users' are for the system's own classes.
func ValidatePriorityClass(c *PriorityClass) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &c.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	if strings.HasPrefix(c.Name, SystemPrefix) {
		if why := differsFromSystem(c); why != "" {
			r.Forbidden(field.New("metadata", "name"), "priority class names with 'system-' prefix are reserved for system use only. error: "+why)
		}
	} else if c.Value > HighestUserPriority {
		r.Forbidden(field.New("value"), fmt.Sprintf("maximum allowed value of a user defined priority is %d", HighestUserPriority))
	}
	if c.PreemptionPolicy != nil {
		field.OneOf(&r, field.New("preemptionPolicy"), *c.PreemptionPolicy, core.PreemptLowerPriority, core.PreemptNever)
	}
	return r.Errors
}

// differsFromSystem says why a class is not the system's of that name.
func differsFromSystem(c *PriorityClass) string {
	for _, s := range SystemClasses() {
		if s.Name != c.Name {
			continue
		}
		if s.Value != c.Value {
			return fmt.Sprintf("value of %s PriorityClass must be %d", s.Name, s.Value)
		}
		if c.GlobalDefault {
			return fmt.Sprintf("globalDefault of %s PriorityClass must be false", s.Name)
		}
		return ""
	}
	return c.Name + " is not a known system priority class"
}

// ValidatePriorityClassUpdate checks a change; what pods were given may not
// change behind them.
func ValidatePriorityClassUpdate(c, old *PriorityClass) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &c.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	if c.Value != old.Value {
		r.Forbidden(field.New("value"), "may not be changed in an update.")
	}
	meta.ValidateImmutable(&r, c.PreemptionPolicy, old.PreemptionPolicy, field.New("preemptionPolicy"))
	return r.Errors
}
