package volume

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// File is one file of a volume.
type File struct {
	Data []byte
	Mode os.FileMode
}

// The names under which the files really lie: every file a reader sees is a
// link through dataLink, which is switched from one folder to the next at once.
const (
	dataLink    = "..data"
	dataLinkNew = "..data_tmp"
)

// Write makes dir hold exactly files, owned by group unless that is -1. Either
// all of a change is seen or none of it; without a change nothing is touched.
func Write(dir string, files map[string]File, group int) error {
	old, _ := os.Readlink(filepath.Join(dir, dataLink))
	if old != "" && same(filepath.Join(dir, old), files) {
		return link(dir, files)
	}
	fresh, err := os.MkdirTemp(dir, ".."+time.Now().UTC().Format("2006_01_02_15_04_05."))
	if err != nil {
		return err
	}
	if err := os.Chmod(fresh, 0o755); err != nil {
		return err
	}
	for name, f := range files {
		if err := put(fresh, name, f, group); err != nil {
			return errors.Join(err, os.RemoveAll(fresh))
		}
	}
	temporary := filepath.Join(dir, dataLinkNew)
	_ = os.Remove(temporary)
	if err := os.Symlink(filepath.Base(fresh), temporary); err != nil {
		return err
	}
	if err := os.Rename(temporary, filepath.Join(dir, dataLink)); err != nil {
		return fmt.Errorf("switch to the new files: %w", err)
	}
	if err := link(dir, files); err != nil {
		return err
	}
	return sweep(dir, filepath.Base(fresh), files)
}

func put(dir, name string, f File, group int) error {
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, f.Data, 0o600); err != nil {
		return err
	}
	if group >= 0 {
		if err := os.Chown(path, -1, group); err != nil {
			return err
		}
	}
	return os.Chmod(path, f.Mode.Perm())
}

// same says whether dir holds exactly these files.
func same(dir string, files map[string]File) bool {
	found := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		f, ok := files[name]
		if !ok {
			return errors.New("a file too many")
		}
		info, err := d.Info()
		if err != nil || info.Mode().Perm() != f.Mode.Perm() {
			return errors.New("another mode")
		}
		b, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(b, f.Data) {
			return errors.New("other content")
		}
		found++
		return nil
	})
	return err == nil && found == len(files)
}

// link makes the names that readers use point through dataLink.
func link(dir string, files map[string]File) error {
	for name := range files {
		top, _, _ := strings.Cut(name, "/")
		path := filepath.Join(dir, top)
		if _, err := os.Lstat(path); err == nil {
			continue
		}
		if err := os.Symlink(filepath.Join(dataLink, top), path); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	return nil
}

// sweep removes links and folders that no longer belong.
func sweep(dir, current string, files map[string]File) error {
	tops := map[string]bool{dataLink: true, current: true}
	for name := range files {
		top, _, _ := strings.Cut(name, "/")
		tops[top] = true
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !tops[e.Name()] {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
