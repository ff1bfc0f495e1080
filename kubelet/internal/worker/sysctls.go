package worker

import (
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
)

// safeSysctls are the settings of the kernel that a pod has for itself and can
// harm nobody with, each with the namespace that it belongs to.
var safeSysctls = map[string]string{
	"kernel.shm_rmid_forced":              "ipc",
	"net.ipv4.ip_local_port_range":        "net",
	"net.ipv4.ip_local_reserved_ports":    "net",
	"net.ipv4.ip_unprivileged_port_start": "net",
	"net.ipv4.ping_group_range":           "net",
	"net.ipv4.tcp_fin_timeout":            "net",
	"net.ipv4.tcp_keepalive_intvl":        "net",
	"net.ipv4.tcp_keepalive_probes":       "net",
	"net.ipv4.tcp_keepalive_time":         "net",
	"net.ipv4.tcp_rmem":                   "net",
	"net.ipv4.tcp_syncookies":             "net",
	"net.ipv4.tcp_wmem":                   "net",
}

// namespaced are the beginnings of all settings that a pod can have for itself.
var namespaced = []struct{ prefix, namespace string }{
	{"kernel.sem", "ipc"}, {"kernel.shm", "ipc"}, {"kernel.msg", "ipc"}, {"fs.mqueue.", "ipc"}, {"net.", "net"},
}

// namespaceOf is the namespace of a setting, "" for one of the whole machine.
func namespaceOf(sysctl string) string {
	for _, n := range namespaced {
		if strings.HasPrefix(sysctl, n.prefix) {
			return n.namespace
		}
	}
	return ""
}

// ValidSysctl says whether an operator may allow pods a setting, or all that
// begin as it does with a * at its end.
func ValidSysctl(pattern string) bool {
	name := dotted(strings.TrimSuffix(pattern, "*"))
	return namespaceOf(name) != "" && !strings.Contains(name, "*")
}

// dotted is a setting's name as it is shown: kernel/sem is kernel.sem.
func dotted(name string) string { return strings.ReplaceAll(name, "/", ".") }

// sysctlsAllowed refuses a pod that sets more of the kernel than is its own.
func sysctlsAllowed(pod *core.Pod, n *Node) (reason, message string) {
	if pod.Spec.SecurityContext == nil {
		return "", ""
	}
	for _, s := range pod.Spec.SecurityContext.Sysctls {
		name := dotted(s.Name)
		ns, safe := safeSysctls[name]
		if !safe {
			ns = namespaceOf(name)
		}
		switch {
		case !safe && !n.allows(name):
			return "SysctlForbidden", fmt.Sprintf("forbidden sysctl: %q not allowlisted", name)
		case ns == "net" && pod.Spec.HostNetwork, ns == "ipc" && pod.Spec.HostIPC:
			return "SysctlForbidden", fmt.Sprintf("forbidden sysctl: %q not allowed with host %s enabled", name, ns)
		}
	}
	return "", ""
}

// allows says whether the operator lets pods set something that is not safe.
func (n *Node) allows(sysctl string) bool {
	for _, pattern := range n.Sysctls {
		prefix, all := strings.CutSuffix(dotted(pattern), "*")
		if sysctl == prefix || all && strings.HasPrefix(sysctl, prefix) {
			return true
		}
	}
	return false
}
