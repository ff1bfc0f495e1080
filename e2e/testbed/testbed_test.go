package testbed

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// bed makes an empty test-bed of its own for one test and removes it after.
func bed(t *testing.T, nodes int) *Cluster {
	t.Helper()
	if testing.Short() {
		t.Skip("needs root, containerd and network namespaces: make test-integration")
	}
	if os.Geteuid() != 0 {
		t.Fatal("needs root: hosts are network and mount namespaces")
	}
	bin, err := filepath.Abs("../../bin")
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Name: "pht", State: "/var/lib/pilothouse-testbed-unit", Bin: bin, Subnet: "10.97.0", Nodes: nodes, PodCIDR: "10.240.0.0/16"}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := c.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Sweep(ctx); err != nil {
			t.Error(err)
		}
		if left := leftovers(c.Name); len(left) > 0 {
			t.Errorf("Sweep left behind: %v", left)
		}
	})
	if err := os.MkdirAll(c.State, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := c.makeLan(ctx); err != nil {
		t.Fatal(err)
	}
	return clusterOf(c)
}

// leftovers lists what of a bed can still be seen on this machine.
func leftovers(name string) []string {
	var left []string
	for _, glob := range []string{"/run/netns/" + name + "-*", "/sys/fs/cgroup/*/" + name + "-*", "/sys/fs/cgroup/" + name + "-*", "/sys/class/net/" + name + "*"} {
		found, _ := filepath.Glob(glob)
		left = append(left, found...)
	}
	b, _ := os.ReadFile("/proc/self/mounts")
	if strings.Contains(string(b), "/"+name+"-") {
		left = append(left, "a mount")
	}
	return left
}

func TestHostsAreApartAndReachEachOther(t *testing.T) {
	cl := bed(t, 2)
	ctx := t.Context()
	for _, n := range cl.Nodes {
		if err := n.PowerOn(ctx); err != nil {
			t.Fatal(err)
		}
		out, err := n.Output(ctx, "sh", "-c", "hostname; ls /run; ps -e -o comm= | wc -l")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Fields(out); got[0] != n.Name || len(got) > 6 {
			t.Errorf("%s sees %q: want its own name, an empty /run and its own processes", n.Name, out)
		}
	}
	one, two := cl.Nodes[0], cl.Nodes[1]
	if err := two.Start(ctx, "server", "busybox", "httpd", "-f", "-p", "7000"); err != nil {
		t.Fatal(err)
	}
	reach := func() error {
		dctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		conn, err := one.Dial(dctx, "tcp", two.Address+":7000")
		if err != nil {
			return err
		}
		return conn.Close()
	}
	if err := Eventually(ctx, 5*time.Second, reach); err != nil {
		t.Fatalf("node1 does not reach node2: %v", err)
	}
	if err := two.CutLink(ctx); err != nil {
		t.Fatal(err)
	}
	if err := reach(); err == nil {
		t.Error("node1 reaches node2 over a cut link")
	}
	if err := two.RestoreLink(ctx); err != nil {
		t.Fatal(err)
	}
	if err := Eventually(ctx, 10*time.Second, reach); err != nil {
		t.Errorf("the link does not come back: %v", err)
	}
	if !two.Running("server") {
		t.Fatal("the server is not running")
	}
	if err := two.PowerOff(); err != nil {
		t.Fatal(err)
	}
	if err := Eventually(ctx, 5*time.Second, func() error {
		if two.Running("server") {
			return fmt.Errorf("the server survived its host")
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func TestContainerRunsOnAHost(t *testing.T) {
	cl := bed(t, 1)
	ctx := t.Context()
	n := cl.Nodes[0]
	if err := n.PowerOn(ctx); err != nil {
		t.Fatal(err)
	}
	bins, err := cniBin()
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf(containerdConfig, bins, snapshotter(n.Disk("/var/lib/containerd")))
	if err := os.WriteFile(n.Disk("/etc/kubernetes/containerd.toml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := n.Start(ctx, "containerd", "containerd", "--config", "/etc/kubernetes/containerd.toml"); err != nil {
		t.Fatal(err)
	}
	if err := cl.waitContainerd(ctx, n); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Output(ctx, cl.bin("images"), "load", cl.images()); err != nil {
		t.Fatal(err)
	}
	out, err := n.Output(ctx, "ctr", "-n", "k8s.io", "run", "--rm", "docker.io/library/busybox:1.35", "c1", "echo", "hello from a container")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, "hello from a container") {
		t.Errorf("the container printed %q", out)
	}
}
