package resources

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// narrowAffinity writes into the selectors of a new pod's affinity to other
// pods what matchLabelKeys and mismatchLabelKeys mean for it: everybody who
// reads the pod later, old schedulers too, need then know selectors only.
func narrowAffinity(p *core.Pod) {
	a := p.Spec.Affinity
	if a == nil {
		return
	}
	if a.PodAffinity != nil {
		narrowTerms(p, a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution, a.PodAffinity.PreferredDuringSchedulingIgnoredDuringExecution)
	}
	if a.PodAntiAffinity != nil {
		narrowTerms(p, a.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution, a.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution)
	}
}

func narrowTerms(p *core.Pod, required []core.PodAffinityTerm, preferred []core.WeightedPodAffinityTerm) {
	for i := range required {
		narrowTerm(p, &required[i])
	}
	for i := range preferred {
		narrowTerm(p, &preferred[i].PodAffinityTerm)
	}
}

// narrowTerm adds the pod's own values of the labels named. Labels that the pod
// lacks say nothing, and a term without a selector means no pods anyway.
func narrowTerm(p *core.Pod, t *core.PodAffinityTerm) {
	s := t.LabelSelector
	if s == nil {
		return
	}
	add := func(keys []string, op meta.LabelSelectorOperator) {
		for _, k := range keys {
			if v, ok := p.Labels[k]; ok {
				s.MatchExpressions = append(s.MatchExpressions, meta.LabelSelectorRequirement{Key: k, Operator: op, Values: []string{v}})
			}
		}
	}
	add(t.MatchLabelKeys, meta.LabelSelectorOpIn)
	add(t.MismatchLabelKeys, meta.LabelSelectorOpNotIn)
}
