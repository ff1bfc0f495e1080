package core

import (
	"fmt"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ResizePod makes p what old becomes when only the resources of its containers
// may change: all else of p is old's. The status tells of a change until the
// kubelet has made it.
func ResizePod(p, old *Pod) {
	next := old.DeepCopy()
	for _, l := range []struct{ to, from []Container }{
		{next.Spec.Containers, p.Spec.Containers}, {next.Spec.InitContainers, p.Spec.InitContainers},
	} {
		for i := range l.to {
			for j := range l.from {
				if l.from[j].Name == l.to[i].Name {
					is, was := &l.from[j].Resources, &l.to[i].Resources
					if !SameAmounts(is.Requests, was.Requests) || !SameAmounts(is.Limits, was.Limits) {
						next.Status.Resize = PodResizeStatusProposed
					}
					l.to[i].Resources, l.to[i].ResizePolicy = l.from[j].Resources, l.from[j].ResizePolicy
				}
			}
		}
	}
	p.Spec, p.Status = next.Spec, next.Status
}

// ValidatePodResize checks a change of the CPU and memory that a pod's
// containers have while they run.
func ValidatePodResize(p, old *Pod) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &p.ObjectMeta, &old.ObjectMeta)
	checkMirrorAnnotation(&r, p, old)
	if _, static := old.Annotations[AnnotationMirrorPod]; static {
		r.Forbidden(field.New(""), "static pods cannot be resized")
		return r.Errors
	}
	if old.Spec.OS != nil && old.Spec.OS.Name == Windows {
		r.Forbidden(field.New(""), "windows pods cannot be resized")
		return r.Errors
	}
	if is := QOSClassOf(&p.Spec); is != old.Status.QOSClass {
		r.Invalid(specPath, is, "Pod QOS Class may not change as a result of resizing")
	}
	if !canResize(old) {
		r.Forbidden(specPath, "Pod running on node without support for resize")
	}
	checkPod(&r, p)
	fixed := p.Spec
	fixed.Containers = resized(&r, p.Spec.Containers, old.Spec.Containers, specPath.Child("containers"), false)
	fixed.InitContainers = resized(&r, p.Spec.InitContainers, old.Spec.InitContainers, specPath.Child("initContainers"), true)
	if !meta.Equal(fixed, old.Spec) {
		r.Forbidden(specPath, "only cpu and memory resources are mutable")
	}
	return r.Errors
}

// canResize reports whether the pod's node tells what its containers have, as
// one does that can change it.
func canResize(p *Pod) bool {
	for i := range p.Status.ContainerStatuses {
		if c := &p.Status.ContainerStatuses[i]; c.State.Running != nil && c.Resources == nil {
			return false
		}
	}
	return true
}

// resized is list with what may change set back to what old has. Of init
// containers only those that run on may change.
func resized(r *field.Report, list, old []Container, p *field.Path, sidecars bool) []Container {
	out := make([]Container, len(list))
	copy(out, list)
	for i := range out {
		if i >= len(old) || sidecars && (old[i].RestartPolicy == nil || *old[i].RestartPolicy != ContainerRestartPolicyAlways) {
			continue
		}
		is, was := &list[i].Resources, &old[i].Resources
		p := p.Index(i).Child("resources")
		checkKept(r, is.Requests, was.Requests, p.Child("requests"), "requests")
		checkKept(r, is.Limits, was.Limits, p.Child("limits"), "limits")
		out[i].Resources.Requests = withSizesOf(is.Requests, was.Requests)
		out[i].Resources.Limits = withSizesOf(is.Limits, was.Limits)
		out[i].ResizePolicy = old[i].ResizePolicy
	}
	return out
}

// sizes are what can change while a container runs.
var sizes = []ResourceName{ResourceCPU, ResourceMemory}

// checkKept refuses to take an amount away altogether.
func checkKept(r *field.Report, is, was ResourceList, p *field.Path, what string) {
	for _, name := range sizes {
		_, has := is[name]
		if _, had := was[name]; had && !has {
			r.Forbidden(p, fmt.Sprintf("resource %s cannot be removed", what))
			return
		}
	}
}

// withSizesOf is a list with CPU and memory as another has them.
func withSizesOf(is, was ResourceList) ResourceList {
	if is == nil && was == nil {
		return nil
	}
	out := ResourceList{}
	for name, q := range is {
		out[name] = q
	}
	for _, name := range sizes {
		delete(out, name)
		if q, ok := was[name]; ok {
			out[name] = q
		}
	}
	return out
}
