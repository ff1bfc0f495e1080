// Package masquerade gives packets of pods that leave the cluster's network the node's
// address, for networks whose routers do not know the pods. Between pods, and between nodes
// and pods, addresses stay as they are.
package masquerade

import (
	"context"
	"fmt"
	"net/netip"
	"os/exec"
	"strings"
)

// tableName is the nft table that is ours.
const tableName = "flannel"

// rules masquerade what comes from a pod of this node and goes neither to the cluster nor
// to a multicast group. Traffic that has been translated to a pod is the cluster's too.
func rules(cluster, subnet netip.Prefix) string {
	return fmt.Sprintf(`add table ip %[1]s
delete table ip %[1]s
table ip %[1]s {
	chain postrouting {
		type nat hook postrouting priority 100
		ip saddr %[3]s ip daddr != { %[2]s, 224.0.0.0/4 } masquerade fully-random
	}
}
`, tableName, cluster.Masked(), subnet.Masked())
}

// Present says whether the rules are in the kernel. Whoever flushes nft's rules takes ours
// along.
func Present(ctx context.Context) bool {
	out, err := exec.CommandContext(ctx, "nft", "list", "chain", "ip", tableName, "postrouting").Output()
	return err == nil && strings.Contains(string(out), "masquerade")
}

// Set puts the rules into the kernel, replacing those of before in one transaction.
func Set(ctx context.Context, cluster, subnet netip.Prefix) error {
	return nft(ctx, rules(cluster, subnet))
}

// Cleanup removes the rules.
func Cleanup(ctx context.Context) error {
	if _, err := exec.LookPath("nft"); err != nil {
		return nil // then they were never made
	}
	return nft(ctx, fmt.Sprintf("add table ip %[1]s\ndelete table ip %[1]s\n", tableName))
}

func nft(ctx context.Context, text string) error {
	cmd := exec.CommandContext(ctx, "nft", "-f", "-")
	cmd.Stdin = strings.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}
