package worker

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
)

func TestSysctlsSafe(t *testing.T) {
	for _, c := range []struct {
		name    string
		hostNet bool
		want    string
	}{
		{"kernel.shm_rmid_forced", true, ""},
		{"net/ipv4/tcp_syncookies", false, ""},
		{"net.ipv4.tcp_syncookies", true, `forbidden sysctl: "net.ipv4.tcp_syncookies" not allowed with host net enabled`},
		{"kernel.msgmax", false, `forbidden sysctl: "kernel.msgmax" not allowlisted`},
	} {
		p := pod(core.RestartPolicyAlways, "a")
		p.Spec.HostNetwork = c.hostNet
		p.Spec.SecurityContext = &core.PodSecurityContext{Sysctls: []core.Sysctl{{Name: c.name, Value: "1"}}}
		reason, message := SysctlsSafe(p)
		if message != c.want || (reason == "SysctlForbidden") != (c.want != "") {
			t.Errorf("%s, in the node's network %v: %q, %q", c.name, c.hostNet, reason, message)
		}
	}
}
