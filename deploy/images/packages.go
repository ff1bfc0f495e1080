package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// pkgTree is where a program was found: path is the program, root the tree
// that its package's other files lie in ("/" when it is installed).
type pkgTree struct {
	path, root string
	scratch    string // removed by remove; empty when nothing was unpacked
}

func (p pkgTree) remove() {
	if p.scratch != "" {
		os.RemoveAll(p.scratch)
	}
}

// source is one distribution's way to get a package: its marker command and
// the shell lines that download it with what it depends on into $D and unpack
// it into $R. Nothing is installed, so no service starts on this machine.
type source struct{ command, script string }

func debian(pkg string) source {
	return source{"apt-get", `
mkdir -p "$D/partial"
apt-cache show ` + pkg + ` >/dev/null 2>&1 || apt-get update -q
apt-get install -y -q --download-only --no-install-recommends -o Dir::Cache::archives="$D" ` + pkg + `
for f in "$D"/*.deb; do dpkg-deb -x "$f" "$R"; done`}
}

func fedora(pkg string) source {
	return source{"dnf", `
dnf download -y --resolve --destdir "$D" ` + pkg + `
for f in "$D"/*.rpm; do (cd "$R" && rpm2cpio "$f" | cpio -idm --quiet); done`}
}

// findPackage finds program among what is installed, or else downloads and
// unpacks the distribution's package.
func findPackage(ctx context.Context, program string, sources ...source) (pkgTree, error) {
	for _, dir := range []string{"/usr/sbin", "/usr/bin", "/bin", "/sbin"} {
		if p := filepath.Join(dir, program); exists(p) {
			return pkgTree{path: p, root: "/"}, nil
		}
	}
	for _, s := range sources {
		if _, err := exec.LookPath(s.command); err != nil {
			continue
		}
		scratch, err := os.MkdirTemp("", "pilothouse-image-")
		if err != nil {
			return pkgTree{}, err
		}
		p := pkgTree{root: filepath.Join(scratch, "root"), scratch: scratch}
		if err := p.unpack(ctx, s.script); err != nil {
			p.remove()
			return pkgTree{}, fmt.Errorf("download %s: %w", program, err)
		}
		for _, dir := range []string{"usr/sbin", "usr/bin", "bin", "sbin"} {
			if path := filepath.Join(p.root, dir, program); exists(path) {
				p.path = path
				return p, nil
			}
		}
		p.remove()
	}
	return pkgTree{}, fmt.Errorf("no %s on this machine, and neither apt-get nor dnf could fetch it", program)
}

func (p pkgTree) unpack(ctx context.Context, script string) error {
	down := filepath.Join(p.scratch, "down")
	for _, d := range []string{down, p.root} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	cmd := exec.CommandContext(ctx, "sh", "-euc", script)
	cmd.Env = append(os.Environ(), "D="+down, "R="+p.root, "DEBIAN_FRONTEND=noninteractive")
	if out, err := cmd.CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return fmt.Errorf("%w: %s", err, lines[len(lines)-1])
	}
	return nil
}
