// Package strangers finds the programs that others wrote, or builds them from
// their Go modules in the versions that go.mod files here pin.
package strangers

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pilothouse/pilothouse/e2e/compat/bed"
)

// Folder is where programs that are built or fetched lie; git ignores it.
func Folder(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(bed.Root(t), "bin", "strangers")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// kubectlVersion tells a kubectl which version it is: modules do not know.
const kubectlVersion = "-s -w -X k8s.io/component-base/version.gitVersion=v1.32.0 -X k8s.io/component-base/version.gitMajor=1" +
	" -X k8s.io/component-base/version.gitMinor=32"

// Kubectls finds genuine kubectls by their minor versions: $KUBECTL, or those
// beside the one on the PATH (a launcher there may have kubectl.1.27 and so on
// next to it). If main is not among them it is built from its module.
func Kubectls(t testing.TB, main string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, path := range candidates() {
		if v, err := version(path); err == nil && found[v] == "" {
			found[v] = path
		}
	}
	if found[main] == "" {
		path := Build(t, "kubectl", "kubectl", ".", "-ldflags="+kubectlVersion)
		v, err := version(path)
		if err != nil {
			t.Fatal(err)
		}
		if v != main {
			t.Fatalf("the kubectl built here is %s and not %s", v, main)
		}
		found[main] = path
	}
	return found
}

func candidates() []string {
	if k := os.Getenv("KUBECTL"); k != "" {
		return []string{k}
	}
	path, err := exec.LookPath("kubectl")
	if err != nil {
		return nil
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	beside, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "kubectl.1.*"))
	return append(beside, path)
}

// version asks a kubectl for its minor version, such as 1.32. Ours does not
// count.
func version(path string) (string, error) {
	out, err := exec.Command(path, "version", "--client", "-o", "json").Output()
	if err != nil {
		return "", err
	}
	var v struct {
		ClientVersion struct{ Major, Minor, GitVersion string }
	}
	if err := json.Unmarshal(out, &v); err != nil {
		return "", err
	}
	if strings.Contains(v.ClientVersion.GitVersion, "pilothouse") {
		return "", fmt.Errorf("%s is ours", path)
	}
	return v.ClientVersion.Major + "." + strings.TrimRight(v.ClientVersion.Minor, "+"), nil
}

var building sync.Mutex

// Build builds a main package as the go.mod in dir, a folder here, has it, and
// returns the program's path. The build cache makes a second build cheap.
func Build(t testing.TB, name, dir, pkg string, flags ...string) string {
	t.Helper()
	building.Lock()
	defer building.Unlock()
	path := filepath.Join(Folder(t), name)
	cmd := exec.CommandContext(t.Context(), "go", append(append([]string{"build", "-trimpath", "-o", path}, flags...), pkg)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", name, err, out)
	}
	return path
}

// Install installs a program from its module as its makers' go.mod wants it, in
// a folder named for the version, once.
func Install(t testing.TB, pkg, version string) string {
	t.Helper()
	building.Lock()
	defer building.Unlock()
	name := filepath.Base(pkg)
	dir := filepath.Join(Folder(t), name+"@"+version)
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	cmd := exec.CommandContext(t.Context(), "go", "install", "-trimpath", "-ldflags=-s -w", pkg+"@"+version)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0", "GOBIN="+dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go install %s@%s: %v\n%s", pkg, version, err, out)
	}
	return path
}
