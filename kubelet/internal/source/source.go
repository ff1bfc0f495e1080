// Package source says which pods should run on this node. Every kind of source
// (the API server, a folder of manifests, and those that join later) tells a
// Sink which pods it wants now; the kubelet runs what any of them wants.
package source

import (
	"context"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Source watches one place where pods are described.
type Source interface {
	// Name is what the pods' kubernetes.io/config.source annotation says.
	Name() string
	// Run tells the sink what is wanted until ctx ends.
	Run(ctx context.Context, to Sink) error
}

// Sink takes what a source wants. Its methods may be called from any
// goroutine, and return soon.
type Sink interface {
	// Set says that a pod is wanted, as it is now.
	Set(pod *core.Pod)
	// Remove says that a pod is wanted no more.
	Remove(uid meta.UID)
	// Synced says that this source has told all that it knows: what it did not
	// name is not wanted.
	Synced(source string)
}
