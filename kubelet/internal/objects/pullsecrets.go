package objects

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"strings"

	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/core"
)

// dockerAuth is one registry's entry in a docker configuration.
type dockerAuth struct {
	Username, Password, Auth, IdentityToken, RegistryToken string
}

// PullCredentials are those of the pod's image pull secrets that open the
// image's registry.
func (s *Store) PullCredentials(ctx context.Context, pod *core.Pod, image string) []cri.Credentials {
	var out []cri.Credentials
	for _, ref := range pod.Spec.ImagePullSecrets {
		secret, err := s.Secret(ctx, pod.Namespace, ref.Name)
		if err != nil {
			slog.Warn("cannot read an image pull secret", "pod", pod.Namespace+"/"+pod.Name, "secret", ref.Name, "error", err)
			continue
		}
		for registry, a := range auths(secret) {
			if matches(registry, image) {
				out = append(out, a.credentials())
			}
		}
	}
	return out
}

// auths reads either form of a docker configuration.
func auths(s *core.Secret) map[string]dockerAuth {
	var config struct{ Auths map[string]dockerAuth }
	if b, ok := s.Data[".dockerconfigjson"]; ok && json.Unmarshal(b, &config) == nil {
		return config.Auths
	}
	var old map[string]dockerAuth
	if b, ok := s.Data[".dockercfg"]; ok && json.Unmarshal(b, &old) == nil {
		return old
	}
	return nil
}

// matches says whether an entry's registry, maybe with a path, is the image's.
func matches(registry, image string) bool {
	registry = strings.TrimPrefix(strings.TrimPrefix(registry, "https://"), "http://")
	registry = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(registry, "/"), "/v1"), "/v2")
	if registry == "index.docker.io" || registry == "registry-1.docker.io" {
		registry = "docker.io"
	}
	if host, ok := strings.CutPrefix(registry, "*."); ok {
		first, _, _ := strings.Cut(image, "/")
		return strings.HasSuffix(first, "."+host)
	}
	return image == registry || strings.HasPrefix(image, registry+"/")
}

func (a dockerAuth) credentials() cri.Credentials {
	c := cri.Credentials{Username: a.Username, Password: a.Password, IdentityToken: a.IdentityToken, RegistryToken: a.RegistryToken}
	if b, err := base64.StdEncoding.DecodeString(a.Auth); err == nil && c.Username == "" {
		c.Username, c.Password, _ = strings.Cut(string(b), ":")
	}
	return c
}
