package resources

import (
	"strconv"

	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// bump counts a generation on when what is wanted has changed.
func bump(m, old *meta.ObjectMeta, spec, oldSpec any) {
	if !meta.Equal(spec, oldSpec) {
		m.Generation = old.Generation + 1
	}
}

func newDeployment(d *apps.Deployment) {
	d.Status, d.Generation = apps.DeploymentStatus{}, 1
}

// keepDeploymentStatus also counts changes of annotations: they are copied to
// the replica sets.
func keepDeploymentStatus(d, old *apps.Deployment) {
	d.Status = old.Status
	bump(&d.ObjectMeta, &old.ObjectMeta, d.Spec, old.Spec)
	bump(&d.ObjectMeta, &old.ObjectMeta, d.Annotations, old.Annotations)
}

// keepDeploymentSpec keeps the labels too.
func keepDeploymentSpec(d, old *apps.Deployment) {
	keepMetaButOwn(d, old)
	d.Spec, d.Labels = old.Spec, old.Labels
}

func newReplicaSet(r *apps.ReplicaSet) { r.Status, r.Generation = apps.ReplicaSetStatus{}, 1 }

func keepReplicaSetStatus(r, old *apps.ReplicaSet) {
	r.Status = old.Status
	bump(&r.ObjectMeta, &old.ObjectMeta, r.Spec, old.Spec)
}

func keepReplicaSetSpec(r, old *apps.ReplicaSet) { keepMetaButOwn(r, old); r.Spec = old.Spec }

func newStatefulSet(s *apps.StatefulSet) { s.Status, s.Generation = apps.StatefulSetStatus{}, 1 }

func keepStatefulSetStatus(s, old *apps.StatefulSet) {
	s.Status = old.Status
	bump(&s.ObjectMeta, &old.ObjectMeta, s.Spec, old.Spec)
}

func keepStatefulSetSpec(s, old *apps.StatefulSet) { keepMetaButOwn(s, old); s.Spec = old.Spec }

// templateGeneration counts the changes of a daemon set's template; programs
// of old read it.
const templateGeneration = "deprecated.daemonset.template.generation"

func newDaemonSet(d *apps.DaemonSet) {
	d.Status, d.Generation = apps.DaemonSetStatus{}, 1
	setTemplateGeneration(d, max(1, templateGenerationOf(d)))
}

func keepDaemonSetStatus(d, old *apps.DaemonSet) {
	d.Status = old.Status
	n := templateGenerationOf(old)
	if !meta.Equal(d.Spec.Template, old.Spec.Template) {
		n++
	}
	setTemplateGeneration(d, n)
	bump(&d.ObjectMeta, &old.ObjectMeta, d.Spec, old.Spec)
}

func keepDaemonSetSpec(d, old *apps.DaemonSet) {
	keepMetaButOwn(d, old)
	d.Spec = old.Spec
	setTemplateGeneration(d, templateGenerationOf(old))
}

func templateGenerationOf(d *apps.DaemonSet) int64 {
	n, _ := strconv.ParseInt(d.Annotations[templateGeneration], 10, 64)
	return n
}

func setTemplateGeneration(d *apps.DaemonSet, n int64) {
	if d.Annotations == nil {
		d.Annotations = map[string]string{}
	}
	d.Annotations[templateGeneration] = strconv.FormatInt(n, 10)
}
