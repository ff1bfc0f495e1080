package cluster

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Pod is a pod with what decisions need of it worked out once.
type Pod struct {
	*core.Pod
	// Requests is what fits or not; Scored is the same with guesses for
	// containers that ask for nothing.
	Requests, Scored Resources
	// Ports are those it takes on its host.
	Ports []Port
	// Claims are those it uses.
	Claims []PodClaim
	// Owner is the UID of the controller that made it, empty when nobody did.
	Owner meta.UID
	// Priority decides who goes first.
	Priority int32
	// Near is what it says about other pods.
	Near Near
	// Spread is how its like should be spread; see DefaultSpread for when it
	// says nothing.
	Spread []Constraint

	shape, class string     // worked out when asked for
	kind         string     // names its group
	group        *group     // while it is on a node
	carried      []*Carried // while it is on a node
}

// Port is a port of a host. IP is 0.0.0.0 for all addresses.
type Port struct {
	IP       string
	Protocol core.Protocol
	Port     int32
}

// Asks says whether o, the pod as it is now, takes as much of its node as p does:
// a pod whose resize is under way may take more than its spec says.
func (p *Pod) Asks(o *core.Pod) bool {
	r := podRequest(o, false)
	return r.MilliCPU == p.Requests.MilliCPU && r.Memory == p.Requests.Memory
}

// NewPod works out a pod.
func NewPod(p *core.Pod) *Pod {
	pod := &Pod{Pod: p, Requests: podRequest(p, false), Scored: podRequest(p, true), Ports: hostPorts(&p.Spec), Claims: claimsOf(p)}
	if p.Spec.Priority != nil {
		pod.Priority = *p.Spec.Priority
	}
	for _, o := range p.OwnerReferences {
		if o.Controller != nil && *o.Controller {
			pod.Owner = o.UID
		}
	}
	pod.kind = kindOf(p, pod.Owner)
	pod.Near = nearOf(p)
	pod.Spread = spreadOf(p)
	return pod
}

// Shape is equal for pods that ask the same of a single node: what one finds
// out about a node by looking at it alone holds for all of them.
func (p *Pod) Shape() string {
	if p.shape == "" {
		p.shape = shapeOf(p)
	}
	return p.shape
}

// Class is equal for pods that no filter and no score can tell apart, and
// empty for a pod that is like no other.
func (p *Pod) Class() string {
	if p.class == "" && !p.alone() {
		p.class = classOf(p)
	}
	return p.class
}

// alone says whether more than its spec decides about a pod.
func (p *Pod) alone() bool {
	if len(p.Spec.ResourceClaims) > 0 || p.Status.NominatedNodeName != "" {
		return true
	}
	for i := range p.Spec.Volumes {
		v := &p.Spec.Volumes[i]
		if v.PersistentVolumeClaim != nil || v.Ephemeral != nil || v.CSI != nil {
			return true
		}
	}
	return false
}

// kindOf names the group of pods that selectors cannot tell from p.
func kindOf(p *core.Pod, owner meta.UID) string {
	var b strings.Builder
	b.WriteString(p.Namespace)
	b.WriteByte('/')
	b.WriteString(string(owner))
	if p.DeletionTimestamp != nil {
		b.WriteByte('-')
	}
	writeMap(&b, p.Labels)
	return b.String()
}

// writeMap writes m in the order of its keys.
func writeMap(b *strings.Builder, m map[string]string) {
	if len(m) == 0 {
		return
	}
	var few [16]string
	keys := few[:0]
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		b.WriteByte(0)
		b.WriteString(k)
		b.WriteByte('=')
		b.WriteString(m[k])
	}
}

// shapeOf writes down all that the filters and scores of single nodes read.
func shapeOf(p *Pod) string {
	var b strings.Builder
	p.Requests.write(&b)
	p.Scored.write(&b)
	b.WriteString(p.Spec.NodeName)
	for _, port := range p.Ports {
		b.WriteByte(0)
		b.WriteString(port.IP)
		b.WriteString(string(port.Protocol))
		b.WriteString(strconv.Itoa(int(port.Port)))
	}
	b.WriteByte(1)
	writeMap(&b, p.Spec.NodeSelector)
	if a := p.Spec.Affinity; a != nil && a.NodeAffinity != nil {
		b.WriteByte(2)
		writeJSON(&b, a.NodeAffinity)
	}
	if len(p.Spec.Tolerations) > 0 {
		b.WriteByte(3)
		for i := range p.Spec.Tolerations {
			t := &p.Spec.Tolerations[i]
			for _, s := range []string{t.Key, string(t.Operator), t.Value, string(t.Effect)} {
				b.WriteString(s)
				b.WriteByte(0)
			}
		}
	}
	return b.String()
}

func writeJSON(b *strings.Builder, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // these types cannot fail
	}
	b.Write(text)
}

// classOf adds to the shape what the other filters and scores read.
func classOf(p *Pod) string {
	var b strings.Builder
	b.WriteString(p.Shape())
	b.WriteByte(4)
	b.WriteString(p.kind)
	b.WriteByte(4)
	b.WriteString(strconv.Itoa(int(p.Priority)))
	if p.Spec.PreemptionPolicy != nil {
		b.WriteString(string(*p.Spec.PreemptionPolicy))
	}
	b.WriteString(p.Spec.SchedulerName)
	if a := p.Spec.Affinity; a != nil && (a.PodAffinity != nil || a.PodAntiAffinity != nil) {
		b.WriteByte(5)
		writeJSON(&b, a.PodAffinity)
		writeJSON(&b, a.PodAntiAffinity)
	}
	if len(p.Spec.TopologySpreadConstraints) > 0 {
		b.WriteByte(6)
		writeJSON(&b, p.Spec.TopologySpreadConstraints)
	}
	for _, list := range [][]core.Container{p.Spec.InitContainers, p.Spec.Containers} {
		for i := range list {
			b.WriteByte(7)
			b.WriteString(list[i].Image)
		}
	}
	return b.String()
}

// hostPorts are the ports that a pod takes on its host.
func hostPorts(spec *core.PodSpec) []Port {
	var ports []Port
	take := func(c *core.Container) {
		for _, p := range c.Ports {
			if p.HostPort <= 0 {
				continue
			}
			port := Port{IP: p.HostIP, Protocol: p.Protocol, Port: p.HostPort}
			if port.IP == "" {
				port.IP = "0.0.0.0"
			}
			if port.Protocol == "" {
				port.Protocol = core.ProtocolTCP
			}
			ports = append(ports, port)
		}
	}
	for i := range spec.Containers {
		take(&spec.Containers[i])
	}
	for i := range spec.InitContainers {
		if p := spec.InitContainers[i].RestartPolicy; p != nil && *p == core.ContainerRestartPolicyAlways {
			take(&spec.InitContainers[i])
		}
	}
	return ports
}

// Clashes says whether the two cannot be taken at once.
func (p Port) Clashes(o Port) bool {
	return p.Port == o.Port && p.Protocol == o.Protocol && (p.IP == o.IP || p.IP == "0.0.0.0" || o.IP == "0.0.0.0")
}
