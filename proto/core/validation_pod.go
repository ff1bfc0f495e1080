package core

import (
	"fmt"
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
	checkAppArmorAgrees(&r, &p.ObjectMeta, &p.Spec, specPath)
	return r.Errors
}

// checkPod checks what holds for a pod at any time.
func checkPod(r *field.Report, p *Pod) {
	checkPodMeta(r, p)
	checkWholeSpec(r, p)
}

func checkPodMeta(r *field.Report, p *Pod) {
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
	checkAppArmorAnnotations(r, &p.ObjectMeta, &p.Spec, annotations)
}

// checkWholeSpec checks a pod's spec, and what a template's may say and a pod's
// may not.
func checkWholeSpec(r *field.Report, p *Pod) {
	// The paths of a hundred fields are made only when one of them is wrong.
	var quick field.Report
	if checkSpecAt(&quick, p, field.Nowhere); len(quick.Errors) > 0 {
		checkSpecAt(r, p, specPath)
	}
}

func checkSpecAt(r *field.Report, p *Pod, spec *field.Path) {
	checkPodSpec(r, &p.Spec, spec, podContext{name: p.Name, isPod: true})
	if p.Spec.ServiceAccountName == "" {
		forbidTokens(r, &p.Spec)
	}
	for _, l := range []struct {
		name string
		list []Container
	}{{"containers", p.Spec.Containers}, {"initContainers", p.Spec.InitContainers}} {
		for i := range l.list {
			checkImageSpace(r, l.list[i].Image, spec.Child(l.name).Index(i).Child("image"))
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
	checkHostProcess(r, s, p)
	checkHostUsers(r, s, p)
	checkPodNames(r, s, p)
	checkPodRest(r, s, p)
}

// checkPodNames checks the fields that name other objects or hosts, and those
// that always were told of among them.
func checkPodNames(r *field.Report, s *PodSpec, p *field.Path) {
	check := func(name, value string, rule meta.NameCheck) {
		if value != "" {
			r.Each(p.Child(name), value, rule(value))
		}
	}
	check("serviceAccountName", s.ServiceAccountName, meta.IsDNS1123Subdomain)
	check("nodeName", s.NodeName, meta.IsDNS1123Subdomain)
	if v := s.ActiveDeadlineSeconds; v != nil && (*v < 1 || *v > maxInt32) {
		r.Invalid(p.Child("activeDeadlineSeconds"), *v, meta.RangeError(1, maxInt32))
	}
	check("hostname", s.Hostname, meta.IsDNS1123Label)
	check("subdomain", s.Subdomain, meta.IsDNS1123Label)
	checkTolerations(r, s.Tolerations, p.Child("tolerations"))
	for i := range s.HostAliases {
		a, p := &s.HostAliases[i], p.Child("hostAliases").Index(i)
		checkIP(r, a.IP, p.Child("ip"))
		for j, h := range a.Hostnames {
			r.Each(p.Child("hostnames").Index(j), h, meta.IsDNS1123Subdomain(h))
		}
	}
	check("priorityClassName", s.PriorityClassName, meta.IsDNS1123Subdomain)
	if s.RuntimeClassName != nil {
		r.Each(p.Child("runtimeClassName"), *s.RuntimeClassName, meta.IsDNS1123Subdomain(*s.RuntimeClassName))
	}
}

// checkPodRest checks the remaining single fields.
func checkPodRest(r *field.Report, s *PodSpec, p *field.Path) {
	if s.PreemptionPolicy != nil {
		field.OneOf(r, p.Child("preemptionPolicy"), *s.PreemptionPolicy, PreemptLowerPriority, PreemptNever)
	}
	if s.Overhead != nil {
		checkResources(r, &ResourceRequirements{Limits: s.Overhead}, nil, p.Child("overhead"))
	}
	if s.OS != nil {
		checkOS(r, s, p)
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
