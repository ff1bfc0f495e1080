package kubelet

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/client/daemon"
	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/kubelet/internal/worker"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// Config is all that an operator can set. DefaultConfig gives the defaults and
// Flags binds the flags to it.
type Config struct {
	Kubeconfig       string        // how to reach the API server and as whom
	NodeName         string        // --hostname-override
	NodeIP           string        // empty: the address that leads to the API server
	NodeLabels       string        // a=b,c=d
	NodeTaints       string        // --register-with-taints: key=value:Effect,...
	Unschedulable    bool          // --register-schedulable=false
	RuntimeEndpoint  string        // unix:///...
	RootDir          string        // pods' volumes and the kubelet's own files
	LogDir           string        // the pods' logs
	SeccompDir       string        // Localhost profiles; default ROOT/seccomp
	ManifestDir      string        // --pod-manifest-path: a folder of static pods, empty for none
	ClusterDNS       []string      // name servers of pods
	ClusterDomain    string        // cluster.local
	ResolvConf       string        // the node's
	PauseImage       string        // --pod-infra-container-image; the runtime decides, so it is only kept
	CgroupDriver     string        // cgroupfs
	CgroupRoot       string        // /sys/fs/cgroup
	MaxPods          int           // how many pods the node takes
	PodPidsLimit     int64         // processes per pod, 0 or less for no limit
	UnsafeSysctls    []string      // --allowed-unsafe-sysctls: names and beginnings with a *
	SystemReserved   string        // cpu=100m,memory=200Mi: not for pods
	Address          string        // --address: where the node API listens
	Port             int           // of the node API
	HealthzAddress   string        // --healthz-bind-address
	HealthzPort      int           // 0 for none
	CertFile         string        // serving certificate of the node API; without one it is signed by itself
	KeyFile          string        //
	ClientCAFile     string        // whose certificates the node API trusts; default: the kubeconfig's CA
	LeaseDuration    int           // --node-lease-duration-seconds
	LeaseRenew       time.Duration // --node-lease-renew-interval
	StatusFrequency  time.Duration // --node-status-update-frequency: how often the node is looked at
	StatusReport     time.Duration // --node-status-report-frequency: how often it is reported without a change
	FenceAfter       time.Duration // --fence-after: without a renewal for this long, pods that must not run twice are stopped; 0 for never
	DepartureWait    time.Duration // --departure-wait: how long at most a deleted pod serves on until the proxies have let go of it; 0 for not at all
	ProxyPort        int           // --kube-proxy-healthz-port: where proxies are asked
	Relist           time.Duration // --relist-period
	LogMaxSize       string        // --container-log-max-size
	LogMaxFiles      int           // --container-log-max-files
	logMaxBytes      int64
	reserved, labels map[string]string
}

// DefaultConfig is a kubelet as most nodes want it.
//
// The fence: the control plane takes a node for dead 8 s after its last
// heartbeat and replaces its pods some 5 s later; what must not run twice it
// may replace only after FenceAfter and the pods' grace. 20 s leaves a short
// outage of the API server alone and still lets a StatefulSet move within
// half a minute.
func DefaultConfig() Config {
	host, _ := os.Hostname()
	return Config{
		NodeName: strings.ToLower(host), RuntimeEndpoint: "unix:///run/containerd/containerd.sock",
		RootDir: "/var/lib/kubelet", LogDir: "/var/log/pods", ClusterDomain: "cluster.local", ResolvConf: "/etc/resolv.conf",
		CgroupDriver: "cgroupfs", CgroupRoot: "/sys/fs/cgroup", MaxPods: 110,
		Address: "0.0.0.0", Port: 10250, HealthzAddress: "127.0.0.1", HealthzPort: 10248,
		LeaseDuration: 8, LeaseRenew: 2 * time.Second, StatusFrequency: 5 * time.Second, StatusReport: 5 * time.Minute,
		FenceAfter: 20 * time.Second, DepartureWait: 2 * time.Second, ProxyPort: 10256, Relist: 10 * time.Second, LogMaxSize: "10Mi", LogMaxFiles: 5,
	}
}

// Flags binds the command line to c.
func (c *Config) Flags(g *daemon.FlagGroups) {
	f := g.Group("Cluster")
	f.StringVar(&c.Kubeconfig, "kubeconfig", c.Kubeconfig, "file that says how to reach the API server")
	f.StringVar(&c.ManifestDir, "pod-manifest-path", c.ManifestDir, "folder of pods to run whatever the API server says")
	f.IntVar(&c.LeaseDuration, "node-lease-duration-seconds", c.LeaseDuration, "seconds for which a heartbeat is good")
	f.DurationVar(&c.LeaseRenew, "node-lease-renew-interval", c.LeaseRenew, "time between heartbeats")
	f.DurationVar(&c.StatusFrequency, "node-status-update-frequency", c.StatusFrequency, "how often the node's status is worked out; it is written when it changed")
	f.DurationVar(&c.StatusReport, "node-status-report-frequency", c.StatusReport, "how often the node's status is written without a change")
	f.DurationVar(&c.FenceAfter, "fence-after", c.FenceAfter, "stop pods that must not run twice when no heartbeat got through for this long; 0 never")
	f.DurationVar(&c.DepartureWait, "departure-wait", c.DepartureWait, "how long at most a deleted pod serves on until no node's kube-proxy sends new connections to it, half of its grace at most; 0 not at all")
	f.IntVar(&c.ProxyPort, "kube-proxy-healthz-port", c.ProxyPort, "port of every kube-proxy's --healthz-bind-address, where it is asked")

	f = g.Group("Node")
	f.StringVar(&c.NodeName, "hostname-override", c.NodeName, "name of the node")
	f.StringVar(&c.NodeIP, "node-ip", c.NodeIP, "address of the node; by default the one that leads to the API server")
	f.StringVar(&c.NodeLabels, "node-labels", c.NodeLabels, "labels of the node: a=b,c=d")
	f.StringVar(&c.NodeTaints, "register-with-taints", c.NodeTaints, "taints of a new node: key=value:Effect,...")
	f.IntVar(&c.MaxPods, "max-pods", c.MaxPods, "how many pods the node takes")
	f.Int64Var(&c.PodPidsLimit, "pod-max-pids", c.PodPidsLimit, "how many processes a pod may have; 0 no limit")
	f.StringSliceVar(&c.UnsafeSysctls, "allowed-unsafe-sysctls", c.UnsafeSysctls, "settings of the kernel that pods may change beyond the safe ones: kernel.msg*,net.core.somaxconn")
	f.StringVar(&c.SystemReserved, "system-reserved", c.SystemReserved, "what pods do not get: cpu=100m,memory=200Mi")
	f.StringVar(&c.RootDir, "root-dir", c.RootDir, "folder for volumes and the kubelet's own files")
	f.StringVar(&c.LogDir, "pod-logs-dir", c.LogDir, "folder of the pods' logs")
	f.StringVar(&c.SeccompDir, "seccomp-profile-root", c.SeccompDir, "folder of seccomp profiles (default ROOT-DIR/seccomp)")

	f = g.Group("Container runtime")
	f.StringVar(&c.RuntimeEndpoint, "container-runtime-endpoint", c.RuntimeEndpoint, "the runtime's CRI socket")
	f.StringVar(&c.PauseImage, "pod-infra-container-image", c.PauseImage, "kept for scripts; the runtime's own setting counts")
	f.StringVar(&c.CgroupDriver, "cgroup-driver", c.CgroupDriver, "cgroupfs is the only one")
	f.StringVar(&c.CgroupRoot, "cgroup-mount", c.CgroupRoot, "where cgroups are mounted")
	f.DurationVar(&c.Relist, "relist-period", c.Relist, "how often all pods are looked at without an event")
	f.StringVar(&c.LogMaxSize, "container-log-max-size", c.LogMaxSize, "a log file larger than this is rotated")
	f.IntVar(&c.LogMaxFiles, "container-log-max-files", c.LogMaxFiles, "log files kept per container")

	f = g.Group("DNS of pods")
	f.StringSliceVar(&c.ClusterDNS, "cluster-dns", c.ClusterDNS, "addresses of the cluster's name servers")
	f.StringVar(&c.ClusterDomain, "cluster-domain", c.ClusterDomain, "domain of the cluster")
	f.StringVar(&c.ResolvConf, "resolv-conf", c.ResolvConf, "the node's resolv.conf")

	f = g.Group("Node API")
	f.StringVar(&c.Address, "address", c.Address, "address to listen on")
	f.IntVar(&c.Port, "port", c.Port, "port of the node API (TLS)")
	f.StringVar(&c.CertFile, "tls-cert-file", c.CertFile, "serving certificate, signed by the cluster's CA")
	f.StringVar(&c.KeyFile, "tls-private-key-file", c.KeyFile, "its key")
	f.StringVar(&c.ClientCAFile, "client-ca-file", c.ClientCAFile, "CA of those who may use the node API (default: the kubeconfig's)")
	f.StringVar(&c.HealthzAddress, "healthz-bind-address", c.HealthzAddress, "address of the plain /healthz")
	f.IntVar(&c.HealthzPort, "healthz-port", c.HealthzPort, "port of the plain /healthz; 0 for none")
}

var nodeName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`)

// Validate finds what cannot work, and names the flag.
func (c *Config) Validate() error {
	if c.Kubeconfig == "" {
		return errors.New("--kubeconfig is needed: it says how to reach the API server")
	}
	if !nodeName.MatchString(c.NodeName) || len(c.NodeName) > 253 {
		return fmt.Errorf("--hostname-override=%q: must be a DNS name in lower case", c.NodeName)
	}
	if c.NodeIP != "" && net.ParseIP(c.NodeIP) == nil {
		return fmt.Errorf("--node-ip=%q: must be an IP address", c.NodeIP)
	}
	if _, err := cri.SocketPath(c.RuntimeEndpoint); err != nil {
		return err
	}
	if c.CgroupDriver != "cgroupfs" {
		return fmt.Errorf("--cgroup-driver=%q: must be cgroupfs", c.CgroupDriver)
	}
	for _, p := range []struct {
		flag string
		port int
		zero bool
	}{{"port", c.Port, false}, {"healthz-port", c.HealthzPort, true}, {"kube-proxy-healthz-port", c.ProxyPort, false}} {
		if p.port < 0 || p.port > 65535 || p.port == 0 && !p.zero {
			return fmt.Errorf("--%s=%d: must be a port, 1 to 65535", p.flag, p.port)
		}
	}
	if c.LeaseDuration < 1 || c.LeaseRenew <= 0 || c.LeaseRenew >= time.Duration(c.LeaseDuration)*time.Second {
		return fmt.Errorf("--node-lease-renew-interval=%s: must be more than 0 and less than --node-lease-duration-seconds=%d", c.LeaseRenew, c.LeaseDuration)
	}
	if c.FenceAfter != 0 && c.FenceAfter < time.Duration(c.LeaseDuration)*time.Second {
		return fmt.Errorf("--fence-after=%s: must be 0, or at least --node-lease-duration-seconds=%d", c.FenceAfter, c.LeaseDuration)
	}
	if c.DepartureWait < 0 {
		return fmt.Errorf("--departure-wait=%s: must not be negative", c.DepartureWait)
	}
	if c.MaxPods < 1 {
		return fmt.Errorf("--max-pods=%d: must be at least 1", c.MaxPods)
	}
	if c.LogMaxFiles < 2 {
		return fmt.Errorf("--container-log-max-files=%d: must be at least 2", c.LogMaxFiles)
	}
	for _, s := range c.UnsafeSysctls {
		if !worker.ValidSysctl(s) {
			return fmt.Errorf("--allowed-unsafe-sysctls=%q: must be settings that a pod can have for itself: kernel.sem*, kernel.shm*, kernel.msg*, fs.mqueue.*, net.*", s)
		}
	}
	for _, ip := range c.ClusterDNS {
		if net.ParseIP(ip) == nil {
			return fmt.Errorf("--cluster-dns=%q: must be IP addresses", ip)
		}
	}
	for _, d := range []struct {
		flag string
		path *string
	}{{"root-dir", &c.RootDir}, {"pod-logs-dir", &c.LogDir}} {
		abs, err := filepath.Abs(*d.path)
		if err != nil {
			return fmt.Errorf("--%s: %w", d.flag, err)
		}
		*d.path = abs
	}
	if c.SeccompDir == "" {
		c.SeccompDir = filepath.Join(c.RootDir, "seccomp")
	}
	size, err := quantity.Parse(c.LogMaxSize)
	if err != nil || size.Value() < 1024 {
		return fmt.Errorf("--container-log-max-size=%q: must be a size of at least 1Ki, such as 10Mi", c.LogMaxSize)
	}
	c.logMaxBytes = size.Value()
	if c.labels, err = pairs("node-labels", c.NodeLabels); err != nil {
		return err
	}
	if c.reserved, err = pairs("system-reserved", c.SystemReserved); err != nil {
		return err
	}
	if _, err := c.reservedList(); err != nil {
		return err
	}
	_, err = c.taints()
	return err
}

// pairs reads a=b,c=d.
func pairs(flag, text string) (map[string]string, error) {
	out := map[string]string{}
	if text == "" {
		return out, nil
	}
	for p := range strings.SplitSeq(text, ",") {
		k, v, ok := strings.Cut(strings.TrimSpace(p), "=")
		if !ok || k == "" {
			return nil, fmt.Errorf("--%s=%q: must be a list of key=value joined by commas", flag, text)
		}
		out[k] = v
	}
	return out, nil
}

func (c *Config) reservedList() (core.ResourceList, error) {
	out := core.ResourceList{}
	for k, v := range c.reserved {
		q, err := quantity.Parse(v)
		if err != nil {
			return nil, fmt.Errorf("--system-reserved: %s=%q: %w", k, v, err)
		}
		out[core.ResourceName(k)] = q
	}
	return out, nil
}

func (c *Config) taints() ([]core.Taint, error) {
	if c.NodeTaints == "" {
		return nil, nil
	}
	var out []core.Taint
	for t := range strings.SplitSeq(c.NodeTaints, ",") {
		kv, effect, ok := strings.Cut(t, ":")
		key, value, _ := strings.Cut(kv, "=")
		switch core.TaintEffect(effect) {
		case core.TaintEffectNoSchedule, core.TaintEffectPreferNoSchedule, core.TaintEffectNoExecute:
		default:
			ok = false
		}
		if !ok || key == "" {
			return nil, fmt.Errorf("--register-with-taints=%q: must be key=value:NoSchedule, :PreferNoSchedule or :NoExecute", t)
		}
		out = append(out, core.Taint{Key: key, Value: value, Effect: core.TaintEffect(effect)})
	}
	return out, nil
}
