package worker

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
)

func TestSysctlsAllowed(t *testing.T) {
	n := &Node{Sysctls: []string{"kernel.msg*", "net/core/somaxconn"}}
	for _, c := range []struct {
		name    string
		hostNet bool
		want    string
	}{
		{"kernel.shm_rmid_forced", true, ""},
		{"net/ipv4/tcp_syncookies", false, ""},
		{"net.ipv4.tcp_syncookies", true, `forbidden sysctl: "net.ipv4.tcp_syncookies" not allowed with host net enabled`},
		{"kernel.shmmax", false, `forbidden sysctl: "kernel.shmmax" not allowlisted`},
		{"kernel.msgmax", false, ""},
		{"net.core.somaxconn", false, ""},
		{"net.core.somaxconn", true, `forbidden sysctl: "net.core.somaxconn" not allowed with host net enabled`},
		{"net.core.somaxconns", false, `forbidden sysctl: "net.core.somaxconns" not allowlisted`},
	} {
		p := pod(core.RestartPolicyAlways, "a")
		p.Spec.HostNetwork = c.hostNet
		p.Spec.SecurityContext = &core.PodSecurityContext{Sysctls: []core.Sysctl{{Name: c.name, Value: "1"}}}
		reason, message := n.Refused(p)
		if message != c.want || (reason == "SysctlForbidden") != (c.want != "") {
			t.Errorf("%s, in the node's network %v: %q, %q", c.name, c.hostNet, reason, message)
		}
	}
}

func TestValidSysctl(t *testing.T) {
	for name, want := range map[string]bool{
		"kernel.msg*": true, "kernel.shmmax": true, "net.*": true, "net/core/somaxconn": true,
		"vm.swappiness": false, "*": false, "kernel.*": false, "net.*.x*": false, "": false,
	} {
		if got := ValidSysctl(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}
