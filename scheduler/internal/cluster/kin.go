package cluster

import (
	"maps"
	"slices"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// kin is what tells which pods belong together that do not say so themselves:
// the selectors of services and of controllers.
type kin struct {
	services    map[string]map[string]map[string]string // by namespace and name
	controllers map[meta.UID]ties
	// spread is what was worked out, by namespace and by the pods' kind. It is
	// forgotten when a selector of the namespace changes.
	spread map[string]map[string][]Constraint
}

// ties are how a controller selects its pods.
type ties struct {
	namespace string
	selector  *meta.LabelSelector
}

// mostKinds is of how many kinds of pods of a namespace the constraints are
// kept. Each pod of a StatefulSet is a kind of its own.
const mostKinds = 2000

func newKin() kin {
	return kin{
		services: map[string]map[string]map[string]string{}, controllers: map[meta.UID]ties{},
		spread: map[string]map[string][]Constraint{},
	}
}

// SetService tells of a service's selector, nil for one that is gone or that
// has none. A selector without labels is one: of all pods.
func (c *Cluster) SetService(key meta.Key, labels map[string]string) {
	k := &c.kin
	old, known := k.services[key.Namespace][key.Name]
	if known == (labels != nil) && maps.Equal(old, labels) {
		return
	}
	delete(k.spread, key.Namespace)
	if labels == nil {
		delete(k.services[key.Namespace], key.Name)
		if len(k.services[key.Namespace]) == 0 {
			delete(k.services, key.Namespace)
		}
		return
	}
	if k.services[key.Namespace] == nil {
		k.services[key.Namespace] = map[string]map[string]string{}
	}
	k.services[key.Namespace][key.Name] = labels
}

// SetController tells of the selector of a ReplicationController, ReplicaSet
// or StatefulSet; nil for one that is gone.
func (c *Cluster) SetController(uid meta.UID, namespace string, s *meta.LabelSelector) {
	k := &c.kin
	old, known := k.controllers[uid]
	switch {
	case s == nil && !known:
		return
	case s == nil:
		delete(k.controllers, uid)
	case known && sameSelector(old.selector, s):
		return
	default:
		k.controllers[uid] = ties{namespace, s}
	}
	delete(k.spread, namespace)
}

func sameSelector(a, b *meta.LabelSelector) bool {
	return maps.Equal(a.MatchLabels, b.MatchLabels) && slices.EqualFunc(a.MatchExpressions, b.MatchExpressions,
		func(x, y meta.LabelSelectorRequirement) bool {
			return x.Key == y.Key && x.Operator == y.Operator && slices.Equal(x.Values, y.Values)
		})
}

// DefaultSpread is how p is spread that says nothing itself: over the nodes
// and the zones, away from the pods that its services and its controller
// select. It is nothing for a pod that none of them does.
func (c *Cluster) DefaultSpread(p *Pod) []Constraint {
	known := c.kin.spread[p.Namespace]
	list, ok := known[p.kind]
	if !ok {
		list = defaultSpread(p, c.kin.selector(p))
		if known == nil || len(known) >= mostKinds {
			known = map[string][]Constraint{}
			c.kin.spread[p.Namespace] = known
		}
		known[p.kind] = list
	}
	if len(list) > 0 && picky(&p.Spec) {
		list = slices.Clone(list)
		for i := range list {
			list[i].Scope.Wanted = true
			list[i].Scope.finish(&p.Spec)
		}
	}
	return list
}

// selector is what all of p's services and its controller ask of labels: where
// they ask for different values of one label, the last service is heard, and
// the ReplicationController before the services.
func (k *kin) selector(p *Pod) *meta.LabelSelector {
	s := &meta.LabelSelector{MatchLabels: map[string]string{}}
	services := k.services[p.Namespace]
	for _, name := range slices.Sorted(maps.Keys(services)) {
		if labels := services[name]; within(labels, p.Labels) {
			maps.Copy(s.MatchLabels, labels)
		}
	}
	t, ok := k.controllers[p.Owner]
	if p.Owner == "" || !ok || t.namespace != p.Namespace {
		return s
	}
	for key, v := range t.selector.MatchLabels {
		if other, twice := s.MatchLabels[key]; twice && other != v {
			s.MatchExpressions = append(s.MatchExpressions, meta.LabelSelectorRequirement{Key: key, Operator: meta.LabelSelectorOpIn, Values: []string{v}})
			continue
		}
		s.MatchLabels[key] = v
	}
	s.MatchExpressions = append(s.MatchExpressions, t.selector.MatchExpressions...)
	return s
}

// within says whether all of wanted is in labels.
func within(wanted, labels map[string]string) bool {
	for k, v := range wanted {
		if got, ok := labels[k]; !ok || got != v {
			return false
		}
	}
	return true
}

// picky says whether the pod names nodes that it may go to; the others do not
// count then.
func picky(spec *core.PodSpec) bool {
	return len(spec.NodeSelector) > 0 || spec.Affinity != nil && spec.Affinity.NodeAffinity != nil &&
		spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution != nil
}

// defaultSpread are upstream's constraints: nodes matter more than zones, and
// neither is enforced.
func defaultSpread(p *Pod, s *meta.LabelSelector) []Constraint {
	labels, err := selector.FromLabelSelector(s)
	if err != nil || labels.Empty() {
		return nil
	}
	who := condition{namespaces: []string{p.Namespace}, alive: true, labels: labels}
	m := Match{who.key(false), []condition{who}}
	return []Constraint{
		{Key: NodeItself, MaxSkew: 3, MinDomains: 1, Who: m},
		{Key: core.LabelTopologyZone, MaxSkew: 5, MinDomains: 1, Who: m},
	}
}
