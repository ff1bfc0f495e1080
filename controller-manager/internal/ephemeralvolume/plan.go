package ephemeralvolume

import (
	"fmt"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// plan is the claims that the pod lacks, and what is wrong with those that have
// their names. there finds a claim of the pod's namespace.
func plan(p *core.Pod, there func(name string) *core.PersistentVolumeClaim) (create []*core.PersistentVolumeClaim, wrong []error) {
	if p.DeletionTimestamp != nil {
		return nil, nil
	}
	for i := range p.Spec.Volumes {
		v := &p.Spec.Volumes[i]
		if v.Ephemeral == nil || v.Ephemeral.VolumeClaimTemplate == nil {
			continue
		}
		want := claimFor(p, v)
		got := there(want.Name)
		switch {
		case got == nil:
			create = append(create, want)
		case !ownedBy(got, p):
			wrong = append(wrong, notOwner(v.Name, got, p))
		}
	}
	return create, wrong
}

// notOwner is the complaint about a claim that has the name of one of the pod's
// and is not its own: it may be anybody's data.
func notOwner(volume string, c *core.PersistentVolumeClaim, p *core.Pod) error {
	return fmt.Errorf("ephemeral volume %s: PVC %s/%s was not created for pod %s/%s (pod is not owner)", volume, c.Namespace, c.Name, p.Namespace, p.Name)
}

// claimFor is the claim of a pod's ephemeral volume. It goes with the pod.
func claimFor(p *core.Pod, v *core.Volume) *core.PersistentVolumeClaim {
	yes, template := true, v.Ephemeral.VolumeClaimTemplate.DeepCopy()
	c := &core.PersistentVolumeClaim{Spec: template.Spec}
	c.Namespace, c.Name = p.Namespace, p.Name+"-"+v.Name
	c.Labels, c.Annotations = template.Labels, template.Annotations
	c.OwnerReferences = []meta.OwnerReference{{APIVersion: "v1", Kind: "Pod", Name: p.Name, UID: p.UID, Controller: &yes, BlockOwnerDeletion: &yes}}
	return c
}

func ownedBy(c *core.PersistentVolumeClaim, p *core.Pod) bool {
	for _, o := range c.OwnerReferences {
		if o.Controller != nil && *o.Controller && o.UID == p.UID {
			return true
		}
	}
	return false
}
