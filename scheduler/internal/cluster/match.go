package cluster

import (
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// Match says which pods are meant: those that meet all its conditions.
type Match struct {
	key        string // equal for equal matches
	conditions []condition
}

// condition is met by pods of certain namespaces with certain labels.
type condition struct {
	namespaces        []string         // sorted
	namespaceSelector *selector.Labels // beside namespaces; nil adds none
	labels            selector.Labels
	alive             bool // pods on their way out do not count
}

// key writes the condition down.
func (c *condition) key(nothing bool) string {
	var b strings.Builder
	b.WriteString(strings.Join(c.namespaces, ","))
	if c.namespaceSelector != nil {
		b.WriteByte('?')
		b.WriteString(c.namespaceSelector.String())
	}
	b.WriteByte('|')
	b.WriteString(c.labels.String())
	if nothing {
		b.WriteByte('0')
	}
	if c.alive {
		b.WriteByte('+')
	}
	return b.String()
}

// Key is equal for equal matches.
func (m *Match) Key() string { return m.key }

// meets says whether a pod of those marks is meant.
func (m *Match) meets(g *group, namespaceLabels map[string]string) bool {
	for i := range m.conditions {
		c := &m.conditions[i]
		if c.alive && g.ending || !c.labels.Matches(g.labels) {
			return false
		}
		if slices.Contains(c.namespaces, g.namespace) {
			continue
		}
		if c.namespaceSelector == nil || !c.namespaceSelector.Matches(namespaceLabels) {
			return false
		}
	}
	return true
}

// namespace is the only one whose pods can be meant; false when there may be
// several.
func (m *Match) namespace() (string, bool) {
	for i := range m.conditions {
		c := &m.conditions[i]
		if c.namespaceSelector == nil && len(c.namespaces) == 1 {
			return c.namespaces[0], true
		}
	}
	return "", false
}

// both is met by pods that meet every one of the matches.
func both(matches []Match) Match {
	if len(matches) == 1 {
		return matches[0]
	}
	var m Match
	keys := make([]string, 0, len(matches))
	for _, o := range matches {
		m.conditions = append(m.conditions, o.conditions...)
		keys = append(keys, o.key)
	}
	m.key = strings.Join(keys, "&")
	return m
}

// matchOf reads the pods that a term of p's affinity means.
func matchOf(t *core.PodAffinityTerm, p *core.Pod) Match {
	c := condition{namespaces: slices.Clone(t.Namespaces)}
	if t.NamespaceSelector != nil {
		s, err := selector.FromLabelSelector(t.NamespaceSelector)
		if err == nil {
			c.namespaceSelector = &s
		}
	} else if len(c.namespaces) == 0 {
		c.namespaces = []string{p.Namespace}
	}
	slices.Sort(c.namespaces)
	var nothing bool
	c.labels, nothing = labelsOf(t.LabelSelector, t.MatchLabelKeys, t.MismatchLabelKeys, p.Labels)
	return Match{c.key(nothing), []condition{c}}
}

// labelsOf reads a selector, narrowed to pods that have the same values of
// some labels and others of some. The API server writes these into the
// selector of a pod's affinity itself; twice does no harm.
func labelsOf(s *meta.LabelSelector, same, other []string, labels map[string]string) (l selector.Labels, nothing bool) {
	if s != nil && len(same)+len(other) > 0 {
		s = &meta.LabelSelector{MatchLabels: s.MatchLabels, MatchExpressions: slices.Clone(s.MatchExpressions)}
		narrow := func(keys []string, op meta.LabelSelectorOperator) {
			for _, k := range keys {
				if v, ok := labels[k]; ok {
					s.MatchExpressions = append(s.MatchExpressions, meta.LabelSelectorRequirement{Key: k, Operator: op, Values: []string{v}})
				}
			}
		}
		narrow(same, meta.LabelSelectorOpIn)
		narrow(other, meta.LabelSelectorOpNotIn)
	}
	l, err := selector.FromLabelSelector(s)
	return l, err != nil || s == nil
}
