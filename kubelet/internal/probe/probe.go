// Package probe asks a container whether it is well: over HTTP, by opening a
// TCP port, by running a command in it, or over gRPC. Lifecycle hooks use the
// same handlers.
//
// probe.go holds the questions; count.go turns their answers into a verdict.
package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	health "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Exec runs a command in the container and returns its output and exit code.
type Exec func(ctx context.Context, command []string, timeout time.Duration) (output []byte, code int, err error)

// Target is the container that is asked.
type Target struct {
	IP        string // the pod's
	Container *core.Container
	Exec      Exec
}

// maxOutput bounds what is kept of an answer.
const maxOutput = 10 << 10

// Ask asks once. A nil error means that the container is well; the error's
// text is what an event shows.
func Ask(ctx context.Context, t Target, h core.ProbeHandler, timeout time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	switch {
	case h.Exec != nil:
		return askExec(ctx, t, h.Exec.Command, timeout)
	case h.HTTPGet != nil:
		return askHTTP(ctx, t, h.HTTPGet)
	case h.TCPSocket != nil:
		return askTCP(ctx, t, h.TCPSocket)
	case h.GRPC != nil:
		return askGRPC(ctx, t, h.GRPC)
	}
	return errors.New("the probe names no handler")
}

func askExec(ctx context.Context, t Target, command []string, timeout time.Duration) error {
	out, code, err := t.Exec(ctx, command, timeout)
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("command timed out: %q timed out after %s", strings.Join(command, " "), timeout)
		}
		return err
	}
	if code != 0 {
		return errors.New(string(out[:min(len(out), maxOutput)]))
	}
	return nil
}

// client follows no redirects away from the pod's host, keeps no connections,
// and takes any certificate: the question is whether somebody answers.
var client = &http.Client{
	Transport: &http.Transport{
		DisableKeepAlives: true, DisableCompression: true, Proxy: nil,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	},
	CheckRedirect: func(req *http.Request, via []*http.Request) error {
		if req.URL.Hostname() != via[0].URL.Hostname() || len(via) >= 10 {
			return http.ErrUseLastResponse
		}
		return nil
	},
}

func askHTTP(ctx context.Context, t Target, h *core.HTTPGetAction) error {
	req, err := request(ctx, t, h)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxOutput))
	if resp.StatusCode < 200 || resp.StatusCode >= 400 {
		return fmt.Errorf("HTTP probe failed with statuscode: %d", resp.StatusCode)
	}
	return nil
}

func request(ctx context.Context, t Target, h *core.HTTPGetAction) (*http.Request, error) {
	port, err := Port(t.Container, h.Port)
	if err != nil {
		return nil, err
	}
	host := h.Host
	if host == "" {
		host = t.IP
	}
	u, err := url.Parse(h.Path)
	if err != nil {
		u = &url.URL{Path: h.Path}
	}
	u.Scheme, u.Host = "http", net.JoinHostPort(host, strconv.Itoa(port))
	if h.Scheme != "" {
		u.Scheme = strings.ToLower(string(h.Scheme))
	}
	if !strings.HasPrefix(u.Path, "/") {
		u.Path = "/" + u.Path
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "kube-probe/1.32")
	req.Header.Set("Accept", "*/*")
	for _, x := range h.HTTPHeaders {
		if strings.EqualFold(x.Name, "host") {
			req.Host = x.Value
			continue
		}
		req.Header.Set(x.Name, x.Value)
	}
	return req, nil
}

func askTCP(ctx context.Context, t Target, h *core.TCPSocketAction) error {
	port, err := Port(t.Container, h.Port)
	if err != nil {
		return err
	}
	host := h.Host
	if host == "" {
		host = t.IP
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return conn.Close()
}

func askGRPC(ctx context.Context, t Target, h *core.GRPCAction) error {
	addr := net.JoinHostPort(t.IP, strconv.Itoa(int(h.Port)))
	conn, err := grpc.NewClient("passthrough:///"+addr, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithUserAgent("kube-probe/1.32"))
	if err != nil {
		return err
	}
	defer conn.Close()
	service := ""
	if h.Service != nil {
		service = *h.Service
	}
	r, err := health.NewHealthClient(conn).Check(ctx, &health.HealthCheckRequest{Service: service})
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("timeout: failed to connect service %q within the probe's timeout", addr)
		}
		return fmt.Errorf("error: health rpc failed: %w", err)
	}
	if r.Status != health.HealthCheckResponse_SERVING {
		return fmt.Errorf("service unhealthy (responded with %q)", r.Status)
	}
	return nil
}

// Port resolves a port that may be named after one of the container's.
func Port(c *core.Container, p meta.IntOrString) (int, error) {
	if p.Type == meta.Int {
		return int(p.IntVal), nil
	}
	for _, port := range c.Ports {
		if port.Name == p.StrVal {
			return int(port.ContainerPort), nil
		}
	}
	if n, err := strconv.Atoi(p.StrVal); err == nil && n > 0 && n < 65536 {
		return n, nil
	}
	return 0, fmt.Errorf("port %q is not one of container %s's", p.StrVal, c.Name)
}
