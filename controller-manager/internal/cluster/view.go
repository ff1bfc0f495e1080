// Package cluster is what the controllers of this process share: one client,
// one cache per kind and one event recorder. A cache exists once somebody
// asks for it, so a process with few controllers watches little.
package cluster

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/event"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/autoscalingv2"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/certificates"
	"github.com/pilothouse/pilothouse/proto/coordination"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/networking"
	"github.com/pilothouse/pilothouse/proto/policy"
	"github.com/pilothouse/pilothouse/proto/rbac"
	"github.com/pilothouse/pilothouse/proto/storage"
)

// Indexes of the pod cache.
const (
	ByNode  = "spec.nodeName"  // pods by the name of their node
	ByOwner = "controller.uid" // pods by the uid of their controller, or by Orphans(namespace)
)

// Orphans is the value under which ByOwner keeps the pods of a namespace that
// nobody controls.
func Orphans(namespace string) string { return "orphans/" + namespace }

// ByService indexes EndpointSlices by "namespace/name" of their service.
const ByService = discovery.LabelServiceName

// Indexes of the caches of claims and volumes.
const (
	UnboundByClass = "unbound" // claims that are not bound, by the name of their class
	ClaimsByVolume = "volume"  // claims by the volume that they name
	VolumesByClaim = "claim"   // volumes by "namespace/name" of the claim that they name
	FreeByClass    = "free"    // volumes that name no claim, by the name of their class
)

// View is the cluster as this process sees it. Ask for caches before Run.
type View struct {
	Client *client.Client
	Events *event.Recorder

	*shared
}

// shared is the caches of all views of a process.
type shared struct {
	mu     sync.Mutex
	caches map[string]runner
}

// runner is the part of an informer that does not depend on its kind.
type runner interface {
	Run(ctx context.Context) error
	Synced() <-chan struct{}
}

// NewView makes a view with no caches yet.
func NewView(c *client.Client, events *event.Recorder) *View {
	return &View{Client: c, Events: events, shared: &shared{caches: map[string]runner{}}}
}

// As is the same view for a controller whose events name component.
func (v *View) As(component string) *View {
	return &View{Client: v.Client, Events: v.Events.As(component), shared: v.shared}
}

// Run keeps the caches until ctx ends; ready is called once all of them have
// been filled. It returns after everything that it started.
func (v *View) Run(ctx context.Context, ready func()) error {
	v.mu.Lock()
	caches := maps.Clone(v.caches)
	v.mu.Unlock()
	g, ctx := errgroup.WithContext(ctx)
	for name, r := range caches {
		g.Go(func() error {
			if err := r.Run(ctx); err != nil && ctx.Err() == nil {
				return fmt.Errorf("cache of %s: %w", name, err)
			}
			return nil
		})
	}
	g.Go(func() error {
		for _, r := range caches {
			select {
			case <-r.Synced():
			case <-ctx.Done():
				return nil
			}
		}
		ready()
		return nil
	})
	return g.Wait()
}

// cache is the cache of that name, made on first use.
func cache[T meta.Object](v *View, name string, o informer.Options[T]) *informer.Informer[T] {
	v.mu.Lock()
	defer v.mu.Unlock()
	if r, ok := v.caches[name]; ok {
		return r.(*informer.Informer[T])
	}
	i := informer.New[T](v.Client, o)
	v.caches[name] = i
	return i
}

// Pods is the cache of all pods, without what controllers do not look at
// (trim.go).
func (v *View) Pods() *informer.Informer[*core.Pod] {
	return cache(v, "pods", informer.Options[*core.Pod]{Trim: trimPod, Indexes: map[string]func(*core.Pod) []string{
		ByNode: func(p *core.Pod) []string {
			if p.Spec.NodeName == "" {
				return nil
			}
			return []string{p.Spec.NodeName}
		},
		ByOwner: func(p *core.Pod) []string {
			for i := range p.OwnerReferences {
				if r := &p.OwnerReferences[i]; r.Controller != nil && *r.Controller {
					return []string{string(r.UID)}
				}
			}
			return []string{Orphans(p.Namespace)}
		},
	}})
}

// Nodes is the cache of all nodes.
func (v *View) Nodes() *informer.Informer[*core.Node] {
	return cache(v, "nodes", informer.Options[*core.Node]{})
}

// NodeLeases is the cache of the kubelets' Leases.
func (v *View) NodeLeases() *informer.Informer[*coordination.Lease] {
	return cache(v, "node leases", informer.Options[*coordination.Lease]{Namespace: core.NamespaceNodeLease})
}

// Services is the cache of all services.
func (v *View) Services() *informer.Informer[*core.Service] {
	return cache(v, "services", informer.Options[*core.Service]{})
}

// Endpoints is the cache of all Endpoints.
func (v *View) Endpoints() *informer.Informer[*core.Endpoints] {
	return cache(v, "endpoints", informer.Options[*core.Endpoints]{})
}

// EndpointSlices is the cache of all EndpointSlices.
func (v *View) EndpointSlices() *informer.Informer[*discovery.EndpointSlice] {
	return cache(v, "endpoint slices", informer.Options[*discovery.EndpointSlice]{Indexes: map[string]func(*discovery.EndpointSlice) []string{
		ByService: func(s *discovery.EndpointSlice) []string {
			if name := s.Labels[ByService]; name != "" {
				return []string{s.Namespace + "/" + name}
			}
			return nil
		},
	}})
}

// ReplicationControllers is the cache of all replication controllers.
func (v *View) ReplicationControllers() *informer.Informer[*core.ReplicationController] {
	return cache(v, "replication controllers", informer.Options[*core.ReplicationController]{})
}

// ReplicaSets is the cache of all replica sets.
func (v *View) ReplicaSets() *informer.Informer[*apps.ReplicaSet] {
	return cache(v, "replica sets", informer.Options[*apps.ReplicaSet]{})
}

// DaemonSets is the cache of all daemon sets.
func (v *View) DaemonSets() *informer.Informer[*apps.DaemonSet] {
	return cache(v, "daemon sets", informer.Options[*apps.DaemonSet]{})
}

// StatefulSets is the cache of all stateful sets.
func (v *View) StatefulSets() *informer.Informer[*apps.StatefulSet] {
	return cache(v, "stateful sets", informer.Options[*apps.StatefulSet]{})
}

// ControllerRevisions is the cache of the histories of templates.
func (v *View) ControllerRevisions() *informer.Informer[*apps.ControllerRevision] {
	return cache(v, "controller revisions", informer.Options[*apps.ControllerRevision]{})
}

// PersistentVolumeClaims is the cache of all claims.
func (v *View) PersistentVolumeClaims() *informer.Informer[*core.PersistentVolumeClaim] {
	return cache(v, "persistent volume claims", informer.Options[*core.PersistentVolumeClaim]{Indexes: map[string]func(*core.PersistentVolumeClaim) []string{
		UnboundByClass: func(c *core.PersistentVolumeClaim) []string {
			if c.FullyBound() {
				return nil
			}
			return []string{c.Class()}
		},
		ClaimsByVolume: func(c *core.PersistentVolumeClaim) []string {
			if c.Spec.VolumeName == "" {
				return nil
			}
			return []string{c.Spec.VolumeName}
		},
	}})
}

// Jobs is the cache of all jobs.
func (v *View) Jobs() *informer.Informer[*batch.Job] {
	return cache(v, "jobs", informer.Options[*batch.Job]{})
}

// CronJobs is the cache of all cron jobs.
func (v *View) CronJobs() *informer.Informer[*batch.CronJob] {
	return cache(v, "cron jobs", informer.Options[*batch.CronJob]{})
}

// Deployments is the cache of all deployments.
func (v *View) Deployments() *informer.Informer[*apps.Deployment] {
	return cache(v, "deployments", informer.Options[*apps.Deployment]{})
}

// PodDisruptionBudgets is the cache of all disruption budgets.
func (v *View) PodDisruptionBudgets() *informer.Informer[*policy.PodDisruptionBudget] {
	return cache(v, "disruption budgets", informer.Options[*policy.PodDisruptionBudget]{})
}

// Namespaces is the cache of all namespaces.
func (v *View) Namespaces() *informer.Informer[*core.Namespace] {
	return cache(v, "namespaces", informer.Options[*core.Namespace]{})
}

// ResourceQuotas is the cache of all quotas.
func (v *View) ResourceQuotas() *informer.Informer[*core.ResourceQuota] {
	return cache(v, "resource quotas", informer.Options[*core.ResourceQuota]{})
}

// ServiceAccounts is the cache of all service accounts.
func (v *View) ServiceAccounts() *informer.Informer[*core.ServiceAccount] {
	return cache(v, "service accounts", informer.Options[*core.ServiceAccount]{})
}

// RootCAs is the cache of the config maps named kube-root-ca.crt.
func (v *View) RootCAs() *informer.Informer[*core.ConfigMap] {
	return cache(v, "root CA config maps", informer.Options[*core.ConfigMap]{FieldSelector: "metadata.name=kube-root-ca.crt"})
}

// PersistentVolumes is the cache of all volumes.
func (v *View) PersistentVolumes() *informer.Informer[*core.PersistentVolume] {
	return cache(v, "persistent volumes", informer.Options[*core.PersistentVolume]{Indexes: map[string]func(*core.PersistentVolume) []string{
		VolumesByClaim: func(v *core.PersistentVolume) []string {
			if r := v.Spec.ClaimRef; r != nil {
				return []string{r.Namespace + "/" + r.Name}
			}
			return nil
		},
		FreeByClass: func(v *core.PersistentVolume) []string {
			if v.Spec.ClaimRef != nil {
				return nil
			}
			return []string{v.Class()}
		},
	}})
}

// StorageClasses is the cache of all storage classes.
func (v *View) StorageClasses() *informer.Informer[*storage.StorageClass] {
	return cache(v, "storage classes", informer.Options[*storage.StorageClass]{})
}

// ServiceCIDRs is the cache of all ranges of services' addresses.
func (v *View) ServiceCIDRs() *informer.Informer[*networking.ServiceCIDR] {
	return cache(v, "service CIDRs", informer.Options[*networking.ServiceCIDR]{})
}

// ClusterRoles is the cache of all cluster roles.
func (v *View) ClusterRoles() *informer.Informer[*rbac.ClusterRole] {
	return cache(v, "cluster roles", informer.Options[*rbac.ClusterRole]{})
}

// CertificateRequests is the cache of all requests for certificates.
func (v *View) CertificateRequests() *informer.Informer[*certificates.CertificateSigningRequest] {
	return cache(v, "certificate signing requests", informer.Options[*certificates.CertificateSigningRequest]{})
}

// TokenSecrets is the cache of the secrets that hold tokens of service
// accounts.
func (v *View) TokenSecrets() *informer.Informer[*core.Secret] {
	return cache(v, "token secrets", informer.Options[*core.Secret]{FieldSelector: "type=" + string(core.SecretTypeServiceAccountToken)})
}

// HorizontalPodAutoscalers is the cache of all autoscalers.
func (v *View) HorizontalPodAutoscalers() *informer.Informer[*autoscalingv2.HorizontalPodAutoscaler] {
	return cache(v, "horizontal pod autoscalers", informer.Options[*autoscalingv2.HorizontalPodAutoscaler]{})
}
