package source

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// File is a manifest, or a folder of them, in YAML or JSON: static pods, which
// run whatever the API server says. A pod's UID comes from its manifest, so a
// changed manifest is another pod.
type File struct {
	Path  string
	Node  string
	Every time.Duration
	Log   *slog.Logger
}

// Name is "file".
func (f *File) Name() string { return "file" }

// Run reads the manifests now and then. One that cannot be read leaves the
// pods as they are: half a copied file must not stop anything.
func (f *File) Run(ctx context.Context, to Sink) error {
	known := map[meta.UID]bool{}
	synced := false
	last := ""
	for ctx.Err() == nil {
		pods, err := f.read()
		switch {
		case err != nil && err.Error() != last:
			f.Log.Warn("cannot read the static pods", "error", err)
			last = err.Error()
		case err == nil:
			last = ""
			known = f.tell(to, known, pods)
		}
		if !synced && err == nil {
			to.Synced(f.Name())
			synced = true
		}
		select {
		case <-ctx.Done():
		case <-time.After(f.Every):
		}
	}
	return nil
}

func (f *File) tell(to Sink, known map[meta.UID]bool, pods []*core.Pod) map[meta.UID]bool {
	now := map[meta.UID]bool{}
	for _, p := range pods {
		now[p.UID] = true
		if !known[p.UID] {
			to.Set(p)
		}
	}
	for uid := range known {
		if !now[uid] {
			to.Remove(uid)
		}
	}
	return now
}

func (f *File) read() ([]*core.Pod, error) {
	info, err := os.Stat(f.Path)
	if err != nil {
		return nil, err
	}
	files := []string{f.Path}
	if info.IsDir() {
		entries, err := os.ReadDir(f.Path)
		if err != nil {
			return nil, err
		}
		files = nil
		for _, e := range entries {
			if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
				files = append(files, filepath.Join(f.Path, e.Name()))
			}
		}
	}
	var pods []*core.Pod
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		p, err := f.parse(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		pods = append(pods, p)
	}
	return pods, nil
}

// parse makes a static pod out of a manifest.
func (f *File) parse(manifest []byte) (*core.Pod, error) {
	j, err := yaml.YAMLToJSON(manifest)
	if err != nil {
		return nil, err
	}
	p := &core.Pod{}
	if err := codec.DecodeJSON(j, p); err != nil {
		return nil, err
	}
	if p.Kind != "Pod" || p.Name == "" {
		return nil, fmt.Errorf("kind %q, name %q: must be a Pod with a name", p.Kind, p.Name)
	}
	core.SetPodDefaults(p)
	p.Name += "-" + f.Node
	if p.Namespace == "" {
		p.Namespace = "default"
	}
	p.Spec.NodeName = f.Node
	if problems := core.ValidatePod(p); len(problems) > 0 {
		return nil, problems[0]
	}
	sum := sha256.Sum256(append([]byte(f.Node+"\n"), j...))
	hash := hex.EncodeToString(sum[:16])
	p.UID = meta.UID(hash)
	if p.Annotations == nil {
		p.Annotations = map[string]string{}
	}
	p.Annotations[cri.AnnotationPodConfigSource] = f.Name()
	p.Annotations[cri.AnnotationStaticConfigHash] = hash
	return p, nil
}
