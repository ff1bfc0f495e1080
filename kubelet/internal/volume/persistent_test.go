package volume

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/pilothouse/pilothouse/kubelet/internal/launch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// storage is claims and volumes in memory.
type storage struct {
	claim  *core.PersistentVolumeClaim
	volume *core.PersistentVolume
}

func (s *storage) Claim(context.Context, string, string) (*core.PersistentVolumeClaim, error) {
	if s.claim == nil {
		return nil, errors.New(`persistentvolumeclaims "data" not found`)
	}
	return s.claim, nil
}

func (s *storage) Volume(context.Context, string) (*core.PersistentVolume, error) {
	if s.volume == nil {
		return nil, errors.New(`persistentvolumes "v" not found`)
	}
	return s.volume, nil
}

// bound is a claim and a volume at path, bound to each other.
func bound(path string) *storage {
	s := &storage{&core.PersistentVolumeClaim{ObjectMeta: meta.ObjectMeta{Name: "data", Namespace: "ns", UID: "c"}}, &core.PersistentVolume{ObjectMeta: meta.ObjectMeta{Name: "v"}}}
	s.claim.Spec.VolumeName, s.claim.Status.Phase = "v", core.ClaimBound
	s.volume.Spec.ClaimRef = core.ClaimReference(s.claim)
	s.volume.Spec.Local = &core.LocalVolumeSource{Path: path}
	return s
}

func claimant() *core.Pod {
	p := &core.Pod{ObjectMeta: meta.ObjectMeta{Name: "p", Namespace: "ns", UID: "u"}}
	p.Spec.Volumes = []core.Volume{{Name: "d"}}
	p.Spec.Volumes[0].PersistentVolumeClaim = &core.PersistentVolumeClaimVolumeSource{ClaimName: "data"}
	return p
}

func TestWhatAPersistentVolumeWaitsFor(t *testing.T) {
	now, block := meta.Now(), core.PersistentVolumeBlock
	for _, c := range []struct {
		name   string
		change func(*storage)
		want   string
	}{
		{"no claim", func(s *storage) { s.claim = nil }, `failed to fetch PVC from API server: persistentvolumeclaims "data" not found`},
		{"not bound", func(s *storage) { s.claim.Status.Phase = core.ClaimPending }, "PVC is not bound"},
		{"on its way out", func(s *storage) { s.claim.DeletionTimestamp = &now }, "can't start pod because PVC is being deleted"},
		{"no volume", func(s *storage) { s.volume = nil }, "failed to fetch PV v from API server"},
		{"another's volume", func(s *storage) { s.volume.Spec.ClaimRef.UID = "x" }, "does not point to claim.UID c"},
		{"a device", func(s *storage) { s.volume.Spec.VolumeMode = &block }, "volumeMode Block"},
		{"no such directory", func(s *storage) { s.volume.Spec.Local.Path += "/none" }, "does not exist"},
		{"another kind", func(s *storage) { s.volume.Spec.Local = nil }, "of a kind that this kubelet does not support"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := bound(t.TempDir())
			c.change(s)
			v := &Volumes{Prepare: &launch.Preparer{RootDir: t.TempDir()}, Claims: s}
			_, err := v.SetUp(t.Context(), claimant())
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), `MountVolume.SetUp failed for volume "d" : `) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestLocalVolume mounts a directory: what is written to it stays when the
// pod's own directory goes; its group can write; who may only read cannot.
func TestLocalVolume(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root to mount")
	}
	path, home := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(path, "old"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(path, "link")); err != nil {
		t.Fatal(err)
	}
	v := &Volumes{Prepare: &launch.Preparer{RootDir: home}, Claims: bound(path)}
	p := claimant()
	group := int64(4242)
	p.Spec.SecurityContext = &core.PodSecurityContext{FSGroup: &group}
	podDir := v.Prepare.PodDir(p.UID)
	t.Cleanup(func() { _ = TearDown(podDir) })
	for range 2 { // the second time finds it mounted
		dirs, err := v.SetUp(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dirs["d"], "new"), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var st unix.Stat_t
	if err := unix.Stat(filepath.Join(path, "old"), &st); err != nil || st.Gid != 4242 || st.Mode&0o060 != 0o060 {
		t.Errorf("the group of a file: %v %d %o", err, st.Gid, st.Mode)
	}
	if err := unix.Stat("/etc/passwd", &st); err != nil || st.Gid == 4242 {
		t.Errorf("a link leads out of the volume: %v %d", err, st.Gid)
	}
	if err := TearDown(podDir); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(path, "new")); err != nil || string(b) != "x" {
		t.Errorf("the data is %q, %v", b, err)
	}
	p.Spec.Volumes[0].PersistentVolumeClaim.ReadOnly = true
	dirs, err := v.SetUp(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dirs["d"], "new"), nil, 0o644); !errors.Is(err, unix.EROFS) {
		t.Errorf("writing to a read-only volume: %v", err)
	}
}
