package score

import (
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// Sizes between which images on a node begin and cease to make a difference.
const (
	smallImages = 23 << 20
	largeImages = 1000 << 20
)

// imagesHere prefers nodes that have the pod's images, the more so the larger
// these are.
func imagesHere(p *cluster.Pod, n *cluster.Node) int64 {
	if len(n.Images) == 0 {
		return 0
	}
	var size int64
	for i := range p.Spec.Containers {
		size += n.ImageSize(p.Spec.Containers[i].Image)
	}
	size = min(max(size, smallImages), largeImages)
	return Best * (size - smallImages) / (largeImages - smallImages)
}
