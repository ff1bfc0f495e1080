package testbed

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// cniBin is where distributions install the CNI plugins.
func cniBin() (string, error) {
	dirs := []string{"/usr/lib/cni", "/usr/libexec/cni", "/opt/cni/bin"}
	for _, d := range dirs {
		if exists(d + "/bridge") {
			return d, nil
		}
	}
	return "", fmt.Errorf("no CNI plugins in %s", strings.Join(dirs, ", "))
}

// containerdConfig is a node's /etc/containerd/config.toml. Lowering
// oom_score_adj needs a capability that containers often lack, so it is left
// alone; images come from the bed, never from a registry.
const containerdConfig = `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:3.9"
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = %q
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = %q
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`

// snapshotter is overlayfs, unless the disk is an overlay itself.
func snapshotter(dir string) string {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err == nil && st.Type == unix.OVERLAYFS_SUPER_MAGIC {
		return "native"
	}
	return "overlayfs"
}

// NameServer is where pods look for the names of the cluster. The bed runs no
// name server; whoever does gives its service this address.
const NameServer = "10.96.0.10"

func (cl *Cluster) startNodes(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, n := range cl.Nodes {
		g.Go(func() error { return cl.StartNode(ctx, n) })
	}
	return g.Wait()
}

// StartNode starts every daemon of a node that is powered on, and loads the
// images into its runtime.
func (cl *Cluster) StartNode(ctx context.Context, n *Host) error {
	if err := cl.prepareNode(ctx, n); err != nil {
		return err
	}
	if err := n.Start(ctx, "containerd", "containerd", "--config", "/etc/kubernetes/containerd.toml"); err != nil {
		return err
	}
	if err := cl.waitContainerd(ctx, n); err != nil {
		return err
	}
	if _, err := n.Output(ctx, cl.bin("images"), "load", cl.images()); err != nil {
		return err
	}
	kubeconfig := "--kubeconfig=/etc/kubernetes/kubelet.kubeconfig"
	daemons := [][]string{
		// What leaves the pods' network comes from the node: others may know no way back.
		{"flanneld", kubeconfig, "--node-name=" + n.Name, "--iface=eth0", "--network=" + cl.PodCIDR, "--ip-masq"},
		{"kube-proxy", "--kubeconfig=/etc/kubernetes/kube-proxy.kubeconfig", "--hostname-override=" + n.Name, "--cluster-cidr=" + cl.PodCIDR},
		{"kubelet", kubeconfig, "--hostname-override=" + n.Name, "--node-ip=" + n.Address, "--cluster-dns=" + NameServer,
			"--container-runtime-endpoint=unix:///run/containerd/containerd.sock",
			"--tls-cert-file=/etc/kubernetes/kubelet.crt", "--tls-private-key-file=/etc/kubernetes/kubelet.key"},
	}
	for _, d := range daemons {
		if d[0] == "kube-proxy" && cl.ProxyMode != "" {
			d = append(d, "--proxy-mode="+cl.ProxyMode)
		}
		if err := cl.start(ctx, n, d[0], append([]string{cl.bin(d[0])}, d[1:]...)); err != nil {
			return err
		}
	}
	return nil
}

func (cl *Cluster) images() string {
	if dir := os.Getenv("IMAGES"); dir != "" {
		return dir
	}
	return cl.bin("image-archives")
}

// prepareNode writes a node's configuration and credentials.
func (cl *Cluster) prepareNode(ctx context.Context, n *Host) error {
	bins, err := cniBin()
	if err != nil {
		return err
	}
	etc := n.Disk("/etc/kubernetes")
	config := fmt.Sprintf(containerdConfig, bins, snapshotter(n.Disk("/var/lib/containerd")))
	if err := os.WriteFile(filepath.Join(etc, "containerd.toml"), []byte(config), 0o644); err != nil {
		return err
	}
	if err := cl.credentials(ctx, filepath.Join(etc, "kubelet.kubeconfig"), "system:node:"+n.Name, "system:nodes"); err != nil {
		return err
	}
	if err := cl.credentials(ctx, filepath.Join(etc, "kube-proxy.kubeconfig"), "system:kube-proxy", ""); err != nil {
		return err
	}
	_, err = sh(ctx, cl.bin("kube-apiserver"), "certificate", "--data-dir", cl.Master.Disk(dataDir), "--name", n.Name,
		"--host", n.Name+","+n.Address, "--cert", filepath.Join(etc, "kubelet.crt"), "--key", filepath.Join(etc, "kubelet.key"))
	return err
}

func (cl *Cluster) waitContainerd(ctx context.Context, n *Host) error {
	deadline := time.Now().Add(30 * time.Second)
	for {
		_, err := n.Output(ctx, "ctr", "--address", "/run/containerd/containerd.sock", "version")
		if err == nil {
			return nil
		}
		if !n.Running("containerd") || time.Now().After(deadline) {
			b, _ := os.ReadFile(n.LogFile("containerd"))
			return fmt.Errorf("containerd on %s does not answer: %s", n.Name, lastLine(string(b)))
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}
