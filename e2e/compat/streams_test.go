package compat

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/e2e/compat/strangers"
)

// TestStreams reaches into a container with client-go and with the JavaScript
// client. The end-to-end tests run it, for it needs a real one: $STREAMS is
// "NAMESPACE POD PORT", and $KUBECONFIG leads to its cluster. Its container is
// called main, prints a line "tick" over and over, and answers "hello" over HTTP.
func TestStreams(t *testing.T) {
	args := strings.Fields(os.Getenv("STREAMS"))
	if len(args) != 3 {
		t.Skip("needs a container: the scenario TestStreamsOfStrangers runs this")
	}
	t.Run("client-go", func(t *testing.T) {
		cmd := exec.CommandContext(t.Context(), "go", append([]string{"run", "./streams"}, args...)...)
		// client-go itself logs that its connection was closed under it.
		var errs strings.Builder
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, out, errs.String())
		}
		want := `exec spdy: 1048576 trouble 7
attach spdy: tick
exec websocket: 1048576 trouble 7
attach websocket: tick
exec fallback: 1048576 trouble 7
attach fallback: tick
port-forward spdy: hello
port-forward spdy: hello
port-forward websocket: hello
port-forward websocket: hello
log: tick
`
		if string(out) != want {
			t.Errorf("got\n%s\nwant\n%s", out, want)
		}
	})
	t.Run("javascript", func(t *testing.T) {
		dir := strangers.JavaScript(t, "javascript")
		for _, tt := range []struct {
			script, out, err string
			code             int
		}{
			{"echo one; echo two >&2", "one\nstatus: Success\n", "two\n", 0},
			{"echo one; exit 3", "one\nstatus: Failure\n", "", 1},
		} {
			cmd := exec.CommandContext(t.Context(), "node", "exec.js", args[0], args[1], "main", "sh", "-c", tt.script)
			cmd.Dir = dir
			var stderr strings.Builder // apart: the two streams have no order between them
			cmd.Stderr = &stderr
			out, _ := cmd.Output()
			if string(out) != tt.out || stderr.String() != tt.err || cmd.ProcessState.ExitCode() != tt.code {
				t.Errorf("%s: %d\n%s%s", tt.script, cmd.ProcessState.ExitCode(), out, &stderr)
			}
		}
	})
}
