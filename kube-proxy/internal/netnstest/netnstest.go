// Package netnstest gives tests a small network of their own: namespaces joined by a
// bridge, with real servers and clients in them. Tests that use it need root; everything it
// makes is removed when the test ends.
package netnstest

import (
	"context"
	"fmt"
	"net"
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
	n.Run("ip", "link", "set", "lo", "up")
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

// Run executes a command inside the namespace, fails the test when the command fails, and
// returns its output.
func (n *Namespace) Run(args ...string) string {
	n.t.Helper()
	return run(n.t, append([]string{"nsenter", "--net=/run/netns/" + n.Name}, args...)...)
}

// Do calls f on a thread that is inside the namespace. What f starts itself (goroutines)
// is outside again, but sockets and processes that it opens belong to the namespace.
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

// Veth joins a and b by a pair of interfaces with those names.
func Veth(a *Namespace, ifA string, b *Namespace, ifB string) {
	a.t.Helper()
	run(a.t, "ip", "link", "add", ifA, "netns", a.Name, "type", "veth", "peer", "name", ifB, "netns", b.Name)
	a.Run("ip", "link", "set", ifA, "up")
	b.Run("ip", "link", "set", ifB, "up")
}

// Serve answers every connection to addr ("tcp" or "udp") inside the namespace with one
// line, "name client-address", until the test ends.
func (n *Namespace) Serve(network, addr, name string) {
	n.t.Helper()
	if network == "udp" {
		n.serveUDP(addr, name)
		return
	}
	var l net.Listener
	var err error
	n.Do(func() { l, err = net.Listen("tcp", addr) })
	if err != nil {
		n.t.Fatalf("listen on %s: %v", addr, err)
	}
	n.t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			host, _, _ := net.SplitHostPort(c.RemoteAddr().String())
			fmt.Fprintf(c, "%s %s", name, host)
			c.Close()
		}
	}()
}

func (n *Namespace) serveUDP(addr, name string) {
	n.t.Helper()
	var c net.PacketConn
	var err error
	n.Do(func() { c, err = net.ListenPacket("udp", addr) })
	if err != nil {
		n.t.Fatalf("listen on udp %s: %v", addr, err)
	}
	n.t.Cleanup(func() { c.Close() })
	go func() {
		buf := make([]byte, 512)
		for {
			_, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			host, _, _ := net.SplitHostPort(from.String())
			fmt.Fprint(packetTo{c, from}, name+" "+host)
		}
	}()
}

type packetTo struct {
	c  net.PacketConn
	to net.Addr
}

func (p packetTo) Write(b []byte) (int, error) { return p.c.WriteTo(b, p.to) }

// Ask connects from inside the namespace and returns the server's name and the client
// address that the server saw.
func (n *Namespace) Ask(ctx context.Context, network, addr string) (server, sawClient string, err error) {
	var c net.Conn
	n.Do(func() { c, err = (&net.Dialer{}).DialContext(ctx, network, addr) })
	if err != nil {
		return "", "", err
	}
	defer c.Close()
	if deadline, ok := ctx.Deadline(); ok {
		c.SetDeadline(deadline)
	}
	if network == "udp" {
		if _, err := c.Write([]byte("?")); err != nil {
			return "", "", err
		}
	}
	buf := make([]byte, 512)
	k, err := c.Read(buf)
	if err != nil {
		return "", "", err
	}
	server, sawClient, _ = strings.Cut(string(buf[:k]), " ")
	return server, sawClient, nil
}
