package compat

import (
	"os"
	"os/exec"
	"testing"

	"github.com/pilothouse/pilothouse/e2e/compat/bed"
	"github.com/pilothouse/pilothouse/e2e/compat/strangers"
)

// The JavaScript client reads, watches, informs and writes.
func TestJavaScript(t *testing.T) {
	dir := strangers.JavaScript(t, "javascript")
	b := bed.Start(t, bed.Config{})
	cmd := exec.CommandContext(t.Context(), "node", "objects.js")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "KUBECONFIG="+b.Kubeconfig)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := `created one true
replaced two
stale 409 Conflict
patched {"key":"two","more":"yes"}
informed one
missing 404 configmaps "missing" not found
scale 0
any Yg==
watched ADDED MODIFIED MODIFIED DELETED
left 0
`
	if string(out) != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}
