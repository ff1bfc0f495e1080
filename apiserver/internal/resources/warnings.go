package resources

import (
	"fmt"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// warnings is what a writer is told about a T; old is nil for a new one.
func warnings[T meta.Object](f func(o, old T) []string) func(o, old meta.Object) []string {
	return func(o, old meta.Object) []string {
		before, _ := old.(T)
		return f(o.(T), before)
	}
}

// oldNodeLabels are labels that other ones have replaced, with what is said of
// them.
var oldNodeLabels = map[string]string{
	"failure-domain.beta.kubernetes.io/zone":        `deprecated since v1.17; use "topology.kubernetes.io/zone" instead`,
	"failure-domain.beta.kubernetes.io/region":      `deprecated since v1.17; use "topology.kubernetes.io/region" instead`,
	"beta.kubernetes.io/instance-type":              `deprecated since v1.17; use "node.kubernetes.io/instance-type" instead`,
	"beta.kubernetes.io/arch":                       `deprecated since v1.14; use "kubernetes.io/arch" instead`,
	"beta.kubernetes.io/os":                         `deprecated since v1.14; use "kubernetes.io/os" instead`,
	"app.kubernetes.io/created-by":                  "deprecated since v1.9",
	"scheduler.alpha.kubernetes.io/preferAvoidPods": "deprecated since v1.22; use Taints and Tolerations instead",
	"node-role.kubernetes.io/master":                `use "node-role.kubernetes.io/control-plane" instead`,
}

// warnOfLabel adds what is said of a label of nodes.
func warnOfLabel(out *[]string, p *field.Path, label string) {
	if text, old := oldNodeLabels[label]; old {
		*out = append(*out, fmt.Sprintf("%s: %s", p, text))
	}
}
