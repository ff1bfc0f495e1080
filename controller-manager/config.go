package controllermanager

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/client/daemon"
	"github.com/pilothouse/pilothouse/client/leader"
	"github.com/pilothouse/pilothouse/controller-manager/internal/horizontalpodautoscaler"
	"github.com/pilothouse/pilothouse/controller-manager/internal/nodeipam"
)

// Config is everything that can be set. DefaultConfig gives the values that
// flags start from.
type Config struct {
	Kubeconfig  string // how to reach the API server; empty for a pod's own credentials
	Master      string // URL of the API server, overrides the kubeconfig's
	BindAddress string // where health and metrics are served
	Port        int    // their port; 0 serves none
	TLSCertFile string // the certificate shown there; empty for one made on the spot
	TLSKeyFile  string
	Profiling   bool // serve /debug/pprof there as well

	Controllers []string      // which run: "*" for all, "-name" for not that one
	Leader      leader.Config // only the holder of the lease works

	ClusterCIDR        []string // the pod addresses of the cluster, one range per family
	NodeCIDRMaskSize   int      // the prefix length of one node's range; 0 for 24
	NodeCIDRMaskSizeV6 int      // the same for a range of IPv6; 0 for 64
	AllocateNodeCIDRs  bool     // give nodes their range

	RootCAFile             string        // the CA to publish; empty for that of the kubeconfig
	ClusterSigningCertFile string        // the authority that signs certificates that are asked for; empty signs none
	ClusterSigningKeyFile  string        // its key
	ClusterSigningDuration time.Duration // how long those certificates are good, at most
	ServiceAccountKeyFile  string        // signs the tokens that lie in secrets; empty fills in none

	EndpointsPerSlice   int // most endpoints of one slice
	MirroredPerSubset   int // most addresses mirrored of a hand-made subset
	TerminatedPodGCFrom int // ended pods above this number are removed; 0 for no limit

	QuotaSyncPeriod time.Duration // how often the count of every quota is made sure of

	NodeMonitorGrace             time.Duration // silence after which a node is unknown
	NodeStartupGrace             time.Duration // the same for a node that has never reported
	NotReadyTolerationSeconds    int           // how long pods stay on a node that is not ready, by default
	UnreachableTolerationSeconds int           // how long pods stay on a node that is silent, by default
	NodeFence                    time.Duration // how long after the taint a kubelet begins to stop what must not run twice, at the latest
	UnhealthyZone                float64       // share of unhealthy nodes from which a zone is disrupted
	EvictionRate                 float64       // nodes a second whose pods are driven away
	SecondaryEvictionRate        float64       // the same in a large disrupted zone
	LargeCluster                 int           // nodes above which a zone is large

	Autoscaling horizontalpodautoscaler.Settings // for all autoscalers

	ConcurrentRCs          int // replication controllers worked on at a time
	ConcurrentReplicaSets  int // replica sets worked on at a time
	ConcurrentDeployments  int // deployments worked on at a time
	ConcurrentDaemonSets   int // daemon sets worked on at a time
	ConcurrentStatefulSets int // stateful sets worked on at a time
	ConcurrentJobs         int // jobs worked on at a time
	ConcurrentCronJobs     int // cron jobs worked on at a time
	ConcurrentAutoscalers  int // autoscalers looked at at a time
	ConcurrentEndpoints    int // services whose Endpoints are worked on at a time
	ConcurrentSlices       int // services whose slices are worked on at a time
	ConcurrentQuotas       int // quotas that are counted at a time
	ConcurrentNamespaces   int // namespaces that are emptied at a time
	ConcurrentGC           int // objects that the garbage collector works on at a time
}

// DefaultConfig is the configuration of a process without flags.
func DefaultConfig() Config {
	election := leader.Default(component)
	// A dead node is noticed by the leader alone, so a dead leader must not
	// be waited for longer than a dead node.
	election.LeaseDuration, election.RenewDeadline, election.RetryPeriod = 8*time.Second, 5*time.Second, time.Second
	return Config{
		BindAddress: "0.0.0.0", Port: 10257, Profiling: true, Controllers: []string{"*"}, Leader: election,
		ClusterCIDR: []string{"10.244.0.0/16"}, AllocateNodeCIDRs: true,
		QuotaSyncPeriod:        5 * time.Minute,
		ClusterSigningDuration: 365 * 24 * time.Hour,
		EndpointsPerSlice:      100, MirroredPerSubset: 1000, TerminatedPodGCFrom: 12500,
		NodeMonitorGrace: 8 * time.Second, NodeStartupGrace: 60 * time.Second,
		NotReadyTolerationSeconds: 5, UnreachableTolerationSeconds: 5, NodeFence: 20 * time.Second,
		UnhealthyZone: 0.55, EvictionRate: 1, SecondaryEvictionRate: 0.1, LargeCluster: 50,
		Autoscaling: horizontalpodautoscaler.Settings{Period: 15 * time.Second, DownscaleStabilization: 5 * time.Minute, Tolerance: 0.1,
			CPUInitialization: 5 * time.Minute, InitialReadiness: 30 * time.Second},
		ConcurrentRCs: 16, ConcurrentReplicaSets: 16, ConcurrentDeployments: 8, ConcurrentDaemonSets: 4, ConcurrentStatefulSets: 8, ConcurrentJobs: 8, ConcurrentCronJobs: 4, ConcurrentAutoscalers: 5, ConcurrentEndpoints: 8, ConcurrentSlices: 8, ConcurrentQuotas: 5, ConcurrentNamespaces: 8, ConcurrentGC: 16,
	}
}

// AddFlags binds c to flags, under upstream's names where upstream has them.
func (c *Config) AddFlags(g *daemon.FlagGroups) {
	f := g.Group("API server")
	f.StringVar(&c.Kubeconfig, "kubeconfig", c.Kubeconfig, "file that says how to reach the API server; empty: the pod's service account")
	f.StringVar(&c.Master, "master", c.Master, "URL of the API server; overrides the kubeconfig's")

	f = g.Group("Controllers")
	f.StringSliceVar(&c.Controllers, "controllers", c.Controllers, "controllers to run: * is all, -NAME all but that one. All: "+strings.Join(Names(), ", "))
	f.IntVar(&c.ConcurrentRCs, "concurrent-rc-syncs", c.ConcurrentRCs, "replication controllers worked on at a time")
	f.IntVar(&c.ConcurrentReplicaSets, "concurrent-replicaset-syncs", c.ConcurrentReplicaSets, "replica sets worked on at a time")
	f.IntVar(&c.ConcurrentDeployments, "concurrent-deployment-syncs", c.ConcurrentDeployments, "deployments worked on at a time")
	f.IntVar(&c.ConcurrentDaemonSets, "concurrent-daemonset-syncs", c.ConcurrentDaemonSets, "daemon sets worked on at a time")
	f.IntVar(&c.ConcurrentStatefulSets, "concurrent-statefulset-syncs", c.ConcurrentStatefulSets, "stateful sets worked on at a time")
	f.IntVar(&c.ConcurrentJobs, "concurrent-job-syncs", c.ConcurrentJobs, "jobs worked on at a time")
	f.IntVar(&c.ConcurrentCronJobs, "concurrent-cron-job-syncs", c.ConcurrentCronJobs, "cron jobs worked on at a time")
	f.IntVar(&c.ConcurrentAutoscalers, "concurrent-horizontal-pod-autoscaler-syncs", c.ConcurrentAutoscalers, "autoscalers looked at at a time")
	f.IntVar(&c.ConcurrentEndpoints, "concurrent-endpoint-syncs", c.ConcurrentEndpoints, "services whose Endpoints are worked on at a time")
	f.IntVar(&c.ConcurrentSlices, "concurrent-service-endpoint-syncs", c.ConcurrentSlices, "services whose EndpointSlices are worked on at a time")
	f.IntVar(&c.ConcurrentQuotas, "concurrent-resource-quota-syncs", c.ConcurrentQuotas, "quotas counted at a time")
	f.DurationVar(&c.QuotaSyncPeriod, "resource-quota-sync-period", c.QuotaSyncPeriod, "how often the count of every quota is made sure of")
	f.IntVar(&c.ConcurrentNamespaces, "concurrent-namespace-syncs", c.ConcurrentNamespaces, "namespaces emptied at a time")
	f.IntVar(&c.ConcurrentGC, "concurrent-gc-syncs", c.ConcurrentGC, "objects the garbage collector works on at a time")

	f = g.Group("Services")
	f.IntVar(&c.EndpointsPerSlice, "max-endpoints-per-slice", c.EndpointsPerSlice, "most endpoints of one EndpointSlice")
	f.IntVar(&c.MirroredPerSubset, "mirroring-max-endpoints-per-subset", c.MirroredPerSubset, "most addresses mirrored of one subset of hand-made Endpoints")

	f = g.Group("Autoscaling")
	f.DurationVar(&c.Autoscaling.Period, "horizontal-pod-autoscaler-sync-period", c.Autoscaling.Period, "time between two looks at an autoscaler")
	f.DurationVar(&c.Autoscaling.DownscaleStabilization, "horizontal-pod-autoscaler-downscale-stabilization", c.Autoscaling.DownscaleStabilization, "for how long the highest wish of the past keeps the number of pods up, where the autoscaler does not say")
	f.Float64Var(&c.Autoscaling.Tolerance, "horizontal-pod-autoscaler-tolerance", c.Autoscaling.Tolerance, "how far a measure may be off its target without any change, as a part of it, where the autoscaler does not say")
	f.DurationVar(&c.Autoscaling.CPUInitialization, "horizontal-pod-autoscaler-cpu-initialization-period", c.Autoscaling.CPUInitialization, "time after a pod's start in which its use of CPU counts only while it is ready")
	f.DurationVar(&c.Autoscaling.InitialReadiness, "horizontal-pod-autoscaler-initial-readiness-delay", c.Autoscaling.InitialReadiness, "time after a pod's start in which one that goes unready counts as not ready yet")

	f = g.Group("Nodes")
	f.DurationVar(&c.NodeMonitorGrace, "node-monitor-grace-period", c.NodeMonitorGrace, "silence after which a node is unknown; several times its heartbeat")
	f.DurationVar(&c.NodeStartupGrace, "node-startup-grace-period", c.NodeStartupGrace, "the same for a node that has never reported")
	f.IntVar(&c.NotReadyTolerationSeconds, "default-not-ready-toleration-seconds", c.NotReadyTolerationSeconds, "how long pods that say nothing stay on a node that is not ready")
	f.IntVar(&c.UnreachableTolerationSeconds, "default-unreachable-toleration-seconds", c.UnreachableTolerationSeconds, "how long pods that say nothing stay on a node that is silent")
	f.DurationVar(&c.NodeFence, "node-fence-period", c.NodeFence, "how long after its taint a silent node stops pods that must not run twice, at the latest; they are replaced after that and their grace")
	f.Float64Var(&c.UnhealthyZone, "unhealthy-zone-threshold", c.UnhealthyZone, "share of unhealthy nodes from which a zone counts as disrupted")
	f.Float64Var(&c.EvictionRate, "node-eviction-rate", c.EvictionRate, "nodes a second that may lose their pods in a healthy zone")
	f.Float64Var(&c.SecondaryEvictionRate, "secondary-node-eviction-rate", c.SecondaryEvictionRate, "the same in a disrupted zone that is large; a small one loses none")
	f.IntVar(&c.LargeCluster, "large-cluster-size-threshold", c.LargeCluster, "nodes above which a zone is large")

	f = g.Group("Node addresses")
	f.BoolVar(&c.AllocateNodeCIDRs, "allocate-node-cidrs", c.AllocateNodeCIDRs, "give every node a range of pod addresses")
	f.StringSliceVar(&c.ClusterCIDR, "cluster-cidr", c.ClusterCIDR, "the pod addresses of the cluster, one range per family")
	f.IntVar(&c.NodeCIDRMaskSize, "node-cidr-mask-size", c.NodeCIDRMaskSize, "prefix length of a node's range; 0: 24, or 64 for IPv6")
	f.IntVar(&c.NodeCIDRMaskSizeV6, "node-cidr-mask-size-ipv6", c.NodeCIDRMaskSizeV6, "prefix length of a node's IPv6 range; 0: 64")

	f = g.Group("Pods and service accounts")
	f.IntVar(&c.TerminatedPodGCFrom, "terminated-pod-gc-threshold", c.TerminatedPodGCFrom, "ended pods above this number are removed, the oldest first; 0: none")
	f.StringVar(&c.RootCAFile, "root-ca-file", c.RootCAFile, "CA bundle for kube-root-ca.crt in every namespace; empty: the kubeconfig's")

	f.StringVar(&c.ServiceAccountKeyFile, "service-account-private-key-file", c.ServiceAccountKeyFile, "key that signs the tokens of service accounts that lie in secrets; empty: such secrets are not filled in")

	f = g.Group("Certificates")
	f.StringVar(&c.ClusterSigningCertFile, "cluster-signing-cert-file", c.ClusterSigningCertFile, "authority that signs the certificates that are asked for and approved; empty: none are signed")
	f.StringVar(&c.ClusterSigningKeyFile, "cluster-signing-key-file", c.ClusterSigningKeyFile, "its key")
	f.DurationVar(&c.ClusterSigningDuration, "cluster-signing-duration", c.ClusterSigningDuration, "how long such a certificate is good, at most")

	c.Leader.AddFlags(g.Group("Leader election"))

	f = g.Group("Health and metrics")
	f.StringVar(&c.BindAddress, "bind-address", c.BindAddress, "address of health and metrics")
	f.IntVar(&c.Port, "secure-port", c.Port, "port of health and metrics, over HTTPS; 0: none")
	f.StringVar(&c.TLSCertFile, "tls-cert-file", c.TLSCertFile, "certificate of that port; empty: made on the spot")
	f.StringVar(&c.TLSKeyFile, "tls-private-key-file", c.TLSKeyFile, "its key")
	f.BoolVar(&c.Profiling, "profiling", c.Profiling, "serve /debug/pprof there")
}

// Validate tells what is wrong with c, naming flags.
func (c Config) Validate() error {
	var errs []error
	bad := func(flag string, value any, want string) {
		errs = append(errs, fmt.Errorf("--%s=%v: want %s", flag, value, want))
	}
	if c.Port < 0 || c.Port > 65535 {
		bad("secure-port", c.Port, "0 to 65535")
	}
	for flag, d := range map[string]time.Duration{
		"resource-quota-sync-period":            c.QuotaSyncPeriod,
		"horizontal-pod-autoscaler-sync-period": c.Autoscaling.Period,
		"node-monitor-grace-period":             c.NodeMonitorGrace, "node-startup-grace-period": c.NodeStartupGrace,
	} {
		if d <= 0 {
			bad(flag, d, "a time above zero")
		}
	}
	for flag, n := range map[string]int{
		"default-not-ready-toleration-seconds": c.NotReadyTolerationSeconds, "default-unreachable-toleration-seconds": c.UnreachableTolerationSeconds,
		"terminated-pod-gc-threshold": c.TerminatedPodGCFrom,
	} {
		if n < 0 {
			bad(flag, n, "zero or more")
		}
	}
	if a := c.Autoscaling; a.DownscaleStabilization < 0 || a.CPUInitialization < 0 || a.InitialReadiness < 0 {
		errs = append(errs, errors.New("--horizontal-pod-autoscaler-downscale-stabilization, -cpu-initialization-period and -initial-readiness-delay: want times of zero or more"))
	}
	if c.Autoscaling.Tolerance < 0 {
		bad("horizontal-pod-autoscaler-tolerance", c.Autoscaling.Tolerance, "zero or more")
	}
	if c.UnhealthyZone < 0 || c.UnhealthyZone > 1 {
		bad("unhealthy-zone-threshold", c.UnhealthyZone, "0 to 1")
	}
	if c.EvictionRate < 0 || c.SecondaryEvictionRate < 0 {
		bad("node-eviction-rate", c.EvictionRate, "zero or more")
	}
	if c.EndpointsPerSlice < 1 || c.EndpointsPerSlice > 1000 {
		bad("max-endpoints-per-slice", c.EndpointsPerSlice, "1 to 1000")
	}
	if (c.ClusterSigningCertFile == "") != (c.ClusterSigningKeyFile == "") {
		errs = append(errs, errors.New("--cluster-signing-cert-file and --cluster-signing-key-file must be given together"))
	}
	if c.ClusterSigningDuration <= 0 {
		bad("cluster-signing-duration", c.ClusterSigningDuration, "a time above zero")
	}
	if err := c.Leader.Validate(); err != nil {
		errs = append(errs, err)
	}
	if _, err := c.pools(); err != nil {
		errs = append(errs, err)
	}
	for _, name := range c.Controllers {
		if name != "*" && !slices.Contains(Names(), canonical(strings.TrimPrefix(name, "-"))) {
			bad("controllers", name, "*, or names of "+strings.Join(Names(), ", ")+", each with - to leave it out")
		}
	}
	return errors.Join(errs...)
}

// pools are the ranges that nodes get theirs from.
func (c Config) pools() ([]nodeipam.Pool, error) {
	var pools []nodeipam.Pool
	for _, cidr := range c.ClusterCIDR {
		bits := c.NodeCIDRMaskSize
		if strings.Contains(cidr, ":") {
			bits = c.NodeCIDRMaskSizeV6
		}
		p, err := nodeipam.ParsePool(cidr, bits)
		if err != nil {
			return nil, err
		}
		pools = append(pools, p)
	}
	return pools, nil
}

// enabled tells whether --controllers lets the controller of that name run: a
// name counts before "*", and "-name" leaves it out.
func (c Config) enabled(name string) bool {
	star := false
	for _, n := range c.Controllers {
		switch {
		case n == "*":
			star = true
		case canonical(n) == name:
			return true
		case strings.HasPrefix(n, "-") && canonical(n[1:]) == name:
			return false
		}
	}
	return star
}
