package score

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// Sizes between which images on a node begin and cease to make a difference;
// the larger is for each container.
const (
	smallImages = 23 << 20
	largeImages = 1000 << 20
)

// imagesHere prefers nodes that have the pod's images, the more so the larger
// these are. An image that few nodes have counts less, so that they do not get
// all the pods.
func imagesHere(p *cluster.Pod, c *cluster.Cluster, _ []*cluster.Node) func(*cluster.Node) int64 {
	type image struct {
		name   string
		spread float64
	}
	var images []image
	containers := int64(len(p.Spec.InitContainers) + len(p.Spec.Containers))
	for _, list := range [][]core.Container{p.Spec.InitContainers, p.Spec.Containers} {
		for i := range list {
			if n := c.NodesWithImage(list[i].Image); n > 0 {
				images = append(images, image{list[i].Image, float64(n) / float64(len(c.Nodes))})
			}
		}
	}
	if len(images) == 0 {
		return nil
	}
	return func(n *cluster.Node) int64 {
		var size int64
		for i := range images {
			size += int64(float64(n.ImageSize(images[i].name)) * images[i].spread)
		}
		large := largeImages * containers
		size = min(max(size, smallImages), large)
		return Best * (size - smallImages) / (large - smallImages)
	}
}
