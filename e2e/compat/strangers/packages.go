package strangers

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Prometheus is the genuine one with the discovery of Kubernetes and no other.
// It is built from its module: Debian's has had that discovery taken out.
func Prometheus(t testing.TB) string {
	t.Helper()
	return Build(t, "prometheus", "prometheus", "github.com/prometheus/prometheus/cmd/prometheus", "-ldflags=-s -w", "-tags=remove_all_sd,enable_kubernetes_sd")
}

// JavaScript copies the scripts in dir and fetches the packages that their lock
// file pins; it returns the folder to run them in.
func JavaScript(t testing.TB, dir string) string {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%s is not installed, and the JavaScript client needs it: %v", program, err)
		}
	}
	building.Lock()
	defer building.Unlock()
	to := filepath.Join(Folder(t), "javascript")
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.js*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in %s: %v", dir, err)
	}
	same := true
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		target := filepath.Join(to, filepath.Base(f))
		if had, err := os.ReadFile(target); strings.HasSuffix(f, "lock.json") && (err != nil || string(had) != string(text)) {
			same = false
		}
		if err := os.WriteFile(target, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(to, "node_modules", ".package-lock.json")); err != nil || !same {
		run(t, to, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	}
	return to
}

// run runs a command in dir, which must succeed.
func run(t testing.TB, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}
