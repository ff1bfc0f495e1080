package scheduler

import (
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
	"github.com/pilothouse/pilothouse/proto/storage"
)

func volume(name, size string, node string) *core.PersistentVolume {
	v := &core.PersistentVolume{ObjectMeta: meta.ObjectMeta{Name: name}}
	v.Spec.StorageClassName = "wait"
	v.Spec.Capacity = core.ResourceList{core.ResourceStorage: quantity.MustParse(size)}
	v.Spec.AccessModes = []core.PersistentVolumeAccessMode{core.ReadWriteOnce, core.ReadWriteOncePod}
	v.Status.Phase = core.VolumeAvailable
	if node != "" {
		v.Spec.NodeAffinity = &core.VolumeNodeAffinity{Required: &core.NodeSelector{NodeSelectorTerms: []core.NodeSelectorTerm{
			{MatchExpressions: []core.NodeSelectorRequirement{{Key: core.LabelHostname, Operator: core.NodeSelectorOpIn, Values: []string{node}}}}}}}
	}
	return v
}

func claim(name, size, class string) *core.PersistentVolumeClaim {
	c := &core.PersistentVolumeClaim{ObjectMeta: meta.ObjectMeta{Namespace: "default", Name: name, UID: meta.UID("claim-" + name)}}
	c.Spec.StorageClassName = &class
	c.Spec.AccessModes = []core.PersistentVolumeAccessMode{core.ReadWriteOnce}
	c.Spec.Resources.Requests = core.ResourceList{core.ResourceStorage: quantity.MustParse(size)}
	return c
}

func using(p *core.Pod, claims ...string) *core.Pod {
	for _, name := range claims {
		v := core.Volume{Name: name}
		v.PersistentVolumeClaim = &core.PersistentVolumeClaimVolumeSource{ClaimName: name}
		p.Spec.Volumes = append(p.Spec.Volumes, v)
	}
	return p
}

// stored is a scheduler with three nodes and a class whose claims wait.
func stored() *Scheduler {
	s := without()
	for _, name := range []string{"n1", "n2", "n3"} {
		n := node(name, "4")
		n.Labels = map[string]string{core.LabelHostname: name, core.LabelTopologyZone: "zone-" + name}
		s.nodeChanged(nil, n)
	}
	wait := storage.VolumeBindingWaitForFirstConsumer
	s.classChanged(nil, &storage.StorageClass{ObjectMeta: meta.ObjectMeta{Name: "wait"}, Provisioner: core.ProvisionerNone, VolumeBindingMode: &wait})
	s.classChanged(nil, &storage.StorageClass{ObjectMeta: meta.ObjectMeta{Name: "made"}, Provisioner: "example.com/x", VolumeBindingMode: &wait,
		AllowedTopologies: []core.TopologySelectorTerm{{MatchLabelExpressions: []core.TopologySelectorLabelRequirement{{Key: core.LabelHostname, Values: []string{"n2"}}}}}})
	return s
}

func bound(c *core.PersistentVolumeClaim, v *core.PersistentVolume) (*core.PersistentVolumeClaim, *core.PersistentVolume) {
	v, _ = v.BoundTo(c)
	c, _ = c.BoundTo(v)
	return c, v
}

func TestVolumesDecideAboutNodes(t *testing.T) {
	const none = "0/3 nodes are available: "
	for _, c := range []struct {
		name  string
		setUp func(*Scheduler)
		on    string
		why   string
	}{
		{"no such claim", func(s *Scheduler) {}, "", none + `persistentvolumeclaim "a" not found.`},
		{"on its way out", func(s *Scheduler) {
			x := claim("a", "1Gi", "wait")
			now := meta.Now()
			x.DeletionTimestamp = &now
			s.claimChanged(nil, x)
		}, "", none + `persistentvolumeclaim "a" is being deleted.`},
		{"not bound, and nobody waits for the pod", func(s *Scheduler) { s.claimChanged(nil, claim("a", "1Gi", "other")) }, "",
			none + "pod has unbound immediate PersistentVolumeClaims."},
		{"a volume of one node", func(s *Scheduler) {
			x, v := bound(claim("a", "1Gi", "wait"), volume("v", "1Gi", "n2"))
			s.volumeChanged(nil, v)
			s.claimChanged(nil, x)
		}, "n2", ""},
		{"a volume of a node that is gone", func(s *Scheduler) {
			x, v := bound(claim("a", "1Gi", "wait"), volume("v", "1Gi", "n9"))
			s.volumeChanged(nil, v)
			s.claimChanged(nil, x)
		}, "", none + "3 node(s) had volume node affinity conflict."},
		{"a volume that is gone", func(s *Scheduler) {
			x, _ := bound(claim("a", "1Gi", "wait"), volume("v", "1Gi", "n2"))
			s.claimChanged(nil, x)
		}, "", none + "3 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)."},
		{"the volume is chosen with the node", func(s *Scheduler) {
			s.volumeChanged(nil, volume("v", "1Gi", "n3"))
			s.claimChanged(nil, claim("a", "1Gi", "wait"))
		}, "n3", ""},
		{"none large enough", func(s *Scheduler) {
			s.volumeChanged(nil, volume("v", "1Gi", "n3"))
			s.claimChanged(nil, claim("a", "2Gi", "wait"))
		}, "", none + "3 node(s) didn't find available persistent volumes to bind."},
		{"to be made", func(s *Scheduler) { s.claimChanged(nil, claim("a", "2Gi", "made")) }, "n2", ""},
		{"being made elsewhere", func(s *Scheduler) {
			x := claim("a", "2Gi", "made")
			x.Annotations = map[string]string{core.AnnotationSelectedNode: "n9"}
			s.claimChanged(nil, x)
		}, "", none + "3 node(s) didn't find available persistent volumes to bind."},
		{"a zone", func(s *Scheduler) {
			v := volume("v", "1Gi", "")
			v.Labels = map[string]string{core.LabelFailureDomainBetaZone: "zone-n1__zone-n7"}
			x, v := bound(claim("a", "1Gi", "wait"), v)
			s.volumeChanged(nil, v)
			s.claimChanged(nil, x)
		}, "n1", ""},
		{"no node in its zone", func(s *Scheduler) {
			v := volume("v", "1Gi", "")
			v.Labels = map[string]string{core.LabelTopologyZone: "zone-n7"}
			x, v := bound(claim("a", "1Gi", "wait"), v)
			s.volumeChanged(nil, v)
			s.claimChanged(nil, x)
		}, "", none + "3 node(s) had no available volume zone."},
		{"for one pod only", func(s *Scheduler) {
			x := claim("a", "1Gi", "wait")
			x.Spec.AccessModes = []core.PersistentVolumeAccessMode{core.ReadWriteOncePod}
			x, v := bound(x, volume("v", "1Gi", ""))
			s.volumeChanged(nil, v)
			s.claimChanged(nil, x)
			lying(s, using(pod("first", "1"), "a"))
		}, "", none + "3 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode."},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := stored()
			c.setUp(s)
			s.podChanged(nil, using(pod("p", "1"), "a"))
			e, _ := s.backlog.Pop(time.Now())
			n, failure := s.choose(e.Pod, s.choosers["default-scheduler"])
			switch {
			case n != nil && n.Name != c.on:
				t.Errorf("on %s, want %q", n.Name, c.on)
			case failure != nil && failure.Message != c.why:
				t.Errorf("got  %s\nwant %s", failure.Message, c.why)
			}
		})
	}
}

// TestAVolumeIsChosenOnce: two pods that are decided before anything is written
// get two volumes; when there is only one, the second waits until there is
// another, and is tried because of that.
func TestAVolumeIsChosenOnce(t *testing.T) {
	s := stored()
	s.steps[0].before = nil // nothing is written
	s.volumeChanged(nil, volume("v1", "1Gi", "n1"))
	for _, name := range []string{"a", "b"} {
		s.claimChanged(nil, claim(name, "1Gi", "wait"))
		s.podChanged(nil, using(pod("pod-"+name, "1"), name))
	}
	decide(t, s, time.Now())
	on(t, s, "pod-a", "n1")
	on(t, s, "pod-b", "")
	s.volumeChanged(nil, volume("v2", "1Gi", "n2"))
	decide(t, s, time.Now())
	on(t, s, "pod-b", "n2")
	if r := s.cluster.Volumes.Reserved("pod-b"); len(r.Bind) != 1 || r.Bind[0].Volume.Name != "v2" {
		t.Errorf("reserved: %+v", r)
	}
	// A decision that is taken back gives its volume back.
	e := s.backlog.Has("pod-b")
	if !e {
		t.Fatal("a pod that is not bound is forgotten")
	}
	s.steps[0].undo(s.cluster.Placed("pod-b"), "n2")
	s.claimChanged(nil, claim("c", "1Gi", "wait"))
	s.podChanged(nil, using(pod("pod-c", "1"), "c"))
	decide(t, s, time.Now())
	on(t, s, "pod-c", "n2")
}
