package controllermanager

import (
	"time"

	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/catalog"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/clusterroleaggregation"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cronjob"
	"github.com/pilothouse/pilothouse/controller-manager/internal/csrapproving"
	"github.com/pilothouse/pilothouse/controller-manager/internal/csrcleaner"
	"github.com/pilothouse/pilothouse/controller-manager/internal/csrsigning"
	"github.com/pilothouse/pilothouse/controller-manager/internal/daemonset"
	"github.com/pilothouse/pilothouse/controller-manager/internal/deployment"
	"github.com/pilothouse/pilothouse/controller-manager/internal/disruption"
	"github.com/pilothouse/pilothouse/controller-manager/internal/endpoints"
	"github.com/pilothouse/pilothouse/controller-manager/internal/endpointslice"
	"github.com/pilothouse/pilothouse/controller-manager/internal/endpointslicemirroring"
	"github.com/pilothouse/pilothouse/controller-manager/internal/ephemeralvolume"
	"github.com/pilothouse/pilothouse/controller-manager/internal/garbagecollector"
	"github.com/pilothouse/pilothouse/controller-manager/internal/horizontalpodautoscaler"
	"github.com/pilothouse/pilothouse/controller-manager/internal/job"
	"github.com/pilothouse/pilothouse/controller-manager/internal/namespace"
	"github.com/pilothouse/pilothouse/controller-manager/internal/nodeipam"
	"github.com/pilothouse/pilothouse/controller-manager/internal/nodelifecycle"
	"github.com/pilothouse/pilothouse/controller-manager/internal/persistentvolumebinder"
	"github.com/pilothouse/pilothouse/controller-manager/internal/podgc"
	"github.com/pilothouse/pilothouse/controller-manager/internal/replicaset"
	"github.com/pilothouse/pilothouse/controller-manager/internal/replicationcontroller"
	"github.com/pilothouse/pilothouse/controller-manager/internal/resourcequota"
	"github.com/pilothouse/pilothouse/controller-manager/internal/rootca"
	"github.com/pilothouse/pilothouse/controller-manager/internal/scaling"
	"github.com/pilothouse/pilothouse/controller-manager/internal/serviceaccount"
	"github.com/pilothouse/pilothouse/controller-manager/internal/serviceaccounttoken"
	"github.com/pilothouse/pilothouse/controller-manager/internal/servicecidr"
	"github.com/pilothouse/pilothouse/controller-manager/internal/statefulset"
	"github.com/pilothouse/pilothouse/controller-manager/internal/tainteviction"
	"github.com/pilothouse/pilothouse/controller-manager/internal/ttlafterfinished"
	"github.com/pilothouse/pilothouse/controller-manager/internal/volumeprotection"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// loop is a controller as this package runs it.
type loop interface {
	controller.Reconciler
	Queue() *queue.Queue[meta.Key]
}

// build is what controllers are made from.
type build struct {
	cfg     Config
	view    *cluster.View
	catalog *catalog.Catalog
	pools   []nodeipam.Pool
	ca      []byte
	signing *csrsigning.Authority    // nil signs no certificates
	tokens  *serviceaccounttoken.Key // nil fills in no secrets
	// published says that every namespace gets the cluster's authority.
	published bool
}

// entry is one controller of this binary.
type entry struct {
	name    string // as the controller itself says
	alias   string // what --controllers called it in older versions
	workers func(Config) int
	make    func(build) loop // nil when the configuration leaves it without work
}

func one(Config) int { return 1 }

// rootCA is the controller that others wait for.
const rootCA = "root-ca-certificate-publisher-controller"

// entries is every controller there is. To add one, write its package and a
// line here.
var entries = []entry{
	{"replicationcontroller-controller", "replicationcontroller", func(c Config) int { return c.ConcurrentRCs },
		func(b build) loop { return replicationcontroller.New(b.view) }},
	{"replicaset-controller", "replicaset", func(c Config) int { return c.ConcurrentReplicaSets },
		func(b build) loop { return replicaset.New(b.view) }},
	{"deployment-controller", "deployment", func(c Config) int { return c.ConcurrentDeployments },
		func(b build) loop { return deployment.New(b.view) }},
	{"daemonset-controller", "daemonset", func(c Config) int { return c.ConcurrentDaemonSets },
		func(b build) loop { return daemonset.New(b.view) }},
	{"statefulset-controller", "statefulset", func(c Config) int { return c.ConcurrentStatefulSets },
		func(b build) loop { return statefulset.New(b.view) }},
	{"job-controller", "job", func(c Config) int { return c.ConcurrentJobs }, func(b build) loop { return job.New(b.view) }},
	{"cronjob-controller", "cronjob", func(c Config) int { return c.ConcurrentCronJobs }, func(b build) loop { return cronjob.New(b.view) }},
	{"ttl-after-finished-controller", "ttl-after-finished", one, func(b build) loop { return ttlafterfinished.New(b.view) }},
	{"disruption-controller", "disruption", one, func(b build) loop { return disruption.New(b.view, scaling.New(b.view.Client, b.catalog)) }},
	{"resourcequota-controller", "resourcequota", func(c Config) int { return c.ConcurrentQuotas },
		func(b build) loop { return resourcequota.New(b.view, b.catalog, b.cfg.QuotaSyncPeriod) }},
	{"horizontal-pod-autoscaler-controller", "horizontalpodautoscaling", func(c Config) int { return c.ConcurrentAutoscalers },
		func(b build) loop { return horizontalpodautoscaler.New(b.view, b.catalog, b.cfg.Autoscaling) }},
	{"endpoints-controller", "endpoint", func(c Config) int { return c.ConcurrentEndpoints },
		func(b build) loop { return endpoints.New(b.view) }},
	{"endpointslice-controller", "endpointslice", func(c Config) int { return c.ConcurrentSlices },
		func(b build) loop { return endpointslice.New(b.view, b.cfg.EndpointsPerSlice) }},
	{"endpointslice-mirroring-controller", "endpointslicemirroring", func(c Config) int { return c.ConcurrentSlices },
		func(b build) loop { return endpointslicemirroring.New(b.view, b.cfg.MirroredPerSubset) }},
	{"node-ipam-controller", "nodeipam", one, func(b build) loop {
		if !b.cfg.AllocateNodeCIDRs || len(b.pools) == 0 {
			return nil
		}
		return nodeipam.New(b.view, b.pools)
	}},
	{"node-lifecycle-controller", "nodelifecycle", func(Config) int { return 8 }, func(b build) loop {
		return nodelifecycle.New(b.view,
			nodelifecycle.Grace{Monitor: b.cfg.NodeMonitorGrace, Startup: b.cfg.NodeStartupGrace},
			nodelifecycle.Limits{UnhealthyThreshold: b.cfg.UnhealthyZone, Rate: b.cfg.EvictionRate,
				SecondaryRate: b.cfg.SecondaryEvictionRate, LargeCluster: b.cfg.LargeCluster})
	}},
	{"taint-eviction-controller", "tainteviction", func(Config) int { return 8 }, func(b build) loop {
		return tainteviction.New(b.view, tainteviction.Tolerance{
			NotReady:    time.Duration(b.cfg.NotReadyTolerationSeconds) * time.Second,
			Unreachable: time.Duration(b.cfg.UnreachableTolerationSeconds) * time.Second,
			Fence:       b.cfg.NodeFence,
			NotBefore:   time.Now().Add(b.cfg.NodeMonitorGrace),
		})
	}},
	{"ephemeral-volume-controller", "ephemeral-volume", one, func(b build) loop { return ephemeralvolume.New(b.view) }},
	{"persistentvolume-binder-controller", "persistentvolume-binder", one, func(b build) loop { return persistentvolumebinder.New(b.view) }},
	{"persistentvolumeclaim-protection-controller", "pvc-protection", one, func(b build) loop { return volumeprotection.NewClaims(b.view) }},
	{"persistentvolume-protection-controller", "pv-protection", one, func(b build) loop { return volumeprotection.NewVolumes(b.view) }},
	{"service-cidr-controller", "servicecidr", one, func(b build) loop { return servicecidr.New(b.view) }},
	{"serviceaccount-controller", "serviceaccount", one, func(b build) loop { return serviceaccount.New(b.view, b.published) }},
	{"serviceaccount-token-controller", "serviceaccount-token", one, func(b build) loop {
		if b.tokens == nil {
			return nil
		}
		return serviceaccounttoken.New(b.view, b.tokens, b.ca)
	}},
	{"clusterrole-aggregation-controller", "clusterrole-aggregation", one, func(b build) loop { return clusterroleaggregation.New(b.view) }},
	{"certificatesigningrequest-signing-controller", "csrsigning", one, func(b build) loop {
		if b.signing == nil {
			return nil
		}
		return csrsigning.New(b.view, b.signing)
	}},
	{"certificatesigningrequest-approving-controller", "csrapproving", one, func(b build) loop { return csrapproving.New(b.view) }},
	{"certificatesigningrequest-cleaner-controller", "csrcleaner", one, func(b build) loop { return csrcleaner.New(b.view) }},
	{rootCA, "root-ca-cert-publisher", one, func(b build) loop {
		if len(b.ca) == 0 {
			return nil
		}
		return rootca.New(b.view, b.ca)
	}},
	{"namespace-controller", "namespace", func(c Config) int { return c.ConcurrentNamespaces },
		func(b build) loop { return namespace.New(b.view, b.catalog) }},
	{"garbage-collector-controller", "garbagecollector", func(c Config) int { return c.ConcurrentGC },
		func(b build) loop { return garbagecollector.New(b.view, b.catalog) }},
	{"pod-garbage-collector-controller", "podgc", one, func(b build) loop { return podgc.New(b.view, b.cfg.TerminatedPodGCFrom, b.cfg.NodeFence) }},
}

// Names are the names of all controllers, as --controllers takes them.
func Names() []string {
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.name
	}
	return names
}

// canonical is the present name of a controller that may be called by an
// older one.
func canonical(name string) string {
	for _, e := range entries {
		if e.alias == name {
			return e.name
		}
	}
	return name
}

// eventSource is how a controller calls itself in events, where others are
// known by another name than --controllers takes.
func eventSource(name string) string {
	switch name {
	case "replicationcontroller-controller":
		return "replication-controller"
	case "disruption-controller":
		return "controllermanager"
	case "endpoints-controller":
		return "endpoint-controller"
	case "endpointslice-controller":
		return "endpoint-slice-controller"
	case "endpointslice-mirroring-controller":
		return "endpoint-slice-mirroring-controller"
	case "ephemeral-volume-controller":
		return "ephemeral_volume"
	case "horizontal-pod-autoscaler-controller":
		return "horizontal-pod-autoscaler"
	case "node-ipam-controller":
		return "cidrAllocator"
	case "node-lifecycle-controller":
		return "node-controller"
	case "persistentvolume-binder-controller":
		return "persistentvolume-controller"
	}
	return name
}
