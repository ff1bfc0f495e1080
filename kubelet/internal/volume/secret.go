package volume

import (
	"context"

	"github.com/pilothouse/pilothouse/proto/core"
)

func (v *Volumes) secret(ctx context.Context, pod *core.Pod, name string, items []core.KeyToPath, optional *bool, mode int32, out map[string]File) error {
	s, err := v.Objects.Secret(ctx, pod.Namespace, name)
	if err != nil {
		return missing(err, optional, "secret", name)
	}
	return pick(s.Data, items, is(optional), mode, "secret", name, out)
}
