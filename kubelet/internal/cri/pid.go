package cri

import (
	"context"
	"encoding/json"
	"fmt"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// Pid is the number of a running container's first process, as the runtime
// sees it. CRI leaves it to runtimes to tell; containerd and CRI-O do.
func (c *Client) Pid(ctx context.Context, container string) (int, error) {
	r, err := c.Runtime.ContainerStatus(ctx, &pb.ContainerStatusRequest{ContainerId: container, Verbose: true})
	if err != nil {
		return 0, err
	}
	return pidOf(r.Info)
}

func pidOf(info map[string]string) (int, error) {
	var told struct {
		Pid int `json:"pid"`
	}
	if err := json.Unmarshal([]byte(info["info"]), &told); err != nil {
		return 0, fmt.Errorf("what the runtime tells of a container: %w", err)
	}
	if told.Pid <= 0 {
		return 0, fmt.Errorf("the runtime does not tell the number of a container's process")
	}
	return told.Pid, nil
}
