package describe

import (
	"fmt"
	"sort"
	"strings"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
	"github.com/pilothouse/pilothouse/kubectl/internal/printer"
)

func (p *page) pod(o api.Object) {
	p.head(o)
	if prio := o.Field("spec", "priority"); prio != nil {
		p.line(0, "Priority:\t%d", o.Int("spec", "priority"))
	}
	sa := o.String("spec", "serviceAccountName")
	if sa != "" {
		p.line(0, "Service Account:\t%s", sa)
	}
	node := orNone(o.String("spec", "nodeName"))
	if ip := o.String("status", "hostIP"); ip != "" {
		node += "/" + ip
	}
	p.line(0, "Node:\t%s", node)
	if t := o.Time("status", "startTime"); !t.IsZero() {
		p.line(0, "Start Time:\t%s", stamp(t))
	}
	p.labels(o)
	if t := o.Time("metadata", "deletionTimestamp"); !t.IsZero() {
		p.line(0, "Status:\tTerminating (lasts %s)", printer.Age(t, p.now))
		p.line(0, "Termination Grace Period:\t%ds", o.Int("metadata", "deletionGracePeriodSeconds"))
	} else {
		p.line(0, "Status:\t%s", o.String("status", "phase"))
	}
	for _, f := range []string{"reason", "message"} {
		if s := o.String("status", f); s != "" {
			p.line(0, "%s:\t%s", title(f), s)
		}
	}
	p.line(0, "IP:\t%s", o.String("status", "podIP"))
	p.line(0, "IPs:")
	for _, ip := range o.List("status", "podIPs") {
		p.line(1, "IP:\t%s", ip.String("ip"))
	}
	if len(o.List("status", "podIPs")) == 0 {
		p.line(1, "<none>")
	}
	if by := controlledBy(o); by != "" {
		p.line(0, "Controlled By:\t%s", by)
	}
	for _, group := range []struct{ title, field, status string }{
		{"Init Containers", "initContainers", "initContainerStatuses"},
		{"Containers", "containers", "containerStatuses"},
		{"Ephemeral Containers", "ephemeralContainers", "ephemeralContainerStatuses"},
	} {
		p.containers(group.title, o.List("spec", group.field), o.List("status", group.status))
	}
	p.conditions(o.List("status", "conditions"), false)
	p.volumes("", o.List("spec", "volumes"))
	p.line(0, "QoS Class:\t%s", o.String("status", "qosClass"))
	p.pairs("Node-Selectors", o.Strings("spec", "nodeSelector"), nil)
	p.tolerations("", o.List("spec", "tolerations"))
}

func (p *page) containers(title string, list, statuses []api.Object) {
	if len(list) == 0 {
		return
	}
	p.line(0, "%s:", title)
	byName := map[string]api.Object{}
	for _, s := range statuses {
		byName[s.String("name")] = s
	}
	for _, c := range list {
		s, has := byName[c.String("name")]
		p.line(1, "%s%s:", inTemplate(title), c.String("name"))
		if has {
			p.line(2, "Container ID:\t%s", s.String("containerID"))
		}
		p.line(2, "Image:\t%s", c.String("image"))
		if has {
			p.line(2, "Image ID:\t%s", s.String("imageID"))
		}
		p.ports(c.List("ports"))
		for _, f := range []string{"command", "args"} {
			if words := c.Texts(f); len(words) > 0 {
				p.line(2, "%s:", strings.ToUpper(f[:1])+f[1:])
				for _, w := range words {
					p.line(3, "%s", w)
				}
			}
		}
		if has {
			p.state("State", s, "state")
			if last, _ := s.Field("lastState").(map[string]any); len(last) > 0 {
				p.state("Last State", s, "lastState")
			}
			ready := "False"
			if s.Bool("ready") {
				ready = "True"
			}
			p.line(2, "Ready:\t%s", ready)
			p.line(2, "Restart Count:\t%d", s.Int("restartCount"))
		}
		for _, f := range []string{"limits", "requests"} {
			if m, ok := c.Field("resources", f).(map[string]any); ok && len(m) > 0 {
				p.line(2, "%s:", strings.ToUpper(f[:1])+f[1:])
				for _, k := range sortedKeys(m) {
					p.line(3, "%s:\t%v", k, m[k])
				}
			}
		}
		for _, f := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
			if probe, ok := c[f].(map[string]any); ok {
				p.line(2, "%s:\t%s", strings.ToUpper(f[:1])+strings.TrimSuffix(f[1:], "Probe"), probeText(probe))
			}
		}
		p.environment(c)
		p.mounts(c.List("volumeMounts"))
	}
}

// inTemplate is how much further names go in below an indented title.
func inTemplate(title string) string {
	if strings.HasPrefix(title, " ") {
		return " "
	}
	return ""
}

func (p *page) ports(list []api.Object) {
	var ports, hosts []string
	for _, x := range list {
		ports = append(ports, fmt.Sprintf("%d/%s", x.Int("containerPort"), x.String("protocol")))
		hosts = append(hosts, fmt.Sprintf("%d/%s", x.Int("hostPort"), x.String("protocol")))
	}
	name, host := "Port", "Host Port"
	if len(list) > 1 {
		name, host = "Ports", "Host Ports"
	}
	p.line(2, "%s:\t%s", name, orNone(strings.Join(ports, ", ")))
	p.line(2, "%s:\t%s", host, orNone(strings.Join(hosts, ", ")))
}

func (p *page) state(name string, s api.Object, field string) {
	switch st, _ := s[field].(map[string]any); {
	case st["running"] != nil:
		p.line(2, "%s:\tRunning", name)
		p.line(3, "Started:\t%s", stamp(s.Time(field, "running", "startedAt")))
	case st["terminated"] != nil:
		t := api.Object(st["terminated"].(map[string]any))
		p.line(2, "%s:\tTerminated", name)
		for _, f := range []string{"reason", "message"} {
			if v := t.String(f); v != "" {
				p.line(3, "%s:\t%s", title(f), v)
			}
		}
		p.line(3, "Exit Code:\t%d", t.Int("exitCode"))
		p.line(3, "Started:\t%s", stamp(t.Time("startedAt")))
		p.line(3, "Finished:\t%s", stamp(t.Time("finishedAt")))
	default:
		p.line(2, "%s:\tWaiting", name)
		if r := s.String(field, "waiting", "reason"); r != "" {
			p.line(3, "Reason:\t%s", r)
		}
	}
}

func probeText(p api.Object) string {
	what := "unknown"
	switch {
	case p["httpGet"] != nil:
		scheme := strings.ToLower(p.String("httpGet", "scheme"))
		if scheme == "" {
			scheme = "http"
		}
		what = fmt.Sprintf("http-get %s://%s:%v%s", scheme, p.String("httpGet", "host"), p.Field("httpGet", "port"), p.String("httpGet", "path"))
	case p["tcpSocket"] != nil:
		what = fmt.Sprintf("tcp-socket %s:%v", p.String("tcpSocket", "host"), p.Field("tcpSocket", "port"))
	case p["exec"] != nil:
		what = fmt.Sprintf("exec %v", p.Texts("exec", "command"))
	case p["grpc"] != nil:
		what = fmt.Sprintf("grpc <pod>:%d %s", p.Int("grpc", "port"), p.String("grpc", "service"))
	}
	return fmt.Sprintf("%s delay=%ds timeout=%ds period=%ds #success=%d #failure=%d", what,
		p.Int("initialDelaySeconds"), p.Int("timeoutSeconds"), p.Int("periodSeconds"), p.Int("successThreshold"), p.Int("failureThreshold"))
}

func (p *page) environment(c api.Object) {
	for _, e := range c.List("envFrom") {
		for _, kind := range []string{"configMapRef", "secretRef"} {
			if e[kind] != nil {
				p.line(2, "Environment Variables from:")
				p.line(3, "%s\t%s", e.String(kind, "name"), strings.TrimSuffix(title(kind), " Ref"))
			}
		}
	}
	env := c.List("env")
	if len(env) == 0 {
		p.line(2, "Environment:\t<none>")
		return
	}
	p.line(2, "Environment:")
	for _, e := range env {
		value := e.String("value")
		for _, from := range []string{"fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef"} {
			ref, ok := e.Field("valueFrom", from).(map[string]any)
			if !ok {
				continue
			}
			r := api.Object(ref)
			switch from {
			case "fieldRef":
				value = fmt.Sprintf("(%s:%s)", r.String("apiVersion"), r.String("fieldPath"))
			case "resourceFieldRef":
				value = r.String("resource")
			case "configMapKeyRef":
				value = fmt.Sprintf("<set to the key '%s' of config map '%s'>", r.String("key"), r.String("name"))
			case "secretKeyRef":
				value = fmt.Sprintf("<set to the key '%s' in secret '%s'>", r.String("key"), r.String("name"))
			}
		}
		p.line(3, "%s:\t%s", e.String("name"), value)
	}
}

func (p *page) mounts(list []api.Object) {
	if len(list) == 0 {
		p.line(2, "Mounts:\t<none>")
		return
	}
	p.line(2, "Mounts:")
	sort.Slice(list, func(i, j int) bool { return list[i].String("mountPath") < list[j].String("mountPath") })
	for _, m := range list {
		mode := "rw"
		if m.Bool("readOnly") {
			mode = "ro"
		}
		if sub := m.String("subPath"); sub != "" {
			mode += fmt.Sprintf(",path=%q", sub)
		}
		p.line(3, "%s from %s (%s)", m.String("mountPath"), m.String("name"), mode)
	}
}

func (p *page) tolerations(indent string, list []api.Object) {
	if len(list) == 0 {
		p.line(0, "%sTolerations:\t<none>", indent)
		return
	}
	for i, t := range list {
		name := indent + "Tolerations:"
		if i > 0 {
			name = ""
		}
		text := t.String("key")
		if v := t.String("value"); v != "" {
			text += "=" + v
		}
		if e := t.String("effect"); e != "" {
			text += ":" + e
		}
		if t.String("operator") == "Exists" {
			text += " op=Exists"
		}
		if t["tolerationSeconds"] != nil {
			text += fmt.Sprintf(" for %ds", t.Int("tolerationSeconds"))
		}
		p.line(0, "%s\t%s", name, text)
	}
}
