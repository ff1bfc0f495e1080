package launch

import (
	"path/filepath"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/proto/core"
)

// namespaces says which of the host's namespaces the pod shares.
func namespaces(pod *core.Pod, target string) *pb.NamespaceOption {
	out := &pb.NamespaceOption{Network: pb.NamespaceMode_POD, Ipc: pb.NamespaceMode_POD, Pid: pb.NamespaceMode_CONTAINER}
	if pod.Spec.HostNetwork {
		out.Network = pb.NamespaceMode_NODE
	}
	if pod.Spec.HostIPC {
		out.Ipc = pb.NamespaceMode_NODE
	}
	switch {
	case pod.Spec.HostPID:
		out.Pid = pb.NamespaceMode_NODE
	case pod.Spec.ShareProcessNamespace != nil && *pod.Spec.ShareProcessNamespace:
		out.Pid = pb.NamespaceMode_POD
	case target != "":
		out.Pid, out.TargetId = pb.NamespaceMode_TARGET, target
	}
	return out
}

func sandboxSecurity(pod *core.Pod, seccompDir string) *pb.LinuxSandboxSecurityContext {
	out := &pb.LinuxSandboxSecurityContext{NamespaceOptions: namespaces(pod, ""), Privileged: anyPrivileged(pod), Seccomp: &pb.SecurityProfile{ProfileType: pb.SecurityProfile_RuntimeDefault}}
	if sc := pod.Spec.SecurityContext; sc != nil {
		out.RunAsUser, out.RunAsGroup = boxed(sc.RunAsUser), boxed(sc.RunAsGroup)
		if out.RunAsUser == nil {
			out.RunAsGroup = nil // CRI takes a group with a user only
		}
		out.SupplementalGroups = groups(sc)
		if sc.SeccompProfile != nil && sc.SeccompProfile.Type == core.SeccompProfileTypeUnconfined {
			out.Seccomp = seccomp(sc.SeccompProfile, seccompDir)
		}
	}
	return out
}

func anyPrivileged(pod *core.Pod) bool {
	for _, list := range [][]core.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			if privileged(&list[i]) {
				return true
			}
		}
	}
	return false
}

func privileged(c *core.Container) bool {
	return c.SecurityContext != nil && c.SecurityContext.Privileged != nil && *c.SecurityContext.Privileged
}

func groups(sc *core.PodSecurityContext) []int64 {
	out := append([]int64(nil), sc.SupplementalGroups...)
	if sc.FSGroup != nil {
		out = append(out, *sc.FSGroup)
	}
	return out
}

func boxed(v *int64) *pb.Int64Value {
	if v == nil {
		return nil
	}
	return &pb.Int64Value{Value: *v}
}

func seccomp(p *core.SeccompProfile, dir string) *pb.SecurityProfile {
	if p == nil {
		return &pb.SecurityProfile{ProfileType: pb.SecurityProfile_Unconfined}
	}
	switch p.Type {
	case core.SeccompProfileTypeRuntimeDefault:
		return &pb.SecurityProfile{ProfileType: pb.SecurityProfile_RuntimeDefault}
	case core.SeccompProfileTypeLocalhost:
		name := ""
		if p.LocalhostProfile != nil {
			name = *p.LocalhostProfile
		}
		return &pb.SecurityProfile{ProfileType: pb.SecurityProfile_Localhost, LocalhostRef: filepath.Join(dir, filepath.Clean("/"+name))}
	}
	return &pb.SecurityProfile{ProfileType: pb.SecurityProfile_Unconfined}
}

// maskedPaths hide what an unprivileged container must not see of the machine.
var maskedPaths = []string{"/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap"}

var readonlyPaths = []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}

// containerSecurity merges the pod's and the container's security settings.
func containerSecurity(pod *core.Pod, c *core.Container, target, seccompDir string) *pb.LinuxContainerSecurityContext {
	out := &pb.LinuxContainerSecurityContext{NamespaceOptions: namespaces(pod, target), Privileged: privileged(c)}
	var profile *core.SeccompProfile
	if sc := pod.Spec.SecurityContext; sc != nil {
		out.RunAsUser, out.RunAsGroup = boxed(sc.RunAsUser), boxed(sc.RunAsGroup)
		out.SupplementalGroups = groups(sc)
		profile = sc.SeccompProfile
		if sc.SupplementalGroupsPolicy != nil && *sc.SupplementalGroupsPolicy == core.SupplementalGroupsPolicyStrict {
			out.SupplementalGroupsPolicy = pb.SupplementalGroupsPolicy_Strict
		}
	}
	if sc := c.SecurityContext; sc != nil {
		if sc.RunAsUser != nil {
			out.RunAsUser = boxed(sc.RunAsUser)
		}
		if sc.RunAsGroup != nil {
			out.RunAsGroup = boxed(sc.RunAsGroup)
		}
		if sc.SeccompProfile != nil {
			profile = sc.SeccompProfile
		}
		out.ReadonlyRootfs = sc.ReadOnlyRootFilesystem != nil && *sc.ReadOnlyRootFilesystem
		out.NoNewPrivs = sc.AllowPrivilegeEscalation != nil && !*sc.AllowPrivilegeEscalation
		if caps := sc.Capabilities; caps != nil {
			out.Capabilities = &pb.Capability{}
			for _, a := range caps.Add {
				out.Capabilities.AddCapabilities = append(out.Capabilities.AddCapabilities, string(a))
			}
			for _, d := range caps.Drop {
				out.Capabilities.DropCapabilities = append(out.Capabilities.DropCapabilities, string(d))
			}
		}
	}
	if !out.Privileged {
		out.Seccomp = seccomp(profile, seccompDir)
		if c.SecurityContext == nil || c.SecurityContext.ProcMount == nil || *c.SecurityContext.ProcMount == core.DefaultProcMount {
			out.MaskedPaths, out.ReadonlyPaths = maskedPaths, readonlyPaths
		}
	}
	return out
}

// MustNotBeRoot says whether the container may not run as user 0, and which
// user the spec sets, if any.
func MustNotBeRoot(pod *core.Pod, c *core.Container) (must bool, user *int64) {
	if sc := pod.Spec.SecurityContext; sc != nil {
		must, user = sc.RunAsNonRoot != nil && *sc.RunAsNonRoot, sc.RunAsUser
	}
	if sc := c.SecurityContext; sc != nil {
		if sc.RunAsNonRoot != nil {
			must = *sc.RunAsNonRoot
		}
		if sc.RunAsUser != nil {
			user = sc.RunAsUser
		}
	}
	return must, user
}
