package volume

import (
	"fmt"
	"os"

	"github.com/pilothouse/pilothouse/proto/core"
)

// emptyDir makes a directory that lives as long as the pod, on the node's disk
// or in memory.
func (v *Volumes) emptyDir(pod *core.Pod, vol *core.Volume) (string, error) {
	dir := v.dir(pod, "empty-dir", vol.Name)
	if _, err := os.Stat(dir); err == nil && (vol.EmptyDir.Medium != core.StorageMediumMemory || mounted(dir)) {
		return dir, nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	switch vol.EmptyDir.Medium {
	case core.StorageMediumDefault:
	case core.StorageMediumMemory:
		var size int64
		if q := vol.EmptyDir.SizeLimit; q != nil {
			size = q.Value()
		}
		if err := mountTmpfs(dir, size); err != nil {
			return "", err
		}
	default:
		return "", fmt.Errorf("emptyDir medium %q is not supported by this node", vol.EmptyDir.Medium)
	}
	mode := os.FileMode(0o777)
	if g := fsGroup(pod); g >= 0 {
		if err := os.Chown(dir, -1, g); err != nil {
			return "", err
		}
		mode |= os.ModeSetgid
	}
	return dir, os.Chmod(dir, mode)
}
