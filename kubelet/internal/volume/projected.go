package volume

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"

	"github.com/pilothouse/pilothouse/proto/core"
)

// projected gathers several sources into one directory. Tokens that a
// container of another user must read are readable to it by the fsGroup, or to
// all when there is none.
func (v *Volumes) projected(ctx context.Context, pod *core.Pod, p *core.ProjectedVolumeSource, out map[string]File) error {
	m := mode(p.DefaultMode)
	for i := range p.Sources {
		if err := v.source(ctx, pod, &p.Sources[i], m, out); err != nil {
			return err
		}
	}
	return nil
}

func (v *Volumes) source(ctx context.Context, pod *core.Pod, s *core.VolumeProjection, m int32, out map[string]File) error {
	switch {
	case s.ConfigMap != nil:
		return v.configMap(ctx, pod, s.ConfigMap.Name, s.ConfigMap.Items, s.ConfigMap.Optional, m, out)
	case s.Secret != nil:
		return v.secret(ctx, pod, s.Secret.Name, s.Secret.Items, s.Secret.Optional, m, out)
	case s.DownwardAPI != nil:
		return v.downward(pod, s.DownwardAPI.Items, m, out)
	case s.ServiceAccountToken != nil:
		token, err := v.Tokens.Token(ctx, pod, s.ServiceAccountToken)
		if err != nil {
			return fmt.Errorf("failed to fetch token: %w", err)
		}
		out[path.Clean(s.ServiceAccountToken.Path)] = File{[]byte(token), os.FileMode(m)}
		return nil
	}
	return errors.New("this kind of projection is not supported by this kubelet")
}
