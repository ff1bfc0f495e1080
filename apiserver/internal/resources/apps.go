package resources

import (
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/core"
)

// appsResources are the workloads.
func appsResources() []*Resource {
	v1 := func(name, prefix string) Resource {
		return Resource{Kind: named("apps/v1", name), Prefix: "/registry/" + prefix + "/"}
	}
	deployment := v1("Deployment", "deployments")
	deployment.Subresources = []Subresource{
		scaleOf(func(d *apps.Deployment) scaling {
			return scaling{&d.Spec.Replicas, d.Status.Replicas, d.Spec.Selector}
		}),
		part("status", keepDeploymentSpec, apps.ValidateDeploymentStatusUpdate),
	}
	replicaSet := v1("ReplicaSet", "replicasets")
	replicaSet.Fields = []cache.Field{{Name: "status.replicas", Default: "0"}}
	replicaSet.Subresources = []Subresource{
		scaleOf(func(r *apps.ReplicaSet) scaling {
			return scaling{&r.Spec.Replicas, r.Status.Replicas, r.Spec.Selector}
		}),
		part("status", keepReplicaSetSpec, apps.ValidateReplicaSetStatusUpdate),
	}
	statefulSet := v1("StatefulSet", "statefulsets")
	statefulSet.Subresources = []Subresource{
		scaleOf(func(s *apps.StatefulSet) scaling {
			return scaling{&s.Spec.Replicas, s.Status.Replicas, s.Spec.Selector}
		}),
		part("status", keepStatefulSetSpec, apps.ValidateStatefulSetStatusUpdate),
	}
	daemonSet := v1("DaemonSet", "daemonsets")
	daemonSet.Subresources = []Subresource{part("status", keepDaemonSetSpec, apps.ValidateDaemonSetStatusUpdate)}

	deployment.Warnings = about(true, templatePath, func(d *apps.Deployment) *core.PodTemplateSpec { return &d.Spec.Template })
	replicaSet.Warnings = about(true, templatePath, func(r *apps.ReplicaSet) *core.PodTemplateSpec { return &r.Spec.Template })
	daemonSet.Warnings = aboutDaemonSet
	statefulSet.Warnings = warnings(aboutStatefulSet)

	return []*Resource{
		kind[*apps.ControllerRevision]{nil, nil, nil, apps.ValidateControllerRevision, apps.ValidateControllerRevisionUpdate}.on(v1("ControllerRevision", "controllerrevisions")),
		kind[*apps.DaemonSet]{apps.SetDaemonSetDefaults, newDaemonSet, keepDaemonSetStatus, apps.ValidateDaemonSet, apps.ValidateDaemonSetUpdate}.on(daemonSet),
		kind[*apps.Deployment]{apps.SetDeploymentDefaults, newDeployment, keepDeploymentStatus, apps.ValidateDeployment, apps.ValidateDeploymentUpdate}.on(deployment),
		kind[*apps.ReplicaSet]{apps.SetReplicaSetDefaults, newReplicaSet, keepReplicaSetStatus, apps.ValidateReplicaSet, apps.ValidateReplicaSetUpdate}.on(replicaSet),
		kind[*apps.StatefulSet]{apps.SetStatefulSetDefaults, newStatefulSet, keepStatefulSetStatus, apps.ValidateStatefulSet, apps.ValidateStatefulSetUpdate}.on(statefulSet),
	}
}
