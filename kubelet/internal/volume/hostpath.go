package volume

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pilothouse/pilothouse/proto/core"
)

// checkHostPath sees that the path is of the kind that was asked for, and
// makes it where the type says so.
func checkHostPath(h *core.HostPathVolumeSource) error {
	if h.Type == nil || *h.Type == core.HostPathUnset {
		return nil
	}
	info, err := os.Stat(h.Path)
	missing := errors.Is(err, os.ErrNotExist)
	switch *h.Type {
	case core.HostPathDirectoryOrCreate:
		if missing {
			return os.MkdirAll(h.Path, 0o755)
		}
		return hostPathIs(h, err, info, os.ModeDir, "directory")
	case core.HostPathFileOrCreate:
		if missing {
			if err := os.MkdirAll(filepath.Dir(h.Path), 0o755); err != nil {
				return err
			}
			f, err := os.OpenFile(h.Path, os.O_CREATE, 0o644)
			if err != nil {
				return err
			}
			return f.Close()
		}
		return hostPathIs(h, err, info, 0, "file")
	case core.HostPathDirectory:
		return hostPathIs(h, err, info, os.ModeDir, "directory")
	case core.HostPathFile:
		return hostPathIs(h, err, info, 0, "file")
	case core.HostPathSocket:
		return hostPathIs(h, err, info, os.ModeSocket, "socket file")
	case core.HostPathCharDev:
		return hostPathIs(h, err, info, os.ModeDevice|os.ModeCharDevice, "character device")
	case core.HostPathBlockDev:
		return hostPathIs(h, err, info, os.ModeDevice, "block device")
	}
	return fmt.Errorf("hostPath type %q is not known", *h.Type)
}

func hostPathIs(h *core.HostPathVolumeSource, err error, info os.FileInfo, mode os.FileMode, kind string) error {
	if err != nil || info.Mode().Type() != mode {
		return fmt.Errorf("hostPath type check failed: %s is not a %s", h.Path, kind)
	}
	return nil
}
