package testbed

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Cluster is a bed that is up.
type Cluster struct {
	Config
	Master *Host
	Nodes  []*Host
	Etcds  []*Host // empty when etcd is embedded
}

// Say prints one line of progress.
type Say func(format string, args ...any)

// clusterOf makes the handles of a bed without starting anything.
func clusterOf(c Config) *Cluster {
	cl := &Cluster{Config: c}
	cl.Master = cl.host("master", 10)
	for i := 1; i <= c.Nodes; i++ {
		cl.Nodes = append(cl.Nodes, cl.host(fmt.Sprintf("node%d", i), 10+i))
	}
	for i := 1; i <= c.Etcd; i++ {
		cl.Etcds = append(cl.Etcds, cl.host(fmt.Sprintf("etcd%d", i), 100+i))
	}
	return cl
}

// Attach returns the cluster that is up in the state folder.
func Attach(state string) (*Cluster, error) {
	c, ok := Load(state)
	if !ok {
		return nil, fmt.Errorf("no cluster is up in %s", state)
	}
	return clusterOf(c), nil
}

// Up sweeps leftovers and starts the whole cluster; it returns when the API
// server answers and every node's daemons run. Nodes may not be Ready yet.
func Up(ctx context.Context, c Config, say Say) (*Cluster, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if err := c.Sweep(ctx); err != nil {
		return nil, fmt.Errorf("remove what an earlier run left: %w", err)
	}
	if err := os.MkdirAll(c.State, 0o755); err != nil {
		return nil, err
	}
	cl := clusterOf(c)
	if err := c.makeLan(ctx); err != nil {
		return nil, err
	}
	steps := []struct {
		what string
		do   func(context.Context) error
	}{
		{fmt.Sprintf("starting %d hosts on %s.0/24", len(cl.hosts()), c.Subnet), cl.powerOn},
		{"starting etcd", cl.startEtcd},
		{"starting the API server", cl.startAPIServer},
		{"starting the scheduler, the controller manager and flanneld", cl.startMaster},
		{"starting containerd, kubelet, kube-proxy and flanneld on every node", cl.startNodes},
	}
	for _, s := range steps {
		if s.what == "starting etcd" && c.Etcd == 0 {
			continue
		}
		say("%s", s.what)
		if err := s.do(ctx); err != nil {
			return nil, err
		}
	}
	return cl, c.save()
}

// Down removes the bed.
func Down(ctx context.Context, c Config) error { return c.Sweep(ctx) }

func (cl *Cluster) hosts() []*Host {
	all := append([]*Host{cl.Master}, cl.Nodes...)
	return append(all, cl.Etcds...)
}

func (cl *Cluster) powerOn(ctx context.Context) error {
	for _, h := range cl.hosts() {
		if err := h.PowerOn(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Server is the API server's address.
func (cl *Cluster) Server() string { return "https://" + cl.Master.Address + ":6443" }

const dataDir = "/var/lib/kube-apiserver"

func (cl *Cluster) startAPIServer(ctx context.Context) error {
	args := []string{cl.bin("kube-apiserver"), "--data-dir=" + dataDir, "--secure-port=6443", "--advertise-address=" + cl.Master.Address}
	if len(cl.Etcds) > 0 {
		var urls []string
		for _, h := range cl.Etcds {
			urls = append(urls, "https://"+h.Address+":2379")
		}
		k := cl.path("etcd-pki")
		args = append(args, "--etcd-servers="+strings.Join(urls, ","), "--etcd-cafile="+k+"/ca.crt", "--etcd-certfile="+k+"/tls.crt", "--etcd-keyfile="+k+"/tls.key")
	}
	if err := cl.start(ctx, cl.Master, "kube-apiserver", args); err != nil {
		return err
	}
	if err := cl.waitReady(ctx, 30*time.Second); err != nil {
		return err
	}
	return cl.credentials(ctx, cl.Kubeconfig(), "kubernetes-admin", "system:masters")
}

// start adds the extra flags that the configuration asks for.
func (cl *Cluster) start(ctx context.Context, h *Host, name string, argv []string) error {
	return h.Start(ctx, name, append(argv, strings.Fields(cl.Extra[name])...)...)
}

// waitReady waits for the API server's /readyz.
func (cl *Cluster) waitReady(ctx context.Context, within time.Duration) error {
	client := insecure(cl.Master)
	deadline := time.Now().Add(within)
	for {
		resp, err := client.Get(cl.Server() + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == 200 {
				return nil
			}
			err = fmt.Errorf("/readyz answers %s", resp.Status)
		}
		if !cl.Master.Running("kube-apiserver") {
			b, _ := os.ReadFile(cl.Master.LogFile("kube-apiserver"))
			return fmt.Errorf("kube-apiserver ended: %s", lastLine(string(b)))
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the API server is not ready after %v: %w (log: %s)", within, err, cl.Master.LogFile("kube-apiserver"))
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

// credentials writes a kubeconfig for a user, certified by the cluster's CA.
func (cl *Cluster) credentials(ctx context.Context, file, user, group string) error {
	_, err := sh(ctx, cl.bin("kube-apiserver"), "kubeconfig", "--data-dir", cl.Master.Disk(dataDir), "--server", cl.Server(),
		"--user", user, "--group", group, "--output", file)
	return err
}

func (cl *Cluster) startMaster(ctx context.Context) error {
	dir := cl.Master.Disk("/etc/kubernetes")
	for _, name := range []string{"controller-manager", "scheduler"} {
		if err := cl.credentials(ctx, filepath.Join(dir, name+".kubeconfig"), "system:kube-"+name, ""); err != nil {
			return err
		}
		args := []string{cl.bin("kube-" + name), "--kubeconfig=/etc/kubernetes/" + name + ".kubeconfig"}
		if name == "controller-manager" {
			const pki = dataDir + "/pki/"
			args = append(args, "--cluster-cidr="+cl.PodCIDR, "--allocate-node-cidrs=true", "--cluster-signing-cert-file="+pki+"ca.crt",
				"--cluster-signing-key-file="+pki+"ca.key", "--service-account-private-key-file="+pki+"sa.key")
		}
		if err := cl.start(ctx, cl.Master, "kube-"+name, args); err != nil {
			return err
		}
	}
	// The master is no node, but webhooks and other API servers may run in pods.
	if err := cl.credentials(ctx, filepath.Join(dir, "flanneld.kubeconfig"), "system:kube-proxy", ""); err != nil {
		return err
	}
	return cl.start(ctx, cl.Master, "flanneld", []string{cl.bin("flanneld"), "--kubeconfig=/etc/kubernetes/flanneld.kubeconfig",
		"--routes-only", "--iface=eth0", "--network=" + cl.PodCIDR})
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
