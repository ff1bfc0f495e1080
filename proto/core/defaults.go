package core

import "maps"

// SetReplicationControllerDefaults fills what a manifest may leave out: the
// selector and the labels come from the template, one replica is wanted.
func SetReplicationControllerDefaults(c *ReplicationController) {
	if t := c.Spec.Template; t != nil {
		SetPodTemplateSpecDefaults(t)
		if len(t.Labels) > 0 {
			if len(c.Spec.Selector) == 0 {
				c.Spec.Selector = maps.Clone(t.Labels)
			}
			if len(c.Labels) == 0 {
				c.Labels = maps.Clone(t.Labels)
			}
		}
	}
	if c.Spec.Replicas == nil {
		c.Spec.Replicas = ptr(int32(1))
	}
}

// SetNamespaceDefaults gives a namespace its name as a label, its phase and
// the finalizer that empties it before it goes.
func SetNamespaceDefaults(n *Namespace) {
	if n.Name != "" {
		if n.Labels == nil {
			n.Labels = map[string]string{}
		}
		n.Labels[LabelMetadataName] = n.Name
	}
	setDefault(&n.Status.Phase, NamespaceActive)
}

// SetNodeDefaults makes all of a node's capacity allocatable, unless it says
// otherwise.
func SetNodeDefaults(n *Node) {
	// The one field is the first of the list; where they differ, the writer
	// knows of no list.
	if one, list := n.Spec.PodCIDR, n.Spec.PodCIDRs; one != "" && (len(list) == 0 || list[0] != one) {
		n.Spec.PodCIDRs = []string{one}
	} else if one == "" && len(list) > 0 {
		n.Spec.PodCIDR = list[0]
	}
	for i := range n.Status.Images {
		if image := &n.Status.Images[i]; len(image.Names) == 0 {
			image.Names = nil
		}
	}
	roundResources(n.Status.Capacity)
	roundResources(n.Status.Allocatable)
	if n.Status.Allocatable == nil && n.Status.Capacity != nil {
		n.Status.Allocatable = maps.Clone(n.Status.Capacity)
	}
}

// SetSecretDefaults makes a Secret of no type Opaque, and turns stringData
// into data: it is for writing only and never stored.
func SetSecretDefaults(s *Secret) {
	setDefault(&s.Type, SecretTypeOpaque)
	if len(s.StringData) > 0 && s.Data == nil {
		s.Data = make(map[string][]byte, len(s.StringData))
	}
	for k, v := range s.StringData {
		s.Data[k] = []byte(v)
	}
	s.StringData = nil
}

// SetConfigMapDefaults has nothing to fill; an absent map and an empty one are
// the same on the wire.
func SetConfigMapDefaults(*ConfigMap) {}

// SetServiceAccountDefaults has nothing to fill.
func SetServiceAccountDefaults(*ServiceAccount) {}

// SetEventDefaults has nothing to fill; recorders set every field themselves.
func SetEventDefaults(*Event) {}

// SetResourceQuotaDefaults rounds the amounts.
func SetResourceQuotaDefaults(q *ResourceQuota) {
	roundResources(q.Spec.Hard)
	roundResources(q.Status.Hard)
	roundResources(q.Status.Used)
}

// SetLimitRangeDefaults lets the default limit of containers follow the
// maximum, the default request the default limit, and where there is none, the
// minimum.
func SetLimitRangeDefaults(l *LimitRange) {
	if len(l.Spec.Limits) == 0 {
		l.Spec.Limits = nil
	}
	for i := range l.Spec.Limits {
		item := &l.Spec.Limits[i]
		for _, list := range []ResourceList{item.Max, item.Min, item.Default, item.DefaultRequest, item.MaxLimitRequestRatio} {
			roundResources(list)
		}
		if item.Type == LimitTypeContainer {
			item.Default = fallBack(item.Default, item.Max)
			item.DefaultRequest = fallBack(item.DefaultRequest, item.Default, item.Min)
		}
	}
}

// fallBack takes each resource from the first list that names it.
func fallBack(lists ...ResourceList) ResourceList {
	out := ResourceList{}
	for i := len(lists) - 1; i >= 0; i-- {
		maps.Copy(out, lists[i])
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
