package worker

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/pilothouse/pilothouse/kubelet/internal/volume"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// removeLeftovers removes the folders and logs of pods that have no worker:
// pods that vanished, from the API server and from the runtime, while no
// kubelet ran. m.mu is held, and every pod in the runtime has a worker.
func (m *Manager) removeLeftovers() error {
	var all error
	for _, uid := range names(filepath.Join(m.Prepare.RootDir, "pods")) {
		if m.workers[meta.UID(uid)] == nil {
			all = errors.Join(all, volume.TearDown(m.Prepare.PodDir(meta.UID(uid))))
		}
	}
	for _, name := range names(m.Prepare.LogDir) {
		if uid, ok := logOwner(name); ok && m.workers[uid] == nil {
			all = errors.Join(all, os.RemoveAll(filepath.Join(m.Prepare.LogDir, name)))
		}
	}
	return all
}

// logOwner reads the pod's UID out of the name of a folder of logs,
// NAMESPACE_NAME_UID; other names are not ours to remove.
func logOwner(name string) (uid meta.UID, ok bool) {
	part := strings.Split(name, "_")
	if len(part) != 3 || part[2] == "" {
		return "", false
	}
	return meta.UID(part[2]), true
}

// names lists the folders in dir; none when it cannot be read.
func names(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var list []string
	for _, e := range entries {
		if e.IsDir() {
			list = append(list, e.Name())
		}
	}
	return list
}
