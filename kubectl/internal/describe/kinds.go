package describe

import (
	"encoding/base64"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
	"github.com/pilothouse/pilothouse/kubectl/internal/printer"
)

func (p *page) controller(o api.Object, r Related) {
	p.head(o)
	p.line(0, "Selector:\t%s", printer.Labels(o.Strings("spec", "selector")))
	p.labels(o)
	p.line(0, "Replicas:\t%d current / %d desired", o.Int("status", "replicas"), o.Int("spec", "replicas"))
	count := map[string]int{}
	for _, pod := range r.Pods {
		count[pod.String("status", "phase")]++
	}
	p.line(0, "Pods Status:\t%d Running / %d Waiting / %d Succeeded / %d Failed", count["Running"], count["Pending"], count["Succeeded"], count["Failed"])
	p.line(0, "Pod Template:")
	p.line(1, "Labels:\t%s", printer.Labels(o.Strings("spec", "template", "metadata", "labels")))
	p.containers("  Containers", o.List("spec", "template", "spec", "containers"), nil)
	p.conditions(o.List("status", "conditions"), false)
}

func (p *page) service(o api.Object, r Related) {
	p.head(o)
	p.labels(o)
	p.line(0, "Selector:\t%s", printer.Labels(o.Strings("spec", "selector")))
	p.line(0, "Type:\t%s", o.String("spec", "type"))
	for _, f := range []struct{ name, field string }{{"IP Family Policy", "ipFamilyPolicy"}, {"IP", "clusterIP"}, {"External Name", "externalName"}} {
		if s := o.String("spec", f.field); s != "" {
			p.line(0, "%s:\t%s", f.name, s)
		}
	}
	if fs := o.Texts("spec", "ipFamilies"); len(fs) > 0 {
		p.line(0, "IP Families:\t%s", strings.Join(fs, ","))
	}
	if ips := o.Texts("spec", "clusterIPs"); len(ips) > 0 {
		p.line(0, "IPs:\t%s", strings.Join(ips, ","))
	}
	for _, port := range o.List("spec", "ports") {
		name := port.String("name")
		if name == "" {
			name = "<unset>"
		}
		p.line(0, "Port:\t%s\t%d/%s", name, port.Int("port"), port.String("protocol"))
		target := port["targetPort"]
		if f, ok := target.(float64); ok {
			target = int(f)
		}
		p.line(0, "TargetPort:\t%v/%s", target, port.String("protocol"))
		if n := port.Int("nodePort"); n != 0 {
			p.line(0, "NodePort:\t%s\t%d/%s", name, n, port.String("protocol"))
		}
		p.line(0, "Endpoints:\t%s", endpointsOf(r.Slices, port.String("name")))
	}
	p.line(0, "Session Affinity:\t%s", o.String("spec", "sessionAffinity"))
	for _, f := range []string{"externalTrafficPolicy", "internalTrafficPolicy"} {
		if s := o.String("spec", f); s != "" {
			p.line(0, "%s:\t%s", title(f), s)
		}
	}
}

// endpointsOf lists the ready addresses behind a port, three at most by name.
func endpointsOf(slices []api.Object, port string) string {
	var all []string
	for _, s := range slices {
		for _, sp := range s.List("ports") {
			if sp.String("name") != port {
				continue
			}
			for _, e := range s.List("endpoints") {
				if ready, set := e.Field("conditions", "ready").(bool); set && !ready {
					continue
				}
				for _, a := range e.Texts("addresses") {
					all = append(all, fmt.Sprintf("%s:%d", a, sp.Int("port")))
				}
			}
		}
	}
	sort.Strings(all)
	if len(all) > 3 {
		return fmt.Sprintf("%s + %d more...", strings.Join(all[:3], ","), len(all)-3)
	}
	return strings.Join(all, ",")
}

func (p *page) namespace(o api.Object, r Related) {
	p.line(0, "Name:\t%s", o.Name())
	p.labels(o)
	p.line(0, "Status:\t%s", o.String("status", "phase"))
	p.conditions(o.List("status", "conditions"), true)
	if len(r.Quotas) == 0 {
		p.line(0, "\nNo resource quota.")
	}
	for _, q := range r.Quotas {
		p.line(0, "\nResource Quotas")
		p.line(1, "Name:\t%s", q.Name())
		p.line(1, "Resource\tUsed\tHard")
		hard, _ := q.Field("status", "hard").(map[string]any)
		for _, k := range sortedKeys(hard) {
			used, _ := q.Field("status", "used").(map[string]any)
			p.line(1, "%s\t%v\t%v", k, used[k], hard[k])
		}
	}
	if len(r.Limits) == 0 {
		p.line(0, "\nNo LimitRange resource.")
	}
	for _, l := range r.Limits {
		p.line(0, "\nResource Limits")
		p.line(1, "Type\tResource\tMin\tMax\tDefault Request\tDefault Limit")
		for _, item := range l.List("spec", "limits") {
			for _, res := range limitResources(item) {
				p.line(1, "%s\t%s\t%s\t%s\t%s\t%s", item.String("type"), res, dash(item.Field("min", res)), dash(item.Field("max", res)), dash(item.Field("defaultRequest", res)), dash(item.Field("default", res)))
			}
		}
	}
}

func limitResources(item api.Object) []string {
	seen := map[string]any{}
	for _, f := range []string{"min", "max", "default", "defaultRequest"} {
		m, _ := item[f].(map[string]any)
		for k := range m {
			seen[k] = nil
		}
	}
	return sortedKeys(seen)
}

func dash(v any) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprint(v)
}

func (p *page) secret(o api.Object) {
	p.head(o)
	p.labels(o)
	p.line(0, "\nType:\t%s", o.String("type"))
	p.line(0, "\nData")
	p.line(0, "====")
	data, _ := o["data"].(map[string]any)
	for _, k := range sortedKeys(data) {
		s, _ := data[k].(string)
		p.line(0, "%s:\t%d bytes", k, base64.StdEncoding.DecodedLen(len(s))-strings.Count(s, "="))
	}
}

func (p *page) configMap(o api.Object) {
	p.head(o)
	p.labels(o)
	p.line(0, "\nData")
	p.line(0, "====")
	data, _ := o["data"].(map[string]any)
	for _, k := range sortedKeys(data) {
		p.line(0, "%s:\n----\n%v\n", k, data[k])
	}
	p.line(0, "BinaryData")
	p.line(0, "====")
	binary, _ := o["binaryData"].(map[string]any)
	for _, k := range sortedKeys(binary) {
		s, _ := binary[k].(string)
		p.line(0, "%s: %d bytes", k, base64.StdEncoding.DecodedLen(len(s)))
	}
}

// Template writes a pod template alone, as rollout history shows one: with tabs
// that nobody lines up.
func Template(w io.Writer, t api.Object) error {
	p := &page{w: w}
	p.template(t)
	return nil
}

func (p *page) template(t api.Object) {
	p.line(0, "Pod Template:")
	p.pairs("  Labels", t.Strings("metadata", "labels"), nil)
	if len(t.Strings("metadata", "annotations")) > 0 {
		p.pairs("  Annotations", t.Strings("metadata", "annotations"), nil)
	}
	if sa := t.String("spec", "serviceAccountName"); sa != "" {
		p.line(1, "Service Account:\t%s", sa)
	}
	p.containers("  Init Containers", t.List("spec", "initContainers"), nil)
	p.containers("  Containers", t.List("spec", "containers"), nil)
	p.volumes("  ", t.List("spec", "volumes"))
	p.spreading(t.List("spec", "topologySpreadConstraints"))
	if class := t.String("spec", "priorityClassName"); class != "" {
		p.line(1, "Priority Class Name:\t%s", class)
	}
	p.pairs("  Node-Selectors", t.Strings("spec", "nodeSelector"), nil)
	p.tolerations("  ", t.List("spec", "tolerations"))
}
