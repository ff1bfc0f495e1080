package volume

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Claims fetches claims and the volumes that they are bound to. Both are asked
// for anew each time: a node may read but not follow them.
type Claims interface {
	Claim(ctx context.Context, namespace, name string) (*core.PersistentVolumeClaim, error)
	Volume(ctx context.Context, name string) (*core.PersistentVolume, error)
}

// persistent makes the volume appear that a claim is bound to. A pod that has
// been placed with a claim that is not bound yet waits for that.
func (v *Volumes) persistent(ctx context.Context, pod *core.Pod, vol *core.Volume) (string, error) {
	name, readOnly := pod.Name+"-"+vol.Name, false
	if s := vol.PersistentVolumeClaim; s != nil {
		name, readOnly = s.ClaimName, s.ReadOnly
	}
	claim, err := v.Claims.Claim(ctx, pod.Namespace, name)
	if err != nil {
		return "", fmt.Errorf("failed to fetch PVC from API server: %w", err)
	}
	switch {
	case vol.Ephemeral != nil && !ownedBy(claim, pod):
		return "", fmt.Errorf("PVC %s/%s was not created for pod %s/%s (pod is not owner)", claim.Namespace, claim.Name, pod.Namespace, pod.Name)
	case claim.DeletionTimestamp != nil:
		return "", errors.New("can't start pod because PVC is being deleted")
	case claim.Status.Phase != core.ClaimBound || claim.Spec.VolumeName == "":
		return "", errors.New("PVC is not bound")
	}
	pv, err := v.Claims.Volume(ctx, claim.Spec.VolumeName)
	switch {
	case err != nil:
		return "", fmt.Errorf("failed to fetch PV %s from API server: %w", claim.Spec.VolumeName, err)
	case pv.Spec.ClaimRef == nil:
		return "", fmt.Errorf("found PV object %s but it has a nil pv.Spec.ClaimRef indicating it is not yet bound to the claim", pv.Name)
	case pv.Spec.ClaimRef.UID != claim.UID:
		return "", fmt.Errorf("found PV object %s but its pv.Spec.ClaimRef.UID %s does not point to claim.UID %s", pv.Name, pv.Spec.ClaimRef.UID, claim.UID)
	case pv.Spec.VolumeMode != nil && *pv.Spec.VolumeMode == core.PersistentVolumeBlock:
		return "", fmt.Errorf("volume %s has volumeMode Block, which this kubelet does not support", vol.Name)
	}
	return v.mount(pod, vol, pv, readOnly)
}

func ownedBy(c *core.PersistentVolumeClaim, p *core.Pod) bool {
	return slices.ContainsFunc(c.OwnerReferences, func(o meta.OwnerReference) bool { return o.Controller != nil && *o.Controller && o.UID == p.UID })
}

// mount makes a persistent volume appear, by its kind.
func (v *Volumes) mount(pod *core.Pod, vol *core.Volume, pv *core.PersistentVolume, readOnly bool) (string, error) {
	switch {
	case pv.Spec.HostPath != nil:
		h := pv.Spec.HostPath
		if err := checkHostPath(h); err != nil {
			return "", err
		}
		if _, err := os.Stat(h.Path); errors.Is(err, os.ErrNotExist) && (h.Type == nil || *h.Type == core.HostPathUnset) {
			// The runtime would make it; who runs as another user than root
			// could not write it then, which is as upstream's is.
			if err := os.MkdirAll(h.Path, 0o755); err != nil {
				return "", err
			}
		}
		if !readOnly {
			return h.Path, nil
		}
		return v.bind(pod, vol, pv, h.Path, true)
	case pv.Spec.Local != nil:
		return v.local(pod, vol, pv, readOnly)
	}
	return "", fmt.Errorf("volume %s is of a kind that this kubelet does not support", pv.Name)
}

// local makes a directory or disk of this node appear. It must be there: one
// that is made on the way would hide that a disk was not mounted.
func (v *Volumes) local(pod *core.Pod, vol *core.Volume, pv *core.PersistentVolume, readOnly bool) (string, error) {
	path := pv.Spec.Local.Path
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", fmt.Errorf("path %q does not exist", path)
	case err != nil:
		return "", err
	case !info.IsDir():
		return "", fmt.Errorf("only directories are supported as local volumes by this kubelet, and %q is none", path)
	}
	return v.bind(pod, vol, pv, path, readOnly)
}

// bind mounts a directory of the node below the pod's own, which gives it an
// own say about writing, and the pod's group.
func (v *Volumes) bind(pod *core.Pod, vol *core.Volume, pv *core.PersistentVolume, path string, readOnly bool) (string, error) {
	dir := v.dir(pod, "local-volume", pv.Name)
	if here, err := isMount(dir); err != nil || here {
		return dir, err
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	if err := unix.Mount(path, dir, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return "", fmt.Errorf("mount %s on %s: %w", path, dir, err)
	}
	if readOnly || slices.Contains(pv.Spec.MountOptions, "ro") {
		if err := unix.Mount("", dir, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
			return "", errors.Join(fmt.Errorf("mount %s read-only: %w", dir, err), unix.Unmount(dir, unix.MNT_DETACH))
		}
		return dir, nil
	}
	return dir, giveGroup(pod, dir)
}

// giveGroup lets the pod's group write the volume, new files included. Unless
// the pod says otherwise every file is changed, however many there are.
func giveGroup(pod *core.Pod, dir string) error {
	group := fsGroup(pod)
	if group < 0 {
		return nil
	}
	if p := pod.Spec.SecurityContext.FSGroupChangePolicy; p != nil && *p == core.FSGroupChangeOnRootMismatch {
		var st unix.Stat_t
		if err := unix.Stat(dir, &st); err == nil && int(st.Gid) == group && st.Mode&unix.S_ISGID != 0 && st.Mode&0o060 == 0o060 {
			return nil
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return giveAll(root, ".", group)
}

// giveAll gives the group the file of that name and all below it. It works
// within root, so that no link leads out of the volume.
func giveAll(root *os.Root, name string, group int) error {
	info, err := root.Lstat(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil || info.Mode()&os.ModeSymlink != 0 {
		return err
	}
	if err := root.Lchown(name, -1, group); err != nil {
		return err
	}
	mode := info.Mode().Perm() | 0o660
	if info.IsDir() {
		mode = info.Mode().Perm() | 0o770 | os.ModeSetgid
	}
	if err := root.Chmod(name, mode); err != nil {
		return err
	}
	if !info.IsDir() {
		return nil
	}
	d, err := root.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return err
	}
	for _, child := range names {
		if err := giveAll(root, filepath.Join(name, child), group); err != nil {
			return err
		}
	}
	return nil
}
