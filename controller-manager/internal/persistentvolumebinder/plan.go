package persistentvolumebinder

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/storage"
)

// world is what plans look at.
type world interface {
	// volume is the volume of that name, or nil.
	volume(name string) *core.PersistentVolume
	// claim is the claim of that name, or nil.
	claim(namespace, name string) *core.PersistentVolumeClaim
	// candidates are the volumes that could be bound to the claim: those that
	// name it, and those of its class that name none.
	candidates(c *core.PersistentVolumeClaim) []*core.PersistentVolume
	// class is the class of that name, or nil.
	class(name string) *storage.StorageClass
	// classByDefault names the class of claims that name none, or is empty.
	classByDefault() string
	// consumers name the pods without a node that use the claim.
	consumers(c *core.PersistentVolumeClaim) []string
}

// write is one thing to store: the new version of a claim or a volume, or of
// its status. A plan is one write at a time, so that there is no crash between
// two that the next look does not see.
type write struct {
	volume *core.PersistentVolume
	claim  *core.PersistentVolumeClaim
	status bool
	// gone has the API server confirm, before the write, that the claim which
	// the volume names is no more.
	gone bool
	// note is what to tell about the object, once it is stored.
	note *note
}

// note is an event.
type note struct {
	about           meta.Object
	warning         bool
	reason, message string
}

// outcome is what a plan comes to: a write, after which the plan is made anew,
// or nothing but events.
type outcome struct {
	write *write
	notes []note
}

func tell(about meta.Object, reason, format string, args ...any) outcome {
	return outcome{notes: []note{{about: about, reason: reason, message: fmt.Sprintf(format, args...)}}}
}

func warn(about meta.Object, reason, format string, args ...any) outcome {
	o := tell(about, reason, format, args...)
	o.notes[0].warning = true
	return o
}

// pending has the claim wait, and, when it does already, is what o says.
func pending(c *core.PersistentVolumeClaim, o outcome) outcome {
	if w := claimPhase(c, core.ClaimPending, nil); w != nil {
		return outcome{write: w}
	}
	return o
}

// planClaim is the next step for one claim.
func planClaim(w world, c *core.PersistentVolumeClaim) outcome {
	if _, done := c.Annotations[core.AnnotationBindCompleted]; done {
		return planBound(w, c)
	}
	if c.Spec.VolumeName != "" {
		return planNamed(w, c)
	}
	if c.DeletionTimestamp != nil {
		return outcome{} // nothing new is bound to what is about to go
	}
	delayed := waits(w, c)
	if v := c.Best(eligible(w.candidates(c), c, delayed), nil, nil); v != nil {
		return bind(c, v)
	}
	if c.Spec.StorageClassName == nil && c.Class() == "" {
		if name := w.classByDefault(); name != "" {
			next := c.DeepCopy()
			next.Spec.StorageClassName = &name
			return outcome{write: &write{claim: next}}
		}
	}
	switch {
	case delayed && c.Annotations[core.AnnotationSelectedNode] == "":
		return pending(c, unconsumed(w, c))
	case c.Class() != "":
		return provision(w, c)
	}
	return pending(c, tell(c, "FailedBinding", "no persistent volumes available for this claim and no storage class is set"))
}

// eligible leaves a claim that waits for a pod only the volumes that were meant
// for it by name: the rest is the scheduler's to choose.
func eligible(all []*core.PersistentVolume, c *core.PersistentVolumeClaim, delayed bool) []*core.PersistentVolume {
	if !delayed {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(v *core.PersistentVolume) bool { return !v.HeldFor(c) })
}

// waits tells whether the claim is bound only once a pod that uses it is placed.
func waits(w world, c *core.PersistentVolumeClaim) bool {
	class := w.class(c.Class())
	return class != nil && class.VolumeBindingMode != nil && *class.VolumeBindingMode == storage.VolumeBindingWaitForFirstConsumer
}

// unconsumed says what a claim waits for.
func unconsumed(w world, c *core.PersistentVolumeClaim) outcome {
	switch pods := w.consumers(c); len(pods) {
	case 0:
		return tell(c, "WaitForFirstConsumer", "waiting for first consumer to be created before binding")
	case 1:
		return tell(c, "WaitForPodScheduled", "waiting for pod %s to be scheduled", pods[0])
	default:
		return tell(c, "WaitForPodScheduled", "waiting for pods %s to be scheduled", strings.Join(pods, ","))
	}
}

// provision asks whoever makes volumes of the claim's class for one. None is
// made here.
func provision(w world, c *core.PersistentVolumeClaim) outcome {
	class := w.class(c.Class())
	if class == nil {
		return pending(c, warn(c, "ProvisioningFailed", "storageclass.storage.k8s.io %q not found", c.Class()))
	}
	if c.Annotations[core.AnnotationStorageProvisioner] != class.Provisioner || c.Annotations[core.AnnotationStorageProvisionerBeta] != class.Provisioner {
		if !strings.HasPrefix(class.Provisioner, "kubernetes.io/") {
			next := c.DeepCopy()
			if next.Annotations == nil {
				next.Annotations = map[string]string{}
			}
			next.Annotations[core.AnnotationStorageProvisioner] = class.Provisioner
			next.Annotations[core.AnnotationStorageProvisionerBeta] = class.Provisioner
			return outcome{write: &write{claim: next}}
		}
		return pending(c, warn(c, "ProvisioningFailed", "no volume plugin matched name: %s", class.Provisioner))
	}
	return pending(c, tell(c, "ExternalProvisioning", "Waiting for a volume to be created either by the external provisioner '%s' or manually by the system administrator. "+
		"If volume creation is delayed, please verify that the provisioner is running and correctly registered.", class.Provisioner))
}

// planNamed is the step for a claim that names the volume it wants.
func planNamed(w world, c *core.PersistentVolumeClaim) outcome {
	v := w.volume(c.Spec.VolumeName)
	switch {
	case v == nil:
		return pending(c, outcome{})
	case v.Spec.ClaimRef == nil:
		if err := v.Unfit(c); err != nil {
			return pending(c, warn(c, "VolumeMismatch", "Cannot bind to requested volume %q: %s", v.Name, err))
		}
		return bind(c, v)
	case v.HeldFor(c):
		return bind(c, v)
	}
	return pending(c, warn(c, "FailedBinding", "volume %q already bound to a different claim.", v.Name))
}

// planBound is the step for a claim that was bound once.
func planBound(w world, c *core.PersistentVolumeClaim) outcome {
	if c.Spec.VolumeName == "" {
		return lost(c, "ClaimLost", "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!")
	}
	v := w.volume(c.Spec.VolumeName)
	switch {
	case v == nil:
		return lost(c, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!")
	case v.Spec.ClaimRef == nil, v.HeldFor(c):
		return bind(c, v)
	}
	return lost(c, "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly")
}

func lost(c *core.PersistentVolumeClaim, reason, message string) outcome {
	w := claimPhase(c, core.ClaimLost, nil)
	if w != nil {
		w.note = &note{about: c, warning: true, reason: reason, message: message}
	}
	return outcome{write: w}
}

// bind is the next write that is missing for the two to be bound, the volume's
// side first: whoever holds the volume has it.
func bind(c *core.PersistentVolumeClaim, v *core.PersistentVolume) outcome {
	if next, changed := v.BoundTo(c); changed {
		return outcome{write: &write{volume: next}}
	}
	if w := volumePhase(v, core.VolumeBound, ""); w != nil {
		return outcome{write: w}
	}
	if next, changed := c.BoundTo(v); changed {
		return outcome{write: &write{claim: next}}
	}
	return outcome{write: claimPhase(c, core.ClaimBound, v)}
}

// claimPhase is the write that gives the claim a phase and what follows from
// its volume; nil when it has all that.
func claimPhase(c *core.PersistentVolumeClaim, phase core.PersistentVolumeClaimPhase, v *core.PersistentVolume) *write {
	next := c.DeepCopy()
	next.Status.Phase = phase
	if v == nil {
		next.Status.AccessModes, next.Status.Capacity = nil, nil
	} else {
		next.Status.AccessModes = slices.Clone(v.Spec.AccessModes)
		if c.Status.Phase != phase {
			// Later the two may differ: a file system can be smaller than its
			// device.
			next.Status.Capacity = v.DeepCopy().Spec.Capacity
			next.Status.CurrentVolumeAttributesClassName = v.DeepCopy().Spec.VolumeAttributesClassName
		}
	}
	if reflect.DeepEqual(c.Status, next.Status) {
		return nil
	}
	return &write{claim: next, status: true}
}

// volumePhase is the write that gives the volume a phase; nil when it has it.
func volumePhase(v *core.PersistentVolume, phase core.PersistentVolumePhase, message string) *write {
	if v.Status.Phase == phase && v.Status.Message == message {
		return nil
	}
	next := v.DeepCopy()
	next.Status.Phase, next.Status.Message = phase, message
	return &write{volume: next, status: true}
}
