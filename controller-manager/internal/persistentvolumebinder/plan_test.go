package persistentvolumebinder

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
	"github.com/pilothouse/pilothouse/proto/storage"
)

// made is a world in memory.
type made struct {
	volumes  map[string]*core.PersistentVolume
	claims   map[string]*core.PersistentVolumeClaim
	classes  map[string]*storage.StorageClass
	standard string
	pods     []string
	told     []string
}

func newMade() *made {
	wait := storage.VolumeBindingWaitForFirstConsumer
	return &made{
		volumes: map[string]*core.PersistentVolume{}, claims: map[string]*core.PersistentVolumeClaim{},
		classes: map[string]*storage.StorageClass{
			"disk": {Provisioner: core.ProvisionerNone},
			"wait": {Provisioner: core.ProvisionerNone, VolumeBindingMode: &wait},
			"far":  {Provisioner: "example.com/x"},
		},
	}
}

func (m *made) volume(name string) *core.PersistentVolume        { return m.volumes[name] }
func (m *made) claim(_, name string) *core.PersistentVolumeClaim { return m.claims[name] }
func (m *made) class(name string) *storage.StorageClass          { return m.classes[name] }
func (m *made) classByDefault() string                           { return m.standard }
func (m *made) consumers(*core.PersistentVolumeClaim) []string   { return m.pods }
func (m *made) candidates(*core.PersistentVolumeClaim) (all []*core.PersistentVolume) {
	for _, v := range m.volumes {
		all = append(all, v)
	}
	return all
}

// do carries out one step and says whether it wrote.
func (m *made) do(o outcome) bool {
	for _, n := range o.notes {
		m.told = append(m.told, n.reason+": "+n.message)
	}
	if o.write == nil {
		return false
	}
	if n := o.write.note; n != nil {
		m.told = append(m.told, n.reason+": "+n.message)
	}
	if v := o.write.volume; v != nil {
		m.volumes[v.Name] = v
	} else {
		m.claims[o.write.claim.Name] = o.write.claim
	}
	return true
}

// rest syncs all, volumes first, in the order of names, until nothing is left to write, but
// stops after so many writes.
func (m *made) rest(t *testing.T, writes int) {
	t.Helper()
	for n := 0; ; {
		began := n
		for _, name := range sortedNames(m.volumes) {
			for v := m.volumes[name]; m.do(planVolume(m, v)); v = m.volumes[name] {
				if n++; n >= writes {
					return
				}
			}
		}
		for _, name := range sortedNames(m.claims) {
			for c := m.claims[name]; m.do(planClaim(m, c)); c = m.claims[name] {
				if n++; n >= writes {
					return
				}
			}
		}
		if n == began {
			return
		}
		if n > 1000 {
			t.Fatal("does not come to rest")
		}
	}
}

func sortedNames[T any](m map[string]T) []string {
	var names []string
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func (m *made) addVolume(name, size, class string, with ...func(*core.PersistentVolume)) *core.PersistentVolume {
	v := &core.PersistentVolume{}
	v.Name, v.Spec.StorageClassName = name, class
	v.Spec.Capacity = core.ResourceList{core.ResourceStorage: quantity.MustParse(size)}
	v.Spec.AccessModes = []core.PersistentVolumeAccessMode{core.ReadWriteOnce}
	v.Spec.PersistentVolumeReclaimPolicy = core.PersistentVolumeReclaimRetain
	v.Spec.HostPath = &core.HostPathVolumeSource{Path: "/data/" + name}
	for _, f := range with {
		f(v)
	}
	m.volumes[name] = v
	return v
}

func (m *made) addClaim(name, size, class string, with ...func(*core.PersistentVolumeClaim)) *core.PersistentVolumeClaim {
	c := &core.PersistentVolumeClaim{}
	c.Namespace, c.Name, c.UID, c.Spec.StorageClassName = "ns", name, meta.UID("uid-"+name), &class
	c.Spec.Resources.Requests = core.ResourceList{core.ResourceStorage: quantity.MustParse(size)}
	c.Spec.AccessModes = []core.PersistentVolumeAccessMode{core.ReadWriteOnce}
	c.Status.Phase = core.ClaimPending
	for _, f := range with {
		f(c)
	}
	m.claims[name] = c
	return c
}

// state says how everything is, in one line.
func (m *made) state() string {
	var parts []string
	for _, n := range sortedNames(m.claims) {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s %s %s", n, m.claims[n].Status.Phase, m.claims[n].Spec.VolumeName)))
	}
	for _, n := range sortedNames(m.volumes) {
		v, to := m.volumes[n], ""
		if r := v.Spec.ClaimRef; r != nil {
			to = r.Name
		}
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s %s %s", n, v.Status.Phase, to)))
	}
	return strings.Join(parts, ", ")
}

func held(name string, uid meta.UID) func(*core.PersistentVolume) {
	return func(v *core.PersistentVolume) {
		v.Spec.ClaimRef = &core.ObjectReference{Namespace: "ns", Name: name, UID: uid}
	}
}

func TestBinding(t *testing.T) {
	block := core.PersistentVolumeBlock
	for _, c := range []struct {
		name  string
		setUp func(*made)
		want  string
		told  string
	}{
		{"the smallest that is large enough", func(m *made) {
			m.addVolume("a", "1Gi", "disk")
			m.addVolume("b", "9Gi", "disk")
			m.addVolume("c", "5Gi", "disk")
			m.addClaim("x", "2Gi", "disk")
		}, "x Bound c, a Available, b Available, c Bound x", ""},
		{"one volume for two claims", func(m *made) {
			m.addVolume("a", "1Gi", "")
			m.addClaim("x", "1Gi", "")
			m.addClaim("y", "1Gi", "")
		}, "x Bound a, y Pending, a Bound x", "FailedBinding: no persistent volumes available for this claim and no storage class is set"},
		{"another class, mode or way to mount", func(m *made) {
			m.addVolume("a", "1Gi", "other")
			m.addVolume("b", "1Gi", "disk", func(v *core.PersistentVolume) { v.Spec.VolumeMode = &block })
			m.addVolume("c", "1Gi", "disk", func(v *core.PersistentVolume) {
				v.Spec.AccessModes = []core.PersistentVolumeAccessMode{core.ReadOnlyMany}
			})
			m.addClaim("x", "1Gi", "disk")
		}, "x Pending, a Available, b Available, c Available", "ProvisioningFailed: no volume plugin matched name: kubernetes.io/no-provisioner"},
		{"a selector", func(m *made) {
			m.addVolume("a", "1Gi", "disk")
			m.addVolume("b", "2Gi", "disk").Labels = map[string]string{"kind": "fast"}
			m.addClaim("x", "1Gi", "disk").Spec.Selector = &meta.LabelSelector{MatchLabels: map[string]string{"kind": "fast"}}
		}, "x Bound b, a Available, b Bound x", ""},
		{"a volume kept for the claim wins, others leave it alone", func(m *made) {
			m.addVolume("a", "1Gi", "disk")
			m.addVolume("b", "7Gi", "disk", held("y", ""))
			m.addClaim("x", "2Gi", "disk")
			m.addClaim("y", "1Gi", "disk")
		}, "x Pending, y Bound b, a Available, b Bound y", "ProvisioningFailed: no volume plugin matched name: kubernetes.io/no-provisioner"},
		{"a claim that names its volume", func(m *made) {
			m.addVolume("a", "1Gi", "disk")
			m.addVolume("b", "1Gi", "disk")
			m.addClaim("x", "1Gi", "disk").Spec.VolumeName = "b"
		}, "x Bound b, a Available, b Bound x", ""},
		{"a named volume that is too small", func(m *made) {
			m.addVolume("b", "1Gi", "disk")
			m.addClaim("x", "2Gi", "disk").Spec.VolumeName = "b"
		}, "x Pending b, b Available", `VolumeMismatch: Cannot bind to requested volume "b": requested PV is too small`},
		{"a named volume that is taken", func(m *made) {
			m.addVolume("b", "1Gi", "disk")
			m.addClaim("x", "1Gi", "disk")
			m.addClaim("y", "1Gi", "disk").Spec.VolumeName = "b"
		}, "x Bound b, y Pending b, b Bound x", `FailedBinding: volume "b" already bound to a different claim.`},
		{"a named volume that is not there", func(m *made) {
			m.addClaim("x", "1Gi", "disk").Spec.VolumeName = "b"
		}, "x Pending b", ""},
		{"waiting for a pod", func(m *made) {
			m.addVolume("a", "1Gi", "wait")
			m.addClaim("x", "1Gi", "wait")
		}, "x Pending, a Available", "WaitForFirstConsumer: waiting for first consumer to be created before binding"},
		{"waiting for a pod that is there", func(m *made) {
			m.pods = []string{"p", "q"}
			m.addVolume("a", "1Gi", "wait")
			m.addClaim("x", "1Gi", "wait")
		}, "x Pending, a Available", "WaitForPodScheduled: waiting for pods p,q to be scheduled"},
		{"what the scheduler has chosen is finished", func(m *made) {
			m.addVolume("a", "1Gi", "wait")
			m.addVolume("b", "2Gi", "wait", held("x", "uid-x"))
			m.addClaim("x", "1Gi", "wait")
		}, "x Bound b, a Available, b Bound x", ""},
		{"the default class of today", func(m *made) {
			m.standard = "disk"
			m.addVolume("a", "1Gi", "disk")
			m.addClaim("x", "1Gi", "").Spec.StorageClassName = nil
		}, "x Bound a, a Bound x", ""},
		{"a provisioner elsewhere", func(m *made) { m.addClaim("x", "1Gi", "far") }, "x Pending",
			"ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'example.com/x' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."},
		{"no such class", func(m *made) { m.addClaim("x", "1Gi", "none") }, "x Pending",
			`ProvisioningFailed: storageclass.storage.k8s.io "none" not found`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMade()
			c.setUp(m)
			m.rest(t, 1000)
			if got := m.state(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if c.told != "" && !slices.Contains(m.told, c.told) || c.told == "" && len(m.told) > 0 {
				t.Errorf("told %q, want %q", m.told, c.told)
			}
		})
	}
}

func TestAfterwards(t *testing.T) {
	policy := func(p core.PersistentVolumeReclaimPolicy) func(*made) {
		return func(m *made) { m.volumes["a"].Spec.PersistentVolumeReclaimPolicy = p; delete(m.claims, "x") }
	}
	for _, c := range []struct {
		name   string
		change func(*made)
		want   string
		told   string
	}{
		{"nothing", func(*made) {}, "x Bound a, a Bound x", ""},
		{"the claim goes, data is kept", policy(core.PersistentVolumeReclaimRetain), "a Released x", ""},
		{"data is to go, and nobody can do it", policy(core.PersistentVolumeReclaimDelete), "a Failed x",
			"VolumeFailedDelete: host_path deleter only supports /tmp/.+ but received provided /data/a"},
		{"data is to be wiped", policy(core.PersistentVolumeReclaimRecycle), "a Failed x", "VolumeFailedRecycle: No recycler plugin found for the volume!"},
		{"somebody else removes the volume", func(m *made) {
			policy(core.PersistentVolumeReclaimDelete)(m)
			m.volumes["a"].Annotations[core.AnnotationProvisionedBy] = "example.com/x"
		}, "a Released x", ""},
		{"a namesake does not get it", func(m *made) { m.claims["x"] = m.addClaim("x", "1Gi", "disk"); m.claims["x"].UID = "another" },
			"x Pending, a Released x", "ProvisioningFailed: no volume plugin matched name: kubernetes.io/no-provisioner"},
		{"the volume goes", func(m *made) { delete(m.volumes, "a") }, "x Lost a", "ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!"},
		{"the claim is taken from the volume", func(m *made) { m.volumes["a"].Spec.ClaimRef = nil }, "x Bound a, a Bound x", ""},
		{"the volume has another claim", func(m *made) {
			m.addClaim("y", "1Gi", "disk").Spec.VolumeName = "a"
			m.volumes["a"].Spec.ClaimRef = &core.ObjectReference{Namespace: "ns", Name: "y", UID: "uid-y"}
		}, "x Lost a, y Bound a, a Bound y", "ClaimMisbound: Two claims are bound to the same volume, this one is bound incorrectly"},
		{"two volumes, one claim", func(m *made) {
			m.addVolume("b", "1Gi", "disk", held("x", "uid-x")).Annotations = map[string]string{core.AnnotationBoundByController: "yes"}
		}, "x Bound a, a Bound x, b Available", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMade()
			m.addVolume("a", "1Gi", "disk")
			m.rest(t, 1000)
			m.addClaim("x", "1Gi", "disk")
			m.rest(t, 1000)
			c.change(m)
			m.rest(t, 1000)
			if got := m.state(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if c.told != "" && !slices.Contains(m.told, c.told) || c.told == "" && len(m.told) > 0 {
				t.Errorf("told %q, want %q", m.told, c.told)
			}
		})
	}
}
