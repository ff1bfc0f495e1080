package iptables

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"net/netip"
	"strings"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
	"github.com/pilothouse/pilothouse/proto/core"
)

// masqueradeMark is bit 14, which other proxies use for the same purpose.
const masqueradeMark = "0x4000"

// The chains that exist once, named as operators know them.
const (
	chainServices     = "KUBE-SERVICES"          // nat: cluster IPs and external addresses; filter: unserved cluster IPs
	chainNodePorts    = "KUBE-NODEPORTS"         // nat
	chainPostrouting  = "KUBE-POSTROUTING"       // nat
	chainMarkMasq     = "KUBE-MARK-MASQ"         // nat
	chainExternal     = "KUBE-EXTERNAL-SERVICES" // filter: external addresses without endpoints
	chainFirewall     = "KUBE-PROXY-FIREWALL"    // filter: what is dropped
	chainForward      = "KUBE-FORWARD"           // filter
	chainCanary       = "KUBE-PROXY-CANARY"      // both: its absence shows that somebody flushed
	prefixService     = "KUBE-SVC-"              // one per service port: all endpoints
	prefixLocal       = "KUBE-SVL-"              // likewise: this node's endpoints
	prefixExternal    = "KUBE-EXT-"              // likewise: traffic from outside
	prefixEndpoint    = "KUBE-SEP-"              // one per endpoint of a service port
	tableNat          = "nat"
	tableFilter       = "filter"
	loopbackNodePorts = "127.0.0.0/8"
)

var perServicePrefixes = []string{prefixService, prefixLocal, prefixExternal, prefixEndpoint}

// Config says how the rules treat addresses.
type Config struct {
	// IPv6 makes the rules with ip6tables.
	IPv6 bool
	// ClusterCIDR holds the pods' prefixes. When set, traffic to a cluster IP from elsewhere is masqueraded.
	ClusterCIDR []netip.Prefix
	// MasqueradeAll masquerades everything that goes to a cluster IP.
	MasqueradeAll bool
	// LocalhostNodePorts serves node ports on the loopback addresses too.
	LocalhostNodePorts bool
}

func (c Config) podCIDRs() []string {
	var list []string
	for _, p := range c.ClusterCIDR {
		if p.Addr().Is6() == c.IPv6 {
			list = append(list, p.Masked().String())
		}
	}
	return list
}

// shared is a chain that holds lines of many services.
type shared struct{ table, chain string }

// rules are all lines that exist because of one service port.
type rules struct {
	// own are chains of the nat table that belong to this port alone, in the order made.
	own map[string][]string
	// shared are lines in chains that all ports have in common.
	shared map[shared][]string
}

// chainName makes the name of a port's chain: a prefix and 16 letters of a hash, so that it
// fits into the 28 letters that iptables allows and is the same after a restart.
func chainName(prefix string, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, " ")))
	return prefix + base32.StdEncoding.EncodeToString(sum[:])[:16]
}

// maker makes the rules of one port.
type maker struct {
	c       Config
	p       *table.Port
	r       rules
	comment string
	proto   string
}

// rulesOf is the pure heart of the back end.
func rulesOf(c Config, p *table.Port) rules {
	m := &maker{c: c, p: p, r: rules{map[string][]string{}, map[shared][]string{}}}
	m.comment = fmt.Sprintf("-m comment --comment %q", strings.TrimSuffix(p.Name.String(), "/IPv6"))
	m.proto = protoWords(p.Name.Protocol)
	m.clusterIP()
	m.external()
	return m.r
}

func protoWords(p core.Protocol) string {
	name := strings.ToLower(string(p))
	return fmt.Sprintf("-p %s -m %s", name, name)
}

func (m *maker) name(prefix string) string {
	return chainName(prefix, m.p.Name.Namespace+"/"+m.p.Name.Service+":"+m.p.Name.Port, string(m.p.Name.Protocol))
}

func (m *maker) line(table, chain, format string, args ...any) {
	key := shared{table, chain}
	m.r.shared[key] = append(m.r.shared[key], fmt.Sprintf(format, args...))
}

// to returns the words for traffic to an address on the service's port.
func (m *maker) to(a netip.Addr) string {
	return fmt.Sprintf("-d %s/%d %s --dport %d %s", a, a.BitLen(), m.proto, m.p.Port, m.comment)
}

func (m *maker) clusterIP() {
	target := ""
	switch {
	case m.p.InternalLocal && len(m.p.Local) > 0:
		target = m.local()
	case m.p.InternalLocal && len(m.p.Cluster) > 0:
		m.line(tableFilter, chainFirewall, "%s -j DROP", m.to(m.p.ClusterIP))
	case len(m.p.Cluster) > 0:
		target = m.cluster()
	}
	if target != "" {
		m.line(tableNat, chainServices, "%s -j %s", m.to(m.p.ClusterIP), target)
	}
	// What reaches the cluster IP without having been translated is not served.
	m.line(tableFilter, chainServices, "-d %s/%d %s -j REJECT", m.p.ClusterIP, m.p.ClusterIP.BitLen(), m.comment)
}

// cluster makes the chain of all endpoints and returns its name.
func (m *maker) cluster() string {
	name := m.name(prefixService)
	if _, ok := m.r.own[name]; ok {
		return name
	}
	m.r.own[name] = append(m.masqueradeRules(), m.spread(m.p.Cluster)...)
	return name
}

func (m *maker) local() string {
	name := m.name(prefixLocal)
	if _, ok := m.r.own[name]; !ok {
		m.r.own[name] = append(m.masqueradeRules(), m.spread(m.p.Local)...)
	}
	return name
}

// masqueradeRules mark traffic to the cluster IP that must come back this way.
func (m *maker) masqueradeRules() []string {
	to := m.to(m.p.ClusterIP)
	if m.c.MasqueradeAll {
		return []string{fmt.Sprintf("%s -j %s", to, chainMarkMasq)}
	}
	if cidrs := m.c.podCIDRs(); len(cidrs) == 1 {
		return []string{fmt.Sprintf("! -s %s %s -j %s", cidrs[0], to, chainMarkMasq)}
	}
	return nil
}

// spread makes a chain per endpoint and the lines that choose among them in turn: of n
// endpoints the first takes every n-th connection, the next every (n-1)-th of the rest...
func (m *maker) spread(endpoints []table.Endpoint) []string {
	var sticky, turn []string
	for i, e := range endpoints {
		name := m.endpoint(e)
		if m.p.Affinity > 0 {
			sticky = append(sticky, fmt.Sprintf("%s -m recent --name %s --rcheck --seconds %d --reap --rsource -j %s",
				m.comment, name, int(m.p.Affinity.Seconds()), name))
		}
		if left := len(endpoints) - i; left > 1 {
			turn = append(turn, fmt.Sprintf("%s -m statistic --mode nth --every %d --packet 0 -j %s", m.comment, left, name))
		} else {
			turn = append(turn, fmt.Sprintf("%s -j %s", m.comment, name))
		}
	}
	return append(sticky, turn...)
}

func (m *maker) endpoint(e table.Endpoint) string {
	name := chainName(prefixEndpoint, m.p.Name.String(), e.Addr.String())
	lines := []string{fmt.Sprintf("-s %s/%d %s -j %s", e.Addr.Addr(), e.Addr.Addr().BitLen(), m.comment, chainMarkMasq)}
	recent := ""
	if m.p.Affinity > 0 {
		recent = " -m recent --name " + name + " --set --rsource"
	}
	lines = append(lines, fmt.Sprintf("%s %s%s -j DNAT --to-destination %s", m.proto, m.comment, recent, e.Addr))
	m.r.own[name] = lines
	return name
}

// external makes the lines for external IPs, balancers' addresses and the node port.
func (m *maker) external() {
	if m.p.NodePort == 0 && len(m.p.ExternalAddrs()) == 0 {
		return
	}
	if len(m.p.Cluster) == 0 && len(m.p.Local) == 0 {
		m.refuse(chainExternal, "REJECT")
		m.restrict("")
		return
	}
	ext := m.externalChain()
	for _, a := range m.p.ExternalIPs {
		m.line(tableNat, chainServices, "%s -j %s", m.to(a), ext)
	}
	m.restrict(ext)
	if m.p.NodePort != 0 {
		m.line(tableNat, chainNodePorts, "%s --dport %d %s -j %s", m.proto, m.p.NodePort, m.comment, ext)
	}
	if m.p.ExternalLocal && len(m.p.Local) == 0 {
		m.refuse(chainFirewall, "DROP")
	}
}

// restrict makes the lines of the balancers' addresses, for sources that may use them.
func (m *maker) restrict(ext string) {
	for _, a := range m.p.LoadBalancerIPs {
		if len(m.p.SourceRanges) == 0 {
			if ext != "" {
				m.line(tableNat, chainServices, "%s -j %s", m.to(a), ext)
			}
			continue
		}
		for _, r := range m.p.SourceRanges {
			if ext != "" {
				m.line(tableNat, chainServices, "-s %s %s -j %s", r, m.to(a), ext)
			}
		}
		m.line(tableFilter, chainFirewall, "%s -j DROP", m.to(a))
	}
}

// refuse rejects or drops what came to an external address and was not translated.
func (m *maker) refuse(chain, target string) {
	for _, a := range m.p.ExternalAddrs() {
		m.line(tableFilter, chain, "%s -j %s", m.to(a), target)
	}
	if m.p.NodePort != 0 {
		m.line(tableFilter, chain, "%s --dport %d -m addrtype --dst-type LOCAL %s -j %s", m.proto, m.p.NodePort, m.comment, target)
	}
}

// externalChain decides what may be done with traffic from outside. Under the policy
// Cluster it is masqueraded and goes anywhere. Under Local its source is kept and it goes
// to this node's endpoints; only sources in the cluster may use the others.
func (m *maker) externalChain() string {
	name := m.name(prefixExternal)
	var lines []string
	if !m.p.ExternalLocal {
		lines = []string{m.comment + " -j " + chainMarkMasq, "-j " + m.cluster()}
	} else {
		if len(m.p.Cluster) > 0 {
			all := m.cluster()
			for _, cidr := range m.c.podCIDRs() {
				lines = append(lines, fmt.Sprintf("-s %s %s -j %s", cidr, m.comment, all))
			}
			src := m.comment + " -m addrtype --src-type LOCAL -j "
			lines = append(lines, src+chainMarkMasq, src+all)
		}
		if len(m.p.Local) > 0 {
			lines = append(lines, "-j "+m.local())
		}
	}
	m.r.own[name] = lines
	return name
}
