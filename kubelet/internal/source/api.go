package source

import (
	"context"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/core"
)

// API is the API server: all pods that are bound to the node.
type API struct {
	Client *client.Client
	Node   string
}

// Name is "api".
func (a *API) Name() string { return "api" }

// Run follows the pods of the node.
func (a *API) Run(ctx context.Context, to Sink) error {
	pods := informer.New(a.Client, informer.Options[*core.Pod]{FieldSelector: "spec.nodeName=" + a.Node})
	pods.OnChange(func(old, new *core.Pod) {
		switch {
		case new == nil:
			if !mirror(old) {
				to.Remove(old.UID)
			}
		case mirror(new): // it stands for a pod of another source
		case old != nil && old.UID != new.UID: // deleted and made again while we were not looking
			to.Remove(old.UID)
			to.Set(new)
		default:
			to.Set(new)
		}
	})
	go func() {
		select {
		case <-pods.Synced():
			to.Synced(a.Name())
		case <-ctx.Done():
		}
	}()
	return pods.Run(ctx)
}

func mirror(pod *core.Pod) bool {
	_, ok := pod.Annotations[cri.AnnotationStaticPodMirror]
	return ok
}
