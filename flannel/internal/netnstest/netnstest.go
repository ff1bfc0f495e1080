// Package netnstest gives tests network namespaces of their own. Tests that use it need
// root; everything it makes is removed when the test ends.
package netnstest

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Namespace is one network namespace made for a test.
type Namespace struct {
	Name string
	t    testing.TB
}

// New makes a namespace whose name begins with "kp-" and brings its loopback up.
func New(t testing.TB, name string) *Namespace {
	t.Helper()
	if testing.Short() {
		t.Skip("needs root and network namespaces: make test-integration")
	}
	if os.Getuid() != 0 {
		t.Fatal("this test makes network namespaces and must run as root")
	}
	n := &Namespace{Name: fmt.Sprintf("kp-%d-%s", os.Getpid(), name), t: t}
	run(t, "ip", "netns", "add", n.Name)
	t.Cleanup(func() { run(t, "ip", "netns", "del", n.Name) })
	n.Run("ip link set lo up")
	return n
}

func run(t testing.TB, args ...string) string {
	t.Helper()
	out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// Run executes a command line, split at spaces, inside the namespace and returns its
// output. A command that fails ends the test.
func (n *Namespace) Run(line string) string {
	n.t.Helper()
	return run(n.t, append([]string{"nsenter", "--net=/run/netns/" + n.Name}, strings.Fields(line)...)...)
}

// Do calls f on a thread inside the namespace. Sockets and processes that f opens itself
// belong to the namespace; goroutines that it starts are outside.
func (n *Namespace) Do(f func()) {
	n.t.Helper()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread dies with the goroutine
		fd, err := unix.Open("/run/netns/"+n.Name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == nil {
			err = unix.Setns(fd, unix.CLONE_NEWNET)
			unix.Close(fd)
		}
		if err == nil {
			f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		n.t.Fatalf("entering namespace %s: %v", n.Name, err)
	}
}
