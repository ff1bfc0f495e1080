package authz

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/selector"
	"github.com/pilothouse/pilothouse/proto/storage"
)

// Graph is the NodeView of the cache: from a node to its pods by the cache's
// index, and from each pod to what it names. Pods are read when their node
// first asks and remembered until they change; nodes that ask for nothing cost
// nothing.
type Graph struct {
	// Cache has the objects.
	Cache *cache.Cache

	mu    sync.Mutex
	nodes map[string]map[string]*podRefs // by node and pod
}

// podRefs is what one version of a pod names.
type podRefs struct {
	pod  *cache.Object
	refs []ref
}

// ref names an object of a pod's namespace.
type ref struct{ resource, name string }

func compareRefs(a, b ref) int {
	return cmp.Or(cmp.Compare(a.resource, b.resource), cmp.Compare(a.name, b.name))
}

// Related says whether the node needs the object for one of its pods.
func (g *Graph) Related(ctx context.Context, node, resource, namespace, name string) bool {
	switch resource {
	case "pods":
		o := g.Cache.Table("pods").Get(namespace, name)
		return o != nil && o.Field("spec.nodeName") == node
	case "persistentvolumes":
		o := g.Cache.Table(resource).Get("", name)
		claim := claimOf(o)
		return claim != nil && g.named(ctx, node, claim.Namespace, ref{"persistentvolumeclaims", claim.Name})
	case "volumeattachments":
		t := g.Cache.Table(resource + ".storage.k8s.io")
		if t == nil {
			return false
		}
		var a storage.VolumeAttachment
		o := t.Get("", name)
		return o != nil && codec.DecodeJSON(o.JSON(), &a) == nil && a.Spec.NodeName == node
	}
	return g.named(ctx, node, namespace, ref{resource, name}) ||
		resource == "secrets" && g.ofVolume(ctx, node, namespace, name)
}

// claimOf is the claim that a volume is bound to, or nil.
func claimOf(o *cache.Object) *core.ObjectReference {
	var v core.PersistentVolume
	if o == nil || codec.DecodeJSON(o.JSON(), &v) != nil {
		return nil
	}
	return v.Spec.ClaimRef
}

// named says whether a pod on the node names the object.
func (g *Graph) named(ctx context.Context, node, namespace string, want ref) bool {
	for _, p := range g.podsOn(ctx, node, namespace) {
		if _, ok := slices.BinarySearchFunc(p.refs, want, compareRefs); ok {
			return true
		}
	}
	return false
}

// ofVolume says whether the secret is needed to mount the volume behind a claim
// that a pod on the node has. The secret may lie in another namespace.
func (g *Graph) ofVolume(ctx context.Context, node, namespace, secret string) bool {
	for _, p := range g.podsOn(ctx, node, "") {
		for _, r := range p.refs {
			if r.resource != "persistentvolumeclaims" {
				continue
			}
			var claim core.PersistentVolumeClaim
			o := g.Cache.Table(r.resource).Get(p.pod.Namespace, r.name)
			if o == nil || codec.DecodeJSON(o.JSON(), &claim) != nil || claim.Spec.VolumeName == "" {
				continue
			}
			var v core.PersistentVolume
			o = g.Cache.Table("persistentvolumes").Get("", claim.Spec.VolumeName)
			if o == nil || codec.DecodeJSON(o.JSON(), &v) != nil || v.Spec.ClaimRef == nil ||
				v.Spec.ClaimRef.Namespace != claim.Namespace || v.Spec.ClaimRef.Name != claim.Name {
				continue
			}
			if slices.Contains(volumeSecrets(&v), core.SecretReference{Namespace: namespace, Name: secret}) {
				return true
			}
		}
	}
	return false
}

// podsOn is what the node's pods name, those of one namespace or all.
func (g *Graph) podsOn(ctx context.Context, node, namespace string) []*podRefs {
	l, err := g.Cache.Table("pods").List(ctx, cache.ListOptions{Namespace: namespace, ResourceVersion: "0",
		Fields: selector.FieldEquals("spec.nodeName", node)})
	if err != nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	known := g.nodes[node]
	var out []*podRefs
	for o := range l.All() {
		key := o.Namespace + "/" + o.Name
		p := known[key]
		if p == nil || p.pod != o {
			p = &podRefs{pod: o, refs: refsOf(o)}
		}
		out = append(out, p)
	}
	g.remember(node, namespace, out)
	return out
}

// remember keeps what has been read. After a look at all namespaces, or with
// twice as many pods as it has seen, what it knows of pods that are gone goes
// too.
func (g *Graph) remember(node, namespace string, pods []*podRefs) {
	known := g.nodes[node]
	if known == nil || namespace == "" || len(known) > 2*(len(pods)+maxStale) {
		known = make(map[string]*podRefs, len(pods))
		if g.nodes == nil {
			g.nodes = map[string]map[string]*podRefs{}
		}
		g.nodes[node] = known
	}
	for _, p := range pods {
		known[p.pod.Namespace+"/"+p.pod.Name] = p
	}
}

// maxStale is how many pods of a node may be remembered that are gone.
const maxStale = 200

func refsOf(o *cache.Object) []ref {
	var p core.Pod
	if codec.DecodeJSON(o.JSON(), &p) != nil {
		return nil
	}
	refs := podNames(&p)
	slices.SortFunc(refs, compareRefs)
	return slices.Compact(refs)
}
