// Package cri talks to the container runtime over CRI and shows what it holds
// as pods: which sandboxes and containers exist for each pod UID and in what
// state they are. Nothing about a running pod is kept anywhere else, so a
// kubelet that restarts finds its pods again by reading them here (labels.go
// says what is written on each sandbox and container for that purpose).
//
// Start with client.go (the connection), then pods.go (the view of pods) and
// events.go (how a container's death is heard without polling).
package cri

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	pb "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// Client is a connection to one runtime. Its methods may be called from any
// goroutine.
type Client struct {
	Runtime pb.RuntimeServiceClient
	Images  pb.ImageServiceClient

	conn     *grpc.ClientConn
	endpoint string

	mu         sync.Mutex
	containers map[string]*pb.ContainerStatus  // by id, as last seen; an exited one never changes
	sandboxes  map[string]*pb.PodSandboxStatus // by id, as last seen while ready
	owner      map[string]string               // container or sandbox id -> pod UID
}

// maxMessage bounds one answer of the runtime (a list of many containers).
const maxMessage = 64 << 20

// Dial prepares a connection to endpoint, "unix:///run/containerd/containerd.sock".
// It does not wait for the runtime to be there.
func Dial(endpoint string) (*Client, error) {
	path, err := SocketPath(endpoint)
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient("passthrough:///"+path,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithAuthority("localhost"),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage)),
		grpc.WithContextDialer(func(ctx context.Context, addr string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", addr)
		}),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: reconnect, MinConnectTimeout: 3 * time.Second}),
	)
	if err != nil {
		return nil, fmt.Errorf("container runtime %s: %w", endpoint, err)
	}
	return &Client{
		Runtime:    pb.NewRuntimeServiceClient(conn),
		Images:     pb.NewImageServiceClient(conn),
		conn:       conn,
		endpoint:   endpoint,
		containers: map[string]*pb.ContainerStatus{},
		sandboxes:  map[string]*pb.PodSandboxStatus{},
		owner:      map[string]string{},
	}, nil
}

// SocketPath is the file behind an endpoint URL, which must be unix:///PATH.
func SocketPath(endpoint string) (string, error) {
	path, ok := strings.CutPrefix(endpoint, "unix://")
	if !ok && strings.HasPrefix(endpoint, "/") {
		path, ok = endpoint, true
	}
	if !ok || !strings.HasPrefix(path, "/") {
		return "", fmt.Errorf("--container-runtime-endpoint %q: must be unix:///PATH", endpoint)
	}
	return path, nil
}

// Close ends the connection.
func (c *Client) Close() error { return c.conn.Close() }

// Version asks the runtime for its name and version.
func (c *Client) Version(ctx context.Context) (name, version string, err error) {
	v, err := c.Runtime.Version(ctx, &pb.VersionRequest{Version: "v1"})
	if err != nil {
		return "", "", c.explain(err)
	}
	return v.RuntimeName, strings.TrimPrefix(v.RuntimeVersion, "v"), nil
}

// Conditions says whether the runtime itself and its network are ready; an
// empty string means ready, anything else is the reason that it gave.
func (c *Client) Conditions(ctx context.Context) (runtime, network string, err error) {
	s, err := c.Runtime.Status(ctx, &pb.StatusRequest{})
	if err != nil {
		return "", "", c.explain(err)
	}
	runtime, network = "container runtime status check may not have completed yet", "network plugin is not ready: cni config uninitialized"
	for _, cond := range s.Status.GetConditions() {
		text := ""
		if !cond.Status {
			text = fmt.Sprintf("%s=false reason:%s message:%s", cond.Type, cond.Reason, cond.Message)
		}
		switch cond.Type {
		case pb.RuntimeReady:
			runtime = text
		case pb.NetworkReady:
			network = text
		}
	}
	return runtime, network, nil
}

// explain turns a transport failure into one line that names the socket.
func (c *Client) explain(err error) error {
	if status.Code(err) != codes.Unavailable {
		return err
	}
	if path, perr := SocketPath(c.endpoint); perr == nil {
		if _, serr := os.Stat(path); errors.Is(serr, os.ErrNotExist) {
			return fmt.Errorf("container runtime: no socket at %s (is containerd running?)", path)
		}
	}
	return fmt.Errorf("container runtime at %s does not answer: %s", c.endpoint, status.Convert(err).Message())
}

// IsNotFound says whether the runtime reported that a thing does not exist.
func IsNotFound(err error) bool { return status.Code(err) == codes.NotFound }

// Message is the runtime's own text of an error, without gRPC's decoration.
func Message(err error) string {
	if s, ok := status.FromError(err); ok {
		return fmt.Sprintf("rpc error: code = %s desc = %s", s.Code(), s.Message())
	}
	return err.Error()
}
