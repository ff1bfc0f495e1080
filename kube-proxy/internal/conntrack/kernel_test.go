package conntrack

import (
	"strconv"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/netnstest"
	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
	"github.com/pilothouse/pilothouse/proto/core"
)

// In the kernel, the entries of the endpoint that is gone are removed and no others.
func TestDeleteFromKernel(t *testing.T) {
	ns := netnstest.New(t, "ct")
	sport := 5550
	entry := func(protocol, dst, dport, answering string) {
		sport++
		from := strconv.Itoa(sport)
		args := []string{"conntrack", "-I", "-p", protocol, "-s", "10.244.9.9", "-d", dst, "--sport", from, "--dport", dport,
			"--reply-src", answering, "--reply-dst", "10.244.9.9", "--reply-port-src", "53", "--reply-port-dst", from, "-t", "100"}
		if protocol == "tcp" {
			args = append(args, "--state", "ESTABLISHED")
		}
		ns.Run(args...)
	}
	entry("udp", "10.96.0.10", "53", "10.244.2.2")   // to the endpoint that goes
	entry("udp", "10.99.0.1", "30053", "10.244.2.2") // likewise, by the node port
	entry("udp", "10.96.0.99", "53", "10.244.2.2")   // another service
	entry("tcp", "10.96.0.10", "53", "10.244.2.2")   // another protocol
	old, now := port(core.ProtocolUDP, "10.244.1.2:53", "10.244.2.2:53"), port(core.ProtocolUDP, "10.244.1.2:53")
	ns.Do(func() {
		n, err := Of([]table.Change{{Name: old.Name, Old: old, New: now}}).Delete()
		if err != nil || n != 2 {
			t.Errorf("%d entries removed, err %v; want 2", n, err)
		}
	})
	left := ns.Run("conntrack", "-L")
	for _, want := range []string{"10.96.0.99", "tcp"} {
		if !strings.Contains(left, want) {
			t.Errorf("the entry of %s is gone too:\n%s", want, left)
		}
	}
	if strings.Contains(left, "dport=30053") {
		t.Errorf("stale entries stay:\n%s", left)
	}
}
