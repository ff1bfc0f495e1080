package volumeprotection

import (
	"slices"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// planned is what an object's finalizers should become.
type planned int

const (
	leave planned = iota
	protect
	release
)

// plan decides about one object: a living one is protected, a deleted one until
// it is no longer in use. used is asked only when it matters.
func plan(m *meta.ObjectMeta, finalizer string, used func() bool) planned {
	has := slices.Contains(m.Finalizers, finalizer)
	switch {
	case m.DeletionTimestamp == nil && !has:
		return protect
	case m.DeletionTimestamp != nil && has && !used():
		return release
	}
	return leave
}

// set changes the finalizers of an object's copy as planned.
func (p planned) set(m *meta.ObjectMeta, finalizer string) {
	switch p {
	case protect:
		m.Finalizers = append(m.Finalizers, finalizer)
	case release:
		m.Finalizers = slices.DeleteFunc(m.Finalizers, func(f string) bool { return f == finalizer })
	}
}

// claimsOf names the claims that a pod uses. One that has no node yet uses none:
// its kubelet will not start it with a claim that is being deleted.
func claimsOf(p *core.Pod) []string {
	if p.Spec.NodeName == "" {
		return nil
	}
	ended := p.Status.Phase == core.PodSucceeded || p.Status.Phase == core.PodFailed
	var names []string
	for i := range p.Spec.Volumes {
		v := &p.Spec.Volumes[i]
		if v.PersistentVolumeClaim != nil {
			names = append(names, v.PersistentVolumeClaim.ClaimName)
		}
		if v.Ephemeral != nil && !ended {
			names = append(names, p.Name+"-"+v.Name)
		}
	}
	return names
}

// uses tells whether one of the pods uses the claim of that name.
func uses(pods []*core.Pod, claim string) bool {
	return slices.ContainsFunc(pods, func(p *core.Pod) bool { return slices.Contains(claimsOf(p), claim) })
}
