package core

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// podUpdateForbidden is the message for a change that a running pod cannot
// take; tools and people look for it word by word.
const podUpdateForbidden = "pod updates may not change fields other than " +
	"`spec.containers[*].image`," +
	"`spec.initContainers[*].image`," +
	"`spec.activeDeadlineSeconds`," +
	"`spec.tolerations` (only additions to existing tolerations)," +
	"`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"

// ValidatePodUpdate checks a change of metadata or spec. Nearly all of a
// pod's spec is fixed once the pod exists.
func ValidatePodUpdate(p, old *Pod) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &p.ObjectMeta, &old.ObjectMeta)
	checkPodMeta(&r, p)
	checkMirrorAnnotation(&r, p, old)
	if meta.Equal(&p.Spec, &old.Spec) {
		return r.Errors // what was accepted once and stays is not checked anew
	}
	checkWholeSpec(&r, p)
	if !sameLength(&r, p.Spec.Containers, old.Spec.Containers, specPath.Child("containers")) ||
		!sameLength(&r, p.Spec.InitContainers, old.Spec.InitContainers, specPath.Child("initContainers")) {
		return r.Errors
	}
	checkDeadlineUpdate(&r, p.Spec.ActiveDeadlineSeconds, old.Spec.ActiveDeadlineSeconds, specPath.Child("activeDeadlineSeconds"))
	checkTolerationsUpdate(&r, p.Spec.Tolerations, old.Spec.Tolerations, specPath.Child("tolerations"))
	checkGatesUpdate(&r, p.Spec.SchedulingGates, old.Spec.SchedulingGates, specPath.Child("schedulingGates"))
	if len(old.Spec.SchedulingGates) > 0 {
		checkNarrowed(&r, &p.Spec, &old.Spec)
	}
	if fixed := withMutableFieldsOf(&p.Spec, &old.Spec); !meta.Equal(fixed, old.Spec) {
		r.Forbidden(specPath, podUpdateForbidden+differences(&fixed, &old.Spec))
	}
	return r.Errors
}

// withMutableFieldsOf is s with all that may change set back to what old has.
func withMutableFieldsOf(s, old *PodSpec) PodSpec {
	c := *s
	c.Containers = withImagesOf(s.Containers, old.Containers)
	c.InitContainers = withImagesOf(s.InitContainers, old.InitContainers)
	c.ActiveDeadlineSeconds = old.ActiveDeadlineSeconds
	c.SchedulingGates = old.SchedulingGates
	c.Tolerations = old.Tolerations
	if g, was := s.TerminationGracePeriodSeconds, old.TerminationGracePeriodSeconds; g != nil && was != nil && *was < 0 && *g == 1 {
		c.TerminationGracePeriodSeconds = was
	}
	if len(old.SchedulingGates) > 0 {
		// checkNarrowed has looked at what says where a gated pod goes.
		c.NodeSelector = old.NodeSelector
		c.Affinity = withNodeAffinityOf(s.Affinity, old.Affinity)
	}
	return c
}

func withImagesOf(list, old []Container) []Container {
	list = slices.Clone(list)
	for i := range list {
		list[i].Image = old[i].Image
	}
	return list
}

// narrows reports whether selector has all of old, and perhaps more: a pod
// that is still gated may be narrowed.
func narrows(selector, old map[string]string) bool {
	for k, v := range old {
		if w, ok := selector[k]; !ok || v != w {
			return false
		}
	}
	return true
}

// differences lists the fields of two specs that differ, one a line, so that
// the author of an update sees which of them was meant.
func differences[T any](s, old *T) string {
	var b strings.Builder
	v, w := reflect.ValueOf(s).Elem(), reflect.ValueOf(old).Elem()
	for i := range v.NumField() {
		if meta.Equal(v.Field(i).Interface(), w.Field(i).Interface()) {
			continue
		}
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		was, _ := json.Marshal(w.Field(i).Interface())
		is, _ := json.Marshal(v.Field(i).Interface())
		fmt.Fprintf(&b, "\n  spec.%s:\n-   %s\n+   %s", name, was, is)
	}
	return b.String()
}

// checkMirrorAnnotation fixes the annotation that marks a mirror pod.
func checkMirrorAnnotation(r *field.Report, p, old *Pod) {
	v, has := p.Annotations[AnnotationMirrorPod]
	was, had := old.Annotations[AnnotationMirrorPod]
	path := metadataPath.Child("annotations").Key(AnnotationMirrorPod)
	if had && (!has || v != was) {
		r.Forbidden(path, "may not remove or update mirror pod annotation")
	} else if has && !had {
		r.Forbidden(path, "may not add mirror pod annotation")
	}
}

func sameLength(r *field.Report, list, old []Container, p *field.Path) bool {
	if len(list) != len(old) {
		r.Forbidden(p, "pod updates may not add or remove containers")
		return false
	}
	return true
}

// checkDeadlineUpdate lets a deadline be set or shortened.
func checkDeadlineUpdate(r *field.Report, v, old *int64, p *field.Path) {
	switch {
	case v == nil && old != nil:
		r.Invalid(p, v, "must not update from a positive integer to nil value")
	case v == nil:
	case *v < 0 || *v > maxInt32:
		r.Invalid(p, *v, meta.RangeError(0, maxInt32))
	case old != nil && *old < *v:
		r.Invalid(p, *v, "must be less than or equal to previous value")
	}
}

// checkTolerationsUpdate wants every old toleration kept; only its seconds may
// change.
func checkTolerationsUpdate(r *field.Report, list, old []Toleration, p *field.Path) {
	for _, o := range old {
		if !slices.ContainsFunc(list, func(t Toleration) bool {
			t.TolerationSeconds = o.TolerationSeconds
			return t == o
		}) {
			r.Forbidden(p, "existing toleration can not be modified except its tolerationSeconds")
			return
		}
	}
}

// checkGatesUpdate lets gates only be lifted. Of two with one name the last is
// told of.
func checkGatesUpdate(r *field.Report, gates, old []PodSchedulingGate, p *field.Path) {
	for i, g := range gates {
		if !slices.Contains(old, g) && !slices.Contains(gates[i+1:], g) {
			r.Forbidden(p.Index(i).Child("name"), fmt.Sprintf("only deletion is allowed, but found new scheduling gate '%s'", g.Name))
		}
	}
}

// ValidatePodEphemeralContainersUpdate checks the addition of debugging
// containers: those that exist may not change.
func ValidatePodEphemeralContainersUpdate(p, old *Pod) field.ErrorList {
	path := specPath.Child("ephemeralContainers")
	if _, static := old.Annotations[AnnotationMirrorPod]; static {
		return field.ErrorList{field.Forbidden(field.New(""), "static pods do not support ephemeral containers")}
	}
	var r field.Report
	checkMetaUpdate(&r, &p.ObjectMeta, &old.ObjectMeta)
	checkPod(&r, p)
	for _, o := range old.Spec.EphemeralContainers {
		i := slices.IndexFunc(p.Spec.EphemeralContainers, func(c EphemeralContainer) bool { return c.Name == o.Name })
		if i < 0 {
			r.Forbidden(path, fmt.Sprintf("existing ephemeral containers %q may not be removed", o.Name))
		} else if !meta.Equal(p.Spec.EphemeralContainers[i], o) {
			r.Forbidden(path, fmt.Sprintf("existing ephemeral containers %q may not be changed", o.Name))
		}
	}
	return r.Errors
}

// ValidatePodStatusUpdate checks a change of status.
func ValidatePodStatusUpdate(p, old *Pod) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &p.ObjectMeta, &old.ObjectMeta)
	for i, c := range p.Status.Conditions { // told of where they never were, as always
		r.Each(metadataPath.Child("conditions").Index(i).Child("Type"), c.Type, meta.IsQualifiedName(string(c.Type)))
	}
	if p.Spec.NodeName != old.Spec.NodeName {
		r.Forbidden(statusPath.Child("nodeName"), "may not be changed directly")
	}
	if n := p.Status.NominatedNodeName; n != "" && n != old.Status.NominatedNodeName {
		r.Each(statusPath.Child("nominatedNodeName"), n, meta.IsDNS1123Subdomain(n))
	}
	if old.Status.QOSClass != "" {
		meta.ValidateImmutable(&r, p.Status.QOSClass, old.Status.QOSClass, statusPath.Child("qosClass"))
	}
	checkStateChange(&r, p.Status.ContainerStatuses, old.Status.ContainerStatuses, statusPath.Child("containerStatuses"), &old.Spec)
	checkStateChange(&r, p.Status.InitContainerStatuses, old.Status.InitContainerStatuses, statusPath.Child("initContainerStatuses"), &old.Spec)
	checkClaimStatuses(&r, p)
	checkAddresses(&r, p)
	checkStatusUsers(&r, p.Status.ContainerStatuses, &p.Spec, statusPath.Child("containerStatuses"))
	checkStatusUsers(&r, p.Status.InitContainerStatuses, &p.Spec, statusPath.Child("initContainerStatuses"))
	checkStatusUsers(&r, p.Status.EphemeralContainerStatuses, &p.Spec, statusPath.Child("ephemeralContainerStatuses"))
	checkDeviceStatuses(&r, p.Status.ContainerStatuses, p.Spec.Containers, statusPath.Child("containerStatuses"))
	checkDeviceStatuses(&r, p.Status.InitContainerStatuses, p.Spec.InitContainers, statusPath.Child("initContainerStatuses"))
	for i := range p.Status.EphemeralContainerStatuses {
		if len(p.Status.EphemeralContainerStatuses[i].AllocatedResourcesStatus) > 0 {
			r.Forbidden(statusPath.Child("ephemeralContainerStatuses").Index(i).Child("allocatedResourcesStatus"), "must not be specified in container status")
		}
	}
	return r.Errors
}

// checkStatusUsers checks as whom containers are said to run.
func checkStatusUsers(r *field.Report, list []ContainerStatus, s *PodSpec, p *field.Path) {
	for i := range list {
		if list[i].User == nil || list[i].User.Linux == nil {
			continue
		}
		u, p := list[i].User.Linux, p.Index(i).Child("linux")
		if s.OS != nil && s.OS.Name == Windows {
			r.Forbidden(p, "cannot be set for a windows pod")
			continue
		}
		checkID(r, &u.UID, p.Child("uid"))
		checkID(r, &u.GID, p.Child("gid"))
		for j := range u.SupplementalGroups {
			checkID(r, &u.SupplementalGroups[j], p.Child("supplementalGroups").Index(j))
		}
	}
}

// checkStateChange refuses to bring back what ended and is not to be restarted.
func checkStateChange(r *field.Report, list, old []ContainerStatus, p *field.Path, s *PodSpec) {
	if s.RestartPolicy == RestartPolicyAlways {
		return
	}
	for i := range old {
		t := old[i].State.Terminated
		if t == nil || t.ExitCode != 0 && s.RestartPolicy == RestartPolicyOnFailure || isSidecar(s, old[i].Name) {
			continue
		}
		for j := range list {
			if list[j].Name == old[i].Name && list[j].State.Terminated == nil {
				r.Forbidden(p.Index(i).Child("state"), "may not be transitioned to non-terminated state")
			}
		}
	}
}

// isSidecar reports whether name is an init container that always restarts.
func isSidecar(s *PodSpec, name string) bool {
	for i := range s.InitContainers {
		if c := &s.InitContainers[i]; c.Name == name {
			return c.RestartPolicy != nil && *c.RestartPolicy == ContainerRestartPolicyAlways
		}
	}
	return false
}

// checkAddresses checks the addresses that a kubelet reports.
func checkAddresses(r *field.Report, p *Pod) {
	pod, host := statusPath.Child("podIPs"), statusPath.Child("hostIPs")
	const many = "may specify no more than one IP for each IP family"
	var podIPs, hostIPs []string
	for i, a := range p.Status.PodIPs {
		checkIP(r, a.IP, pod.Index(i))
		podIPs = append(podIPs, a.IP)
	}
	if !onePerFamily(podIPs) {
		r.Invalid(pod, p.Status.PodIPs, many)
	}
	for i, a := range p.Status.PodIPs {
		if slices.Contains(podIPs[:i], a.IP) {
			r.Duplicate(pod.Index(i), a)
		}
	}
	for i, a := range p.Status.HostIPs {
		if i == 0 && a.IP != p.Status.HostIP {
			r.Invalid(host.Index(0).Child("ip"), a.IP, "must be equal to `hostIP`")
		}
		checkIP(r, a.IP, host.Index(i))
		hostIPs = append(hostIPs, a.IP)
	}
	for i, a := range p.Status.HostIPs {
		if slices.Contains(hostIPs[:i], a.IP) {
			r.Duplicate(host.Index(i), a)
		}
	}
	if !onePerFamily(hostIPs) {
		r.Invalid(host, p.Status.HostIPs, many)
	}
}

// onePerFamily reports whether there is at most one address of each family.
func onePerFamily(ips []string) bool {
	return len(ips) < 2 || len(ips) == 2 && strings.Contains(ips[0], ":") != strings.Contains(ips[1], ":")
}
