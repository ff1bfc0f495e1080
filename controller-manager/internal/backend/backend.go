// Package backend decides which pods stand behind a service, on which port,
// and whether they may be sent traffic. The Endpoints and the EndpointSlice
// controllers both ask it, so the two never disagree. It is pure.
package backend

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Member is one pod behind one service.
type Member struct {
	Pod         *core.Pod
	Serving     bool // the pod is ready and its node is heard from
	Terminating bool // its deletion has been asked for
}

// Members are the pods of a service that have an address and have not ended.
// node looks a node up by name: a pod whose node has fallen silent does not
// serve, whatever its own status still says, so that it leaves the service
// with one write to one node and not after one write per pod.
func Members(pods []*core.Pod, node func(name string) (*core.Node, bool)) []Member {
	var members []Member
	for _, p := range pods {
		if p.Status.PodIP == "" || podstate.Terminal(p) {
			continue
		}
		serving := podstate.Ready(p)
		if serving {
			if n, ok := node(p.Spec.NodeName); ok && Silent(n) {
				serving = false
			}
		}
		members = append(members, Member{Pod: p, Serving: serving, Terminating: p.DeletionTimestamp != nil})
	}
	return members
}

// Silent tells whether the control plane has stopped hearing from n.
func Silent(n *core.Node) bool {
	for i := range n.Status.Conditions {
		if c := &n.Status.Conditions[i]; c.Type == core.NodeReady {
			return c.Status == core.ConditionUnknown
		}
	}
	return false
}

// Matches tells whether labels carry every pair of selector. A service
// without a selector has no pods of its own, so an empty one matches nothing.
func Matches(selector, labels map[string]string) bool {
	for k, v := range selector {
		if got, ok := labels[k]; !ok || got != v {
			return false
		}
	}
	return len(selector) > 0
}

// Port is the number that p listens on for port: the target port itself, or
// the container port of that name and protocol.
func Port(p *core.Pod, port *core.ServicePort) (int32, error) {
	if port.TargetPort.Type == meta.Int {
		if port.TargetPort.IntVal == 0 {
			return port.Port, nil
		}
		return port.TargetPort.IntVal, nil
	}
	name := port.TargetPort.StrVal
	protocol := ProtocolOf(port.Protocol)
	for i := range p.Spec.Containers {
		if n, ok := namedPort(&p.Spec.Containers[i], name, protocol); ok {
			return n, nil
		}
	}
	for i := range p.Spec.InitContainers {
		c := &p.Spec.InitContainers[i]
		if c.RestartPolicy == nil || *c.RestartPolicy != "Always" {
			continue
		}
		if n, ok := namedPort(c, name, protocol); ok {
			return n, nil
		}
	}
	return 0, fmt.Errorf("no container of pod %s/%s has a %s port named %q", p.Namespace, p.Name, protocol, name)
}

func namedPort(c *core.Container, name string, protocol core.Protocol) (int32, bool) {
	for _, cp := range c.Ports {
		if cp.Name == name && ProtocolOf(cp.Protocol) == protocol {
			return cp.ContainerPort, true
		}
	}
	return 0, false
}

// ProtocolOf is p, or TCP when p is empty.
func ProtocolOf(p core.Protocol) core.Protocol {
	if p == "" {
		return core.ProtocolTCP
	}
	return p
}

// Headless tells whether svc has no virtual address of its own.
func Headless(svc *core.Service) bool { return svc.Spec.ClusterIP == "None" }

// Families are the address families of svc, IPv4 when it names none.
func Families(svc *core.Service) []core.IPFamily {
	if len(svc.Spec.IPFamilies) > 0 {
		return svc.Spec.IPFamilies
	}
	if a, err := netip.ParseAddr(svc.Spec.ClusterIP); err == nil && a.Is6() {
		return []core.IPFamily{core.IPv6Protocol}
	}
	return []core.IPFamily{core.IPv4Protocol}
}

// Address is p's address of the given family, or "".
func Address(p *core.Pod, family core.IPFamily) string {
	if FamilyOf(p.Status.PodIP) == family {
		return p.Status.PodIP
	}
	for _, ip := range p.Status.PodIPs {
		if FamilyOf(ip.IP) == family {
			return ip.IP
		}
	}
	return ""
}

// FamilyOf is the family of an address, or unknown when it is not one.
func FamilyOf(ip string) core.IPFamily {
	a, err := netip.ParseAddr(ip)
	switch {
	case err != nil:
		return core.IPFamilyUnknown
	case a.Is4():
		return core.IPv4Protocol
	}
	return core.IPv6Protocol
}

// Hostname is the name under which p is known behind svc: its own when its
// subdomain is the service's name, otherwise none.
func Hostname(p *core.Pod, svc *core.Service) string {
	if p.Spec.Subdomain == svc.Name && p.Namespace == svc.Namespace {
		return p.Spec.Hostname
	}
	return ""
}

// Reference names p as the target of an endpoint.
func Reference(p *core.Pod) *core.ObjectReference {
	return &core.ObjectReference{Kind: "Pod", Namespace: p.Namespace, Name: p.Name, UID: p.UID}
}

// sameBackend tells whether a change of a pod cannot matter to any service.
func sameBackend(old, new *core.Pod) bool {
	return podstate.Ready(old) == podstate.Ready(new) &&
		podstate.Terminal(old) == podstate.Terminal(new) &&
		(old.DeletionTimestamp == nil) == (new.DeletionTimestamp == nil) &&
		old.UID == new.UID && old.Spec.NodeName == new.Spec.NodeName &&
		old.Status.PodIP == new.Status.PodIP && slices.Equal(old.Status.PodIPs, new.Status.PodIPs) &&
		old.Spec.Hostname == new.Spec.Hostname && old.Spec.Subdomain == new.Spec.Subdomain &&
		maps.Equal(old.Labels, new.Labels)
}
