package authz

import (
	"github.com/pilothouse/pilothouse/proto/core"
)

// podNames lists the objects of its namespace that a pod names. The copy of a
// static pod names none: it must not let its node read anything.
func podNames(p *core.Pod) []ref {
	if p.Annotations[core.AnnotationMirrorPod] != "" {
		return nil
	}
	l := &refList{}
	l.add("serviceaccounts", p.Spec.ServiceAccountName)
	for i := range p.Spec.ImagePullSecrets {
		l.secret(&p.Spec.ImagePullSecrets[i])
	}
	for i := range p.Spec.Volumes {
		l.volume(p.Name, &p.Spec.Volumes[i])
	}
	for _, list := range [][]core.Container{p.Spec.InitContainers, p.Spec.Containers} {
		for i := range list {
			l.env(list[i].EnvFrom, list[i].Env)
		}
	}
	for i := range p.Spec.EphemeralContainers {
		c := &p.Spec.EphemeralContainers[i]
		l.env(c.EnvFrom, c.Env)
	}
	return l.refs
}

type refList struct{ refs []ref }

func (l *refList) add(resource, name string) {
	if name != "" {
		l.refs = append(l.refs, ref{resource, name})
	}
}

func (l *refList) secret(r *core.LocalObjectReference) {
	if r != nil {
		l.add("secrets", r.Name)
	}
}

func (l *refList) volume(pod string, v *core.Volume) {
	switch {
	case v.Secret != nil:
		l.add("secrets", v.Secret.SecretName)
	case v.ConfigMap != nil:
		l.add("configmaps", v.ConfigMap.Name)
	case v.PersistentVolumeClaim != nil:
		l.add("persistentvolumeclaims", v.PersistentVolumeClaim.ClaimName)
	case v.Ephemeral != nil:
		l.add("persistentvolumeclaims", pod+"-"+v.Name)
	case v.Projected != nil:
		for i := range v.Projected.Sources {
			s := &v.Projected.Sources[i]
			if s.Secret != nil {
				l.add("secrets", s.Secret.Name)
			}
			if s.ConfigMap != nil {
				l.add("configmaps", s.ConfigMap.Name)
			}
		}
	case v.CSI != nil:
		l.secret(v.CSI.NodePublishSecretRef)
	case v.ISCSI != nil:
		l.secret(v.ISCSI.SecretRef)
	case v.RBD != nil:
		l.secret(v.RBD.SecretRef)
	case v.FlexVolume != nil:
		l.secret(v.FlexVolume.SecretRef)
	case v.CephFS != nil:
		l.secret(v.CephFS.SecretRef)
	case v.Cinder != nil:
		l.secret(v.Cinder.SecretRef)
	case v.ScaleIO != nil:
		l.secret(v.ScaleIO.SecretRef)
	case v.StorageOS != nil:
		l.secret(v.StorageOS.SecretRef)
	case v.AzureFile != nil:
		l.add("secrets", v.AzureFile.SecretName)
	}
}

func (l *refList) env(from []core.EnvFromSource, env []core.EnvVar) {
	for i := range from {
		if r := from[i].SecretRef; r != nil {
			l.add("secrets", r.Name)
		}
		if r := from[i].ConfigMapRef; r != nil {
			l.add("configmaps", r.Name)
		}
	}
	for i := range env {
		s := env[i].ValueFrom
		if s == nil {
			continue
		}
		if s.SecretKeyRef != nil {
			l.add("secrets", s.SecretKeyRef.Name)
		}
		if s.ConfigMapKeyRef != nil {
			l.add("configmaps", s.ConfigMapKeyRef.Name)
		}
	}
}

// volumeSecrets lists the secrets that a kubelet needs to mount a volume.
func volumeSecrets(v *core.PersistentVolume) []core.SecretReference {
	s := &v.Spec
	var out []core.SecretReference
	add := func(r *core.SecretReference) {
		if r == nil || r.Name == "" {
			return
		}
		one := *r
		if one.Namespace == "" && s.ClaimRef != nil {
			one.Namespace = s.ClaimRef.Namespace
		}
		out = append(out, one)
	}
	switch {
	case s.CSI != nil:
		add(s.CSI.NodeStageSecretRef)
		add(s.CSI.NodePublishSecretRef)
		add(s.CSI.NodeExpandSecretRef)
	case s.ISCSI != nil:
		add(s.ISCSI.SecretRef)
	case s.RBD != nil:
		add(s.RBD.SecretRef)
	case s.FlexVolume != nil:
		add(s.FlexVolume.SecretRef)
	case s.CephFS != nil:
		add(s.CephFS.SecretRef)
	case s.Cinder != nil:
		add(s.Cinder.SecretRef)
	case s.ScaleIO != nil:
		add(s.ScaleIO.SecretRef)
	case s.StorageOS != nil:
		if r := s.StorageOS.SecretRef; r != nil {
			add(&core.SecretReference{Namespace: r.Namespace, Name: r.Name})
		}
	case s.AzureFile != nil:
		r := core.SecretReference{Name: s.AzureFile.SecretName}
		if s.AzureFile.SecretNamespace != nil {
			r.Namespace = *s.AzureFile.SecretNamespace
		}
		add(&r)
	}
	return out
}

// Names tells of which resources a pod names objects, whether or not it is the
// copy of a static pod.
func Names(p *core.Pod) map[string]bool {
	plain := *p
	plain.Annotations = nil
	out := map[string]bool{}
	for _, r := range podNames(&plain) {
		out[r.resource] = true
	}
	return out
}
