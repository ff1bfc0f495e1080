// Package volume makes a pod's volumes appear as directories on the node and
// keeps those that show API objects up to date.
//
// volume.go dispatches; each kind has a file of its own; atomic.go replaces
// the files of a volume all at once, so that a reader never sees half of them.
// All directories lie under PODDIR/volumes/kubernetes.io~KIND/NAME, which is
// how a restarted kubelet and TearDown find them without any record.
package volume

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/pilothouse/pilothouse/kubelet/internal/launch"
	"github.com/pilothouse/pilothouse/proto/core"
)

// Tokens gives service account tokens for projected volumes. It may hand out
// one that it has given before while that is fresh.
type Tokens interface {
	Token(ctx context.Context, pod *core.Pod, p *core.ServiceAccountTokenProjection) (string, error)
}

// Volumes makes the volumes of the node's pods.
type Volumes struct {
	Prepare *launch.Preparer
	Objects launch.Objects
	Tokens  Tokens
	Claims  Claims
}

// SetUp makes all of the pod's volumes and returns where each one is. Calling
// it again refreshes what they show.
func (v *Volumes) SetUp(ctx context.Context, pod *core.Pod) (map[string]string, error) {
	dirs := map[string]string{}
	for i := range pod.Spec.Volumes {
		vol := &pod.Spec.Volumes[i]
		dir, err := v.setUp(ctx, pod, vol)
		if err != nil {
			return nil, fmt.Errorf("MountVolume.SetUp failed for volume %q : %w", vol.Name, err)
		}
		dirs[vol.Name] = dir
	}
	return dirs, nil
}

func (v *Volumes) setUp(ctx context.Context, pod *core.Pod, vol *core.Volume) (string, error) {
	switch {
	case vol.HostPath != nil:
		return vol.HostPath.Path, checkHostPath(vol.HostPath)
	case vol.EmptyDir != nil:
		return v.emptyDir(pod, vol)
	case vol.ConfigMap != nil, vol.Secret != nil, vol.DownwardAPI != nil, vol.Projected != nil:
		return v.files(ctx, pod, vol)
	case vol.PersistentVolumeClaim != nil, vol.Ephemeral != nil:
		return v.persistent(ctx, pod, vol)
	}
	return "", errors.New("this kind of volume is not supported by this kubelet")
}

// Live says whether the pod has volumes that follow API objects.
func Live(pod *core.Pod) bool {
	for i := range pod.Spec.Volumes {
		if vol := &pod.Spec.Volumes[i]; vol.ConfigMap != nil || vol.Secret != nil || vol.DownwardAPI != nil || vol.Projected != nil {
			return true
		}
	}
	return false
}

func (v *Volumes) dir(pod *core.Pod, kind, name string) string {
	return filepath.Join(v.Prepare.PodDir(pod.UID), "volumes", "kubernetes.io~"+kind, name)
}

// TearDown unmounts and removes all that is under a pod's directory.
func TearDown(podDir string) error {
	real, err := filepath.EvalSymlinks(podDir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = unmountUnder(real)
	}
	if err != nil {
		return err
	}
	// What is still mounted is somebody's data: not a file of it may go.
	if left, err := mountsUnder(real); err != nil || len(left) > 0 {
		return errors.Join(err, fmt.Errorf("remove %s: still mounted: %v", podDir, left))
	}
	if err := os.RemoveAll(podDir); err != nil {
		return fmt.Errorf("remove %s: %w", podDir, err)
	}
	return nil
}

// unmountUnder undoes every mount below dir, the last one first.
func unmountUnder(dir string) error {
	found, err := mountsUnder(dir)
	if err != nil {
		return err
	}
	for i := len(found) - 1; i >= 0; i-- {
		if err := unix.Unmount(found[i], unix.MNT_DETACH); err != nil && err != unix.EINVAL {
			return fmt.Errorf("unmount %s: %w", found[i], err)
		}
	}
	return nil
}

// mounts are the mount points of this host, in the order in which they came.
func mounts() ([]string, error) {
	b, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	var all []string
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 4 {
			all = append(all, f[4])
		}
	}
	return all, nil
}

// mountsUnder are the mount points below dir.
func mountsUnder(dir string) ([]string, error) {
	all, err := mounts()
	return slices.DeleteFunc(all, func(m string) bool { return !strings.HasPrefix(m, dir+"/") }), err
}

// isMount says whether dir is a mount point, also of a directory of the same
// file system.
func isMount(dir string) (bool, error) {
	real, err := filepath.EvalSymlinks(dir)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	dir = real
	all, err := mounts()
	return slices.Contains(all, dir), err
}

// mounted says whether dir is a mount point.
func mounted(dir string) bool {
	var a, b unix.Stat_t
	return unix.Stat(dir, &a) == nil && unix.Stat(filepath.Dir(dir), &b) == nil && a.Dev != b.Dev
}

// mountTmpfs puts a memory file system on dir, of at most size bytes (0 for
// the kernel's default).
func mountTmpfs(dir string, size int64) error {
	if mounted(dir) {
		return nil
	}
	options := ""
	if size > 0 {
		options = fmt.Sprintf("size=%d", size)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		return fmt.Errorf("mount tmpfs on %s: %w", dir, err)
	}
	return nil
}

// fsGroup is the group that owns the pod's volumes, or -1.
func fsGroup(pod *core.Pod) int {
	if sc := pod.Spec.SecurityContext; sc != nil && sc.FSGroup != nil {
		return int(*sc.FSGroup)
	}
	return -1
}

// Shows says whether a volume of the pod shows the named ConfigMap or Secret.
func Shows(pod *core.Pod, kind, name string) bool {
	for i := range pod.Spec.Volumes {
		vol := &pod.Spec.Volumes[i]
		switch {
		case vol.ConfigMap != nil:
			if kind == "ConfigMap" && vol.ConfigMap.Name == name {
				return true
			}
		case vol.Secret != nil:
			if kind == "Secret" && vol.Secret.SecretName == name {
				return true
			}
		case vol.Projected != nil:
			for _, s := range vol.Projected.Sources {
				if kind == "ConfigMap" && s.ConfigMap != nil && s.ConfigMap.Name == name || kind == "Secret" && s.Secret != nil && s.Secret.Name == name {
					return true
				}
			}
		}
	}
	return false
}
