package admission

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
)

// accountMount is where containers find their account's token.
const accountMount = "/var/run/secrets/kubernetes.io/serviceaccount"

// tokenSeconds is the life of a mounted token: an hour, and some more so that
// the kubelet's refresh of it is never late.
const tokenSeconds = 3607

// serviceAccount gives a new pod its account, the account's pull secrets and a
// volume with a token. The account must exist.
func (v *view) serviceAccount(ctx context.Context, r *Request) error {
	p, ok := r.Object.(*core.Pod)
	if !ok || r.Operation != Create || r.Subresource != "" {
		return nil
	}
	if p.Annotations[core.AnnotationMirrorPod] != "" {
		return refuseMirror(p, r)
	}
	if p.Spec.ServiceAccountName == "" {
		p.Spec.ServiceAccountName = core.DefaultServiceAccountName
	}
	p.Spec.DeprecatedServiceAccount = p.Spec.ServiceAccountName
	if bad := badName(p.Spec.ServiceAccountName); bad != nil {
		return status.Forbidden(r.Resource, r.Name, fmt.Sprintf("error looking up service account %s/%s: %v", r.Namespace, p.Spec.ServiceAccountName, bad))
	}
	o, err := v.get(ctx, "serviceaccounts", r.Namespace, p.Spec.ServiceAccountName)
	if err != nil {
		return err
	}
	if o == nil {
		o = v.awaitAccount(ctx, r.Namespace, p.Spec.ServiceAccountName)
	}
	if o == nil {
		return status.Forbidden(r.Resource, r.Name, fmt.Sprintf("error looking up service account %s/%s: serviceaccount %q not found",
			r.Namespace, p.Spec.ServiceAccountName, p.Spec.ServiceAccountName))
	}
	var account core.ServiceAccount
	if err := codec.DecodeJSON(o.JSON(), &account); err != nil {
		return err
	}
	if len(p.Spec.ImagePullSecrets) == 0 {
		p.Spec.ImagePullSecrets = account.ImagePullSecrets
	}
	if wantsToken(p, &account) {
		mountToken(p)
	}
	return nil
}

// How long a pod waits for the default account of a new namespace, and how long
// a namespace is new.
const (
	accountWait = 2 * time.Second
	newborn     = 5 * time.Second
)

// awaitAccount waits for the default account of a namespace that has only just
// been made: the controller manager makes the account right after it, and a pod
// that comes in between should not be refused. It is nil when there is no hope
// or no account.
func (v *view) awaitAccount(ctx context.Context, namespace, name string) *cache.Object {
	ns, err := v.get(ctx, "namespaces", "", namespace)
	if err != nil || ns == nil || name != core.DefaultServiceAccountName {
		return nil
	}
	var made core.Namespace
	if codec.DecodeJSON(ns.JSON(), &made) != nil || time.Since(made.CreationTimestamp.Time) > newborn {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, accountWait)
	defer cancel()
	w, err := v.cache.Table("serviceaccounts").Watch(ctx, cache.WatchOptions{Namespace: namespace, Name: name})
	if err != nil {
		return nil
	}
	defer w.Close()
	for {
		e, err := w.Next(ctx)
		if err != nil {
			return nil
		}
		if e.Type == cache.Added && e.Object != nil {
			return e.Object
		}
	}
}

// refuseMirror keeps the copies of static pods from having API credentials.
func refuseMirror(p *core.Pod, r *Request) error {
	if p.Spec.ServiceAccountName != "" {
		return status.Forbidden(r.Resource, r.Name, "a mirror pod may not reference service accounts")
	}
	for _, vol := range p.Spec.Volumes {
		if vol.Secret != nil {
			return status.Forbidden(r.Resource, r.Name, "a mirror pod may not reference secrets")
		}
		if vol.Projected == nil {
			continue
		}
		for _, s := range vol.Projected.Sources {
			if s.ServiceAccountToken != nil {
				return status.Forbidden(r.Resource, r.Name, "a mirror pod may not use ServiceAccountToken volume projections")
			}
		}
	}
	return nil
}

// wantsToken says whether a token is to be mounted: the pod's word goes before
// the account's.
func wantsToken(p *core.Pod, a *core.ServiceAccount) bool {
	if p.Spec.AutomountServiceAccountToken != nil {
		return *p.Spec.AutomountServiceAccountToken
	}
	return a.AutomountServiceAccountToken == nil || *a.AutomountServiceAccountToken
}

// mountToken adds the token's volume, and a mount of it to every container
// that has nothing else in its place.
func mountToken(p *core.Pod) {
	name := ""
	for _, vol := range p.Spec.Volumes {
		if strings.HasPrefix(vol.Name, "kube-api-access-") {
			name = vol.Name
		}
	}
	fresh := name == ""
	if fresh {
		name = "kube-api-access-" + suffix()
	}
	mounted := false
	mount := core.VolumeMount{Name: name, ReadOnly: true, MountPath: accountMount}
	for _, list := range [][]core.Container{p.Spec.InitContainers, p.Spec.Containers} {
		for i := range list {
			mounted = addMount(&list[i], mount) || mounted
		}
	}
	if mounted && fresh {
		p.Spec.Volumes = append(p.Spec.Volumes, tokenVolume(name))
	}
}

func addMount(c *core.Container, m core.VolumeMount) bool {
	for _, have := range c.VolumeMounts {
		if have.MountPath == m.MountPath {
			return false
		}
	}
	c.VolumeMounts = append(c.VolumeMounts, m)
	return true
}

func tokenVolume(name string) core.Volume {
	mode, seconds := int32(core.DefaultVolumeFileMode), int64(tokenSeconds)
	var ca core.ConfigMapProjection
	ca.Name = "kube-root-ca.crt"
	ca.Items = []core.KeyToPath{{Key: core.ServiceAccountRootCAKey, Path: core.ServiceAccountRootCAKey}}
	v := core.Volume{Name: name}
	v.Projected = &core.ProjectedVolumeSource{DefaultMode: &mode, Sources: []core.VolumeProjection{
		{ServiceAccountToken: &core.ServiceAccountTokenProjection{ExpirationSeconds: &seconds, Path: core.ServiceAccountTokenKey}},
		{ConfigMap: &ca},
		{DownwardAPI: &core.DownwardAPIProjection{Items: []core.DownwardAPIVolumeFile{{Path: core.ServiceAccountNamespaceKey,
			FieldRef: &core.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.namespace"}}}}},
	}}
	return v
}

// suffix is five random letters, as generated names end.
func suffix() string {
	const letters = "bcdfghjklmnpqrstvwxz2456789"
	var b [5]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b[:])
}
