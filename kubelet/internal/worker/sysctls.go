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

// SysctlsSafe refuses a pod that sets more of the kernel than is its own. It is
// for Manager.Admit; reason and words are upstream's.
func SysctlsSafe(pod *core.Pod) (reason, message string) {
	if pod.Spec.SecurityContext == nil {
		return "", ""
	}
	for _, s := range pod.Spec.SecurityContext.Sysctls {
		name := strings.ReplaceAll(s.Name, "/", ".")
		ns, safe := safeSysctls[name]
		switch {
		case !safe:
			return "SysctlForbidden", fmt.Sprintf("forbidden sysctl: %q not allowlisted", name)
		case ns == "net" && pod.Spec.HostNetwork, ns == "ipc" && pod.Spec.HostIPC:
			return "SysctlForbidden", fmt.Sprintf("forbidden sysctl: %q not allowed with host %s enabled", name, ns)
		}
	}
	return "", ""
}
