package compat

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/pilothouse/pilothouse/e2e/compat/bed"
	"github.com/pilothouse/pilothouse/e2e/compat/strangers"
	"github.com/pilothouse/pilothouse/e2e/compat/transcript"
)

// upstream makes TestKubectl record instead of compare.
var upstream = flag.String("upstream", "", "kubeconfig of a genuine Kubernetes API server and controller manager: "+
	"record the transcripts of testdata/kubectl from them instead of comparing ours with what is recorded")

// mainVersion is the kubectl that runs every script; the others run those that
// say @all.
const mainVersion = "1.32"

// alone are the scripts that list what the whole server has: the others, which
// define resources of their own, start when these are done.
var alone = map[string]bool{"discovery": true}

// TestKubectl runs the scripts of testdata/kubectl and compares what genuine
// kubectls print and how they end with what they did against a genuine server.
func TestKubectl(t *testing.T) {
	kubectls := strangers.Kubectls(t, mainVersion)
	files, err := filepath.Glob(filepath.Join("testdata", "kubectl", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	versions := slices.Sorted(maps.Keys(kubectls))
	// The main one first: of the others only what differs from it is recorded.
	versions = append([]string{mainVersion}, slices.DeleteFunc(versions, func(v string) bool { return v == mainVersion })...)
	for _, version := range versions {
		t.Run(version, func(t *testing.T) {
			kubeconfig := *upstream
			if kubeconfig == "" {
				kubeconfig = bed.Start(t, bed.Config{Controllers: controllers(t)}).Kubeconfig
			}
			// A group of its own, so that the server outlives the parallel
			// scripts.
			t.Run("script", func(t *testing.T) {
				for _, file := range files {
					archive, err := txtar.ParseFile(file)
					if err != nil {
						t.Fatal(err)
					}
					if version != mainVersion && !transcript.Parse(archive).All {
						continue
					}
					name := strings.TrimSuffix(filepath.Base(file), ".txtar")
					t.Run(name, func(t *testing.T) {
						if !alone[name] {
							t.Parallel()
						}
						script(t, archive, file, version, kubectls[version], kubeconfig)
					})
				}
			})
		})
	}
}

// controllers are those that run beside the scripts, with upstream as with us.
func controllers(t *testing.T) string {
	b, err := os.ReadFile(filepath.Join("testdata", "kubectl", "controllers"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// script runs one file with one kubectl, in a namespace with the file's name.
func script(t *testing.T, archive *txtar.Archive, file, version, kubectl, kubeconfig string) {
	s := transcript.Parse(archive)
	dir := t.TempDir()
	ns := strings.TrimSuffix(filepath.Base(file), ".txtar")
	env := environment(t, dir, kubectl, kubeconfig, ns)
	prepare(t, env, ns)
	got, err := s.Run(t.Context(), dir, env)
	if err != nil {
		t.Errorf("the script broke off: %v", err)
	}
	if *upstream != "" {
		if err != nil {
			return
		}
		transcript.Record(archive, version, got)
		if version != mainVersion && got == s.Recorded[mainVersion] {
			transcript.Forget(archive, version)
		}
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	recorded, ok := s.Recorded[version]
	if !ok {
		recorded = s.Recorded[mainVersion]
	}
	compare(t, ns, recorded, got)
}

// compare fails the test for every command that went differently.
func compare(t *testing.T, name, recorded, got string) {
	t.Helper()
	meant := differences(t)
	want, have := transcript.Entries(recorded), transcript.Entries(got)
	alike := 0
	for i, w := range want {
		switch {
		case i >= len(have):
			t.Errorf("never came to: $ %s", w.Command)
		case have[i].Command != w.Command:
			t.Fatalf("the script has changed at\n$ %s\nand must be recorded again with -upstream", have[i].Command)
		case meant[name+": "+w.Command] != "":
			if have[i].Result == w.Result {
				t.Errorf("no longer differs, and is to be taken out of testdata/kubectl/differences: $ %s", w.Command)
			}
		case have[i].Result != w.Result:
			t.Errorf("$ %s\n%s", w.Command, diff.Diff("upstream", []byte(w.Result), "ours", []byte(have[i].Result)))
		default:
			alike++
		}
	}
	if len(have) > len(want) {
		t.Errorf("not recorded: $ %s", have[len(want)].Command)
	}
	t.Logf("%d of %d commands went as with upstream", alike, len(want))
}

// differences are the commands that are meant to go differently, with reasons.
func differences(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "kubectl", "differences"))
	if err != nil {
		t.Fatal(err)
	}
	found, reason := map[string]string{}, ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if why, ok := strings.CutPrefix(line, "# "); ok {
			reason = why
		} else if line != "" {
			found[line] = reason
		}
	}
	return found
}

// environment is a home folder with the kubectl first on the path, and a
// kubeconfig whose namespace is ns.
func environment(t *testing.T, home, kubectl, kubeconfig, ns string) []string {
	t.Helper()
	for _, d := range []string{".bin", ".kube"} {
		if err := os.Mkdir(filepath.Join(home, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(kubectl, filepath.Join(home, ".bin", "kubectl")); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(home, ".kube", "config")
	out, err := exec.CommandContext(t.Context(), kubectl, "--kubeconfig", kubeconfig, "config", "view", "--raw", "--flatten").Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(own, out, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), kubectl, "--kubeconfig", own, "config", "set-context", "--current", "--namespace="+ns).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return []string{"HOME=" + home, "KUBECONFIG=" + own, "PATH=" + filepath.Join(home, ".bin") + ":/usr/bin:/bin", "LC_ALL=C", "TZ=UTC", "NS=" + ns}
}

// prepare makes the namespace anew and removes it with the test.
func prepare(t *testing.T, env []string, ns string) {
	t.Helper()
	shell := func(ctx context.Context, text string) error {
		cmd := exec.CommandContext(ctx, "bash", "-c", text)
		cmd.Env = env
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", text, err, out)
		}
		return nil
	}
	remove := "kubectl delete namespace " + ns + " --ignore-not-found --timeout=60s"
	if err := shell(t.Context(), remove+"; kubectl create namespace "+ns+
		" && for i in {1..300}; do kubectl get serviceaccount default >/dev/null 2>&1 && exit 0; sleep 0.1; done; exit 1"); err != nil {
		t.Fatal(err)
	}
	if *upstream != "" {
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
			defer cancel()
			if err := shell(ctx, remove); err != nil {
				t.Error(err)
			}
		})
	}
}
