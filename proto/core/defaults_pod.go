package core

import (
	"maps"

	"github.com/pilothouse/pilothouse/proto/quantity"
)

// SetPodDefaults fills what a manifest may leave out. It is safe to repeat.
func SetPodDefaults(p *Pod) {
	setPodSpecDefaults(&p.Spec)
	for _, list := range [][]Container{p.Spec.Containers, p.Spec.InitContainers} {
		for i := range list {
			requestsFromLimits(&list[i].Resources)
			if p.Spec.HostNetwork {
				hostPortsFromContainerPorts(list[i].Ports)
			}
		}
	}
	if p.Spec.EnableServiceLinks == nil {
		p.Spec.EnableServiceLinks = ptr(true)
	}
	roundResources(p.Spec.Overhead)
	if p.Status.Phase == "" {
		p.Status.Phase = PodPending
	}
	agreeOnAddresses(&p.Status)
}

// agreeOnAddresses has podIP be the first of podIPs. Where the two differ podIP
// is heard: it is what a client that knows nothing of podIPs writes.
func agreeOnAddresses(s *PodStatus) {
	switch {
	case s.PodIP == "" && len(s.PodIPs) > 0:
		s.PodIP = s.PodIPs[0].IP
	case s.PodIP != "" && (len(s.PodIPs) == 0 || s.PodIPs[0].IP != s.PodIP):
		s.PodIPs = []PodIP{{IP: s.PodIP}}
	}
}

// SetPodTemplateDefaults fills a PodTemplate.
func SetPodTemplateDefaults(t *PodTemplate) { SetPodTemplateSpecDefaults(&t.Template) }

// SetPodTemplateSpecDefaults fills the template inside a controller. What
// depends on the final pod (requests from limits, host ports, service links)
// waits until a pod is made of it.
func SetPodTemplateSpecDefaults(t *PodTemplateSpec) { setPodSpecDefaults(&t.Spec) }

func setPodSpecDefaults(s *PodSpec) {
	setDefault(&s.DNSPolicy, DNSClusterFirst)
	setDefault(&s.RestartPolicy, RestartPolicyAlways)
	setDefault(&s.SchedulerName, DefaultSchedulerName)
	if s.SecurityContext == nil {
		s.SecurityContext = &PodSecurityContext{}
	}
	if s.TerminationGracePeriodSeconds == nil {
		s.TerminationGracePeriodSeconds = ptr(int64(DefaultTerminationGraceSeconds))
	}
	setServiceAccountAlias(s)
	for i := range s.Volumes {
		setVolumeDefaults(&s.Volumes[i].VolumeSource)
	}
	for i := range s.InitContainers {
		setContainerDefaults(&s.InitContainers[i])
	}
	for i := range s.Containers {
		setContainerDefaults(&s.Containers[i])
	}
	for i := range s.EphemeralContainers {
		c := Container(s.EphemeralContainers[i].EphemeralContainerCommon)
		setContainerDefaults(&c)
		s.EphemeralContainers[i].EphemeralContainerCommon = EphemeralContainerCommon(c)
	}
}

// setServiceAccountAlias keeps the old and the new name of the field alike, as
// old clients read the one and new clients the other.
func setServiceAccountAlias(s *PodSpec) {
	setDefault(&s.ServiceAccountName, s.DeprecatedServiceAccount)
	s.DeprecatedServiceAccount = s.ServiceAccountName
}

func setContainerDefaults(c *Container) {
	if c.ImagePullPolicy == "" {
		c.ImagePullPolicy = defaultPullPolicy(c.Image)
	}
	setDefault(&c.TerminationMessagePath, DefaultTerminationMessagePath)
	setDefault(&c.TerminationMessagePolicy, TerminationMessageReadFile)
	for i := range c.Ports {
		setDefault(&c.Ports[i].Protocol, ProtocolTCP)
	}
	for i := range c.Env {
		if v := c.Env[i].ValueFrom; v != nil {
			setFieldRefDefaults(v.FieldRef)
		}
	}
	roundResources(c.Resources.Limits)
	roundResources(c.Resources.Requests)
	for _, p := range []*Probe{c.LivenessProbe, c.ReadinessProbe, c.StartupProbe} {
		setProbeDefaults(p)
	}
	if l := c.Lifecycle; l != nil {
		for _, h := range []*LifecycleHandler{l.PostStart, l.PreStop} {
			if h != nil {
				setHTTPGetDefaults(h.HTTPGet)
			}
		}
	}
}

// defaultPullPolicy is Always for an image whose tag moves, else IfNotPresent.
func defaultPullPolicy(image string) PullPolicy {
	if imageTag(image) == "latest" {
		return PullAlways
	}
	return PullIfNotPresent
}

func setProbeDefaults(p *Probe) {
	if p == nil {
		return
	}
	setDefault(&p.TimeoutSeconds, 1)
	setDefault(&p.PeriodSeconds, 10)
	setDefault(&p.SuccessThreshold, 1)
	setDefault(&p.FailureThreshold, 3)
	setHTTPGetDefaults(p.HTTPGet)
	if p.GRPC != nil && p.GRPC.Service == nil {
		p.GRPC.Service = ptr("")
	}
}

func setHTTPGetDefaults(h *HTTPGetAction) {
	if h != nil {
		setDefault(&h.Path, "/")
		setDefault(&h.Scheme, URISchemeHTTP)
	}
}

func setFieldRefDefaults(f *ObjectFieldSelector) {
	if f != nil {
		setDefault(&f.APIVersion, "v1")
	}
}

// requestsFromLimits lets a container that names only a limit request as much.
func requestsFromLimits(r *ResourceRequirements) {
	if r.Limits == nil {
		return
	}
	requests := maps.Clone(r.Limits)
	maps.Copy(requests, r.Requests)
	r.Requests = requests
}

func hostPortsFromContainerPorts(ports []ContainerPort) {
	for i := range ports {
		setDefault(&ports[i].HostPort, ports[i].ContainerPort)
	}
}

// roundResources rounds amounts up to a thousandth, the finest that the system
// counts.
func roundResources(l ResourceList) {
	for name, q := range l {
		if milli := quantity.FromMilli(q.MilliValue()); q.MilliValue() < 1<<40 && milli.Cmp(q) > 0 {
			l[name] = milli
		}
	}
}

// ptr is a pointer to a copy of v.
func ptr[T any](v T) *T { return &v }

// setDefault sets what is still zero.
func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
