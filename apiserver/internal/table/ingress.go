package table

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/networking"
)

// shownHosts is how many hosts of an ingress are shown.
const shownHosts = 3

func ingressCells(i *networking.Ingress, now time.Time) []any {
	class, ports := "<none>", "80"
	if i.Spec.IngressClassName != nil {
		class = *i.Spec.IngressClassName
	}
	if len(i.Spec.TLS) > 0 {
		ports = "80, 443"
	}
	return []any{i.Name, class, hosts(i.Spec.Rules), ingressAddress(i), ports, age(i.CreationTimestamp, now)}
}

func hosts(rules []networking.IngressRule) string {
	var list []string
	more := false
	for _, r := range rules {
		more = more || len(list) == shownHosts
		if !more && r.Host != "" {
			list = append(list, r.Host)
		}
	}
	if len(list) == 0 {
		return "*"
	}
	out := strings.Join(list, ",")
	if more {
		out += fmt.Sprintf(" + %d more...", len(rules)-shownHosts)
	}
	return out
}

func ingressAddress(i *networking.Ingress) string {
	var list []string
	for _, in := range i.Status.LoadBalancer.Ingress {
		if in.IP != "" {
			list = append(list, in.IP)
		} else if in.Hostname != "" {
			list = append(list, in.Hostname)
		}
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), ",")
}

func ingressClassCells(c *networking.IngressClass, now time.Time) []any {
	parameters := "<none>"
	if p := c.Spec.Parameters; p != nil {
		parameters = p.Kind
		if p.APIGroup != nil {
			parameters += "." + *p.APIGroup
		}
		parameters += "/" + p.Name
	}
	return []any{c.Name, c.Spec.Controller, parameters, age(c.CreationTimestamp, now)}
}

func networkPolicyCells(p *networking.NetworkPolicy, now time.Time) []any {
	return []any{p.Name, selectorText(&p.Spec.PodSelector), age(p.CreationTimestamp, now)}
}

func addressCells(a *networking.IPAddress, now time.Time) []any {
	parent := "<none>"
	if p := a.Spec.ParentRef; p != nil {
		parent = p.Resource
		if p.Group != "" {
			parent += "." + p.Group
		}
		parent = strings.ToLower(parent)
		if p.Namespace != "" {
			parent += "/" + p.Namespace
		}
		parent += "/" + p.Name
	}
	return []any{a.Name, parent, age(a.CreationTimestamp, now)}
}

func rangeCells(c *networking.ServiceCIDR, now time.Time) []any {
	return []any{c.Name, strings.Join(c.Spec.CIDRs, ","), age(c.CreationTimestamp, now)}
}
