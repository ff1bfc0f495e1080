package core

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidatePod checks a pod that is created.
func ValidatePod(p *Pod) field.ErrorList {
	var r field.Report
	checkPod(&r, p)
	if len(p.Spec.EphemeralContainers) > 0 {
		r.Forbidden(specPath.Child("ephemeralContainers"), "cannot be set on create")
	}
	if p.Spec.NodeName != "" && len(p.Spec.SchedulingGates) > 0 {
		r.Forbidden(specPath.Child("nodeName"), "cannot be set until all schedulingGates have been cleared")
	}
	return r.Errors
}

// checkPod checks what holds for a pod at any time.
func checkPod(r *field.Report, p *Pod) {
	checkMeta(r, &p.ObjectMeta)
	annotations := metadataPath.Child("annotations")
	if v, ok := p.Annotations[AnnotationMirrorPod]; ok && p.Spec.NodeName == "" {
		r.Invalid(annotations.Key(AnnotationMirrorPod), v, "must set spec.nodeName if mirror pod annotation is set")
	}
	if v, ok := p.Annotations[AnnotationPodDeletionCost]; ok {
		if _, err := strconv.ParseInt(v, 10, 32); err != nil {
			r.Invalid(annotations.Key(AnnotationPodDeletionCost), v, "must be a 32bit integer")
		}
	}
	checkPodSpec(r, &p.Spec, specPath, podContext{name: p.Name, isPod: true})
	if p.Spec.ServiceAccountName == "" {
		forbidTokens(r, &p.Spec)
	}
	for _, l := range []struct {
		name string
		list []Container
	}{{"containers", p.Spec.Containers}, {"initContainers", p.Spec.InitContainers}} {
		for i := range l.list {
			checkImageSpace(r, l.list[i].Image, specPath.Child(l.name).Index(i).Child("image"))
		}
	}
}

// checkImageSpace refuses blanks around an image's name; templates may hold
// them, as something may still rewrite those.
func checkImageSpace(r *field.Report, image string, p *field.Path) {
	if strings.TrimSpace(image) != image {
		r.Invalid(p, image, "must not have leading or trailing whitespace")
	}
}

// forbidTokens refuses projected tokens in a pod without service account.
func forbidTokens(r *field.Report, s *PodSpec) {
	for i := range s.Volumes {
		if s.Volumes[i].Projected == nil {
			continue
		}
		for j, source := range s.Volumes[i].Projected.Sources {
			if source.ServiceAccountToken != nil {
				r.Forbidden(specPath.Child("volumes").Index(i).Child("projected", "sources").Index(j).Child("serviceAccountToken"),
					"must not be specified when serviceAccountName is not set")
			}
		}
	}
}

// podContext is what the checks of a pod's parts must know of the whole.
type podContext struct {
	name    string // of the pod; empty in a template
	isPod   bool   // and not a template
	volumes map[string]*VolumeSource
	claims  map[string]bool
	spec    *PodSpec
}

// checkPodSpec checks the spec of a pod or of a template.
func checkPodSpec(r *field.Report, s *PodSpec, p *field.Path, c podContext) {
	c.spec = s
	if s.TerminationGracePeriodSeconds == nil {
		r.Required(p.Child("terminationGracePeriodSeconds"), "")
	}
	c.volumes = checkVolumes(r, s.Volumes, p.Child("volumes"), &c)
	c.claims = checkPodClaims(r, s.ResourceClaims, p.Child("resourceClaims"))
	checkContainers(r, p, &c)
	checkInitContainers(r, p.Child("initContainers"), &c)
	checkEphemeralContainers(r, p.Child("ephemeralContainers"), &c)
	checkPodResources(r, s, p.Child("resources"))
	checkHostNetwork(r, p.Child("containers"), &c)
	field.OneOf(r, p.Child("restartPolicy"), s.RestartPolicy, RestartPolicyAlways, RestartPolicyOnFailure, RestartPolicyNever)
	field.OneOf(r, p.Child("dnsPolicy"), s.DNSPolicy, DNSClusterFirstWithHostNet, DNSClusterFirst, DNSDefault, DNSNone)
	meta.ValidateLabels(r, s.NodeSelector, p.Child("nodeSelector"))
	checkPodSecurity(r, s, p.Child("securityContext"))
	checkAffinity(r, s.Affinity, p.Child("affinity"))
	checkDNSConfig(r, s, p.Child("dnsConfig"))
	for i, g := range s.ReadinessGates {
		r.Each(p.Child("readinessGates").Index(i).Child("conditionType"), g.ConditionType, meta.IsQualifiedName(string(g.ConditionType)))
	}
	checkSchedulingGates(r, s.SchedulingGates, p.Child("schedulingGates"))
	checkSpreadConstraints(r, s.TopologySpreadConstraints, p.Child("topologySpreadConstraints"))
	checkHostUsers(r, s, p)
	checkTolerations(r, s.Tolerations, p.Child("tolerations"))
	checkPodNames(r, s, p)
	checkPodRest(r, s, p)
}

// checkPodNames checks the fields that name other objects or hosts.
func checkPodNames(r *field.Report, s *PodSpec, p *field.Path) {
	check := func(name, value string, rule meta.NameCheck) {
		if value != "" {
			r.Each(p.Child(name), value, rule(value))
		}
	}
	check("serviceAccountName", s.ServiceAccountName, meta.IsDNS1123Subdomain)
	check("nodeName", s.NodeName, meta.IsDNS1123Subdomain)
	check("hostname", s.Hostname, meta.IsDNS1123Label)
	check("subdomain", s.Subdomain, meta.IsDNS1123Label)
	check("priorityClassName", s.PriorityClassName, meta.IsDNS1123Subdomain)
	if s.RuntimeClassName != nil {
		r.Each(p.Child("runtimeClassName"), *s.RuntimeClassName, meta.IsDNS1123Subdomain(*s.RuntimeClassName))
	}
}

// checkPodRest checks the remaining single fields.
func checkPodRest(r *field.Report, s *PodSpec, p *field.Path) {
	if v := s.ActiveDeadlineSeconds; v != nil && (*v < 1 || *v > maxInt32) {
		r.Invalid(p.Child("activeDeadlineSeconds"), *v, meta.RangeError(1, maxInt32))
	}
	if s.PreemptionPolicy != nil {
		field.OneOf(r, p.Child("preemptionPolicy"), *s.PreemptionPolicy, PreemptLowerPriority, PreemptNever)
	}
	for i := range s.HostAliases {
		a, p := &s.HostAliases[i], p.Child("hostAliases").Index(i)
		checkIP(r, a.IP, p.Child("ip"))
		for j, h := range a.Hostnames {
			r.Each(p.Child("hostnames").Index(j), h, meta.IsDNS1123Subdomain(h))
		}
	}
	if s.Overhead != nil {
		checkResources(r, &ResourceRequirements{Limits: s.Overhead}, nil, p.Child("overhead"))
	}
	if s.OS != nil {
		field.OneOf(r, p.Child("os", "name"), s.OS.Name, Linux, Windows)
	}
}

const (
	maxNameservers      = 3
	maxSearchPaths      = 32
	maxSearchCharacters = 2048
)

func checkDNSConfig(r *field.Report, s *PodSpec, p *field.Path) {
	d := s.DNSConfig
	if s.DNSPolicy == DNSNone && d == nil {
		r.Required(p, "must provide `dnsConfig` when `dnsPolicy` is None")
	}
	if d == nil {
		return
	}
	if s.DNSPolicy == DNSNone && len(d.Nameservers) == 0 {
		r.Required(p.Child("nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None")
	}
	if len(d.Nameservers) > maxNameservers {
		r.Invalid(p.Child("nameservers"), d.Nameservers, fmt.Sprintf("must not have more than %d nameservers", maxNameservers))
	}
	for i, ns := range d.Nameservers {
		checkIP(r, ns, p.Child("nameservers").Index(i))
	}
	if len(d.Searches) > maxSearchPaths {
		r.Invalid(p.Child("searches"), d.Searches, fmt.Sprintf("must not have more than %d search paths", maxSearchPaths))
	}
	if len(strings.Join(d.Searches, " ")) > maxSearchCharacters {
		r.Invalid(p.Child("searches"), d.Searches, fmt.Sprintf("must not have more than %d characters (including spaces) in the search list", maxSearchCharacters))
	}
	for i, name := range d.Searches {
		if name != "." {
			name = strings.TrimSuffix(name, ".")
			r.Each(p.Child("searches").Index(i), name, meta.IsDNS1123Subdomain(strings.ReplaceAll(name, "_", "a")))
		}
	}
	for i, o := range d.Options {
		if o.Name == "" {
			r.Required(p.Child("options").Index(i), "must not be empty")
		}
	}
}

// checkHostNetwork wants host ports to equal container ports, as there is only
// one network.
func checkHostNetwork(r *field.Report, p *field.Path, c *podContext) {
	if !c.spec.HostNetwork {
		return
	}
	for i := range c.spec.Containers {
		for j, port := range c.spec.Containers[i].Ports {
			if (c.isPod || port.HostPort != 0) && port.HostPort != port.ContainerPort {
				r.Invalid(p.Index(i).Child("ports").Index(j).Child("hostPort"), port.HostPort, "must match `containerPort` when `hostNetwork` is true")
			}
		}
	}
}

func checkHostUsers(r *field.Report, s *PodSpec, p *field.Path) {
	if s.HostUsers == nil || *s.HostUsers {
		return
	}
	const why = "when `hostUsers` is false"
	if s.HostNetwork {
		r.Forbidden(p.Child("hostNetwork"), why)
	}
	if s.HostPID {
		r.Forbidden(p.Child("hostPID"), why)
	}
	if s.HostIPC {
		r.Forbidden(p.Child("hostIPC"), why)
	}
}

func checkSchedulingGates(r *field.Report, gates []PodSchedulingGate, p *field.Path) {
	seen := map[string]bool{}
	for i, g := range gates {
		r.Each(p.Index(i), g.Name, meta.IsQualifiedName(g.Name))
		if seen[g.Name] {
			r.Duplicate(p.Index(i), g.Name)
		}
		seen[g.Name] = true
	}
}

func checkPodClaims(r *field.Report, claims []PodResourceClaim, p *field.Path) map[string]bool {
	names := map[string]bool{}
	for i := range claims {
		c, p := &claims[i], p.Index(i)
		switch {
		case c.Name == "":
			r.Required(p.Child("name"), "")
		case names[c.Name]:
			r.Duplicate(p.Child("name"), c.Name)
		default:
			r.Each(p.Child("name"), c.Name, meta.IsDNS1123Label(c.Name))
			names[c.Name] = true
		}
		switch {
		case c.ResourceClaimName != nil && c.ResourceClaimTemplateName != nil:
			r.Invalid(p, *c, "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified")
		case c.ResourceClaimName != nil:
			r.Each(p.Child("resourceClaimName"), *c.ResourceClaimName, meta.IsDNS1123Subdomain(*c.ResourceClaimName))
		case c.ResourceClaimTemplateName != nil:
			r.Each(p.Child("resourceClaimTemplateName"), *c.ResourceClaimTemplateName, meta.IsDNS1123Subdomain(*c.ResourceClaimTemplateName))
		default:
			r.Invalid(p, *c, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`")
		}
	}
	return names
}

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
	checkPod(&r, p)
	checkMirrorAnnotation(&r, p, old)
	if !sameLength(&r, p.Spec.Containers, old.Spec.Containers, specPath.Child("containers")) ||
		!sameLength(&r, p.Spec.InitContainers, old.Spec.InitContainers, specPath.Child("initContainers")) {
		return r.Errors
	}
	checkDeadlineUpdate(&r, p.Spec.ActiveDeadlineSeconds, old.Spec.ActiveDeadlineSeconds, specPath.Child("activeDeadlineSeconds"))
	checkTolerationsUpdate(&r, p.Spec.Tolerations, old.Spec.Tolerations, specPath.Child("tolerations"))
	checkGatesUpdate(&r, p.Spec.SchedulingGates, old.Spec.SchedulingGates, specPath.Child("schedulingGates"))
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
	if len(old.SchedulingGates) > 0 && narrows(s.NodeSelector, old.NodeSelector) {
		c.NodeSelector = old.NodeSelector
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
func differences(s, old *PodSpec) string {
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

// checkGatesUpdate lets gates only be lifted.
func checkGatesUpdate(r *field.Report, gates, old []PodSchedulingGate, p *field.Path) {
	for i, g := range gates {
		if !slices.Contains(old, g) {
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
	for i, c := range p.Status.Conditions {
		r.Each(statusPath.Child("conditions").Index(i).Child("type"), c.Type, meta.IsQualifiedName(string(c.Type)))
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
	checkAddresses(&r, p)
	return r.Errors
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
	var podIPs, hostIPs []string
	for i, a := range p.Status.PodIPs {
		checkIP(r, a.IP, pod.Index(i))
		podIPs = append(podIPs, a.IP)
	}
	for i, a := range p.Status.HostIPs {
		checkIP(r, a.IP, host.Index(i))
		hostIPs = append(hostIPs, a.IP)
	}
	if len(hostIPs) > 0 && p.Status.HostIP != hostIPs[0] {
		r.Invalid(host.Index(0).Child("ip"), hostIPs[0], "must be equal to `hostIP`")
	}
	for _, l := range []struct {
		ips  []string
		path *field.Path
	}{{podIPs, pod}, {hostIPs, host}} {
		if len(l.ips) > 1 && !onePerFamily(l.ips) {
			r.Invalid(l.path, l.ips, "may specify no more than one IP for each IP family")
		}
	}
}

// onePerFamily reports whether there is at most one address of each family.
func onePerFamily(ips []string) bool {
	return len(ips) < 2 || len(ips) == 2 && strings.Contains(ips[0], ":") != strings.Contains(ips[1], ":")
}

// ValidateBinding checks the request that places a pod on a node.
func ValidateBinding(b *Binding) field.ErrorList {
	var r field.Report
	target := field.New("target")
	if b.Target.Kind != "" && b.Target.Kind != "Node" {
		r.Add(field.NotSupported(target.Child("kind"), b.Target.Kind, []string{"Node", "<empty>"}))
	}
	if b.Target.Name == "" {
		r.Required(target.Child("name"), "")
	}
	return r.Errors
}
