package volume

import (
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/pilothouse/pilothouse/kubelet/internal/launch"
	"github.com/pilothouse/pilothouse/proto/core"
)

func (v *Volumes) downward(pod *core.Pod, items []core.DownwardAPIVolumeFile, mode int32, out map[string]File) error {
	for _, item := range items {
		if !filepath.IsLocal(item.Path) {
			return fmt.Errorf("path %q must be relative and must not contain '..'", item.Path)
		}
		var text string
		var err error
		switch {
		case item.FieldRef != nil:
			text, err = launch.Field(pod, item.FieldRef.FieldPath, nil, v.Prepare.NodeIPs)
		case item.ResourceFieldRef != nil:
			text, err = launch.Resource(pod, nil, item.ResourceFieldRef, v.Prepare.Allocatable())
		}
		if err != nil {
			return err
		}
		m := mode
		if item.Mode != nil {
			m = *item.Mode
		}
		out[path.Clean(item.Path)] = File{[]byte(text), os.FileMode(m)}
	}
	return nil
}
