// Package replicaset keeps as many pods of a template as a ReplicaSet asks for.
// The work is package replicas'; here is what is particular to the kind: it
// selects by labels and expressions.
package replicaset

import (
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/replicas"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// Controller reconciles ReplicaSets.
type Controller = replicas.Controller[*apps.ReplicaSet]

// New makes the controller. It watches replica sets and pods.
func New(view *cluster.View) *Controller {
	return replicas.New(view, "replicaset-controller", set, view.ReplicaSets())
}

func set(rs *apps.ReplicaSet) replicas.Set {
	st := rs.Status
	s := replicas.Set{
		Object: rs, Template: &rs.Spec.Template, Replicas: 1,
		MinReady: time.Duration(rs.Spec.MinReadySeconds) * time.Second,
		Status: replicas.Status{Replicas: st.Replicas, FullyLabeled: st.FullyLabeledReplicas, Ready: st.ReadyReplicas,
			Available: st.AvailableReplicas, ObservedGeneration: st.ObservedGeneration},
	}
	if sel, err := selector.FromLabelSelector(rs.Spec.Selector); err == nil {
		s.Selector = sel
	}
	if rs.Spec.Replicas != nil {
		s.Replicas = int(*rs.Spec.Replicas)
	}
	for _, c := range st.Conditions {
		s.Status.Conditions = append(s.Status.Conditions, replicas.Condition{Type: string(c.Type), Status: c.Status,
			LastTransitionTime: c.LastTransitionTime, Reason: c.Reason, Message: c.Message})
	}
	return s
}
