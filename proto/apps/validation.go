package apps

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

var (
	metadataPath = field.New("metadata")
	specPath     = field.New("spec")
	statusPath   = field.New("status")
)

// Details that several checks share.
const (
	mismatch       = "`selector` does not match template `labels`"
	moreThanAll    = "cannot be greater than status.replicas"
	notDecremented = "cannot be decremented"
)

func checkMeta(r *field.Report, m *meta.ObjectMeta) {
	meta.ValidateObjectMeta(r, m, meta.Namespaced, meta.IsDNS1123Subdomain, metadataPath)
}

func checkMetaUpdate(r *field.Report, m, old *meta.ObjectMeta) {
	meta.ValidateObjectMetaUpdate(r, m, old, metadataPath)
}

// checkSelector wants a selector that selects something.
func checkSelector(r *field.Report, s *meta.LabelSelector, p *field.Path, kind string) {
	if s == nil {
		r.Required(p, "")
		return
	}
	meta.ValidateLabelSelector(r, s, p)
	checkNotEmpty(r, s, p, kind)
}

func checkNotEmpty(r *field.Report, s *meta.LabelSelector, p *field.Path, kind string) {
	if len(s.MatchLabels)+len(s.MatchExpressions) == 0 {
		r.Invalid(p, s, "empty selector is invalid for "+kind)
	}
}

// checkReplicatedTemplate checks the template that a replica set, or a
// deployment's, makes pods of.
func checkReplicatedTemplate(r *field.Report, t *core.PodTemplateSpec, s *meta.LabelSelector, p *field.Path) {
	labels, err := selector.Checked(s)
	if err != nil {
		r.Invalid(p.Child("selector"), s, "invalid label selector")
		return
	}
	p = p.Child("template")
	if !labels.Empty() && !labels.Matches(t.Labels) {
		r.Invalid(p.Child("metadata", "labels"), t.Labels, mismatch)
	}
	core.ValidatePodTemplateSpec(r, t, p)
	checkRunsOn(r, t, p, "ReplicaSet")
}

// checkRunsOn wants pods that run until somebody ends them.
func checkRunsOn(r *field.Report, t *core.PodTemplateSpec, p *field.Path, kind string) {
	p = p.Child("spec")
	if t.Spec.RestartPolicy != core.RestartPolicyAlways {
		r.Add(field.NotSupported(p.Child("restartPolicy"), t.Spec.RestartPolicy, []core.RestartPolicy{core.RestartPolicyAlways}))
	}
	if t.Spec.ActiveDeadlineSeconds != nil {
		r.Forbidden(p.Child("activeDeadlineSeconds"), "activeDeadlineSeconds in "+kind+" is not Supported")
	}
}

// count is one of the numbers of a status.
type count struct {
	name string
	n    int64
}

func checkCounts(r *field.Report, counts ...count) {
	for _, c := range counts {
		r.NonNegative(statusPath.Child(c.name), c.n)
	}
}

// checkAtMost wants numbers of a status to be no greater than that of all.
func checkAtMost(r *field.Report, all int32, counts ...count) {
	for _, c := range counts {
		if c.n > int64(all) {
			r.Invalid(statusPath.Child(c.name), c.n, moreThanAll)
		}
	}
}

// checkCollisions wants the number of name collisions to grow only.
func checkCollisions(r *field.Report, n, old *int32) {
	if old == nil || n != nil && *n >= *old {
		return
	}
	value := int32(0)
	if n != nil {
		value = *n
	}
	r.Invalid(statusPath.Child("collisionCount"), value, notDecremented)
}

// nonNegative checks an optional number.
func nonNegative[T int32 | int64](r *field.Report, n *T, p *field.Path) {
	if n != nil {
		r.NonNegative(p, int64(*n))
	}
}
