// Package replicas keeps as many pods of a template as somebody asks for: a
// ReplicationController or a ReplicaSet, which differ only in how they select
// (packages of those names say how). It takes free pods that match the
// selector, lets go of pods that no longer do, makes what is missing and
// deletes what is too much. A pod that has ended or is being deleted does not
// count, so a replacement starts while the old one still stops, or waits on a
// dead node.
//
// What to do is decided in plan.go; controller.go watches and acts.
package replicas

import (
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// Set is what one object asks for and what its status says.
type Set struct {
	// Object is the ReplicationController or ReplicaSet itself.
	Object meta.Object
	// Selector matches the pods; an empty one matches none.
	Selector selector.Labels
	// Template is what pods are made from.
	Template *core.PodTemplateSpec
	// Replicas is how many pods there should be.
	Replicas int
	// MinReady is how long a pod is ready before it counts as available.
	MinReady time.Duration
	// Status is the object's own.
	Status Status
}

// matches tells whether a pod with these labels is one of the set's.
func (s *Set) matches(labels map[string]string) bool {
	return !s.Selector.Empty() && s.Selector.Matches(labels)
}

// Status is what both kinds say of their pods.
type Status struct {
	Replicas, FullyLabeled, Ready, Available int32
	// ObservedGeneration is the generation that was looked at.
	ObservedGeneration int64
	Conditions         []Condition
}

// Condition is a condition of either kind, as it is written.
type Condition struct {
	Type               string               `json:"type"`
	Status             core.ConditionStatus `json:"status"`
	LastTransitionTime meta.Time            `json:"lastTransitionTime,omitzero"`
	Reason             string               `json:"reason,omitempty"`
	Message            string               `json:"message,omitempty"`
}

// replicaFailure is the type of the condition that pods could not be made or
// deleted.
const replicaFailure = "ReplicaFailure"
