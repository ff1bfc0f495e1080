package persistentvolumebinder

import (
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
)

// planVolume is the next step for one volume.
func planVolume(w world, v *core.PersistentVolume) outcome {
	r := v.Spec.ClaimRef
	if r == nil || r.UID == "" {
		// Nobody's, or kept for a claim that is not bound yet.
		return outcome{write: volumePhase(v, core.VolumeAvailable, "")}
	}
	c := w.claim(r.Namespace, r.Name)
	if c != nil && c.UID != r.UID {
		c = nil // a namesake of the claim that it was bound to
	}
	switch {
	case c == nil:
		return release(v)
	case c.Spec.VolumeName == "":
		if !v.SameMode(c) {
			o := warn(v, "VolumeMismatch", "Cannot bind PersistentVolume to requested PersistentVolumeClaim %q due to incompatible volumeMode.", c.Name)
			o.notes = append(o.notes, warn(c, "VolumeMismatch", "Cannot bind PersistentVolume %q to requested PersistentVolumeClaim due to incompatible volumeMode.", v.Name).notes...)
			return o
		}
		return outcome{} // the claim's own step finishes this
	case c.Spec.VolumeName == v.Name:
		return outcome{write: volumePhase(v, core.VolumeBound, "")}
	}
	// The claim has gone to another volume.
	if v.Annotations[core.AnnotationProvisionedBy] != "" && v.Spec.PersistentVolumeReclaimPolicy == core.PersistentVolumeReclaimDelete {
		return release(v) // it was made for this claim and is of no use to others
	}
	return unbind(v)
}

// unbind lets go of a claim that is bound elsewhere. What a user wrote stays.
func unbind(v *core.PersistentVolume) outcome {
	next := v.DeepCopy()
	if _, ours := next.Annotations[core.AnnotationBoundByController]; ours {
		next.Spec.ClaimRef = nil
		delete(next.Annotations, core.AnnotationBoundByController)
	} else {
		next.Spec.ClaimRef.UID = ""
	}
	return outcome{write: &write{volume: next}}
}

// release is the step for a volume whose claim is gone.
func release(v *core.PersistentVolume) outcome {
	if v.Status.Phase != core.VolumeReleased && v.Status.Phase != core.VolumeFailed {
		w := volumePhase(v, core.VolumeReleased, "")
		w.gone = true
		return outcome{write: w}
	}
	switch v.Spec.PersistentVolumeReclaimPolicy {
	case core.PersistentVolumeReclaimRetain:
		return outcome{}
	case core.PersistentVolumeReclaimRecycle:
		return fail(v, "VolumeFailedRecycle", "No recycler plugin found for the volume!")
	case core.PersistentVolumeReclaimDelete:
		if by := v.Annotations[core.AnnotationProvisionedBy]; by != "" && !strings.HasPrefix(by, "kubernetes.io/") {
			return outcome{} // its provisioner removes it
		}
		return fail(v, "VolumeFailedDelete", undeletable(v))
	}
	return fail(v, "VolumeUnknownReclaimPolicy", "Volume has an unrecognized reclaim policy")
}

// undeletable says why nobody here deletes the volume. This process may run on
// any host of the control plane: it removes no directories of nodes.
func undeletable(v *core.PersistentVolume) string {
	if h := v.Spec.HostPath; h != nil {
		if strings.HasPrefix(h.Path, "/tmp/") {
			return fmt.Sprintf("error getting deleter volume plugin for volume %q: %s is on a node and is not deleted from here", v.Name, h.Path)
		}
		return "host_path deleter only supports /tmp/.+ but received provided " + h.Path
	}
	return fmt.Sprintf("error getting deleter volume plugin for volume %q: no volume plugin matched", v.Name)
}

// fail marks the volume as one that an operator must look after.
func fail(v *core.PersistentVolume, reason, message string) outcome {
	w := volumePhase(v, core.VolumeFailed, message)
	if w != nil {
		w.note = &note{about: v, warning: true, reason: reason, message: message}
	}
	return outcome{write: w}
}
