package job

import (
	"maps"
	"slices"
	"strconv"

	"github.com/pilothouse/pilothouse/controller-manager/internal/ownership"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// podFor is a new pod of the job.
func podFor(j *batch.Job, m making, perIndex bool) *core.Pod {
	t := j.Spec.Template.DeepCopy()
	p := &core.Pod{Spec: t.Spec}
	p.Namespace, p.GenerateName = j.Namespace, j.Name+"-"
	p.Labels, p.Annotations = t.Labels, t.Annotations
	p.Finalizers = append(slices.Clone(t.Finalizers), batch.FinalizerJobTracking)
	p.OwnerReferences = []meta.OwnerReference{ownership.Reference(j)}
	if m.index >= 0 {
		number(p, j, m, perIndex)
	}
	return p
}

// number gives a pod its completion index: in its name, its host name, a label,
// an annotation and its containers' environment.
func number(p *core.Pod, j *batch.Job, m making, perIndex bool) {
	index := strconv.Itoa(m.index)
	p.GenerateName = j.Name + "-" + index + "-"
	p.Spec.Hostname = j.Name + "-" + index
	p.Labels, p.Annotations = put(p.Labels, annotationIndex, index), put(p.Annotations, annotationIndex, index)
	if perIndex {
		p.Annotations[annotationFailures] = strconv.Itoa(m.failures)
		if m.ignored > 0 {
			p.Annotations[annotationIgnored] = strconv.Itoa(m.ignored)
		}
	}
	for _, list := range [][]core.Container{p.Spec.InitContainers, p.Spec.Containers} {
		for i := range list {
			c := &list[i]
			if !slices.ContainsFunc(c.Env, func(e core.EnvVar) bool { return e.Name == environmentIndex }) {
				c.Env = append(c.Env, core.EnvVar{Name: environmentIndex, ValueFrom: &core.EnvVarSource{
					FieldRef: &core.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.labels['" + annotationIndex + "']"}}})
			}
		}
	}
}

func put(m map[string]string, k, v string) map[string]string {
	m = maps.Clone(m)
	if m == nil {
		m = map[string]string{}
	}
	m[k] = v
	return m
}
