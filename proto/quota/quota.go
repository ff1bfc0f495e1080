// Package quota knows what objects use of a ResourceQuota: how much of each
// resource an object of any kind stands for, which quotas count it, and what a
// quota says when an object would go beyond it. It is pure, so that the API
// server, which charges every write, and the controller, which counts anew,
// never disagree.
//
// Start with Usage; charge.go is what a write does to a quota.
package quota

import (
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// countPrefix begins the name by which any kind is counted: count/pods,
// count/widgets.example.com.
const countPrefix = "count/"

// plain are the kinds that can be counted by their bare names too.
var plain = []core.ResourceName{core.ResourceConfigMaps, core.ResourceQuotas, core.ResourceReplicationControllers, core.ResourceSecrets}

// uncounted are the kinds that no quota counts: what is stored nowhere, and
// events, which come in floods and go by themselves.
var uncounted = []string{"bindings", "componentstatuses", "events", "events.events.k8s.io", "localsubjectaccessreviews.authorization.k8s.io",
	"selfsubjectaccessreviews.authorization.k8s.io", "selfsubjectrulesreviews.authorization.k8s.io", "subjectaccessreviews.authorization.k8s.io",
	"tokenreviews.authentication.k8s.io", "selfsubjectreviews.authentication.k8s.io"}

// Counted says whether quotas count objects of a resource, which is named as
// in "pods" or "widgets.example.com".
func Counted(resource string) bool { return !slices.Contains(uncounted, resource) }

// CountName is the name by which objects of a resource are counted.
func CountName(resource string) core.ResourceName { return core.ResourceName(countPrefix + resource) }

// CountOf is the resource that n counts the objects of, if that is all that it
// does: n is count/RESOURCE or one of the old bare names.
func CountOf(n core.ResourceName) (resource string, ok bool) {
	if slices.Contains(plain, n) {
		return string(n), true
	}
	return strings.CutPrefix(string(n), countPrefix)
}

// Usage is what o, an object of a resource, uses at a moment.
func Usage(resource string, o meta.Object, now time.Time) core.ResourceList {
	one := quantity.FromInt(1, quantity.DecimalSI)
	used := core.ResourceList{CountName(resource): one}
	if slices.Contains(plain, core.ResourceName(resource)) {
		used[core.ResourceName(resource)] = one
	}
	switch o := o.(type) {
	case *core.Pod:
		podUsage(used, o, now)
	case *core.Service:
		serviceUsage(used, o)
	case *core.PersistentVolumeClaim:
		claimUsage(used, o)
	}
	return used
}

// concerns says whether objects of a resource can use any of n.
func concerns(resource string, n core.ResourceName) bool {
	if counted, ok := CountOf(n); ok {
		return counted == resource
	}
	switch resource {
	case "pods":
		return isPodResource(n)
	case "services":
		return n == core.ResourceServices || n == core.ResourceServicesNodePorts || n == core.ResourceServicesLoadBalancers
	case "persistentvolumeclaims":
		return isClaimResource(n)
	}
	return false
}

// Resource is the kind of objects that n counts or adds up, or empty when no
// kind is known for it.
func Resource(n core.ResourceName) string {
	if counted, ok := CountOf(n); ok {
		return counted
	}
	for _, r := range []string{"pods", "services", "persistentvolumeclaims"} {
		if concerns(r, n) {
			return r
		}
	}
	return ""
}

// serviceUsage adds what a service uses: itself, its node ports, and a load
// balancer if it asks for one.
func serviceUsage(used core.ResourceList, s *core.Service) {
	one := quantity.FromInt(1, quantity.DecimalSI)
	used[core.ResourceServices] = one
	ports := 0
	switch s.Spec.Type {
	case core.ServiceTypeNodePort:
		ports = len(s.Spec.Ports)
	case core.ServiceTypeLoadBalancer:
		used[core.ResourceServicesLoadBalancers] = one
		ports = len(s.Spec.Ports)
		if a := s.Spec.AllocateLoadBalancerNodePorts; a != nil && !*a {
			ports = 0 // only those that it names
			for i := range s.Spec.Ports {
				if s.Spec.Ports[i].NodePort != 0 {
					ports++
				}
			}
		}
	}
	used[core.ResourceServicesNodePorts] = quantity.FromInt(int64(ports), quantity.DecimalSI)
	if _, ok := used[core.ResourceServicesLoadBalancers]; !ok {
		used[core.ResourceServicesLoadBalancers] = quantity.FromInt(0, quantity.DecimalSI)
	}
}

// Claims are also counted for each storage class, by names that begin with it.
const (
	annotationStorageClass = "volume.beta.kubernetes.io/storage-class"
	classSuffix            = ".storageclass.storage.k8s.io/"
)

// claimUsage adds what a claim uses: itself and the storage that it asks for,
// in all and of its class.
func claimUsage(used core.ResourceList, c *core.PersistentVolumeClaim) {
	one := quantity.FromInt(1, quantity.DecimalSI)
	used[core.ResourcePersistentVolumeClaims] = one
	class := c.Annotations[annotationStorageClass]
	if class == "" && c.Spec.StorageClassName != nil {
		class = *c.Spec.StorageClassName
	}
	if class != "" {
		used[core.ResourceName(class+classSuffix+"persistentvolumeclaims")] = one
	}
	size, ok := c.Spec.Resources.Requests[core.ResourceStorage]
	if !ok {
		return
	}
	// A claim that is being shrunk back after a failed growth still holds what
	// it was given.
	if given, ok := c.Status.AllocatedResources[core.ResourceStorage]; ok && given.Cmp(size) > 0 {
		size = given
	}
	used[core.ResourceRequestsStorage] = size
	if class != "" {
		used[core.ResourceName(class+classSuffix+"requests.storage")] = size
	}
}

func isClaimResource(n core.ResourceName) bool {
	return n == core.ResourcePersistentVolumeClaims || n == core.ResourceRequestsStorage ||
		strings.HasSuffix(string(n), classSuffix+"persistentvolumeclaims") || strings.HasSuffix(string(n), classSuffix+"requests.storage")
}
