package launch

import (
	"os"
	"slices"
	"strings"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/proto/core"
)

// dns is the pod's resolv.conf by its policy, with dnsConfig on top.
func (p *Preparer) dns(pod *core.Pod) *pb.DNSConfig {
	policy := pod.Spec.DNSPolicy
	if policy == core.DNSClusterFirst && pod.Spec.HostNetwork || len(p.ClusterDNS) == 0 && policy != core.DNSNone {
		policy = core.DNSDefault
	}
	out := &pb.DNSConfig{}
	switch policy {
	case core.DNSDefault:
		out = readResolvConf(p.ResolvConf)
	case core.DNSNone:
	default:
		host := readResolvConf(p.ResolvConf)
		out.Servers = slices.Clone(p.ClusterDNS)
		if d := p.ClusterDomain; d != "" {
			out.Searches = []string{pod.Namespace + ".svc." + d, "svc." + d, d}
		}
		out.Searches = unique(append(out.Searches, host.Searches...))
		out.Options = []string{"ndots:5"}
	}
	if c := pod.Spec.DNSConfig; c != nil {
		out.Servers = unique(append(out.Servers, c.Nameservers...))
		out.Searches = unique(append(out.Searches, c.Searches...))
		for _, o := range c.Options {
			out.Options = setOption(out.Options, o)
		}
	}
	return out
}

func setOption(options []string, o core.PodDNSConfigOption) []string {
	options = slices.DeleteFunc(options, func(s string) bool { return s == o.Name || strings.HasPrefix(s, o.Name+":") })
	if o.Value != nil {
		return append(options, o.Name+":"+*o.Value)
	}
	return append(options, o.Name)
}

func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// readResolvConf reads the node's own settings; without the file there are none.
func readResolvConf(path string) *pb.DNSConfig {
	out := &pb.DNSConfig{}
	b, err := os.ReadFile(path)
	if err != nil {
		return out
	}
	for line := range strings.Lines(string(b)) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		switch words[0] {
		case "nameserver":
			out.Servers = append(out.Servers, words[1])
		case "search", "domain":
			out.Searches = slices.DeleteFunc(words[1:], func(s string) bool { return s == "." })
		case "options":
			out.Options = words[1:]
		}
	}
	return out
}

// Hostname is the name that the pod sees as its own, and its domain, which is
// empty without a subdomain.
func (p *Preparer) Hostname(pod *core.Pod) (name, domain string) {
	name = pod.Name
	if pod.Spec.Hostname != "" {
		name = pod.Spec.Hostname
	}
	if pod.Spec.HostnameOverride != nil {
		name = *pod.Spec.HostnameOverride
	}
	if len(name) > 63 {
		name = strings.TrimRight(name[:63], "-.")
	}
	if pod.Spec.Subdomain != "" {
		domain = pod.Spec.Subdomain + "." + pod.Namespace + ".svc." + p.ClusterDomain
	}
	return name, domain
}

// hostsFile is the text of the pod's /etc/hosts.
func (p *Preparer) hostsFile(pod *core.Pod, ips []string) []byte {
	var b strings.Builder
	if pod.Spec.HostNetwork {
		host, _ := os.ReadFile("/etc/hosts")
		b.WriteString("# Kubernetes-managed hosts file (host network).\n")
		b.Write(host)
	} else {
		b.WriteString("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n" +
			"fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n")
		name, domain := p.Hostname(pod)
		for _, ip := range ips {
			if domain != "" {
				b.WriteString(ip + "\t" + name + "." + domain + "\t" + name + "\n")
			} else {
				b.WriteString(ip + "\t" + name + "\n")
			}
		}
	}
	if len(pod.Spec.HostAliases) > 0 {
		b.WriteString("\n# Entries added by HostAliases.\n")
		for _, a := range pod.Spec.HostAliases {
			b.WriteString(a.IP + "\t" + strings.Join(a.Hostnames, "\t") + "\n")
		}
	}
	return []byte(b.String())
}
