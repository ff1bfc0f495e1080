package node

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateRuntimeClass checks a class that is created.
func ValidateRuntimeClass(c *RuntimeClass) field.ErrorList {
	var r field.Report
	meta.ValidatePlainMeta(&r, &c.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	r.Each(field.New("handler"), c.Handler, meta.IsDNS1123Label(c.Handler))
	if c.Overhead != nil {
		core.ValidateOverhead(&r, c.Overhead.PodFixed, field.New("overhead"))
	}
	if s := c.Scheduling; s != nil {
		meta.ValidateLabels(&r, s.NodeSelector, field.New("scheduling", "nodeSelector"))
		p := field.New("scheduling", "tolerations")
		core.ValidateTolerations(&r, s.Tolerations, p.Child("tolerations"))
		checkUnique(&r, s.Tolerations, p)
	}
	return r.Errors
}

func checkUnique(r *field.Report, list []core.Toleration, p *field.Path) {
	seen := make(map[core.Toleration]bool, len(list))
	for i, t := range list {
		o := t
		o.TolerationSeconds = nil // by it they do not differ
		if seen[o] {
			r.Duplicate(p.Index(i), t)
		}
		seen[o] = true
	}
}

// ValidateRuntimeClassUpdate checks a change; the handler is for good.
func ValidateRuntimeClassUpdate(c, old *RuntimeClass) field.ErrorList {
	var r field.Report
	meta.ValidatePlainMetaUpdate(&r, &c.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	meta.ValidateImmutable(&r, c.Handler, old.Handler, field.New("handler"))
	return r.Errors
}
