package resources

import (
	"fmt"

	"github.com/pilothouse/pilothouse/proto/core"
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

// warnOfLabel adds what is said of a label of nodes.
func warnOfLabel(out *[]string, p *field.Path, label string) {
	if text := core.OldNodeLabel(label); text != "" {
		*out = append(*out, fmt.Sprintf("%s: %s", p, text))
	}
}
