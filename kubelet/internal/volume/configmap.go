package volume

import (
	"context"

	"github.com/pilothouse/pilothouse/proto/core"
)

func (v *Volumes) configMap(ctx context.Context, pod *core.Pod, name string, items []core.KeyToPath, optional *bool, mode int32, out map[string]File) error {
	cm, err := v.Objects.ConfigMap(ctx, pod.Namespace, name)
	if err != nil {
		return missing(err, optional, "configmap", name)
	}
	data := map[string][]byte{}
	for k, s := range cm.Data {
		data[k] = []byte(s)
	}
	for k, b := range cm.BinaryData {
		data[k] = b
	}
	return pick(data, items, is(optional), mode, "config", name, out)
}
