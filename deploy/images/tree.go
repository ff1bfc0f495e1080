package main

import (
	"archive/tar"
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// tree is the root file system of an image in the making. It lives in memory
// as tar entries, so that the owner of every file is root whoever builds it.
type tree struct {
	entries map[string]entry // by absolute path
}

type entry struct {
	mode fs.FileMode
	link string
	data []byte
}

func (t *tree) mkdir(path string, perm fs.FileMode) error {
	path = filepath.Clean(path)
	if path == "/" {
		return nil
	}
	if err := t.mkdir(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if _, ok := t.entries[path]; !ok || perm != 0o755 {
		t.entries[path] = entry{mode: fs.ModeDir | perm}
	}
	return nil
}

func (t *tree) put(path string, e entry) error {
	if err := t.mkdir(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	t.entries[filepath.Clean(path)] = e
	return nil
}

func (t *tree) writeFile(path, text string) error {
	return t.put(path, entry{mode: 0o644, data: []byte(text)})
}

// copyFile puts the file at from (links followed) at path.
func (t *tree) copyFile(from, path string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	return t.put(path, entry{mode: info.Mode().Perm() &^ 0o022, data: data})
}

// baseFiles makes what every image with a shell has.
func (t *tree) baseFiles() error {
	for _, d := range []string{"/proc", "/sys", "/dev", "/run", "/var/log", "/var/run", "/root", "/home"} {
		if err := t.mkdir(d, 0o755); err != nil {
			return err
		}
	}
	if err := t.mkdir("/tmp", 0o777|fs.ModeSticky); err != nil {
		return err
	}
	files := map[string]string{
		"/etc/passwd":        "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n",
		"/etc/group":         "root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n",
		"/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
	}
	for path, text := range files {
		if err := t.writeFile(path, text); err != nil {
			return err
		}
	}
	return nil
}

// busybox copies the static busybox at path and links its applets to it.
func (t *tree) busybox(path string) error {
	if err := t.copyFile(path, "/bin/busybox"); err != nil {
		return err
	}
	out, err := exec.Command(path, "--list").Output()
	if err != nil {
		return fmt.Errorf("list the applets of %s: %w", path, err)
	}
	for _, applet := range strings.Fields(string(out)) {
		if applet == "busybox" {
			continue
		}
		if err := t.put("/bin/"+applet, entry{mode: fs.ModeSymlink | 0o777, link: "busybox"}); err != nil {
			return err
		}
	}
	return nil
}

// program copies the binary at from to path, with every shared library it
// needs; root is searched for them before this machine is.
func (t *tree) program(from, path, root string) error {
	if err := t.copyFile(from, path); err != nil {
		return err
	}
	return t.libraries(from, root)
}

// libraryDirs is where distributions keep shared libraries.
func libraryDirs() []string {
	triplet := map[string]string{"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}[runtime.GOARCH]
	return []string{"/lib/" + triplet, "/usr/lib/" + triplet, "/lib64", "/usr/lib64", "/lib", "/usr/lib"}
}

func (t *tree) libraries(binary, root string) error {
	f, err := elf.Open(binary)
	if err != nil {
		return err
	}
	defer f.Close()
	if interp := f.Section(".interp"); interp != nil {
		b, err := interp.Data()
		if err != nil {
			return err
		}
		loader := strings.TrimRight(string(b), "\x00")
		if err := t.copyFile(loader, loader); err != nil {
			return err
		}
	}
	libs, err := f.ImportedLibraries()
	if err != nil {
		return err
	}
	for _, lib := range libs {
		if err := t.library(lib, root); err != nil {
			return err
		}
	}
	return nil
}

func (t *tree) library(lib, root string) error {
	for _, base := range []string{root, "/"} {
		for _, dir := range libraryDirs() {
			from := filepath.Join(base, dir, lib)
			if !exists(from) {
				continue
			}
			path := filepath.Join(libraryDirs()[1], lib)
			if _, done := t.entries[path]; done {
				return nil
			}
			if err := t.copyFile(from, path); err != nil {
				return err
			}
			return t.libraries(from, root)
		}
	}
	return fmt.Errorf("library %s is not in %s", lib, strings.Join(libraryDirs(), ", "))
}

// archive is the tree as an uncompressed tar, sorted, without times or users.
func (t *tree) archive() ([]byte, error) {
	paths := make([]string, 0, len(t.entries))
	for p := range t.entries {
		paths = append(paths, p)
	}
	sort.Strings(paths)
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, p := range paths {
		e := t.entries[p]
		h := &tar.Header{Name: strings.TrimPrefix(p, "/"), Mode: int64(e.mode.Perm()), Size: int64(len(e.data)), Typeflag: tar.TypeReg}
		if e.mode&fs.ModeSetuid != 0 {
			h.Mode |= 0o4000
		}
		switch {
		case e.mode.IsDir():
			h.Typeflag, h.Name = tar.TypeDir, h.Name+"/"
			if e.mode&fs.ModeSticky != 0 {
				h.Mode |= 0o1000
			}
		case e.mode&fs.ModeSymlink != 0:
			h.Typeflag, h.Linkname = tar.TypeSymlink, e.link
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(e.data); err != nil {
			return nil, err
		}
	}
	return buf.Bytes(), w.Close()
}

// write makes the image and puts its archive at path in one step, so that an
// interrupted run leaves no half of one. It returns the archive's size.
func (img image) write(ctx context.Context, path string) (int64, error) {
	t := &tree{entries: map[string]entry{}}
	if err := img.fill(ctx, t); err != nil {
		return 0, err
	}
	data, err := t.archive()
	if err != nil {
		return 0, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil })
	if err != nil {
		return 0, err
	}
	made, err := mutate.AppendLayers(empty.Image, layer)
	if err != nil {
		return 0, err
	}
	made, err = mutate.ConfigFile(made, img.config(made))
	if err != nil {
		return 0, err
	}
	tag, err := name.NewTag(img.name)
	if err != nil {
		return 0, err
	}
	if err := tarball.WriteToFile(path+".part", tag, made); err != nil {
		return 0, err
	}
	info, err := os.Stat(path + ".part")
	if err != nil {
		return 0, err
	}
	return info.Size(), os.Rename(path+".part", path)
}

func (img image) config(made v1.Image) *v1.ConfigFile {
	cf, err := made.ConfigFile()
	if err != nil {
		cf = &v1.ConfigFile{}
	}
	cf = cf.DeepCopy()
	cf.OS, cf.Architecture = "linux", runtime.GOARCH
	cf.Config = v1.Config{
		User: img.user, Entrypoint: img.entrypoint, Cmd: img.command, WorkingDir: "/",
		Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
	}
	if len(img.ports) > 0 {
		cf.Config.ExposedPorts = map[string]struct{}{}
		for _, p := range img.ports {
			cf.Config.ExposedPorts[p] = struct{}{}
		}
	}
	return cf
}
