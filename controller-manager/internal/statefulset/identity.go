package statefulset

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/controller-manager/internal/ownership"
	"github.com/pilothouse/pilothouse/controller-manager/internal/revision"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Labels that give a pod its identity.
const (
	labelPodName = "statefulset.kubernetes.io/pod-name"
	labelIndex   = "apps.kubernetes.io/pod-index"
)

// ordinal is a pod's number, or -1 when its name is not one of the set's.
func ordinal(set *apps.StatefulSet, name string) int {
	digits, found := strings.CutPrefix(name, set.Name+"-")
	n, err := strconv.Atoi(digits)
	if !found || err != nil || n < 0 || strconv.Itoa(n) != digits {
		return -1
	}
	return n
}

// first is the lowest ordinal.
func first(set *apps.StatefulSet) int {
	if set.Spec.Ordinals == nil {
		return 0
	}
	return int(set.Spec.Ordinals.Start)
}

// wanted is how many pods there should be.
func wanted(set *apps.StatefulSet) int {
	if set.Spec.Replicas == nil {
		return 1
	}
	return int(*set.Spec.Replicas)
}

// podName is the name that a number has for as long as the set lives.
func podName(set *apps.StatefulSet, n int) string { return set.Name + "-" + strconv.Itoa(n) }

// claimName is the name of the claim that a template makes for a pod.
func claimName(template *core.PersistentVolumeClaim, pod string) string {
	return template.Name + "-" + pod
}

// podFor is the pod of a number, made from a template.
func podFor(set *apps.StatefulSet, n int, t *core.PodTemplateSpec, rev string) *core.Pod {
	t = t.DeepCopy()
	p := &core.Pod{Spec: t.Spec}
	p.Namespace, p.Name = set.Namespace, podName(set, n)
	p.Labels, p.Annotations, p.Finalizers = t.Labels, t.Annotations, t.Finalizers
	p.OwnerReferences = []meta.OwnerReference{ownership.Reference(set)}
	identify(set, p)
	p.Labels[revision.Label] = rev
	p.Spec.Hostname, p.Spec.Subdomain = p.Name, set.Spec.ServiceName
	return p
}

// identify gives a pod the labels and the volumes that are its number's. It
// says whether anything was missing.
func identify(set *apps.StatefulSet, p *core.Pod) (changed bool) {
	labels := map[string]string{labelPodName: p.Name, labelIndex: strconv.Itoa(ordinal(set, p.Name))}
	for k, v := range labels {
		if p.Labels[k] != v {
			changed = true
		}
	}
	if changed {
		p.Labels = maps.Clone(p.Labels)
		if p.Labels == nil {
			p.Labels = map[string]string{}
		}
		maps.Copy(p.Labels, labels)
	}
	for i := range set.Spec.VolumeClaimTemplates {
		t := &set.Spec.VolumeClaimTemplates[i]
		v := core.Volume{Name: t.Name}
		v.PersistentVolumeClaim = &core.PersistentVolumeClaimVolumeSource{ClaimName: claimName(t, p.Name)}
		at := slices.IndexFunc(p.Spec.Volumes, func(o core.Volume) bool { return o.Name == t.Name })
		switch {
		case at < 0:
			p.Spec.Volumes, changed = append(p.Spec.Volumes, v), true
		case p.Spec.Volumes[at].PersistentVolumeClaim == nil || p.Spec.Volumes[at].PersistentVolumeClaim.ClaimName != v.PersistentVolumeClaim.ClaimName:
			p.Spec.Volumes[at], changed = v, true
		}
	}
	return changed
}

// claimsFor are the claims that a pod needs.
func claimsFor(set *apps.StatefulSet, pod string) []*core.PersistentVolumeClaim {
	var out []*core.PersistentVolumeClaim
	for i := range set.Spec.VolumeClaimTemplates {
		t := &set.Spec.VolumeClaimTemplates[i]
		c := t.DeepCopy()
		c.Namespace, c.Name = set.Namespace, claimName(t, pod)
		c.Status = core.PersistentVolumeClaimStatus{}
		labels := map[string]string{}
		maps.Copy(labels, t.Labels)
		if set.Spec.Selector != nil {
			maps.Copy(labels, set.Spec.Selector.MatchLabels)
		}
		c.Labels = labels
		out = append(out, c)
	}
	return out
}

// claimOwners are the owner references that a claim should have, which say with
// what it goes: with the set when that is deleted, with its pod when the set
// shrinks. References of others are kept, and one that controls the claim is
// left in charge.
func claimOwners(set *apps.StatefulSet, claim *core.PersistentVolumeClaim, p *core.Pod) []meta.OwnerReference {
	policy := set.Spec.PersistentVolumeClaimRetentionPolicy
	withSet := policy != nil && policy.WhenDeleted == apps.DeletePersistentVolumeClaimRetentionPolicyType
	withPod := policy != nil && policy.WhenScaled == apps.DeletePersistentVolumeClaimRetentionPolicyType && condemned(set, p)
	var out []meta.OwnerReference
	yes := true
	for _, r := range claim.OwnerReferences {
		if r.UID != set.UID && !(r.Kind == "Pod" && r.Name == p.Name) {
			out = append(out, r)
			if r.Controller != nil && *r.Controller {
				return claim.OwnerReferences
			}
		}
	}
	switch {
	case withPod && p.UID != "":
		out = append(out, meta.OwnerReference{APIVersion: "v1", Kind: "Pod", Name: p.Name, UID: p.UID, Controller: &yes, BlockOwnerDeletion: &yes})
	case withSet && !(policy.WhenScaled == apps.DeletePersistentVolumeClaimRetentionPolicyType && condemned(set, p)):
		out = append(out, meta.OwnerReference{APIVersion: "apps/v1", Kind: kind, Name: set.Name, UID: set.UID, Controller: &yes, BlockOwnerDeletion: &yes})
	}
	return out
}

// condemned tells whether a pod's number is none of those wanted now.
func condemned(set *apps.StatefulSet, p *core.Pod) bool {
	n := ordinal(set, p.Name)
	return n < first(set) || n >= first(set)+wanted(set)
}
