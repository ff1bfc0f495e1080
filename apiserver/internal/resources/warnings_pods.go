package resources

import (
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/node"
)

// The warnings about what makes pods. Writers hear of a name when they choose
// it, and of a template whenever what is wanted changes.

var templatePath = field.New("spec", "template")

// changed reports whether a write changes what is wanted.
func changed(o, old *meta.ObjectMeta) bool { return o.Generation != old.Generation }

// aboutPod tells of new pods only: it is programs that change them.
func aboutPod(p, old *core.Pod) []string {
	if old != nil {
		return nil
	}
	return core.WarnAboutPod(p)
}

// about makes the warnings of a kind with a template. named says that its name
// goes into host names without having to be fit for it.
func about[T meta.Object](named bool, at *field.Path, template func(T) *core.PodTemplateSpec) func(o, old meta.Object) []string {
	return func(o, old meta.Object) (out []string) {
		if old == nil {
			if named {
				out = core.WarnAboutName(o.GetObjectMeta().Name)
			}
		} else if !changed(o.GetObjectMeta(), old.GetObjectMeta()) {
			return nil
		}
		if t := template(o.(T)); t != nil {
			out = append(out, core.WarnAboutTemplate(at, t)...)
		}
		return out
	}
}

// aboutDaemonSet tells of the template only when that itself changes.
func aboutDaemonSet(o, old meta.Object) []string {
	d := o.(*apps.DaemonSet)
	if old != nil && meta.Equal(&d.Spec.Template, &old.(*apps.DaemonSet).Spec.Template) {
		return nil
	}
	return core.WarnAboutTemplate(templatePath, &d.Spec.Template)
}

func aboutStatefulSet(s, old *apps.StatefulSet) []string {
	if old != nil && !changed(&s.ObjectMeta, &old.ObjectMeta) {
		return nil
	}
	out := core.WarnAboutTemplate(templatePath, &s.Spec.Template)
	for i := range s.Spec.VolumeClaimTemplates {
		out = append(out, core.WarnAboutClaimTemplate(field.New("spec", "volumeClaimTemplates").Index(i), &s.Spec.VolumeClaimTemplates[i])...)
	}
	return out
}

// Indexes of a job that may be too many to be kept in its status.
const manyIndexes, manyAtOnce = 100000, 10000

func aboutJob(j, old *batch.Job) (out []string) {
	if old == nil {
		out = core.WarnAboutName(j.Name)
	} else if !changed(&j.ObjectMeta, &old.ObjectMeta) {
		return nil
	}
	s := &j.Spec
	if s.CompletionMode != nil && *s.CompletionMode == batch.IndexedCompletion &&
		s.Completions != nil && *s.Completions > manyIndexes && s.Parallelism != nil && *s.Parallelism > manyAtOnce {
		out = append(out, "spec: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, "+
			"Kubernetes might not be able to track completedIndexes when a big number of indexes fail")
	}
	return append(out, core.WarnAboutTemplate(templatePath, &s.Template)...)
}

// mountableSecrets is an annotation of service accounts that is out of use.
const mountableSecrets = "kubernetes.io/enforce-mountable-secrets"

func aboutAccount(a, old *core.ServiceAccount) []string {
	if _, ok := a.Annotations[mountableSecrets]; !ok {
		return nil
	}
	if old != nil && old.Annotations[mountableSecrets] == a.Annotations[mountableSecrets] {
		return nil
	}
	return []string{"metadata.annotations[" + mountableSecrets + "]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets"}
}

func aboutNode(n, _ *core.Node) []string {
	if n.Spec.DoNotUseExternalID != "" {
		return []string{"spec.externalID: this field is deprecated, and is unused by Kubernetes"}
	}
	return nil
}

func aboutRuntimeClass(c, _ *node.RuntimeClass) (out []string) {
	if c.Scheduling == nil {
		return nil
	}
	for key := range c.Scheduling.NodeSelector {
		if text := core.OldNodeLabel(key); text != "" {
			out = append(out, "scheduling.nodeSelector: "+text)
		}
	}
	return out
}
