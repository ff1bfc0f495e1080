package cri

import (
	"context"
	"log/slog"
	"time"

	eventsapi "github.com/containerd/containerd/api/events"
	eventsservice "github.com/containerd/containerd/api/services/events/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/proto/meta"
)

// namespace is where containerd's CRI service keeps its containers.
const namespace = "k8s.io"

// Events calls notify with the UID of each pod whose containers changed, until
// ctx ends. It uses the runtime's CRI event stream, or containerd's own event
// service where that is not implemented. An empty UID means that events may
// have been missed, so everything should be looked at; notify is called so
// after each (re)connection.
func (c *Client) Events(ctx context.Context, log *slog.Logger, notify func(meta.UID)) {
	evented := true
	for ctx.Err() == nil {
		var err error
		if evented {
			err = c.criEvents(ctx, notify)
			if status.Code(err) == codes.Unimplemented {
				log.Info("the runtime has no CRI event stream; using containerd's event service")
				evented = false
				continue
			}
		} else {
			err = c.containerdEvents(ctx, notify)
			if status.Code(err) == codes.Unimplemented {
				log.Warn("the runtime has no events; polling instead")
				return
			}
		}
		if ctx.Err() == nil {
			log.Warn("container events stopped; subscribing again", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (c *Client) criEvents(ctx context.Context, notify func(meta.UID)) error {
	stream, err := c.Runtime.GetContainerEvents(ctx, &pb.GetEventsRequest{})
	if err != nil {
		return err
	}
	// An unimplemented stream fails at the first receive, so the call for a
	// full look must not depend on events coming.
	notify("")
	for {
		e, err := stream.Recv()
		if err != nil {
			return err
		}
		notify(meta.UID(e.GetPodSandboxStatus().GetMetadata().GetUid()))
	}
}

func (c *Client) containerdEvents(ctx context.Context, notify func(meta.UID)) error {
	stream, err := eventsservice.NewEventsClient(c.conn).Subscribe(ctx, &eventsservice.SubscribeRequest{
		Filters: []string{`namespace==` + namespace + `,topic~="/tasks/(start|exit|oom)"`},
	})
	if err != nil {
		return err
	}
	notify("")
	for {
		e, err := stream.Recv()
		if err != nil {
			return err
		}
		switch e.GetTopic() {
		case "/tasks/exit":
			var exit eventsapi.TaskExit
			if proto.Unmarshal(e.GetEvent().GetValue(), &exit) == nil && exit.ID == exit.ContainerID {
				go c.settle(ctx, exit.ContainerID, notify)
			}
		case "/tasks/start":
			var start eventsapi.TaskStart
			if proto.Unmarshal(e.GetEvent().GetValue(), &start) == nil {
				c.tell(start.ContainerID, notify)
			}
		case "/tasks/oom":
			var oom eventsapi.TaskOOM
			if proto.Unmarshal(e.GetEvent().GetValue(), &oom) == nil {
				c.tell(oom.ContainerID, notify)
			}
		}
	}
}

// settle waits until CRI shows a container as exited: its service hears of the
// exit by the same events as we do, so for some milliseconds it may not know.
func (c *Client) settle(ctx context.Context, id string, notify func(meta.UID)) {
	for wait := 2 * time.Millisecond; wait < 2*time.Second; wait *= 2 {
		if c.settled(ctx, id) {
			break
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
	c.tell(id, notify)
}

func (c *Client) settled(ctx context.Context, id string) bool {
	r, err := c.Runtime.ContainerStatus(ctx, &pb.ContainerStatusRequest{ContainerId: id})
	if err == nil {
		return r.Status.State == pb.ContainerState_CONTAINER_EXITED
	}
	s, err := c.Runtime.PodSandboxStatus(ctx, &pb.PodSandboxStatusRequest{PodSandboxId: id})
	return err != nil || s.Status.State != pb.PodSandboxState_SANDBOX_READY
}

func (c *Client) tell(id string, notify func(meta.UID)) {
	if uid, ok := c.Owner(id); ok {
		notify(uid)
	}
}
