package cluster

import (
	"cmp"
	"slices"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/storage"
)

// Volumes are the claims, volumes and classes there are, who uses the claims,
// and which volumes have been set aside for pods whose binding is on its way.
type Volumes struct {
	claims  map[meta.Key]*core.PersistentVolumeClaim
	volumes map[string]*core.PersistentVolume
	classes map[string]*storage.StorageClass
	// free are the volumes that name no claim, by class; kept those that name
	// one, by that.
	free map[string]map[string]*core.PersistentVolume
	kept map[meta.Key]map[string]*core.PersistentVolume
	// users counts the pods on nodes that use a claim.
	users map[meta.Key]int
	// reserved is what was set aside for a pod; taken says for whom.
	reserved map[meta.UID]Reservation
	taken    map[string]meta.UID
}

// Reservation is what must be done about a pod's volumes before it is bound.
type Reservation struct {
	// Bind are claims and the volumes chosen for them.
	Bind []Pair
	// Provision are claims whose volume is to be made, for the pod's node.
	Provision []*core.PersistentVolumeClaim
}

// Pair is a claim and its volume.
type Pair struct {
	Claim  *core.PersistentVolumeClaim
	Volume *core.PersistentVolume
}

func newVolumes() *Volumes {
	return &Volumes{
		claims: map[meta.Key]*core.PersistentVolumeClaim{}, volumes: map[string]*core.PersistentVolume{}, classes: map[string]*storage.StorageClass{},
		free: map[string]map[string]*core.PersistentVolume{}, kept: map[meta.Key]map[string]*core.PersistentVolume{},
		users: map[meta.Key]int{}, reserved: map[meta.UID]Reservation{}, taken: map[string]meta.UID{},
	}
}

// SetClaim adds, replaces or, with nil, removes the claim of that key.
func (v *Volumes) SetClaim(key meta.Key, c *core.PersistentVolumeClaim) {
	if c == nil {
		delete(v.claims, key)
		return
	}
	v.claims[key] = c
}

// SetClass adds, replaces or, with nil, removes a class.
func (v *Volumes) SetClass(name string, c *storage.StorageClass) {
	if c == nil {
		delete(v.classes, name)
		return
	}
	v.classes[name] = c
}

// SetVolume adds, replaces or, with nil, removes a volume.
func (v *Volumes) SetVolume(name string, o *core.PersistentVolume) {
	if old := v.volumes[name]; old != nil {
		if r := old.Spec.ClaimRef; r != nil {
			drop(v.kept, meta.Key{Namespace: r.Namespace, Name: r.Name}, name)
		} else {
			drop(v.free, old.Class(), name)
		}
		delete(v.volumes, name)
	}
	if o == nil {
		return
	}
	v.volumes[name] = o
	if r := o.Spec.ClaimRef; r != nil {
		keep(v.kept, meta.Key{Namespace: r.Namespace, Name: r.Name}, name, o)
	} else {
		keep(v.free, o.Class(), name, o)
	}
}

func keep[K comparable](m map[K]map[string]*core.PersistentVolume, k K, name string, o *core.PersistentVolume) {
	if m[k] == nil {
		m[k] = map[string]*core.PersistentVolume{}
	}
	m[k][name] = o
}

func drop[K comparable](m map[K]map[string]*core.PersistentVolume, k K, name string) {
	if delete(m[k], name); len(m[k]) == 0 {
		delete(m, k)
	}
}

// Claim is the claim of that key, or nil.
func (v *Volumes) Claim(key meta.Key) *core.PersistentVolumeClaim { return v.claims[key] }

// Volume is the volume of that name, or nil.
func (v *Volumes) Volume(name string) *core.PersistentVolume { return v.volumes[name] }

// Users is how many pods on nodes use a claim.
func (v *Volumes) Users(key meta.Key) int { return v.users[key] }

// Waits says whether a claim is bound only when a pod that uses it is placed.
func (v *Volumes) Waits(c *core.PersistentVolumeClaim) bool {
	class := v.classes[c.Class()]
	return class != nil && class.VolumeBindingMode != nil && *class.VolumeBindingMode == storage.VolumeBindingWaitForFirstConsumer
}

// use counts the claims of a pod that comes to a node or goes.
func (v *Volumes) use(p *Pod, sign int) {
	for _, c := range p.Claims {
		if v.users[c.Key] += sign; v.users[c.Key] == 0 {
			delete(v.users, c.Key)
		}
	}
}

// Match finds volumes on n for claims that wait for a pod, the smallest claim
// first; false when there is none for one of them, nor anybody who would make
// one for that node.
func (v *Volumes) Match(pod meta.UID, claims []*core.PersistentVolumeClaim, n *core.Node) (Reservation, bool) {
	var r Reservation
	sorted := slices.SortedStableFunc(slices.Values(claims), func(a, b *core.PersistentVolumeClaim) int { return cmp.Compare(a.Asks(), b.Asks()) })
	for _, c := range sorted {
		if on := c.Annotations[core.AnnotationSelectedNode]; on != "" {
			if on != n.Name {
				return r, false // its volume is being made elsewhere
			}
			r.Provision = append(r.Provision, c)
			continue
		}
		best := c.Best(v.candidates(c), n, func(name string) bool {
			by, taken := v.taken[name]
			return taken && by != pod || slices.ContainsFunc(r.Bind, func(p Pair) bool { return p.Volume.Name == name })
		})
		switch {
		case best != nil:
			r.Bind = append(r.Bind, Pair{c, best})
		case v.provides(c, n):
			r.Provision = append(r.Provision, c)
		default:
			return r, false
		}
	}
	return r, true
}

func (v *Volumes) candidates(c *core.PersistentVolumeClaim) []*core.PersistentVolume {
	var all []*core.PersistentVolume
	for _, o := range v.kept[meta.KeyOf(c)] {
		all = append(all, o)
	}
	for _, o := range v.free[c.Class()] {
		all = append(all, o)
	}
	return all
}

// provides says whether somebody makes volumes of the claim's class for n.
func (v *Volumes) provides(c *core.PersistentVolumeClaim, n *core.Node) bool {
	class := v.classes[c.Class()]
	if class == nil || class.Provisioner == "" || class.Provisioner == core.ProvisionerNone {
		return false
	}
	return len(class.AllowedTopologies) == 0 || slices.ContainsFunc(class.AllowedTopologies, func(t core.TopologySelectorTerm) bool {
		return !slices.ContainsFunc(t.MatchLabelExpressions, func(r core.TopologySelectorLabelRequirement) bool {
			return !slices.Contains(r.Values, n.Labels[r.Key])
		})
	})
}

// Reserve sets volumes aside for a pod.
func (v *Volumes) Reserve(pod meta.UID, r Reservation) {
	v.Release(pod)
	v.reserved[pod] = r
	for _, p := range r.Bind {
		v.taken[p.Volume.Name] = pod
	}
}

// Reserved is what was set aside for a pod.
func (v *Volumes) Reserved(pod meta.UID) Reservation { return v.reserved[pod] }

// Release gives back what was set aside for a pod, if anything.
func (v *Volumes) Release(pod meta.UID) {
	for _, p := range v.reserved[pod].Bind {
		if v.taken[p.Volume.Name] == pod {
			delete(v.taken, p.Volume.Name)
		}
	}
	delete(v.reserved, pod)
}

// PodClaim is a claim that a pod uses. Ephemeral ones are the pod's own.
type PodClaim struct {
	meta.Key
	Ephemeral bool
}

// claimsOf are the claims that a pod uses.
func claimsOf(p *core.Pod) []PodClaim {
	var out []PodClaim
	for i := range p.Spec.Volumes {
		switch v := &p.Spec.Volumes[i]; {
		case v.PersistentVolumeClaim != nil:
			out = append(out, PodClaim{Key: meta.Key{Namespace: p.Namespace, Name: v.PersistentVolumeClaim.ClaimName}})
		case v.Ephemeral != nil:
			out = append(out, PodClaim{meta.Key{Namespace: p.Namespace, Name: p.Name + "-" + v.Name}, true})
		}
	}
	return out
}
