package volume

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/pilothouse/pilothouse/kubelet/internal/launch"
	"github.com/pilothouse/pilothouse/proto/core"
)

// defaultMode is that of files for which the spec names none.
const defaultMode int32 = 0o644

// files makes a volume whose files are API objects: configMap, secret,
// downwardAPI and projected.
func (v *Volumes) files(ctx context.Context, pod *core.Pod, vol *core.Volume) (string, error) {
	kind, memory := kindOf(vol)
	content, err := v.content(ctx, pod, vol)
	if err != nil {
		return "", err
	}
	dir := v.dir(pod, kind, vol.Name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	if memory { // what is secret must not reach the disk
		if err := mountTmpfs(dir, 0); err != nil {
			return "", err
		}
		if err := os.Chmod(dir, 0o755); err != nil {
			return "", err
		}
	}
	group := fsGroup(pod)
	if group >= 0 {
		for name, f := range content {
			f.Mode |= 0o440
			content[name] = f
		}
		if err := os.Chown(dir, -1, group); err != nil {
			return "", err
		}
	}
	return dir, Write(filepath.Clean(dir), content, group)
}

func kindOf(vol *core.Volume) (kind string, memory bool) {
	switch {
	case vol.Secret != nil:
		return "secret", true
	case vol.Projected != nil:
		return "projected", true
	case vol.DownwardAPI != nil:
		return "downward-api", true
	}
	return "configmap", false
}

// content gathers all files of a volume.
func (v *Volumes) content(ctx context.Context, pod *core.Pod, vol *core.Volume) (map[string]File, error) {
	files := map[string]File{}
	switch {
	case vol.ConfigMap != nil:
		s := vol.ConfigMap
		return files, v.configMap(ctx, pod, s.Name, s.Items, s.Optional, mode(s.DefaultMode), files)
	case vol.Secret != nil:
		s := vol.Secret
		return files, v.secret(ctx, pod, s.SecretName, s.Items, s.Optional, mode(s.DefaultMode), files)
	case vol.DownwardAPI != nil:
		return files, v.downward(pod, vol.DownwardAPI.Items, mode(vol.DownwardAPI.DefaultMode), files)
	}
	return files, v.projected(ctx, pod, vol.Projected, files)
}

func mode(m *int32) int32 {
	if m == nil {
		return defaultMode
	}
	return *m
}

// pick chooses the keys of an object that become files.
func pick(data map[string][]byte, items []core.KeyToPath, optional bool, mode int32, kind, name string, out map[string]File) error {
	if len(items) == 0 {
		for k, b := range data {
			out[k] = File{b, os.FileMode(mode)}
		}
		return nil
	}
	for _, item := range items {
		b, ok := data[item.Key]
		if !ok {
			if optional {
				continue
			}
			return fmt.Errorf("references non-existent %s key: %s", kind, item.Key)
		}
		m := mode
		if item.Mode != nil {
			m = *item.Mode
		}
		if !filepath.IsLocal(item.Path) {
			return fmt.Errorf("path %q must be relative and must not contain '..'", item.Path)
		}
		out[path.Clean(item.Path)] = File{b, os.FileMode(m)}
	}
	return nil
}

// missing answers for an object that could not be had.
func missing(err error, optional *bool, kind, name string) error {
	if errors.Is(err, launch.ErrNotFound) {
		if optional != nil && *optional {
			return nil
		}
		return fmt.Errorf("%s %q not found", kind, name)
	}
	return err
}

func is(b *bool) bool { return b != nil && *b }
