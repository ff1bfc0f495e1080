package cluster

import (
	"strings"
	"unique"

	"github.com/pilothouse/pilothouse/proto/core"
)

// trimPod keeps of a pod what controllers decide by: its metadata, where it is,
// what it asks for, its ports, its claims and how it does. What only a kubelet
// needs is the larger part, and there may be tens of thousands of pods.
func trimPod(p *core.Pod) {
	p.ManagedFields = nil
	for k := range p.Annotations {
		if strings.HasPrefix(k, "kubectl.kubernetes.io/last-applied") {
			delete(p.Annotations, k)
		}
	}
	trimContainers(p.Spec.Containers)
	trimContainers(p.Spec.InitContainers)
	p.Spec.EphemeralContainers = nil
	p.Spec.Volumes = claims(p.Spec.Volumes)
	p.Spec.SecurityContext, p.Spec.DNSConfig, p.Spec.HostAliases = nil, nil, nil
	trimStatuses(p.Status.ContainerStatuses)
	trimStatuses(p.Status.InitContainerStatuses)
	p.Status.EphemeralContainerStatuses = nil
	share(p)
}

func trimContainers(list []core.Container) {
	for i := range list {
		c := &list[i]
		list[i] = core.Container{Name: same(c.Name), Ports: c.Ports, Resources: c.Resources, RestartPolicy: c.RestartPolicy}
	}
}

// claims are the volumes that persistent volume claims stand behind.
func claims(list []core.Volume) []core.Volume {
	var out []core.Volume
	for _, v := range list {
		if v.PersistentVolumeClaim != nil || v.Ephemeral != nil {
			out = append(out, v)
		}
	}
	return out
}

func trimStatuses(list []core.ContainerStatus) {
	for i := range list {
		c := &list[i]
		c.Image, c.ImageID, c.VolumeMounts, c.AllocatedResourcesStatus, c.User = "", "", nil, nil, nil
	}
}

// share lets pods have strings in common that most of them repeat.
func share(p *core.Pod) {
	p.Namespace, p.GenerateName = same(p.Namespace), same(p.GenerateName)
	p.Spec.NodeName, p.Spec.SchedulerName, p.Spec.ServiceAccountName = same(p.Spec.NodeName), same(p.Spec.SchedulerName), same(p.Spec.ServiceAccountName)
	p.Spec.DeprecatedServiceAccount = same(p.Spec.DeprecatedServiceAccount)
	p.Labels = shareMap(p.Labels)
	p.Annotations = shareMap(p.Annotations)
	for i := range p.OwnerReferences {
		r := &p.OwnerReferences[i]
		r.APIVersion, r.Kind, r.Name = same(r.APIVersion), same(r.Kind), same(r.Name)
	}
}

func shareMap(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		if len(v) <= 64 {
			v = same(v)
		}
		out[same(k)] = v
	}
	return out
}

func same(s string) string {
	if s == "" {
		return ""
	}
	return unique.Make(s).Value()
}
