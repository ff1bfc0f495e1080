package describe

import (
	"strings"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// volumes writes a pod's volumes; those of a template are indented.
func (p *page) volumes(indent string, list []api.Object) {
	if len(list) == 0 {
		p.line(0, "%sVolumes:\t<none>", indent)
		return
	}
	p.line(0, "%sVolumes:", indent)
	for _, v := range list {
		p.line(1, "%s%s:", inTemplate(indent), v.String("name"))
		for _, k := range sortedKeys(v) {
			if source, ok := v[k].(map[string]any); ok {
				p.source(k, source)
			}
		}
	}
}

// source writes what a volume holds. The kinds that are met most have a text.
func (p *page) source(kind string, o api.Object) {
	switch kind {
	case "emptyDir":
		p.line(2, "Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)")
		p.line(2, "Medium:\t%s", o.String("medium"))
		limit := o.String("sizeLimit")
		if limit == "" || limit == "0" {
			limit = "<unset>"
		}
		p.line(2, "SizeLimit:\t%s", limit)
	case "hostPath":
		p.line(2, "Type:\tHostPath (bare host directory volume)")
		p.line(2, "Path:\t%s", o.String("path"))
		p.line(2, "HostPathType:\t%s", o.String("type"))
	case "configMap":
		p.line(2, "Type:\tConfigMap (a volume populated by a ConfigMap)")
		p.line(2, "Name:\t%s", o.String("name"))
		p.line(2, "Optional:\t%v", o.Bool("optional"))
	case "secret":
		p.line(2, "Type:\tSecret (a volume populated by a Secret)")
		p.line(2, "SecretName:\t%s", o.String("secretName"))
		p.line(2, "Optional:\t%v", o.Bool("optional"))
	case "persistentVolumeClaim":
		p.line(2, "Type:\tPersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)")
		p.line(2, "ClaimName:\t%s", o.String("claimName"))
		p.line(2, "ReadOnly:\t%v", o.Bool("readOnly"))
	default:
		p.line(2, "Type:\t%s", title(kind))
		for _, f := range sortedKeys(o) {
			switch x := o[f].(type) {
			case map[string]any, []any:
			default:
				p.line(2, "%s:\t%v", title(f), x)
			}
		}
	}
}

// spreading writes a template's topology spread constraints, if it has any.
func (p *page) spreading(list []api.Object) {
	for i, c := range list {
		name := "  Topology Spread Constraints:"
		if i > 0 {
			name = ""
		}
		text := c.String("topologyKey") + ":" + c.String("whenUnsatisfiable")
		p.line(0, "%s\t%s when max skew %d is exceeded%s", name, text, c.Int("maxSkew"), spreadOver(c))
	}
}

// spreadOver names the pods that a constraint counts.
func spreadOver(c api.Object) string {
	s := &meta.LabelSelector{MatchLabels: c.Strings("labelSelector", "matchLabels")}
	for _, r := range c.List("labelSelector", "matchExpressions") {
		s.MatchExpressions = append(s.MatchExpressions, meta.LabelSelectorRequirement{
			Key: r.String("key"), Operator: meta.LabelSelectorOperator(r.String("operator")), Values: r.Texts("values")})
	}
	l, err := selector.FromLabelSelector(s)
	if err != nil || c["labelSelector"] == nil {
		return ""
	}
	return strings.TrimRight(" for selector "+l.String(), " ")
}
