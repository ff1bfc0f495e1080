package filter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

var (
	inUse        = &Refusal{VolumeRestrictions, []string{"node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"}, false}
	otherZone    = &Refusal{VolumeZone, []string{"node(s) had no available volume zone"}, true}
	noVolume     = &Refusal{VolumeBinding, []string{"node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"}, true}
	outOfReach   = &Refusal{VolumeBinding, []string{"node(s) had volume node affinity conflict"}, true}
	nothingToUse = &Refusal{VolumeBinding, []string{"node(s) didn't find available persistent volumes to bind"}, true}
	unbound      = &Refusal{VolumeBinding, []string{"pod has unbound immediate PersistentVolumeClaims"}, true}
)

// prepareRestrictions keeps a second pod from a claim that only one may use.
func prepareRestrictions(p *cluster.Pod, c *cluster.Cluster) Prepared {
	for _, use := range p.Claims {
		claim := c.Volumes.Claim(use.Key)
		if claim != nil && slices.Contains(claim.Spec.AccessModes, core.ReadWriteOncePod) && c.Volumes.Users(use.Key) > 0 {
			return Prepared{Check: func(*cluster.Node) *Refusal { return inUse }}
		}
	}
	return Prepared{}
}

// prepareBinding holds a pod to the nodes that its volumes can be used on, or
// that there are volumes on for those of its claims that wait for it.
func prepareBinding(p *cluster.Pod, c *cluster.Cluster) Prepared {
	if len(p.Claims) == 0 {
		return Prepared{}
	}
	bound, waiting, refused := ClaimsOf(p, c)
	if refused != nil {
		return Prepared{Refused: refused}
	}
	volumes := make([]*core.PersistentVolume, len(bound))
	for i, claim := range bound {
		volumes[i] = c.Volumes.Volume(claim.Spec.VolumeName)
	}
	return Prepared{Check: func(n *cluster.Node) *Refusal {
		for _, v := range volumes {
			if v == nil {
				return noVolume
			}
			if !v.Reaches(n.Object) {
				return outOfReach
			}
		}
		if len(waiting) > 0 {
			if _, ok := c.Volumes.Match(p.UID, waiting, n.Object); !ok {
				return nothingToUse
			}
		}
		return nil
	}}
}

// ClaimsOf are the pod's claims that are bound and those that wait for it to be
// placed, or why neither is known.
func ClaimsOf(p *cluster.Pod, c *cluster.Cluster) (bound, waiting []*core.PersistentVolumeClaim, refused *Refusal) {
	no := func(format string, args ...any) *Refusal {
		return &Refusal{VolumeBinding, []string{fmt.Sprintf(format, args...)}, true}
	}
	immediate := false
	for _, use := range p.Claims {
		claim := c.Volumes.Claim(use.Key)
		switch {
		case claim == nil && use.Ephemeral:
			return nil, nil, no("waiting for ephemeral volume controller to create the persistentvolumeclaim %q", use.Name)
		case claim == nil:
			return nil, nil, no("persistentvolumeclaim %q not found", use.Name)
		case claim.Status.Phase == core.ClaimLost:
			return nil, nil, no("persistentvolumeclaim %q bound to non-existent persistentvolume %q", use.Name, claim.Spec.VolumeName)
		case claim.DeletionTimestamp != nil:
			return nil, nil, no("persistentvolumeclaim %q is being deleted", use.Name)
		case use.Ephemeral && !ownedBy(claim, p.Pod):
			return nil, nil, no("PVC %s/%s was not created for pod %s/%s (pod is not owner)", claim.Namespace, claim.Name, p.Namespace, p.Name)
		case claim.FullyBound():
			bound = append(bound, claim)
		case claim.Spec.VolumeName == "" && c.Volumes.Waits(claim):
			waiting = append(waiting, claim)
		default:
			immediate = true
		}
	}
	if immediate {
		return nil, nil, unbound
	}
	return bound, waiting, nil
}

func ownedBy(c *core.PersistentVolumeClaim, p *core.Pod) bool {
	for _, o := range c.OwnerReferences {
		if o.Controller != nil && *o.Controller && o.UID == p.UID {
			return true
		}
	}
	return false
}

// zoneLabels are those by which volumes say where they are, with what the label
// is called today.
var zoneLabels = map[string]string{
	core.LabelTopologyZone: core.LabelTopologyZone, core.LabelFailureDomainBetaZone: core.LabelTopologyZone,
	core.LabelTopologyRegion: core.LabelTopologyRegion, core.LabelFailureDomainBetaRegion: core.LabelTopologyRegion,
}

// prepareZone holds a pod to the zones and regions of its bound volumes. Nodes
// that are said to be in none are in all.
func prepareZone(p *cluster.Pod, c *cluster.Cluster) Prepared {
	type in struct {
		label  string
		values []string
	}
	var places []in
	for _, use := range p.Claims {
		claim := c.Volumes.Claim(use.Key)
		if claim == nil || claim.Spec.VolumeName == "" {
			continue
		}
		v := c.Volumes.Volume(claim.Spec.VolumeName)
		if v == nil {
			continue
		}
		for label := range zoneLabels {
			if value, ok := v.Labels[label]; ok {
				places = append(places, in{label, strings.Split(value, "__")})
			}
		}
	}
	if len(places) == 0 {
		return Prepared{}
	}
	return Prepared{Check: func(n *cluster.Node) *Refusal {
		somewhere := false
		for label := range zoneLabels {
			_, ok := n.Object.Labels[label]
			somewhere = somewhere || ok
		}
		if !somewhere {
			return nil
		}
		for _, place := range places {
			value, ok := n.Object.Labels[place.label]
			if !ok {
				value, ok = n.Object.Labels[zoneLabels[place.label]]
			}
			if !ok || !slices.Contains(place.values, value) {
				return otherZone
			}
		}
		return nil
	}}
}

// concernsClaims leaves out what happens to claims that the pod does not use.
func concernsClaims(p *cluster.Pod, e *cluster.Event, _ *cluster.Cluster) bool {
	if e.Happening&cluster.VolumeChanged == 0 || e.Claim.Name == "" {
		return true
	}
	return slices.ContainsFunc(p.Claims, func(c cluster.PodClaim) bool { return c.Key == e.Claim })
}

// concernsUsers leaves out pods that use none of the pod's claims.
func concernsUsers(p *cluster.Pod, e *cluster.Event, c *cluster.Cluster) bool {
	if e.Pod == nil {
		return concernsClaims(p, e, c)
	}
	return slices.ContainsFunc(e.Pod.Claims, func(u cluster.PodClaim) bool {
		return slices.ContainsFunc(p.Claims, func(w cluster.PodClaim) bool { return u.Key == w.Key })
	})
}
