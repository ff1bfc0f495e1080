// Package launch turns a pod's spec into what the container runtime is asked
// for: the sandbox's and the containers' configurations, with environment,
// mounts, resources and security settings worked out.
//
// Read sandbox.go and container.go first; env.go, fields.go, dns.go and
// security.go each hold one part of them.
package launch

import (
	"path/filepath"
	"strconv"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Preparer knows what all pods of the node have in common.
type Preparer struct {
	RootDir       string // the kubelet's own directory, /var/lib/kubelet
	LogDir        string // /var/log/pods
	SeccompDir    string // where Localhost profiles lie
	NodeIPs       []string
	ClusterDNS    []string
	ClusterDomain string
	ResolvConf    string // the node's resolv.conf
	Objects       Objects
	// Allocatable is what pods can have of the node.
	Allocatable func() core.ResourceList
}

// PodDir is where the kubelet keeps a pod's files.
func (p *Preparer) PodDir(uid meta.UID) string { return filepath.Join(p.RootDir, "pods", string(uid)) }

// PodLogDir is where a pod's log files are.
func (p *Preparer) PodLogDir(pod *core.Pod) string {
	return filepath.Join(p.LogDir, pod.Namespace+"_"+pod.Name+"_"+string(pod.UID))
}

// Sandbox is the configuration of a pod's sandbox. atMostOnce marks it for a
// node that is cut off; see the node package.
func (p *Preparer) Sandbox(pod *core.Pod, attempt uint32, cgroupParent string, atMostOnce bool) *pb.PodSandboxConfig {
	hostname, _ := p.Hostname(pod)
	if pod.Spec.HostNetwork {
		hostname = "" // The node's own, which a runtime refuses to set.
	}
	annotations := map[string]string{cri.AnnotationGracePeriod: strconv.FormatInt(graceOf(pod), 10)}
	if s := pod.Annotations[cri.AnnotationPodConfigSource]; s != "" {
		annotations[cri.AnnotationPodConfigSource] = s
	}
	if atMostOnce {
		annotations[cri.AnnotationAtMostOnce] = "true"
	}
	config := &pb.PodSandboxConfig{
		Metadata:     &pb.PodSandboxMetadata{Name: pod.Name, Namespace: pod.Namespace, Uid: string(pod.UID), Attempt: attempt},
		Hostname:     hostname,
		LogDirectory: p.PodLogDir(pod),
		DnsConfig:    p.dns(pod),
		Labels:       p.labels(pod),
		Annotations:  annotations,
		Linux: &pb.LinuxPodSandboxConfig{
			CgroupParent:    cgroupParent,
			SecurityContext: sandboxSecurity(pod, p.SeccompDir),
			Sysctls:         map[string]string{},
			Resources:       &pb.LinuxContainerResources{},
		},
	}
	if sc := pod.Spec.SecurityContext; sc != nil {
		for _, s := range sc.Sysctls {
			config.Linux.Sysctls[s.Name] = s.Value
		}
	}
	for _, list := range [][]core.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			config.PortMappings = append(config.PortMappings, portMappings(&list[i])...)
		}
	}
	return config
}

// labels are the pod's own with the ones that identify it.
func (p *Preparer) labels(pod *core.Pod) map[string]string {
	out := map[string]string{}
	for k, v := range pod.Labels {
		out[k] = v
	}
	out[cri.LabelPodName], out[cri.LabelPodNamespace], out[cri.LabelPodUID] = pod.Name, pod.Namespace, string(pod.UID)
	return out
}

func portMappings(c *core.Container) []*pb.PortMapping {
	var out []*pb.PortMapping
	for _, port := range c.Ports {
		if port.HostPort == 0 {
			continue
		}
		out = append(out, &pb.PortMapping{
			Protocol:      pb.Protocol(pb.Protocol_value[string(port.Protocol)]),
			ContainerPort: port.ContainerPort, HostPort: port.HostPort, HostIp: port.HostIP,
		})
	}
	return out
}

func graceOf(pod *core.Pod) int64 {
	if g := pod.Spec.TerminationGracePeriodSeconds; g != nil {
		return *g
	}
	return 30
}
