// Package kubelet runs the pods that are bound to one machine: it keeps the
// Node object and its heartbeat, makes pods run through the container runtime,
// and reports how they are.
//
// Config (config.go) holds the settings and Run (this file) puts the parts
// together; each part is a package under internal. Read internal/worker first:
// its Plan decides what happens to a pod.
package kubelet

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/daemon"
	"github.com/pilothouse/pilothouse/client/event"
	"github.com/pilothouse/pilothouse/kubelet/internal/cgroup"
	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/kubelet/internal/launch"
	"github.com/pilothouse/pilothouse/kubelet/internal/logs"
	"github.com/pilothouse/pilothouse/kubelet/internal/node"
	"github.com/pilothouse/pilothouse/kubelet/internal/objects"
	"github.com/pilothouse/pilothouse/kubelet/internal/server"
	"github.com/pilothouse/pilothouse/kubelet/internal/source"
	"github.com/pilothouse/pilothouse/kubelet/internal/status"
	"github.com/pilothouse/pilothouse/kubelet/internal/volume"
	"github.com/pilothouse/pilothouse/kubelet/internal/worker"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Run is the kubelet. It returns nil after ctx has ended; pods go on.
func Run(ctx context.Context, cfg Config) error {
	if err := cfg.Validate(); err != nil {
		return daemon.UsageError{Err: err}
	}
	if os.Geteuid() != 0 {
		return errors.New("must run as root: it mounts volumes and makes cgroups")
	}
	clientConfig, err := client.ConfigFromKubeconfig(cfg.Kubeconfig, "")
	if err != nil {
		return fmt.Errorf("--kubeconfig: %w", err)
	}
	api, err := client.New(clientConfig)
	if err != nil {
		return fmt.Errorf("--kubeconfig=%s: %w", cfg.Kubeconfig, err)
	}
	defer api.Close()
	runtime, err := cri.Dial(cfg.RuntimeEndpoint)
	if err != nil {
		return err
	}
	defer runtime.Close()
	if err := os.MkdirAll(filepath.Join(cfg.RootDir, "pods"), 0o750); err != nil {
		return fmt.Errorf("--root-dir: %w", err)
	}
	if err := os.MkdirAll(cfg.LogDir, 0o755); err != nil {
		return fmt.Errorf("--pod-logs-dir: %w", err)
	}
	pool, err := clientCAs(&cfg, clientConfig)
	if err != nil {
		return err
	}
	serving, err := daemon.ServingTLS(cfg.NodeName, cfg.CertFile, cfg.KeyFile)
	if err != nil {
		return err
	}
	if err := portsFree(&cfg); err != nil {
		return err
	}
	name, err := awaitRuntime(ctx, runtime)
	if err != nil {
		return nil // asked to end while waiting
	}
	ips, err := nodeIPs(&cfg, clientConfig.Host)
	if err != nil {
		return err
	}
	k := assemble(ctx, &cfg, api, runtime, name, ips)
	defer k.events.Close()
	return k.run(ctx, &cfg, &server.Server{
		Addr: net.JoinHostPort(cfg.Address, strconv.Itoa(cfg.Port)), TLS: serving, Clients: pool,
		Runtime: runtime, Access: &server.Access{API: api, Node: cfg.NodeName}, Cgroups: k.workers.Cgroups, Pods: k.workers.Pods,
		Node: cfg.NodeName, SystemLogs: "/var/log", Settings: cfg.settings(), Healthy: func() error { return nil }, Log: slog.Default(),
	})
}

// portsFree finds a taken port, such as that of another kubelet, before the
// wait for the container runtime and before any pod is touched.
func portsFree(cfg *Config) error {
	for _, p := range []struct {
		flag, host string
		port       int
	}{{"--port", cfg.Address, cfg.Port}, {"--healthz-port", cfg.HealthzAddress, cfg.HealthzPort}} {
		if p.port == 0 {
			continue
		}
		l, err := net.Listen("tcp", net.JoinHostPort(p.host, strconv.Itoa(p.port)))
		if err != nil {
			return fmt.Errorf("%s=%d: %w", p.flag, p.port, err)
		}
		l.Close()
	}
	return nil
}

// kubelet is the parts, put together.
type kubelet struct {
	events    *event.Recorder
	objects   *objects.Store
	status    *status.Writer
	workers   *worker.Manager
	node      *node.Node
	heartbeat *node.Heartbeat
	fence     *node.Fence
	rotator   *logs.Rotator
	sources   []source.Source
}

func assemble(ctx context.Context, cfg *Config, api *client.Client, runtime *cri.Client, runtimeName string, ips []string) *kubelet {
	log := slog.Default()
	machine := node.ReadMachine(cfg.RootDir)
	capacity := machine.Capacity(cfg.MaxPods)
	reserved, _ := cfg.reservedList() // Validate has read it
	taints, _ := cfg.taints()
	allocatable := node.Allocatable(capacity, reserved)

	k := &kubelet{events: event.NewRecorder(api, "kubelet", cfg.NodeName), status: status.New(api, log)}
	k.objects = objects.New(ctx, api, k.objectChanged)
	prepare := &launch.Preparer{
		RootDir: cfg.RootDir, LogDir: cfg.LogDir, SeccompDir: cfg.SeccompDir, NodeIPs: ips,
		ClusterDNS: cfg.ClusterDNS, ClusterDomain: cfg.ClusterDomain, ResolvConf: cfg.ResolvConf,
		Objects: k.objects, Allocatable: func() core.ResourceList { return allocatable },
	}
	k.fence = &node.Fence{File: filepath.Join(cfg.RootDir, "lease-renewed"), After: cfg.FenceAfter, Log: log}
	k.workers = &worker.Manager{
		Runtime: runtime, Prepare: prepare,
		Volumes: &volume.Volumes{Prepare: prepare, Objects: k.objects, Tokens: &objects.Tokens{Accounts: client.Of[*core.ServiceAccount](api)},
			Claims: &objects.Claims{Claims: client.Of[*core.PersistentVolumeClaim](api), Volumes: client.Of[*core.PersistentVolume](api)}},
		Cgroups: &cgroup.Manager{Root: cfg.CgroupRoot, PidsLimit: cfg.PodPidsLimit},
		Events:  k.events, Report: k.status, Secrets: k.objects, Log: log, Relist: cfg.Relist,
		Host:   worker.Host{Name: cfg.NodeName, IPs: ips, RuntimeName: runtimeName},
		Fenced: func() bool { return k.fence.Fenced(time.Now()) },
		Admit: func(pod *core.Pod, others []*core.Pod) (reason, message string) {
			n := &worker.Node{Others: others, Allocatable: allocatable, Sysctls: cfg.UnsafeSysctls}
			return n.Refused(pod)
		},
	}
	if cfg.DepartureWait > 0 {
		k.workers.Depart = departing(ctx, cfg, api, runtime, ips[0])
	}
	k.workers.Ended = k.release
	k.fence.Stop = k.workers.StopFenced
	k.fence.Lift = func() { k.workers.Wake("") }
	k.heartbeat = &node.Heartbeat{
		Client: api, Node: cfg.NodeName, Duration: time.Duration(cfg.LeaseDuration) * time.Second, Every: cfg.LeaseRenew,
		Log: log, Renewed: k.fence.Renewed,
	}
	k.node = &node.Node{
		Name: cfg.NodeName, IPs: ips, Port: int32(cfg.Port), Labels: cfg.labels, Taints: taints, Unschedulable: cfg.Unschedulable,
		Machine: machine, Capacity: capacity, Reserved: reserved, Client: api, Runtime: runtime, Recorder: k.events, Log: log,
		Check: cfg.StatusFrequency, Report: cfg.StatusReport, Pressure: func() node.Pressure { return node.ReadPressure(cfg.RootDir) },
	}
	k.rotator = &logs.Rotator{
		MaxSize: cfg.logMaxBytes, MaxFiles: cfg.LogMaxFiles, Every: 10 * time.Second, Log: log,
		List: func(ctx context.Context) ([]logs.Running, error) { return runningLogs(ctx, runtime) },
		Reopen: func(ctx context.Context, id string) error {
			_, err := runtime.Runtime.ReopenContainerLog(ctx, &pb.ReopenContainerLogRequest{ContainerId: id})
			return err
		},
	}
	k.sources = []source.Source{&source.API{Client: api, Node: cfg.NodeName}}
	if cfg.ManifestDir != "" {
		k.sources = append(k.sources, &source.File{Path: cfg.ManifestDir, Node: cfg.NodeName, Every: manifestEvery, Log: log})
	}
	return k
}

// manifestEvery is how often the folder of static pods is read.
const manifestEvery = 2 * time.Second

// run starts all parts and waits for them.
func (k *kubelet) run(ctx context.Context, cfg *Config, s *server.Server) error {
	if err := k.fence.Load(time.Now()); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	background := func(f func(context.Context)) {
		g.Go(func() error { f(ctx); return nil })
	}
	ready := make(chan struct{})
	g.Go(func() error { return s.Run(ctx) })
	if cfg.HealthzPort != 0 {
		addr := net.JoinHostPort(cfg.HealthzAddress, strconv.Itoa(cfg.HealthzPort))
		g.Go(func() error {
			return daemon.Serve(ctx, addr, daemon.ServeOptions{Handlers: map[string]http.Handler{}, Profiling: true})
		})
	}
	background(func(ctx context.Context) { k.objects.Run() })
	background(k.status.Run)
	background(k.rotator.Run)
	background(func(ctx context.Context) { k.workers.Run(ctx, ready) })
	background(k.fence.Run)
	background(func(ctx context.Context) {
		k.node.Run(ctx, func() { g.Go(func() error { k.heartbeat.Run(ctx); return nil }) })
	})
	<-ready
	sink := &sink{workers: k.workers, waiting: len(k.sources)}
	for _, src := range k.sources {
		g.Go(func() error { return src.Run(ctx, sink) })
	}
	background(func(ctx context.Context) { sink.cleanUp(ctx) })
	err := g.Wait()
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// objectChanged refreshes the volumes that show a changed object.
func (k *kubelet) objectChanged(kind string, key meta.Key) {
	if k.workers == nil {
		return
	}
	k.workers.Refresh(func(pod *core.Pod) bool { return pod.Namespace == key.Namespace && volume.Shows(pod, kind, key.Name) })
}

// release lets go of the objects that no pod of this node refers to any more.
func (k *kubelet) release() {
	pods := k.workers.Pods()
	k.objects.Release(func(kind string, key meta.Key) bool {
		return slices.ContainsFunc(pods, func(p *core.Pod) bool {
			return p.Namespace == key.Namespace && (volume.Shows(p, kind, key.Name) || launch.RefersTo(p, kind, key.Name))
		})
	})
}

// sink hands what the sources want to the workers, and has the rest cleaned up
// once every source has told all that it knows.
type sink struct {
	workers *worker.Manager

	mu      sync.Mutex
	waiting int
}

func (s *sink) Set(pod *core.Pod)   { s.workers.Set(pod) }
func (s *sink) Remove(uid meta.UID) { s.workers.Remove(uid) }
func (s *sink) Synced(source string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting--
}

// cleanUpEvery is how often what nobody wants is looked for.
const cleanUpEvery = 30 * time.Second

func (s *sink) cleanUp(ctx context.Context) {
	pause := 100 * time.Millisecond
	for ctx.Err() == nil {
		s.mu.Lock()
		ready := s.waiting <= 0
		s.mu.Unlock()
		if ready {
			if err := s.workers.CleanUp(ctx); err != nil && ctx.Err() == nil {
				slog.Warn("cannot look for pods that nobody wants", "error", err)
			}
			pause = cleanUpEvery
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// awaitRuntime waits for the container runtime, saying so.
func awaitRuntime(ctx context.Context, runtime *cri.Client) (name string, err error) {
	last := ""
	for {
		call, cancel := context.WithTimeout(ctx, 3*time.Second)
		name, version, err := runtime.Version(call)
		cancel()
		if err == nil {
			slog.Info("container runtime", "name", name, "version", version)
			return name, nil
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err.Error() != last {
			last = err.Error()
			slog.Warn("waiting for the container runtime", "error", err)
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// clientCAs are the authorities whose certificates the node API trusts.
func clientCAs(cfg *Config, c *client.Config) (*x509.CertPool, error) {
	data, from := c.CAData, "the kubeconfig's CA"
	file := c.CAFile
	if cfg.ClientCAFile != "" {
		data, file, from = nil, cfg.ClientCAFile, "--client-ca-file"
	}
	if len(data) == 0 && file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", from, err)
		}
		data = b
	}
	pool := x509.NewCertPool()
	if len(data) > 0 && !pool.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("%s holds no certificate", from)
	}
	return pool, nil
}

// nodeIPs is the node's address: the one set, or the one from which the API
// server is reached.
func nodeIPs(cfg *Config, host string) ([]string, error) {
	if cfg.NodeIP != "" {
		return []string{cfg.NodeIP}, nil
	}
	u, err := url.Parse(host)
	if err != nil {
		return nil, fmt.Errorf("the kubeconfig's server %q: %w", host, err)
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	conn, err := net.Dial("udp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return nil, fmt.Errorf("no route to the API server %s, so no address of this node is known; set --node-ip: %w", host, err)
	}
	defer conn.Close()
	return []string{conn.LocalAddr().(*net.UDPAddr).IP.String()}, nil
}

func runningLogs(ctx context.Context, runtime *cri.Client) ([]logs.Running, error) {
	pods, err := runtime.Pods(ctx)
	if err != nil {
		return nil, err
	}
	var out []logs.Running
	for _, p := range pods {
		for _, c := range p.Containers {
			if c.State == cri.Running && c.LogPath != "" {
				out = append(out, logs.Running{ID: c.ID, LogPath: c.LogPath})
			}
		}
	}
	return out, nil
}
