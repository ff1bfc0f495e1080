package nftables

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// tableName is the one nft table that is ours, in each family. Nothing outside it is touched.
const tableName = "kube-proxy"

// family is how nft's words differ between IPv4 and IPv6.
type family struct {
	ip       string // name of the table family and of the header in rules
	addr     string // type of an address in a set
	loopback string
}

var (
	ipv4 = family{ip: "ip", addr: "ipv4_addr", loopback: "127.0.0.0/8"}
	ipv6 = family{ip: "ip6", addr: "ipv6_addr", loopback: "::1"}
)

// Config says how the rules treat addresses.
type Config struct {
	// IPv6 makes the rules of the IPv6 family.
	IPv6 bool
	// ClusterCIDR holds the pods' prefixes. When set, traffic to a cluster IP from elsewhere is masqueraded.
	ClusterCIDR []netip.Prefix
	// MasqueradeAll masquerades everything that goes to a cluster IP.
	MasqueradeAll bool
	// LocalhostNodePorts serves node ports on the loopback addresses too.
	LocalhostNodePorts bool
}

func (c Config) family() family {
	if c.IPv6 {
		return ipv6
	}
	return ipv4
}

// podCIDRs returns the pods' prefixes of this family as an nft set, or "".
func (c Config) podCIDRs() string {
	var list []string
	for _, p := range c.ClusterCIDR {
		if p.Addr().Is6() == c.IPv6 {
			list = append(list, p.Masked().String())
		}
	}
	if len(list) == 0 {
		return ""
	}
	return "{ " + strings.Join(list, ", ") + " }"
}

// The maps and sets of the table. Every element of them comes from the plan, so a change
// of a service changes elements only; the chains below stay as they are.
const (
	setServices          = "services"           // where traffic comes in -> mark of its pool
	setNodePorts         = "nodeports"          // likewise for node ports
	setInsideServices    = "inside-services"    // for sources in the cluster, where the policy is Local
	setInsideNodePorts   = "inside-nodeports"   //
	setClusterIPs        = "cluster-ips"        // all cluster IPs; what reaches one untranslated is rejected
	setRejected          = "rejected"           // external addresses of services without endpoints
	setRejectedNodePorts = "rejected-nodeports" //
	setDropped           = "dropped"            // policy Local without an endpoint here
	setDroppedNodePorts  = "dropped-nodeports"  //
	setRestricted        = "restricted"         // load balancer addresses that have source ranges
	setAllowed           = "allowed"            // those ranges
	setHairpin           = "hairpin"            // endpoint . itself: a pod that reaches itself by its service
)

// base is the table without any service: its sets, its maps and the chains on the hooks.
func base(c Config) string {
	f := c.family()
	frontend := f.addr + " . inet_proto . inet_service"
	r := strings.NewReplacer(
		"$table", f.ip+" "+tableName, "$ip", f.ip, "$addr", f.addr, "$frontend", frontend,
		"$pool", fmt.Sprintf("%#x", poolMask), "$picker", fmt.Sprintf("%#x", uint32(pickerMask)),
		"$masq", fmt.Sprintf("%#x", masqueradeBit), "$notmasq", fmt.Sprintf("%#x", ^uint32(masqueradeBit)),
		"$frontkey", f.ip+" daddr . meta l4proto . th dport",
		"$inside", insideRules(c, f), "$outside", outsideRules(c, f),
		"$nodelocal", nodeLocal(c, f),
	)
	return r.Replace(baseText)
}

// insideRules handle sources in the cluster where a service's external policy is Local:
// they may use any endpoint.
func insideRules(c Config, f family) string {
	s := ""
	if cidrs := c.podCIDRs(); cidrs != "" {
		s = fmt.Sprintf("%s saddr %s jump inside\n\t\t", f.ip, cidrs)
	}
	return s + "fib saddr type local jump inside-node"
}

// outsideRules masquerade traffic to cluster IPs that does not come from a pod.
func outsideRules(c Config, f family) string {
	cidrs := c.podCIDRs()
	if cidrs == "" || c.MasqueradeAll {
		return ""
	}
	return fmt.Sprintf("%s saddr != %s %s daddr @%s meta mark set %s daddr . meta l4proto . th dport map @%s goto pick-masquerade",
		f.ip, cidrs, f.ip, setClusterIPs, f.ip, setServices)
}

// nodeLocal matches the addresses on which node ports are served.
func nodeLocal(c Config, f family) string {
	if c.LocalhostNodePorts {
		return "fib daddr type local"
	}
	return "fib daddr type local " + f.ip + " daddr != " + f.loopback
}

const baseText = `add table $table
delete table $table
table $table {
	comment "services of the cluster; made by kube-proxy, which restores it when it is changed"

	map services { type $frontend : mark; }
	map nodeports { type inet_proto . inet_service : mark; }
	map inside-services { type $frontend : mark; }
	map inside-nodeports { type inet_proto . inet_service : mark; }
	map pickers { type mark : verdict; }
	set cluster-ips { type $addr; }
	set rejected { type $frontend; }
	set rejected-nodeports { type inet_proto . inet_service; }
	set dropped { type $frontend; }
	set dropped-nodeports { type inet_proto . inet_service; }
	set restricted { type $frontend; }
	set allowed { type $frontend . $addr; flags interval; }
	set hairpin { type $addr . $addr; }

	chain pick {
		meta mark & $picker vmap @pickers
	}
	chain pick-masquerade {
		meta mark set meta mark | $masq
		goto pick
	}
	chain inside {
		meta mark set $frontkey map @inside-services goto pick
		$nodelocal meta mark set meta l4proto . th dport map @inside-nodeports goto pick
	}
	chain inside-node {
		meta mark set $frontkey map @inside-services goto pick-masquerade
		$nodelocal meta mark set meta l4proto . th dport map @inside-nodeports goto pick-masquerade
	}
	chain services {
		$inside
		$outside
		meta mark set $frontkey map @services goto pick
		$nodelocal meta mark set meta l4proto . th dport map @nodeports goto pick
	}
	chain nat-prerouting {
		type nat hook prerouting priority -100
		jump services
	}
	chain nat-output {
		type nat hook output priority -100
		jump services
	}
	chain nat-postrouting {
		type nat hook postrouting priority 100
		meta mark & $masq != 0 meta mark set meta mark & $notmasq masquerade fully-random
		ct status dnat $ip saddr . $ip daddr @hairpin masquerade fully-random
	}
	chain unmark {
		ct state new ct status dnat meta mark != 0 meta mark set meta mark & $masq
	}
	chain unmark-prerouting {
		type filter hook prerouting priority -99
		jump unmark
	}
	chain unmark-output {
		type filter hook output priority -99
		jump unmark
	}
	chain restrict-prerouting {
		type filter hook prerouting priority -110
		ct state new $frontkey @restricted $frontkey . $ip saddr != @allowed drop
	}
	chain refuse {
		$frontkey @dropped drop
		$frontkey @rejected reject
		$ip daddr @cluster-ips reject
		$nodelocal meta l4proto . th dport @dropped-nodeports drop
		$nodelocal meta l4proto . th dport @rejected-nodeports reject
	}
	chain refuse-input {
		type filter hook input priority 0
		ct state new jump refuse
	}
	chain refuse-forward {
		type filter hook forward priority 0
		ct state new jump refuse
	}
	chain refuse-output {
		type filter hook output priority 0
		ct state new jump refuse
	}
}
`

// slotText makes what one endpoint slot needs: a map from pool to endpoint and the chain
// that translates to it. Slots are made when the first service grows so large, and stay.
func slotText(f family, slot int) string {
	return fmt.Sprintf("add map %[1]s %[2]s %[3]s { type mark : %[4]s . inet_service; }\n"+
		"add chain %[1]s %[2]s %[5]s\n"+
		"add rule %[1]s %[2]s %[5]s meta l4proto { tcp, udp, sctp } dnat %[1]s addr . port to meta mark & %#[6]x map @%[3]s\n",
		f.ip, tableName, endpointMap(slot), f.addr, endpointChain(slot, 0), poolMask)
}

// stickyText makes what one slot needs to remember its clients for so long.
func stickyText(f family, slot int, timeout time.Duration) string {
	return fmt.Sprintf("add set %[1]s %[2]s %[3]s { type %[4]s . mark; flags dynamic,timeout; timeout %[5]ds; size 1048576; }\n"+
		"add chain %[1]s %[2]s %[6]s\n"+
		"add rule %[1]s %[2]s %[6]s update @%[3]s { %[1]s saddr . meta mark & %#[7]x }\n"+
		"add rule %[1]s %[2]s %[6]s goto %[8]s\n",
		f.ip, tableName, affinitySet(slot, timeout), f.addr, int(timeout.Seconds()),
		endpointChain(slot, timeout), poolMask, endpointChain(slot, 0))
}
