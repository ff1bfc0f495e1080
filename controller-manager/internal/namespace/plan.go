package namespace

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/catalog"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// content is what one sweep of a namespace found.
type content struct {
	discovery  error          // some group could not be discovered
	failures   []error        // deletes or lists that failed
	left       map[string]int // objects that are still there, by "resource.group"
	finalizers map[string]int // of these, those that wait for a finalizer, by finalizer
	grace      time.Duration  // the longest grace period among pods that are ending
}

// empty tells whether the sweep was complete and left nothing.
func (c content) empty() bool {
	return c.discovery == nil && len(c.failures) == 0 && len(c.left) == 0
}

// step is what to do next for a namespace that is being deleted.
type step struct {
	conditions []core.NamespaceCondition // nil when they stay
	finalize   bool                      // nothing is left: take our finalizer off
	again      time.Duration             // when to sweep again if nothing wakes us before
}

// plan decides the next step for ns after a sweep that found c.
func plan(ns *core.Namespace, c content, now time.Time) step {
	s := step{conditions: conditionsFor(ns, c, now), finalize: c.empty()}
	if !s.finalize {
		// Most content says when it goes; this is the safety net.
		s.again = min(max(c.grace/2, time.Second), 10*time.Second)
	}
	return s
}

// terminating tells whether ns waits for us to empty it.
func terminating(ns *core.Namespace) bool {
	return ns.DeletionTimestamp != nil && slices.Contains(ns.Spec.Finalizers, core.FinalizerKubernetes)
}

// conditionsFor is ns's conditions after a sweep, nil when nothing changes.
func conditionsFor(ns *core.Namespace, c content, now time.Time) []core.NamespaceCondition {
	out := slices.Clone(ns.Status.Conditions)
	changed := false
	set := func(t core.NamespaceConditionType, bad bool, reason, message, okReason, okMessage string) {
		want := core.NamespaceCondition{Type: t, Status: core.ConditionFalse, Reason: okReason, Message: okMessage}
		if bad {
			want.Status, want.Reason, want.Message = core.ConditionTrue, reason, message
		}
		want.LastTransitionTime = meta.NewTime(now)
		i := slices.IndexFunc(out, func(o core.NamespaceCondition) bool { return o.Type == t })
		switch {
		case i < 0:
			out = append(out, want)
		case out[i].Status == want.Status && out[i].Reason == want.Reason && out[i].Message == want.Message:
			return
		default:
			if out[i].Status == want.Status {
				want.LastTransitionTime = out[i].LastTransitionTime
			}
			out[i] = want
		}
		changed = true
	}
	set(core.NamespaceDeletionDiscoveryFailure, c.discovery != nil, "DiscoveryFailed", errorText(c.discovery),
		"ResourcesDiscovered", "All resources successfully discovered")
	set(core.NamespaceDeletionGVParsingFailure, false, "", "",
		"ParsedGroupVersions", "All legacy kube types successfully parsed")
	set(core.NamespaceDeletionContentFailure, len(c.failures) > 0, "ContentDeletionFailed", failureText(c.failures),
		"ContentDeleted", "All content successfully deleted, may be waiting on finalization")
	set(core.NamespaceContentRemaining, len(c.left) > 0, "SomeResourcesRemain",
		"Some resources are remaining: "+counts(c.left, "%s has %d resource instances"), "ContentRemoved", "All content successfully removed")
	set(core.NamespaceFinalizersRemaining, len(c.finalizers) > 0, "SomeFinalizersRemain",
		"Some content in the namespace has finalizers remaining: "+counts(c.finalizers, "%s in %d resource instances"),
		"ContentHasNoFinalizers", "All content-preserving finalizers finished")
	if !changed {
		return nil
	}
	return out
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	var incomplete *catalog.IncompleteError
	if errors.As(err, &incomplete) {
		return fmt.Sprintf("Discovery failed for some groups, %d failing: %v", len(incomplete.Missing), err)
	}
	return err.Error()
}

func failureText(errs []error) string {
	texts := make([]string, len(errs))
	for i, err := range errs {
		texts[i] = err.Error()
	}
	slices.Sort(texts)
	return "Failed to delete all resource types, " + fmt.Sprint(len(errs)) + " remaining: " + strings.Join(texts, ", ")
}

func counts(m map[string]int, format string) string {
	var parts []string
	for _, k := range slices.SortedFunc(maps.Keys(m), cmp.Compare[string]) {
		parts = append(parts, fmt.Sprintf(format, k, m[k]))
	}
	return strings.Join(parts, ", ")
}
