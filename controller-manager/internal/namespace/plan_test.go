package namespace

import (
	"errors"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/controller-manager/internal/catalog"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func dying() *core.Namespace {
	ns := &core.Namespace{}
	ns.Name = "shop"
	t := meta.NewTime(start)
	ns.DeletionTimestamp = &t
	ns.Spec.Finalizers = []core.FinalizerName{core.FinalizerKubernetes}
	return ns
}

func find(conditions []core.NamespaceCondition, t core.NamespaceConditionType) core.NamespaceCondition {
	for _, c := range conditions {
		if c.Type == t {
			return c
		}
	}
	return core.NamespaceCondition{}
}

func TestOnlyACompleteAndEmptySweepFinalizes(t *testing.T) {
	for _, c := range []struct {
		name string
		content
		finalize bool
		bad      core.NamespaceConditionType
		message  string
	}{
		{name: "empty", finalize: true},
		{name: "pods are left", content: content{left: map[string]int{"pods": 3}, grace: 30 * time.Second}, bad: core.NamespaceContentRemaining,
			message: "Some resources are remaining: pods has 3 resource instances"},
		{name: "a finalizer is left", content: content{left: map[string]int{"widgets.example.com": 1}, finalizers: map[string]int{"example.com/hold": 1}}, bad: core.NamespaceFinalizersRemaining,
			message: "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances"},
		{name: "nothing can be discovered", content: content{discovery: errors.New("no answer")}, bad: core.NamespaceDeletionDiscoveryFailure, message: "no answer"},
		{name: "a group cannot be discovered", content: content{discovery: &catalog.IncompleteError{Missing: map[string]error{
			"a.example.com/v1": &client.StatusError{Status: meta.Status{Code: 503, Reason: meta.StatusReasonServiceUnavailable}}, "b.example.com/v1": errors.New("no answer")}}},
			bad:     core.NamespaceDeletionDiscoveryFailure,
			message: "Discovery failed for some groups, 2 failing: unable to retrieve the complete list of server APIs: a.example.com/v1: stale GroupVersion discovery: a.example.com/v1, b.example.com/v1: no answer"},
		{name: "a delete failed", content: content{failures: []error{errors.New("delete pods: no")}}, bad: core.NamespaceDeletionContentFailure,
			message: "Failed to delete all resource types, 1 remaining: delete pods: no"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := plan(dying(), c.content, start)
			if s.finalize != c.finalize || (s.again == 0) != c.finalize {
				t.Errorf("finalize %v, again %v", s.finalize, s.again)
			}
			if c.bad == "" {
				return
			}
			if got := find(s.conditions, c.bad); got.Status != core.ConditionTrue || got.Message != c.message {
				t.Errorf("condition = %+v, want True: %q", got, c.message)
			}
		})
	}
}

func TestConditionsAreWrittenWhenTheyChange(t *testing.T) {
	ns, c := dying(), content{left: map[string]int{"pods": 3}}
	ns.Status.Conditions = plan(ns, c, start).conditions
	if s := plan(ns, c, start.Add(time.Second)); s.conditions != nil {
		t.Errorf("a second look writes %+v", s.conditions)
	}
	c.left["pods"] = 2
	got := find(plan(ns, c, start.Add(time.Second)).conditions, core.NamespaceContentRemaining)
	if !got.LastTransitionTime.Equal(start) {
		t.Errorf("a condition that stays True moved its transition to %v", got.LastTransitionTime)
	}
}

func TestTerminating(t *testing.T) {
	ns := dying()
	if !terminating(ns) {
		t.Error("a namespace that is being deleted is not seen")
	}
	ns.Spec.Finalizers = nil
	if terminating(ns) {
		t.Error("a namespace that we have finalized comes again")
	}
	if terminating(&core.Namespace{}) {
		t.Error("a living namespace is seen as ending")
	}
}
