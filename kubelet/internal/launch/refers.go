package launch

import "github.com/pilothouse/pilothouse/proto/core"

// RefersTo says whether the environment of one of the pod's containers, or its
// image pull secrets, name the ConfigMap or Secret.
func RefersTo(pod *core.Pod, kind, name string) bool {
	if kind == "Secret" {
		for _, s := range pod.Spec.ImagePullSecrets {
			if s.Name == name {
				return true
			}
		}
	}
	for _, list := range [][]core.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			if envRefersTo(list[i].Env, list[i].EnvFrom, kind, name) {
				return true
			}
		}
	}
	for i := range pod.Spec.EphemeralContainers {
		if c := &pod.Spec.EphemeralContainers[i]; envRefersTo(c.Env, c.EnvFrom, kind, name) {
			return true
		}
	}
	return false
}

func envRefersTo(env []core.EnvVar, from []core.EnvFromSource, kind, name string) bool {
	for _, f := range from {
		if kind == "ConfigMap" && f.ConfigMapRef != nil && f.ConfigMapRef.Name == name || kind == "Secret" && f.SecretRef != nil && f.SecretRef.Name == name {
			return true
		}
	}
	for _, v := range env {
		s := v.ValueFrom
		if s == nil {
			continue
		}
		if kind == "ConfigMap" && s.ConfigMapKeyRef != nil && s.ConfigMapKeyRef.Name == name || kind == "Secret" && s.SecretKeyRef != nil && s.SecretKeyRef.Name == name {
			return true
		}
	}
	return false
}
