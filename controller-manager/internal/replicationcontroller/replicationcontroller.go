// Package replicationcontroller keeps as many pods of a template as a
// ReplicationController asks for. The work is package replicas'; here is what
// is particular to the kind: it selects by a plain map of labels.
package replicationcontroller

import (
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/replicas"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// Controller reconciles ReplicationControllers.
type Controller = replicas.Controller[*core.ReplicationController]

// New makes the controller. It watches replication controllers and pods.
func New(view *cluster.View) *Controller {
	return replicas.New(view, "replicationcontroller-controller", set, view.ReplicationControllers())
}

func set(rc *core.ReplicationController) replicas.Set {
	st := rc.Status
	s := replicas.Set{
		Object: rc, Selector: selector.FromMap(rc.Spec.Selector), Template: rc.Spec.Template, Replicas: 1,
		MinReady: time.Duration(rc.Spec.MinReadySeconds) * time.Second,
		Status: replicas.Status{Replicas: st.Replicas, FullyLabeled: st.FullyLabeledReplicas, Ready: st.ReadyReplicas,
			Available: st.AvailableReplicas, ObservedGeneration: st.ObservedGeneration},
	}
	if s.Template == nil {
		s.Template = &core.PodTemplateSpec{}
	}
	if rc.Spec.Replicas != nil {
		s.Replicas = int(*rc.Spec.Replicas)
	}
	for _, c := range st.Conditions {
		s.Status.Conditions = append(s.Status.Conditions, replicas.Condition{Type: string(c.Type), Status: c.Status,
			LastTransitionTime: c.LastTransitionTime, Reason: c.Reason, Message: c.Message})
	}
	return s
}
