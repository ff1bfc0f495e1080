package describe

import (
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
	"github.com/pilothouse/pilothouse/kubectl/internal/printer"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

func (p *page) node(o api.Object, r Related) {
	p.line(0, "Name:\t%s", o.Name())
	var roles []string
	for k := range o.Strings("metadata", "labels") {
		if role, ok := strings.CutPrefix(k, "node-role.kubernetes.io/"); ok {
			roles = append(roles, role)
		}
	}
	p.line(0, "Roles:\t%s", orNone(strings.Join(roles, ",")))
	p.labels(o)
	p.line(0, "CreationTimestamp:\t%s", stamp(o.Time("metadata", "creationTimestamp")))
	taints := o.List("spec", "taints")
	for i, t := range taints {
		name := "Taints:"
		if i > 0 {
			name = ""
		}
		text := t.String("key")
		if v := t.String("value"); v != "" {
			text += "=" + v
		}
		p.line(0, "%s\t%s:%s", name, text, t.String("effect"))
	}
	if len(taints) == 0 {
		p.line(0, "Taints:\t<none>")
	}
	p.line(0, "Unschedulable:\t%v", o.Bool("spec", "unschedulable"))
	if r.Lease != nil {
		p.line(0, "Lease:")
		p.line(1, "HolderIdentity:\t%s", r.Lease.String("spec", "holderIdentity"))
		p.line(1, "RenewTime:\t%s", stamp(r.Lease.Time("spec", "renewTime")))
	}
	p.conditions(o.List("status", "conditions"), true)
	p.line(0, "Addresses:")
	for _, a := range o.List("status", "addresses") {
		p.line(1, "%s:\t%s", a.String("type"), a.String("address"))
	}
	for _, f := range []string{"capacity", "allocatable"} {
		p.line(0, "%s:", title(f))
		m, _ := o.Field("status", f).(map[string]any)
		for _, k := range sortedKeys(m) {
			p.line(1, "%s:\t%v", k, m[k])
		}
	}
	p.line(0, "System Info:")
	info, _ := o.Field("status", "nodeInfo").(map[string]any)
	for _, k := range sortedKeys(info) {
		if s, ok := info[k].(string); ok {
			p.line(1, "%s:\t%s", title(k), s)
		}
	}
	if cidr := o.String("spec", "podCIDR"); cidr != "" {
		p.line(0, "PodCIDR:\t%s", cidr)
		p.line(0, "PodCIDRs:\t%s", strings.Join(o.Texts("spec", "podCIDRs"), ","))
	}
	p.podsOf(o, r.Pods)
}

// podsOf lists a node's pods with what they ask for, and the sums.
func (p *page) podsOf(node api.Object, pods []api.Object) {
	var running []api.Object
	for _, pod := range pods {
		if phase := pod.String("status", "phase"); phase != "Succeeded" && phase != "Failed" {
			running = append(running, pod)
		}
	}
	p.line(0, "Non-terminated Pods:\t(%d in total)", len(running))
	p.line(1, "Namespace\tName\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge")
	p.line(1, "---------\t----\t------------\t----------\t---------------\t-------------\t---")
	total := map[string]quantity.Quantity{}
	cells := func(pod api.Object) []any {
		var out []any
		for _, resource := range []string{"cpu", "memory"} {
			for _, kind := range []string{"requests", "limits"} {
				q := sum(pod, kind, resource)
				key := kind + " " + resource
				total[key] = total[key].Add(q)
				out = append(out, share(q, node.String("status", "allocatable", resource)))
			}
		}
		return out
	}
	for _, pod := range running {
		args := append([]any{pod.Namespace(), pod.Name()}, cells(pod)...)
		p.line(1, "%s\t%s\t%s\t%s\t%s\t%s\t%s", append(args, printer.Age(pod.Time("metadata", "creationTimestamp"), p.now))...)
	}
	p.line(0, "Allocated resources:")
	p.line(1, "Resource\tRequests\tLimits")
	p.line(1, "--------\t--------\t------")
	for _, resource := range []string{"cpu", "memory"} {
		have := node.String("status", "allocatable", resource)
		p.line(1, "%s\t%s\t%s", resource, share(total["requests "+resource], have), share(total["limits "+resource], have))
	}
}

// sum adds a resource over a pod's containers.
func sum(pod api.Object, kind, resource string) quantity.Quantity {
	var total quantity.Quantity
	for _, c := range pod.List("spec", "containers") {
		if q, err := quantity.Parse(c.String("resources", kind, resource)); err == nil {
			total = total.Add(q)
		}
	}
	return total
}

// share is an amount and how much of what there is it makes.
func share(q quantity.Quantity, of string) string {
	all, err := quantity.Parse(of)
	if err != nil || all.MilliValue() == 0 {
		return q.String()
	}
	return fmt.Sprintf("%s (%d%%)", q.String(), q.MilliValue()*100/all.MilliValue())
}
